"""The original of an exhibit: only for the arbitrator who has the case, and each time on record."""

from dataclasses import replace

import pytest

from conversations.cases.evidence import File, FileKind
from conversations.cases.facts import OriginalOpened
from conversations.messages import Dossier, Exhibits, Outgoing

MIA, SAM, ANA, BEN, ZOE = 1, 2, 3, 4, 5
COPIED = {"sha256": "ab" * 32, "mime": "image/heic", "copy": "cd" * 32, "copy_mime": "image/jpeg"}
ORIGINAL = File(
    kind=FileKind.DOCUMENT,
    file_id="",
    unique_id="crack",
    size=10,
    mime="image/heic",
    name="E2-original.heic",
    kept="ab" * 32,
)


async def disputed(room) -> str:
    """A case that Ana has: E1 is a photo as the messenger makes them, E2 a file that others see a copy of."""
    ref = await room.claim()
    crack = File(kind=FileKind.DOCUMENT, file_id="id", unique_id="crack", size=10, name="Mia Meyer, Berlin.heic")
    await room.say(MIA, "the crack", crack)
    await room.look_into(ref, 1)
    await room.look_into(ref, 2, **COPIED)
    await room.arbitrated(ref)
    return ref


async def opened(room, ref: str) -> list[tuple[str, int, int]]:
    """By whom, which exhibit, when: of each original that was opened, as the journal has it."""
    async with room.db.reading() as work:
        return [
            (entry.who.value, entry.person, entry.fact.n, entry.at)
            for entry in await work.journal.of(ref)
            if isinstance(entry.fact, OriginalOpened)
        ]


async def test_arbitrator_opens_an_original_by_its_button_and_it_is_on_record(room) -> None:
    ref = await disputed(room)

    await room.say(ANA, f"/evidence {ref}")
    assert room.labels(ANA) == ["E2"]
    await room.tap(ANA, "E2")
    assert "Open the original of E2?" in room.text(ANA)
    assert await opened(room, ref) == []
    await room.tap(ANA, "Open the original")

    named = f"{ref[:3]}-{ref[3:]}"
    [shown] = [out for out in room.got[ANA] if isinstance(out.body, Exhibits)]
    ana = await room.person(ANA)
    caption = shown.body.caption
    assert shown == Outgoing(to=ana.id, body=Exhibits(caption=caption, files=(ORIGINAL,), are_originals=True), ref=ref)
    assert room.plain(ANA, caption) == f"{named} · E2 · The buyer · the original"
    assert "It is on record that you opened the original of E2." in room.text(ANA)
    assert await opened(room, ref) == [("arbitrator", ana.id, 2, room.now)]
    for party in (MIA, SAM):
        assert room.got[party] == []
        await room.say(party, f"/record {ref}")
        assert "The arbitrator opened the original of evidence E2." in room.text(party)


async def test_each_time_is_on_record(room) -> None:
    ref = await disputed(room)
    for exhibit in ("E2", "e2", "2"):
        await room.say(ANA, f"/original {ref} {exhibit}")
        await room.tap(ANA, "Open the original")
    assert [each[2] for each in await opened(room, ref)] == [2, 2, 2]


async def test_whole_record_offers_the_originals_too(room) -> None:
    ref = await disputed(room)
    await room.say(ANA, f"/casefile {ref}")
    assert "E2" in room.labels(ANA)


async def test_case_file_brings_the_originals_and_that_is_on_record_too(room) -> None:
    ref = await disputed(room)
    await room.say(ANA, f"/casefile {ref}")
    assert len(room.bodies(ANA, Dossier)) == 1
    assert [each[2] for each in await opened(room, ref)] == [2]

    await room.say(ANA, f"/release {ref}")
    await room.say(ANA, f"/casefile {ref}")

    assert room.bodies(ANA, Dossier) == []
    assert "Originals are for the arbitrator who has the case. Take the case first." in room.text(ANA)
    assert len(await opened(room, ref)) == 1


