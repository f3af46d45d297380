"""What is passed on between the parties, what of it becomes evidence, and what becomes of evidence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.cases.case import default_move
from conversations.cases.evidence import MAX_SIZE, File, FileKind
from conversations.messages import Card, Copies, Exhibits, Mark, Notice, Placing, Receipt, Speech

MIA, SAM, ANA, BEN, ZOE = 1, 2, 3, 4, 5


def a_file(kind: FileKind = FileKind.PHOTO, *, name: str = "x", size: int = 10, mime: str = "") -> File:
    return File(kind=kind, file_id=f"id-{name}", unique_id=name, size=size, mime=mime)


async def exhibits(room, ref: str) -> list[tuple[int, str, str]]:
    async with room.db.reading() as work:
        return [(item.n, item.sha256, item.refused) for item in await work.evidence.of(ref)]


@pytest.mark.parametrize(
    ("kind", "has_caption"),
    [(FileKind.STICKER, False), (FileKind.VIDEO_NOTE, False), (FileKind.VOICE, True)],
)
async def test_only_what_can_carry_a_caption_is_passed_on_with_one(room, kind: FileKind, has_caption: bool) -> None:
    ref = await room.claim()

    message = await room.say(MIA, "", a_file(kind))

    [copies] = room.bodies(SAM, Copies)
    assert (copies.has_caption, copies.source, copies.messages) == (has_caption, MIA, (message,))
    assert len(await exhibits(room, ref)) == 1


async def test_file_too_large_to_be_checked_is_not_passed_on_but_its_words_are(room) -> None:
    ref = await room.claim()

    await room.say(MIA, "", a_file(FileKind.VIDEO, size=MAX_SIZE + 1))

    assert room.got[SAM] == []
    assert "A file larger than 20 MB cannot be kept as evidence" in room.text(MIA)
    assert "It was not passed on" in room.text(MIA)
    await room.say(MIA, "It rattles", a_file(FileKind.VIDEO, size=MAX_SIZE + 1))
    assert [body.text for body in room.bodies(SAM, Speech)] == ["It rattles"]
    assert len(await exhibits(room, ref)) == 1


async def test_what_is_shown_was_looked_into_and_is_the_copy(room) -> None:
    ref = await room.claim()

    await room.say(MIA, "See", a_file(FileKind.DOCUMENT, name="report", mime="application/pdf"))

    assert room.got[SAM] == []
    assert "Filed as evidence: E2." in room.text(MIA)
    await room.say(SAM, f"/evidence {ref}")
    assert room.bodies(SAM, Exhibits) == []
    assert room.text(SAM) == "Still being checked, and shown after that: E1 and E2."
    copy = {"copy": "cd" * 32, "copy_mime": "application/pdf"}
    await room.look_into(ref, 2, sha256="ab" * 32, mime="application/pdf", **copy)
    [shown] = room.bodies(SAM, Exhibits)
    assert [(file.kept, file.name, file.mime) for file in shown.files] == [("cd" * 32, "E2.pdf", "application/pdf")]
    assert [item for item in await exhibits(room, ref) if item[0] == 2] == [(2, "ab" * 32, "")]


async def test_album_is_shown_together_and_acknowledged_in_one_place(room) -> None:
    ref = await room.claim()
    for n, words in enumerate(("The crack", "", "and the box"), start=2):
        await room.say(MIA, words, replace(a_file(name=f"n{n}"), album="77"))

    [told] = [out for out in room.got[MIA] if isinstance(out.body, Notice)]
    assert (told.slot, told.placing, told.body.stays) == ("album:77", Placing.REPLACE, True)
    assert "Filed as evidence: E2, E3, and E4." in room.text(MIA)
    await room.look_into(ref, 2, 3)
    assert room.got[SAM] == []
    await room.look_into(ref, 4)
    [shown] = room.bodies(SAM, Exhibits)
    assert [file.unique_id for file in shown.files] == ["n2", "n3", "n4"]
    assert (
        room.plain(SAM, shown.caption) == f"{ref[:3]}-{ref[3:]} · E2, E3, and E4 · The buyer: “The crack · and the box”"
    )


async def test_what_is_left_of_an_album_is_shown_and_words_are_never_lost(room) -> None:
    ref = await room.claim()
    await room.say(MIA, "Look", replace(a_file(name="n2"), album="77"))
    await room.say(MIA, "", replace(a_file(name="n3"), album="77"))

    await room.look_into(ref, 2, refused="broken")
    assert [body.text for body in room.bodies(SAM, Speech)] == ["Look"]
    await room.look_into(ref, 3)

    assert [[file.unique_id for file in body.files] for body in room.bodies(SAM, Exhibits)] == [["n3"]]


async def test_album_that_comes_in_slowly_is_shown_once(room) -> None:
    ref = await room.claim()
    await room.say(MIA, "", replace(a_file(name="n2"), album="77"))
    await room.look_into(ref, 2)
    assert len(room.bodies(SAM, Exhibits)) == 1
    await room.say(MIA, "", replace(a_file(name="n3"), album="77"))
    await room.look_into(ref, 3)
    assert [[file.unique_id for file in body.files] for body in room.bodies(SAM, Exhibits)] == [["n3"]]


async def test_album_is_one_answer_to_an_arbitrator(room) -> None:
    ref = await room.claim()
    await room.arbitrated(ref)
    await room.say(ANA, f"/ask {ref} buyer Please show the handle.")

    for n in (2, 3, 4):
        await room.say(MIA, "Here" if n == 2 else "", replace(a_file(name=f"n{n}"), album="77"))
    await room.look_into(ref, 2, 3, 4)

    assert (await room.facts(ref)).count("QuestionAnswered") == 1
    for who in (SAM, ANA):
        assert [[file.unique_id for file in body.files] for body in room.bodies(who, Exhibits)] == [["n2", "n3", "n4"]]
    assert not any(isinstance(out.body, Copies) for _, out in room.ever[SAM])


async def test_claim_without_usable_evidence_is_escalated_by_silence(room) -> None:
    ref = await room.claim()
    assert default_move(await room.case(ref)).move == "approve"

    await room.look_into(ref, 1, refused="type")

    for who in (MIA, SAM):
        [card] = room.bodies(who, Card)
        assert room.plain(who, card.default) == "an arbitrator is called"
    assert "Your claim now lacks the evidence it needs." in room.text(MIA)
    room.now = (await room.case(ref)).due_at
    await room.ring(ref)
    assert (await room.case(ref)).state.value == "escalated"


async def test_new_evidence_restores_what_silence_means(room) -> None:
    ref = await room.claim()
    await room.look_into(ref, 1, refused="type")

    await room.say(MIA, "", a_file(name="better"))
    await room.look_into(ref, 2)

    [card] = room.bodies(SAM, Card)
    assert room.plain(SAM, card.default) == "the claim counts as approved"
    room.now = (await room.case(ref)).due_at
    await room.ring(ref)
    assert (await room.case(ref)).state.value == "awaiting_refund"


async def test_claim_stands_while_other_evidence_does_or_is_still_being_checked(room) -> None:
    ref = await room.claim()
    await room.say(MIA, "", a_file(name="more"))
    await room.look_into(ref, 1, refused="broken")
    assert default_move(await room.case(ref)).move == "approve"
    assert "lacks the evidence" not in room.text(MIA)

    await room.look_into(ref, 2, refused="broken")

    assert default_move(await room.case(ref)).move == "escalate"


async def test_the_sellers_own_photos_do_not_prove_the_claim(room) -> None:
    ref = await room.claim()
    await room.say(SAM, "", a_file(name="mine"))
    await room.look_into(ref, 2)

    await room.look_into(ref, 1, refused="gone")

    assert default_move(await room.case(ref)).move == "escalate"


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
        (
            "type",
            "it is of a kind that cannot be checked. Please send a photo (JPEG, PNG, WebP, GIF, HEIC), "
            "a video (MP4, MOV, WebM) or a PDF file.",
        ),
        ("too_big", "it is larger than 20 MB."),
        ("gone", "it can no longer be fetched."),
        ("broken", "it cannot be opened: it is damaged, or locked by a password."),
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
    assert [type(out.body) for out in room.got[SAM]] == [Card]
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

    assert [(who, type(out.body)) for who, outs in room.got.items() for out in outs] == [(SAM, Exhibits)]
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
    await room.look_into(ref, 1, 2)
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
    await room.look_into(ref, 2)
    assert [body.files[0].unique_id for body in room.bodies(ANA, Exhibits)] == ["handle"]


async def test_no_replacement_no_problem_with_it(room) -> None:
    ref = await room.claim()
    await room.say(MIA, f"/problem {ref}")
    assert room.text(MIA) == "No replacement was received in this case."


async def test_long_history_shows_its_newest_entries(room) -> None:
    ref = await room.claim()
    for n in range(62):
        await room.say(MIA, f"Word {n}")
        room.now += timedelta(minutes=1)
    await room.say(MIA, f"/record {ref}")
    text = room.text(MIA)
    assert "earlier entries are left out.)" in text
    assert "Word 61" in text
    assert "Word 0”" not in text


async def test_file_is_marked_as_taken_and_when_the_others_got_it_as_passed_on(room) -> None:
    def marks(who: int) -> list[Receipt]:
        return room.bodies(who, Receipt)

    ref = await room.claim()
    sent = replace(a_file(name="n2"), chat=MIA, message=70)
    await room.say(MIA, "", sent)
    assert marks(MIA) == [Receipt(message=70, mark=Mark.TAKEN)]
    assert "Filed as evidence: E2." in room.text(MIA)

    await room.look_into(ref, 2)
    assert marks(MIA) == [Receipt(message=70, mark=Mark.PASSED_ON)]
    assert marks(SAM) == []

    for n in (71, 72):
        await room.say(MIA, "", replace(sent, unique_id=f"n{n}", album="77", message=n))
    await room.look_into(ref, 3, 4)
    assert marks(MIA) == [Receipt(message=71, mark=Mark.PASSED_ON)]  # the messenger marks the first of an album

    await room.say(MIA, "", replace(sent, unique_id="n5", message=73))
    await room.look_into(ref, 5, refused="broken")
    assert marks(MIA) == []


async def test_file_that_nobody_got_is_not_marked_as_passed_on(room) -> None:
    ref = await room.claim()
    await room.employ(SAM)
    await room.say(MIA, "", replace(a_file(name="n2"), chat=MIA, message=70))

    await room.look_into(ref, 2)

    assert room.bodies(MIA, Receipt) == []
