"""Which case free words and commands are about, and what becomes of words that wait for the answer."""

from conversations.cases.evidence import File, FileKind
from conversations.messages import Question, Speech
from conversations.phrase import Phrase

MIA, SAM, ANA, BEN, ZOE = 1, 2, 3, 4, 5
PHOTO = File(kind=FileKind.PHOTO, file_id="f", unique_id="u", size=10)
WHICH = Phrase("Which case is this about?")


async def two_cases(room) -> tuple[str, str]:
    return await room.claim(), await room.claim()


def heard(room, who: int) -> list[tuple[str, str]]:
    """What was relayed: who speaks about which case, and what."""
    return [(room.plain(who, speech.speaker), speech.text) for speech in room.bodies(who, Speech)]


def dashed(ref: str) -> str:
    return f"{ref[:3]}-{ref[3:]}"


async def test_words_wait_while_it_is_asked_which_case_they_are_about(room) -> None:
    first, _ = await two_cases(room)
    message = await room.say(SAM, "Which colour is it?")
    assert [question.prompt for question in room.bodies(SAM, Question)] == [WHICH]
    assert room.got[MIA] == []

    await room.say(SAM, "/help")  # and whatever comes between
    await room.press(SAM, f"1:a:case::ref:{first}")

    [speech] = room.bodies(MIA, Speech)
    assert (speech.text, speech.source, speech.message) == ("Which colour is it?", SAM, message)
    assert (await room.facts(first))[-1] == "MessagePassedOn"


async def test_somebody_without_a_case_is_shown_where_to_begin(room) -> None:
    await room.say(ZOE, "My mug is broken")
    assert "Tell us what is wrong with an order" in room.text(ZOE)
    assert "Report a problem" in room.labels(ZOE)

    await room.say(ZOE, "/record")
    assert "You have no case for that now." in room.text(ZOE)
    await room.say(ZOE, "/withdraw")
    assert "None of your cases can do “Withdraw the claim” now." in room.text(ZOE)
    await room.say(ZOE, "/cases")
    assert "You have no cases." in room.text(ZOE)


async def test_words_after_the_end_are_not_passed_on(room) -> None:
    ref = await room.claim()
    await room.say(MIA, "/withdraw")
    await room.tap(MIA, "Yes, withdraw it")

    await room.say(MIA, "One more thing", reply_to=room.message_about(MIA, ref))
    assert room.text(MIA) == "This case has ended, so nothing more is passed on in it."
    assert room.got[SAM] == []
    await room.say(MIA, f"/reply {ref} One more thing")
    assert room.text(MIA) == "This case has ended, so nothing more is passed on in it."
    assert (await room.facts(ref))[-1] == "ClaimWithdrawn"