async def test_exhibit_is_asked_for_when_it_was_not_named(room) -> None:
    await disputed(room)
    for typed in ("/original", "/original E9", "/original E3 please"):
        await room.say(ANA, typed)
        assert room.labels(ANA) == ["E1 · The buyer", "E2 · The buyer", "Cancel"]
    await room.tap(ANA, "E1 · The buyer")
    await room.tap(ANA, "Open the original")
    [body] = room.bodies(ANA, Exhibits)
    assert [(file.kept, file.name) for file in body.files] == [("01" * 32, "E1-original.jpg")]


async def test_nothing_is_opened_without_being_sure(room) -> None:
    ref = await disputed(room)
    await room.say(ANA, f"/original {ref} E2")
    await room.say(ANA, "yes")
    assert "Please tap the button to confirm, or Cancel." in room.text(ANA)
    await room.tap(ANA, "Cancel")
    assert await opened(room, ref) == []
    assert not any(body.are_originals for _, out in room.ever[ANA] if isinstance(body := out.body, Exhibits))


@pytest.mark.parametrize("who", [MIA, SAM, ZOE])
async def test_who_is_no_arbitrator_is_told_nothing(room, who: int) -> None:
    ref = await disputed(room)

    await room.say(who, f"/original {ref} E2")

    assert room.text(who) == "“/original” is not something you can do here. /help shows what is."
    await room.say(who, f"/evidence {ref}")
    assert room.labels(who).count("E2") == 0
    assert await opened(room, ref) == []


async def test_another_arbitrator_sees_no_such_case(room) -> None:
    ref = await disputed(room)
    await room.say(BEN, f"/original {ref[:3]}-{ref[3:]} E2")
    foreign = room.text(BEN)
    await room.say(BEN, "/original ZZZ-ZZZ E2")
    assert room.text(BEN) == foreign == "There is no such case among yours. /cases shows them all."


async def test_arbitrator_who_sells_or_buys_in_the_case_is_a_party_there(room) -> None:
    ref = await disputed(room)
    await room.employ(SAM, stores=["Acme"], is_arbitrator=True)
    await room.say(SAM, f"/original {ref} E2")
    assert room.text(SAM) == "“/original” is not something you can do here. /help shows what is."


async def test_case_in_the_queue_has_to_be_taken_first(room) -> None:
    ref = await disputed(room)
    await room.say(ANA, f"/original {ref} E2")
    asked = room.button(ANA, "Open the original")
    await room.say(ANA, f"/release {ref}")

    for who in (ANA, BEN):
        await room.say(who, f"/original {ref} E2")
        assert "Originals are for the arbitrator who has the case. Take the case first." in room.text(who)
        await room.say(who, f"/evidence {ref}")
        assert "E2" not in room.labels(who)
    await room.press(ANA, asked)
    assert "Originals are for the arbitrator who has the case. Take the case first." in room.text(ANA)
    assert await opened(room, ref) == []


async def test_nothing_to_open_before_anything_was_looked_into(room) -> None:
    ref = await room.claim()
    await room.arbitrated(ref)
    await room.say(ANA, f"/original {ref}")
    assert room.text(ANA) == "No original is kept in this case: nothing was shown yet, or it could not be used."
    await room.say(ANA, f"/evidence {ref}")
    assert room.labels(ANA) == []


async def test_original_that_is_gone_by_the_time_of_the_tap(room) -> None:
    ref = await disputed(room)
    await room.say(ANA, f"/original {ref} E2")
    async with room.db.work() as work:
        item = (await work.evidence.of(ref))[1]
        await work.evidence.save(ref, replace(item, sha256="", refused="gone"))

    await room.tap(ANA, "Open the original")

    assert "The original of this exhibit is not kept any more." in room.text(ANA)
    assert await opened(room, ref) == []
    assert room.bodies(ANA, Exhibits) == []


async def test_case_that_has_ended_can_still_be_looked_into_by_its_arbitrator(room) -> None:
    ref = await disputed(room)
    await room.say(MIA, f"/withdraw {ref}")
    await room.tap(MIA, "Yes, withdraw it")
    assert not (await room.case(ref)).is_open

    await room.say(ANA, "/original E2")
    await room.tap(ANA, "Open the original")

    assert [each[2] for each in await opened(room, ref)] == [2]
