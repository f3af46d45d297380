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


async def test_reply_says_which_case(room) -> None:
    first, _ = await two_cases(room)

    await room.say(MIA, "About the first one.", reply_to=room.message_about(MIA, first))

    assert heard(room, SAM) == [(f"The buyer writes · {dashed(first)}", "About the first one.")]
    assert (await room.person(MIA)).open_ref == first


async def test_case_last_opened_is_meant_without_a_reply(room) -> None:
    first, second = await two_cases(room)

    await room.say(MIA, "Hello?")
    assert heard(room, SAM) == [(f"The buyer writes · {dashed(second)}", "Hello?")]
    await room.say(MIA, f"/case {first}")
    await room.say(MIA, "And this?")
    assert heard(room, SAM) == [(f"The buyer writes · {dashed(first)}", "And this?")]


async def test_only_open_case_is_meant(room) -> None:
    ref = await room.claim()

    await room.say(SAM, "We look into it.")  # has never opened it

    assert heard(room, MIA) == [(f"The seller writes · {dashed(ref)}", "We look into it.")]
    assert "Passed on to the buyer" in room.text(SAM)


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


async def test_files_wait_as_well(room) -> None:
    _, second = await two_cases(room)
    await room.say(SAM, "See here", PHOTO)

    await room.press(SAM, f"1:a:case::ref:{second}")

    assert (await room.facts(second))[-1] == "EvidenceAdded"
    assert "Filed as evidence: E2." in room.text(SAM)


async def test_command_goes_on_with_its_words_once_the_case_is_named(room) -> None:
    first, second = await two_cases(room)
    await room.say(SAM, "/refuse It was fine.")
    assert [question.prompt for question in room.bodies(SAM, Question)] == [WHICH]

    await room.press(SAM, f"1:a:case::ref:{first}")

    assert (await room.case(first)).refusal == "It was fine."
    assert (await room.case(second)).refusal == ""


async def test_only_case_that_a_command_suits_is_meant(room) -> None:
    first, second = await two_cases(room)
    await room.say(SAM, f"/refuse {first} It was fine.")
    await room.say(MIA, f"/case {second}")

    await room.say(MIA, "/escalate Please help.")

    assert [(await room.case(ref)).state.value for ref in (first, second)] == ["escalated", "awaiting_seller"]


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


async def test_case_that_cannot_do_it_says_why(room) -> None:
    await room.claim()

    await room.say(MIA, "/ship DHL 12345")

    assert "“I have sent it back” is not possible now: Waiting for the seller's answer." in room.text(MIA)
    assert "You can: " in room.text(MIA)


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


async def test_reply_to_another_case_is_passed_on_and_the_open_question_stays(room) -> None:
    first, second = await two_cases(room)
    await room.say(SAM, f"/refuse {first}")
    assert await room.draft(SAM) == [("refuse", "words")]

    await room.say(SAM, "It is on its way.", reply_to=room.message_about(SAM, second))

    assert heard(room, MIA) == [(f"The seller writes · {dashed(second)}", "It is on its way.")]
    assert (await room.case(first)).refusal == ""
    assert await room.draft(SAM) == [("refuse", "words")]


async def test_edit_of_something_passed_on_corrects_it_and_of_an_answer_comes_too_late(room) -> None:
    ref = await room.claim()
    message = await room.say(MIA, "Helo")

    await room.say(MIA, "Hello", edits=message)
    assert [(type(out.body).__name__, out.body.text, out.body.message) for out in room.got[SAM]] == [
        ("Correction", "Hello", message)
    ]
    assert (await room.facts(ref))[-1] == "MessagePassedOn"

    await room.say(MIA, "/help", edits=message)  # an edit is no command
    assert room.got[MIA] == []
    await room.say(MIA, "What?", edits=7)
    assert "That message has been dealt with already" in room.text(MIA)
