"""What is passed on between the parties, what of it becomes evidence, and what becomes of evidence."""

import pytest

from conversations.cases.evidence import MAX_SIZE, File, FileKind
from conversations.messages import Copies, Exhibits, Notice
from conversations.phrase import Phrase

MIA, SAM, ANA, BEN, ZOE = 1, 2, 3, 4, 5


def a_file(kind: FileKind = FileKind.PHOTO, *, name: str = "x", size: int = 10, mime: str = "") -> File:
    return File(kind=kind, file_id=f"id-{name}", unique_id=name, size=size, mime=mime)


async def exhibits(room, ref: str) -> list[tuple[int, str, str]]:
    async with room.db.reading() as work:
        return [(item.n, item.sha256, item.refused) for item in await work.evidence.of(ref)]


@pytest.mark.parametrize(
    ("kind", "has_caption"),
    [(FileKind.STICKER, False), (FileKind.VIDEO_NOTE, False), (FileKind.VOICE, True), (FileKind.PHOTO, True)],
)
async def test_only_what_can_carry_a_caption_is_passed_on_with_one(room, kind: FileKind, has_caption: bool) -> None:
    await room.claim()

    message = await room.say(MIA, "", a_file(kind))

    [copies] = room.bodies(SAM, Copies)
    assert (copies.has_caption, copies.source, copies.messages) == (has_caption, MIA, (message,))
    assert ("Filed as evidence: E2." in room.text(MIA)) is (kind is FileKind.PHOTO)


async def test_file_too_large_for_evidence_is_passed_on_and_said_so(room) -> None:
    ref = await room.claim()
    await room.say(MIA, "", a_file(FileKind.VIDEO, size=MAX_SIZE + 1))
    assert len(room.bodies(SAM, Copies)) == 1
    assert "A file larger than 20 MB cannot be kept as evidence" in room.text(MIA)
    assert len(await exhibits(room, ref)) == 1


async def test_more_files_than_a_party_may_give_are_passed_on_but_not_filed(room) -> None:
    ref = await room.claim()
    most = (await room.case(ref)).limits.files
    for n in range(most):
        await room.say(MIA, "", a_file(name=f"n{n}"))

    assert "the most that are kept as evidence." in room.text(MIA)
    assert len(room.bodies(SAM, Copies)) == 1
    assert len(await exhibits(room, ref)) == most


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        ("type", "it is not a photo, a video or a PDF file."),
        ("too_big", "it is larger than 20 MB."),
        ("gone", "it can no longer be fetched."),
        ("broken", "the file is damaged."),
    ],
)
async def test_sender_is_told_once_of_evidence_that_cannot_be_used(room, refused: str, why: str) -> None:
    ref = await room.claim()
    for _ in range(2):
        async with room.db.work() as work:
            await room.desk.file(ref, 1, work, room.now, refused=refused)
    await room.deliver()

    [notice] = room.bodies(MIA, Notice)
    assert room.plain(MIA, notice.lines[0]).startswith(f"Your evidence E1 cannot be used: {why}")
    assert room.got[SAM] == []
    assert (await room.facts(ref)).count("EvidenceRefused") == 1
    assert await exhibits(room, ref) == [(1, "", refused)]
    await room.say(SAM, f"/evidence {ref}")
    assert room.bodies(SAM, Exhibits) == []
    assert room.text(SAM) == "There is no evidence in this case yet."
    await room.say(SAM, f"/case {ref}")
    assert "Evidence that could not be used" in room.text(SAM)


async def test_evidence_is_filed_once_and_stays_as_it_was_filed(room) -> None:
    ref = await room.claim()
    for refused, sha256 in (("", "ab" * 32), ("gone", ""), ("", "cd" * 32)):
        async with room.db.work() as work:
            await room.desk.file(ref, 1, work, room.now, sha256=sha256, mime="image/jpeg", refused=refused)
    await room.deliver()

    assert dict(room.got) == {}
    assert await exhibits(room, ref) == [(1, "ab" * 32, "")]
    assert [fact for fact in await room.facts(ref) if fact.startswith("Evidence")] == ["EvidenceAdded", "EvidenceFiled"]


@pytest.mark.parametrize(("ref", "n"), [("ZZZZZZ", 1), ("", 9)])
async def test_evidence_that_never_was_is_not_filed(room, ref: str, n: int) -> None:
    mine = await room.claim()
    async with room.db.work() as work:
        await room.desk.file(ref or mine, n, work, room.now, sha256="ab" * 32)
    assert await exhibits(room, mine) == [(1, "", "")]


async def test_evidence_is_shown_to_who_has_the_case(room) -> None:
    ref = await room.claim()
    await room.say(MIA, "the crack", a_file(name="crack"))
    await room.say(SAM, f"/evidence {ref}")
    captions = [room.plain(SAM, body.caption) for body in room.bodies(SAM, Exhibits)]
    named = f"{ref[:3]}-{ref[3:]}"
    assert captions == [f"{named} · E1 · The buyer", f"{named} · E2 · The buyer: “the crack”"]


async def test_answer_to_an_arbitrator_may_be_a_photo(room) -> None:
    ref = await room.claim()
    await room.arbitrated(ref)
    await room.say(ANA, f"/ask {ref} buyer Please show the handle.")

    await room.say(MIA, "Here", a_file(name="handle"), a_file(FileKind.STICKER, name="s"))

    assert (await room.case(ref)).state.value == "arbitration"
    assert (await room.facts(ref))[-2:] == ["EvidenceAdded", "QuestionAnswered"]
    assert [body.files[0].unique_id for body in room.bodies(ANA, Exhibits)] == ["handle"]


async def test_rating_is_given_once_and_only_after_the_end(room) -> None:
    ref = await room.claim()
    await room.say(MIA, f"/rate {ref}")
    assert room.text(MIA) == "You can rate the service once the case has ended."
    await room.say(MIA, f"/withdraw {ref}")
    await room.tap(MIA, "Yes, withdraw it")
    await room.say(MIA, f"/rate {ref}")
    await room.tap(MIA, Phrase.counted("{n} star", "{n} stars", 4))
    await room.say(MIA, "Quick.")
    assert "Thank you. Your rating has been recorded." in room.text(MIA)
    assert "The buyer rates the service: 4 stars of 5: “Quick.”" in room.text(SAM)

    await room.say(MIA, f"/rate {ref}")

    assert room.text(MIA) == "You have rated this case already. Thank you."
    assert (await room.facts(ref)).count("ServiceRated") == 1


async def test_rating_after_its_time_is_refused(room) -> None:
    ref = await room.claim()
    await room.say(MIA, f"/withdraw {ref}")
    await room.tap(MIA, "Yes, withdraw it")
    case = await room.case(ref)
    await room.say(MIA, f"/rate {ref}")
    room.now = case.ended_at + case.limits.rating
    await room.say(MIA, f"/rate {ref}")
    assert room.text(MIA).startswith("How")

    room.now += case.limits.rating
    await room.say(MIA, f"/rate {ref}")

    assert room.text(MIA) == "The time for a rating has passed."


async def test_no_replacement_no_problem_with_it(room) -> None:
    ref = await room.claim()
    await room.say(MIA, f"/problem {ref}")
    assert room.text(MIA) == "No replacement was received in this case."


async def test_long_history_shows_its_newest_entries(room) -> None:
    ref = await room.claim()
    for n in range(62):
        await room.say(MIA, f"Word {n}")
    await room.say(MIA, f"/record {ref}")
    text = room.text(MIA)
    assert "earlier entries are left out.)" in text
    assert "Word 61" in text
    assert "Word 0”" not in text
