"""Case files as they are made: readable in every language, nobody's secret in the wrong one, and never made impossible."""

import asyncio
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import cast

import pypdf
import pytest
from casefile_specimen import NOON as NOW
from casefile_specimen import REF, SECRETS, keep_case, picture

from bot.casefiles.archive import check_file, written
from bot.casefiles.failures import CaseFileFailed, MissingGlyphs
from bot.casefiles.fonts import of_files, system_fonts
from bot.casefiles.making import CaseFiles
from bot.casefiles.page import page
from bot.casefiles.signs import Signs, without_idle_marks
from bot.messenger import DeliveryError, Messenger
from bot.workers.delivery import Delivery
from bot.workers.pace import UNLIMITED, Pace
from bot.workers.saying import Chat
from conversations.casefile import CaseFile, Part
from conversations.cases.roles import Role
from conversations.messages import Dossier, Outgoing, Sender
from conversations.phrase import Phrase
from locales import languages, plain
from locales.wording import BIDI_CONTROLS, isolated
from storage.database import Database
from storage.evidence_files import FolderStore
from storage.lanes import Item

#: No messenger: nothing is to reach it.
NOBODY = cast(Messenger, None)

#: What a person of each shipped language might write.
SAMPLES = {
    "en": "It doesn’t work — the “fault” shows at once, £20 lost",
    "zh_Hans": "杯子的把手掉了，釉面有裂纹。",
    "zh_Hant": "杯子的把手掉了，釉面有裂紋，請退款。",
    "ja": "取っ手が取れました。返金をお願いします。",
    "ko": "손잡이가 떨어졌습니다. 환불해 주세요.",
    "es": "¿Por qué llegó roto? Mañana lo envío, señor.",
    "pt_BR": "A alça quebrou; não é o que comprei. Devolução já!",
    "fr": "La poignée s’est cassée : où est l’œuvre promise ? Noël, déjà « reçu ».",
    "de": "Der Henkel fiel ab – größer, schöner, süß?",
    "ru": "Ручка отвалилась, ёмкость треснула. Объём — 2 л.",
    "ar": "انكسر المقبض عند وصوله، أريد استرداد المبلغ.",
    "id": "Gagangnya lepas; saya minta uang kembali.",
    "vi": "Tay cầm bị gãy, tôi muốn được hoàn tiền ngay lập tức. Đã nhận!",
    "tr": "Kulpu kırıldı, iade istiyorum. Şişe, ığdır, güçlü.",
}


