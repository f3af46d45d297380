"""Buttons that are not ours, orders that were guessed at too often, and words for cases that have ended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations import presses
from conversations.cases.states import State
from conversations.desk import floods
from conversations.desk.floods import Limit
from conversations.dialogs import dialog as dialogs
from conversations.messages import Card, Pressed, Toast
from conversations.presses import AnswerPress, CommandPress, MovePress

GONE_ON = "This has moved on. Please use the newest message, or /cases."


async def forged(house, chat, do: str) -> Toast:
    await house.receive(chat, Pressed(query="q", do=do, message=1, is_ours=False))
    [toast] = chat.bodies(Toast)
    return toast


@pytest.mark.parametrize(
    "press",
    [
        MovePress("A7KQ2M", 0, "approve"),
        AnswerPress("approve", "sure", "yes", "A7KQ2M"),
        CommandPress("case", "A7KQ2M"),
    ],
)
async def test_button_that_is_not_ours_shows_where_the_case_stands_to_who_may_see_it(house, seller, buyer, at, press):
    case = await at(State.AWAITING_SELLER)
    stranger = await house.person(700, "Xi")

    toast = await forged(house, seller, presses.write(press))
    assert house.plain(toast.text) == "This has moved on; here is where the case stands now."
    assert len(seller.bodies(Card)) == 1
    toast = await forged(house, stranger, presses.write(press))
    assert (house.plain(toast.text), len(stranger.now)) == (GONE_ON, 1)

    assert await house.case("A7KQ2M") == case
    assert await house.dialogs(seller) == ()
    assert await house.journal("A7KQ2M") == []


@pytest.mark.parametrize(
    "do", ["", "1:c:new:", "1:a:intake::remedy:return", "1:m:\0\ud800:1:x", "hello", "1:c:join:abc"]
)
async def test_button_that_is_not_ours_and_about_nothing_does_nothing(house, buyer, do):
    toast = await forged(house, buyer, do)

    assert (house.plain(toast.text), toast.is_alert, len(buyer.now)) == (GONE_ON, True, 1)
    assert await house.dialogs(buyer) == ()


async def guess(house, number: str, code: str, address: int) -> str:
    chat = await house.person(address, f"P{address}")
    await chat.say(f"/new {number}")
    await chat.say(code)
    return chat.asks or chat.read


@pytest.fixture
def three(monkeypatch):
    monkeypatch.setattr(floods, "ORDER_GUESSES", Limit(3, timedelta(days=1)))


async def test_order_that_many_have_guessed_at_is_shut_without_a_word(house, operator, three):
    wrong = [await guess(house, number, "NOPE", 1000 + n) for n, number in enumerate(("1001", "#1001"))]
    assert operator.heard == []
    wrong.append(await guess(house, " 1001", "NOPE", 1002))
    assert "Order 1001: 3 wrong codes within a day. Until 2026-03-03 09:00 no code is accepted" in operator.read
    wrong.append(await guess(house, "1001", "K7Q2-MX4P", 1003))  # the right one
    assert len(set(wrong)) == len({"1001", "#1001"})
    assert len(operator.heard) == 1

    house.time += timedelta(days=1, seconds=1)
    assert "Which items are concerned?" in await guess(house, "1001", "K7Q2-MX4P", 1004)


async def test_absent_order_is_shut_alike(house, operator, three):
    for n in range(4):
        await guess(house, "9999", "NOPE", 1000 + n)

    assert ["9999" in house.text(out.body) for out in operator.heard] == [True]


async def test_order_with_an_empty_number_of_guesses_opens_with_its_code(house, three):
    assert "Which items are concerned?" in await guess(house, "1001", "K7Q2-MX4P", 1000)


async def test_words_that_waited_are_not_passed_on_after_the_end(house, buyer, seller, at):
    """Heated words, or words whose case had to be named, when the case ended meanwhile."""
    case = await at(State.AWAITING_SELLER)
    kept = {"words": "NEVER AGAIN", "message": 1, "files": [], "how": "as_is", "is_heated": True}
    asked = dialogs.start("reply", case.ref, **kept)
    which = dialogs.start("case", then="hear", text="hello?", message=1, files=[])
    async with house.db.work() as work:
        await work.dialogs.keep(await house.id_of(buyer), (replace(asked, step="how", answers={**kept, "how": None}),))
    await house.put(replace(house.build.at(State.CLOSED), ref=case.ref, buyer=case.buyer))
    answers = {key: value for key, value in kept.items() if key != "how"}
    async with house.db.work() as work:
        await work.dialogs.keep(await house.id_of(buyer), (replace(asked, step="how", answers=answers),))
    await buyer.press(presses.write(AnswerPress("reply", "how", "as_is", case.ref)))
    assert "This case has ended" in buyer.read

    async with house.db.work() as work:
        await work.dialogs.keep(await house.id_of(buyer), (replace(which, step="ref"),))
    await buyer.press(presses.write(AnswerPress("case", "ref", case.ref)))
    assert "This case has ended" in buyer.read
    assert seller.heard == []
