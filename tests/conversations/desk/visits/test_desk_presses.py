"""Buttons: of old cards, of other people's cases, of other versions, under questions dealt with."""

from conversations import presses
from conversations.messages import Card, Placing, Question, Toast
from conversations.phrase import Phrase

MIA, SAM, ANA, BEN, ZOE = 1, 2, 3, 4, 5
NO_CASE = Phrase("There is no such case among yours. /cases shows them all.")


async def test_button_of_an_old_card_shows_where_the_case_stands_now(room) -> None:
    ref = await room.claim()
    old = room.button(SAM, "Approve")
    await room.say(SAM, f"/offer {ref} compensation 5")
    await room.tap(SAM, "Make the offer")
    before = await room.case(ref)

    await room.press(SAM, old)

    [toast, card] = room.got[SAM]
    assert toast.body.text == Phrase("This has moved on; here is where the case stands now.")
    assert isinstance(card.body, Card)
    assert card.placing is Placing.BELOW
    assert await room.case(ref) == before
    assert await room.draft(SAM) == []


async def test_button_of_somebody_elses_case_answers_exactly_like_an_absent_one(room) -> None:
    ref = await room.claim()
    turn = (await room.case(ref)).position.turn
    answers = []
    for tried in (ref, "ZZZZZZ"):
        for do in (presses.MovePress(tried, turn, "approve"), presses.CommandPress("case", tried)):
            await room.press(ZOE, presses.write(do))
            answers.append(
                [(type(out.body), getattr(out.body, "text", None), room.reads(ZOE, out)) for out in room.got[ZOE]]
            )

    assert answers[0] == answers[2] == [(Toast, NO_CASE, room.plain(ZOE, NO_CASE))]
    assert answers[1] == answers[3]
    assert (await room.person(ZOE)).open_ref == ""


async def test_command_naming_somebody_elses_case_answers_exactly_like_an_absent_one(room) -> None:
    ref = await room.claim()
    named = f"{ref[:3]}-{ref[3:]}"
    for command in ("case", "record", "evidence", "reply", "withdraw", "problem", "rate"):
        await room.say(ZOE, f"/{command} {named}")
        theirs = room.text(ZOE)
        await room.say(ZOE, f"/{command} ZZZ-ZZZ")
        assert theirs == room.text(ZOE) == room.plain(ZOE, NO_CASE), command


async def test_button_of_another_version_says_so(room) -> None:
    await room.press(ZOE, "0:m:whatever")

    [toast] = room.bodies(ZOE, Toast)
    assert toast.is_alert
    assert "older version" in room.text(ZOE)


async def test_button_under_a_question_dealt_with_does_nothing(room) -> None:
    ref = await room.claim()
    await room.tap(SAM, "Approve")
    yes = room.button(SAM, "Yes, approve")
    await room.press(SAM, yes)
    approved = await room.case(ref)

    await room.press(SAM, yes)

    assert room.text(SAM) == "This question has been dealt with already."
    assert await room.case(ref) == approved


async def test_button_under_an_earlier_question_shows_the_open_one(room) -> None:
    await room.say(MIA, "/new 1001")
    await room.say(MIA, "1")
    refund = room.button(MIA, "Refund")
    await room.press(MIA, refund)

    await room.press(MIA, refund)

    assert room.bodies(MIA, Toast)[0].text == Phrase("This question has moved on; here is the open one.")
    assert room.bodies(MIA, Question)[0].prompt == Phrase("What went wrong?")


async def test_back_takes_the_last_answer_back_and_cancel_changes_nothing(room) -> None:
    await room.say(MIA, "/new 1001")
    await room.say(MIA, "1")
    await room.tap(MIA, "Refund")
    await room.tap(MIA, "‹ Back")
    assert room.bodies(MIA, Question)[0].prompt == Phrase("What would you like?")

    await room.tap(MIA, "Cancel")

    assert "Stopped. Nothing has been changed." in room.text(MIA)
    assert await room.draft(MIA) == []
    await room.say(MIA, "/cancel")
    assert "There is nothing to stop." in room.text(MIA)


async def test_question_begun_before_the_case_moved_on_is_not_carried_out(room) -> None:
    ref = await room.claim()
    await room.tap(SAM, "Approve")
    await room.say(MIA, f"/withdraw {ref}")
    await room.tap(MIA, "Yes, withdraw it")

    await room.tap(SAM, "Yes, approve")

    assert "The case has moved on meanwhile, so this was not done." in room.text(SAM)
    assert (await room.facts(ref))[-1] == "ClaimWithdrawn"


async def test_acceptance_binds_to_the_offer_it_was_begun_for(room) -> None:
    ref = await room.claim()
    await room.arbitrated(ref)
    await room.say(ANA, f"/propose {ref} compensation 15")
    await room.tap(ANA, "Propose it")
    await room.tap(MIA, "Accept")
    await room.say(ANA, f"/propose {ref} compensation 1")
    await room.tap(ANA, "Propose it")
    before = await room.case(ref)
    assert before.position.offer.terms.amount.minor == 100

    await room.tap(MIA, "Yes, accept")

    assert "The case has moved on meanwhile, so this was not done." in room.text(MIA)
    assert await room.case(ref) == before
