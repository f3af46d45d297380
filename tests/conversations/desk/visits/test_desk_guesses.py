"""Proving an order by its code, drafts that are kept, and units that are claimed at most once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.cases.money import Money
from conversations.cases.orders import OrderKey
from conversations.messages import Question
from conversations.phrase import Phrase

MIA, SAM, ANA, BEN, ZOE = 1, 2, 3, 4, 5
LOCKED = "Too many wrong codes. Please wait an hour and try again, or ask the shop to send you the code anew."


async def the_order(room):
    async with room.db.reading() as work:
        order = await work.orders.get(OrderKey("Acme", "1001"))
    assert order is not None
    return order


async def answers_to_wrong_codes(room, number: str) -> list[str]:
    await room.say(ZOE, "/new anew")
    await room.say(ZOE, number)
    answers = [room.text(ZOE).replace(number, "#")]
    for code in ("AAAA", "BBBB", "CCCC", "DDDD", "K7Q3"):
        await room.say(ZOE, code)
        answers.append(room.text(ZOE).replace(number, "#"))
    return answers


async def test_locked_person_can_neither_begin_anew_nor_use_the_right_code_until_an_hour_has_passed(room) -> None:
    await answers_to_wrong_codes(room, "1001")
    for command in ("/new", "/new anew", "/new 1001", "/resume"):
        await room.say(ZOE, command)
        assert room.text(ZOE) == LOCKED, command
    await room.say(ZOE, "K7Q2")
    assert "Blue mug" not in room.all_text(ZOE)

    room.now += timedelta(hours=1, seconds=1)
    await room.say(ZOE, "/new 1001")
    await room.say(ZOE, "k7q-2")

    assert "How many of “Blue mug”?" in room.text(ZOE)


async def test_order_number_of_two_stores_is_told_apart_by_the_code(room) -> None:
    order = await the_order(room)
    other = replace(order, key=OrderKey("Other", "1001"), code="ZZ99")
    await room.order(
        replace(
            other,
            items=(replace(order.items[0], title="Red scarf", unit_price=Money(1, "EUR")),),
            discount=Money(0, "EUR"),
            shipping=Money(0, "EUR"),
        )
    )
    await room.say(ZOE, "/new 1001")
    await room.say(ZOE, "ZZ99")
    assert "Red scarf" in room.text(ZOE)
    assert "Blue mug" not in room.all_text(ZOE)


async def test_draft_is_kept_over_other_dialogs_and_days(room) -> None:
    ref = await room.claim()
    await room.say(MIA, "/new anew")
    await room.say(MIA, "1001")
    await room.tap(MIA, "Return")
    room.now += timedelta(days=1)

    await room.say(MIA, f"/reply {ref}")
    assert await room.draft(MIA) == [("intake", "reason"), ("reply", "words")]
    await room.say(MIA, "Any news?")

    assert "Any news?" in room.text(SAM)
    assert [question.prompt for question in room.bodies(MIA, Question)] == [Phrase("What went wrong?")]
    await room.say(MIA, "/start")
    assert [question.prompt for question in room.bodies(MIA, Question)] == [Phrase("What went wrong?")]
    await room.say(MIA, "/new")
    assert "You have a claim that is not finished yet." in room.text(MIA)
    await room.tap(MIA, "Go on with the claim")
    assert [question.prompt for question in room.bodies(MIA, Question)] == [Phrase("What went wrong?")]
    await room.tap(MIA, "I changed my mind")
    assert "Are the goods unused?" in room.text(MIA)


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


async def test_resume_without_a_draft_begins_one(room) -> None:
    await room.say(ZOE, "/resume")
    assert await room.draft(ZOE) == [("intake", "number")]


@pytest.mark.parametrize("quantity", ["1", "2"])
async def test_of_two_drafts_that_race_the_second_cannot_claim_the_same_units(room, quantity: str) -> None:
    await room.order(await the_order(room), of=ZOE)
    await room.draft_claim(MIA, quantity="2")
    await room.draft_claim(ZOE, quantity=quantity)
    await room.tap(MIA, "Send the claim")

    await room.tap(ZOE, "Send the claim")

    [question] = room.bodies(ZOE, Question)
    assert question.complaint == Phrase("This question has moved on; here is the open one.")
    assert question.prompt == Phrase("Everything in this order is part of a case already.")
    async with room.db.reading() as work:
        [case] = await work.cases.of_order(OrderKey("Acme", "1001"))
    assert case.claim.items[0].quantity == 2


async def test_draft_for_more_than_is_left_is_not_sent(room) -> None:
    await room.order(await the_order(room), of=ZOE)
    await room.draft_claim(MIA, quantity="1")
    await room.draft_claim(ZOE, quantity="2")
    await room.tap(MIA, "Send the claim")

    await room.tap(ZOE, "Send the claim")

    async with room.db.reading() as work:
        [case] = await work.cases.of_order(OrderKey("Acme", "1001"))
    assert case.claim.items[0].quantity == 1
    assert (await room.draft(ZOE))[-1][1] != "sure"


async def test_two_drafts_for_one_unit_each_both_become_cases(room) -> None:
    await room.order(await the_order(room), of=ZOE)
    await room.draft_claim(MIA)
    await room.draft_claim(ZOE)
    for who in (MIA, ZOE):
        await room.tap(who, "Send the claim")

    async with room.db.reading() as work:
        cases = await work.cases.of_order(OrderKey("Acme", "1001"))
    assert sorted((case.paid.minor, case.claim.items[0].quantity) for case in cases) == [(2000, 1), (2000, 1)]