def text_of(pdf: bytes) -> str:
    """The words of a PDF, without the marks that steer directions and without where lines end."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    raw = "".join(page.extract_text() for page in pages)
    return re.sub(r"\s+", "", raw.translate(dict.fromkeys(map(ord, BIDI_CONTROLS))))


def bare(words: str) -> str:
    return re.sub(r"\s+", "", words)


async def test_every_script_of_every_language_is_set_and_can_be_read_out(
    sqlite_db: Database, store: FolderStore, copies: FolderStore, papers: CaseFiles
) -> None:
    await keep_case(sqlite_db, store, copies, messages=list(SAMPLES.values()))

    made = await papers.make(REF, Role.BUYER, "en")

    text = text_of(made.pdf)
    for tag, words in SAMPLES.items():
        if tag == "ar":  # its words, in the order in which a document from left to right has them
            assert [word for word in re.findall(r"\w+", words) if word not in text] == []
        else:
            assert bare(words) in text, tag


@pytest.mark.parametrize("tag", [language.tag for language in languages()])
async def test_our_own_words_are_set_in_every_shipped_language(
    sqlite_db: Database, store: FolderStore, copies: FolderStore, papers: CaseFiles, tag: str
) -> None:
    await keep_case(sqlite_db, store, copies, messages=["It hums"], pictures=1)

    made = await papers.make(REF, Role.SELLER, tag)

    reader = pypdf.PdfReader(io.BytesIO(made.pdf))
    assert reader.trailer["/Root"]["/Lang"].lower().startswith(tag[:2])
    heading = plain(Phrase("What the policy says"), tag)
    if tag == "ar":  # its words: a reader of PDFs gives the order in which they stand on the page
        assert [word for word in re.findall(r"\w+", heading) if word not in text_of(made.pdf)] == []
    else:
        assert bare(heading) in text_of(made.pdf)


def test_a_document_from_right_to_left_is_set_so() -> None:
    file = CaseFile(ref="A7K-Q2M", at=NOW, title=Phrase("Case"), lines=(), parts=())

    told = page(file, "en", system_fonts())
    assert (told["rtl"], told["lang"]) == (False, "en")
    assert without_idle_marks(f"a {isolated('b')}", rtl=False) == "a b"
    assert without_idle_marks(f"a {isolated('مر')}", rtl=False) == f"a {isolated('مر')}"
    assert without_idle_marks(isolated("مر"), rtl=True) == "مر"
    assert without_idle_marks(isolated("b"), rtl=True) == isolated("b")


async def test_what_people_write_is_never_markup(
    sqlite_db: Database, store: FolderStore, copies: FolderStore, papers: CaseFiles
) -> None:
    words = [
        '#import "/etc/passwd": * #panic("x") $x^2$ *bold* _it_ <label> @ref // gone /* too */ [a] \\ \\u{41}',
        '#{ read("page.json") }',
        "= Heading\n- list\n+ one\n/ term: x `raw` https://example.org",
        "A" * 3_000,
    ]
    await keep_case(sqlite_db, store, copies, messages=words, title="#strike[Mug] *b*")

    text = text_of((await papers.make(REF, Role.BUYER, "en")).pdf)

    for each in words[:2]:
        assert bare(each) in text
    for line in words[2].split("\n"):
        assert bare(line) in text
    assert "#strike[Mug]*b*" in text
    assert text.replace("\u200b", "").count("A" * 500) >= 1


async def test_signs_without_a_glyph_stand_as_code_points_and_the_file_says_so(
    sqlite_db: Database, store: FolderStore, copies: FolderStore, papers: CaseFiles
) -> None:
    await keep_case(sqlite_db, store, copies, messages=["So sad \U0001f600\ufe0f", "and \U00013000 too"])

    text = text_of((await papers.make(REF, Role.BUYER, "en")).pdf)

    assert "Sosad[U+1F600]" in text
    assert "and[U+13000]too" in text
    assert "standastheircodepointsinbrackets" in text


def test_a_missing_glyph_in_our_own_words_fails_loudly() -> None:
    file = CaseFile(
        ref="A7K-Q2M",
        at=NOW,
        title=Phrase("Case \U0001f600 {name}", name="\U0001f601"),
        lines=(),
        parts=(Part(heading=Phrase("x")),),
    )

    with pytest.raises(MissingGlyphs, match=r"no font here has U\+1F600;"):
        page(file, "en", system_fonts())


def test_without_fonts_it_is_said_what_to_install() -> None:
    with pytest.raises(CaseFileFailed, match="fonts-noto-core"):
        of_files({})
    assert Signs({ord("a")}).fit(f"a{isolated('b')}") == "a\u2068[U+0062]\u2069"


@pytest.mark.parametrize("reader", [Role.BUYER, Role.SELLER, Role.ARBITRATOR])
async def test_each_reader_has_their_own_view(
    sqlite_db: Database, store: FolderStore, copies: FolderStore, papers: CaseFiles, reader: Role
) -> None:
    await keep_case(sqlite_db, store, copies, messages=["It hums"])

    made = await papers.make(REF, reader, "en")

    archive = zipfile.ZipFile(io.BytesIO(made.archive))
    everything = text_of(made.pdf) + written(made.record)
    sees_notes = reader is Role.ARBITRATOR
    assert (bare(SECRETS[0]) in bare(everything)) is sees_notes
    assert SECRETS[1] not in everything
    assert "PrivateLimitSet" not in everything
    assert archive.namelist() == ["A7K-Q2M.pdf", "record.json", "evidence/E1.jpg", "evidence/E2.jpg"]
    exhibit = archive.read("evidence/E1.jpg")
    assert (exhibit == picture(1)) is sees_notes  # parties get the cleaned copies
    assert (exhibit == picture(1, (1000, 750))) is not sees_notes
    if not sees_notes:
        assert all({"n", "prev", "hash"}.isdisjoint(entry) for entry in made.record["entries"])  # gaps would tell


@pytest.mark.parametrize("reader", [Role.BUYER, Role.ARBITRATOR])
async def test_the_archive_and_the_record_hold_and_any_change_shows(
    sqlite_db: Database, store: FolderStore, copies: FolderStore, papers: CaseFiles, tmp_path: Path, reader: Role
) -> None:
    await keep_case(sqlite_db, store, copies, messages=["It hums", "No, it sings"])
    made = await papers.make(REF, reader, "en")
    archive, record = tmp_path / "a.zip", tmp_path / "a.json"
    archive.write_bytes(made.archive)
    record.write_text(written(made.record))

    report = check_file(archive)
    assert (report.faults, report.ref, report.files) == ([], "A7K-Q2M", 2)
    assert (report.is_whole, report.sealed) == ((True, 1) if reader is Role.ARBITRATOR else (False, 0))
    assert check_file(record).faults == []

    for n in range(len(made.record["entries"])):
        for change in ({"data": {"text": "I agree"}}, {"who": "nobody"}, {"seal": "0" * 64}, {"person": 99}):
            told = json.loads(written(made.record))
            told["entries"][n] |= change
            record.write_text(json.dumps(told))
            if "salt" in told["entries"][n] or "seal" in change:
                [fault, *_] = check_file(record).faults
                assert fault.startswith(f"entry {n + 1} is not as it was"), (n, change)
    if reader is Role.ARBITRATOR:
        told = json.loads(written(made.record))
        del told["entries"][-1]
        record.write_text(json.dumps(told))
        assert check_file(record).faults == [
            f"entry {len(told['entries']) + 1} is missing: the record ends before its head"
        ]
        told = json.loads(written(made.record))
        told["evidence"][0]["sha256"] = sha256(b"another").hexdigest()
        record.write_text(json.dumps(told))
        assert check_file(record).faults == ["E1 is not what the record says was filed"]


async def test_an_exhibit_exchanged_in_the_archive_shows(
    sqlite_db: Database, store: FolderStore, copies: FolderStore, papers: CaseFiles, tmp_path: Path
) -> None:
    await keep_case(sqlite_db, store, copies, messages=["It hums"])
    made = await papers.make(REF, Role.SELLER, "en")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(io.BytesIO(made.archive)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, picture(9) if name.endswith("E2.jpg") else old.read(name))

    assert check_file(path).faults == ["the file of E2 is missing or not what was filed"]


@pytest.mark.parametrize(
    "junk", [b"", b"{}", b"[1]", b"null", b"PK\x03\x04broken", b'{"format": "aftersales-record/1"}', b"[" * 9999]
)
def test_what_is_no_record_is_said_to_be_none(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "junk"
    path.write_bytes(junk)

    [fault] = check_file(path).faults

    assert fault.startswith("not a record of ours")


async def test_exhibits_that_are_lost_or_do_not_fit_are_left_out_and_that_is_told(
    sqlite_db: Database, store: FolderStore, copies: FolderStore, papers: CaseFiles
) -> None:
    await keep_case(sqlite_db, store, copies, messages=["It hums"])
    small = await papers.make(REF, Role.BUYER, "en", room=10)
    assert (small.is_complete, small.record["evidence"]) == (False, [])
    await store.remove(sha256(picture(1)).hexdigest())

    made = await papers.make(REF, Role.ARBITRATOR, "en")

    assert not made.is_complete
    assert [item["name"] for item in made.record["evidence"]] == ["E2"]


async def test_a_case_that_there_is_not_has_no_file(papers: CaseFiles) -> None:
    with pytest.raises(KeyError):
        await papers.make("NOSUCH", Role.BUYER, "en")


async def test_one_is_made_at_a_time_and_whoever_comes_meanwhile_is_served_later(
    sqlite_db: Database, store: FolderStore, copies: FolderStore, papers: CaseFiles
) -> None:
    await keep_case(sqlite_db, store, copies, messages=["It hums"])
    async with sqlite_db.work() as work:
        ann = await work.people.greet(Sender(address=11, name="Ann"))
    dossier = Dossier(ref=REF, reader=Role.BUYER, caption=Phrase("Case file {ref}", ref="A7K-Q2M"))
    delivery = Delivery(sqlite_db, NOBODY, Pace(UNLIMITED), copies=copies, originals=store, case_files=papers)
    making = asyncio.create_task(papers.make(REF, Role.BUYER, "en"))
    async with asyncio.timeout(15):
        while not papers.is_busy:  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(0.005)

    item = Item(1, Outgoing(to=ann.id, body=dossier), datetime.now(UTC))
    with pytest.raises(DeliveryError) as caught:
        await delivery.deliver(Chat(ann, {}), item, lambda post: None)

    assert (caught.value.permanent, caught.value.retry_after) == (False, 2.0)
    await making
    assert not papers.is_busy


async def test_case_file_that_was_asked_for_does_not_come_to_who_is_no_party_any_more(
    sqlite_db: Database, store: FolderStore, copies: FolderStore, papers: CaseFiles
) -> None:
    """It is made when its turn comes, and would tell what happened since."""
    await keep_case(sqlite_db, store, copies, messages=["It hums"])
    async with sqlite_db.work() as work:
        sam = await work.people.greet(Sender(address=12, name="Sam"))
        await work.people.save(replace(sam, stores=frozenset({"Other"}), is_arbitrator=True))
    delivery = Delivery(sqlite_db, NOBODY, Pace(UNLIMITED), copies=copies, originals=store, case_files=papers)

    for reader in Role.BUYER, Role.SELLER, Role.ARBITRATOR:
        dossier = Dossier(ref=REF, reader=reader, caption=Phrase("Case file {ref}", ref="A7K-Q2M"))
        item = Item(1, Outgoing(to=sam.id, body=dossier), datetime.now(UTC))
        assert await delivery.deliver(Chat(sam, {}), item, lambda post: None) == []
