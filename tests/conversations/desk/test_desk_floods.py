"""Floods: who sends too much has to wait, is told once and kindly, and loses nothing that the policy promises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.cases.orders import OrderKey
from conversations.cases.states import State
from conversations.desk import floods
from conversations.desk.floods import Limit
from conversations.messages import Notice

HELD = "You have sent 3 messages in a short time. Until 2026-03-02 09:10 no more are passed on"


@pytest.fixture
def three(monkeypatch):
    monkeypatch.setattr(floods, "MESSAGES", Limit(3, timedelta(minutes=10)))


async def test_more_messages_than_anybody_reads_are_held_back_and_that_is_told_once(house, at, buyer, seller, three):
    await at(State.AT_ODDS)
    for n in range(3):
        await buyer.say(f"word {n}")
        assert f"word {n}" in seller.read

    await buyer.say("one too many")
    assert HELD in buyer.read
    assert seller.now == []
    await buyer.say("and another")
    await house.posted(buyer, 1, "A7KQ2M")
    await buyer.edit(1, "word 0, changed")
    assert (buyer.now, seller.now) == ([], [])
    assert "".join(await house.journal("A7KQ2M")) == "MessagePassedOn" * 3

    house.time += timedelta(minutes=10, seconds=1)
    await buyer.say("and again")
    assert "and again" in seller.read
    assert "one too many" not in seller.everything


async def test_the_limit_is_of_one_person_in_one_case(house, at, buyer, seller, three):
    await at(State.AT_ODDS)
    other = replace(house.build.order(), key=OrderKey("Acme", "1002"))
    await house.add(other)
    case = await at(State.AT_ODDS, ref="BBBBBB", case=None)
    await house.put(replace(case, claim=replace(case.claim, order=other.key)))
    for n in range(4):
        await buyer.say(f"/reply A7K-Q2M word {n}")
    assert HELD in buyer.everything

    await buyer.say("/reply BBB-BBB elsewhere")
    assert "elsewhere" in seller.read
    await seller.say("/reply A7K-Q2M here")
    assert "here" in buyer.read


async def test_evidence_that_there_is_room_for_is_never_held_back(house, at, buyer, photo, three):
    case = await at(State.AT_ODDS)
    for n in range(4):
        await buyer.say(f"word {n}")
    assert HELD in buyer.read

    for n in range(case.limits.files):
        await buyer.say("", photo(n))
        assert f"Filed as evidence: E{n + 1}." in buyer.read
    await buyer.say("", photo(99))
    assert buyer.now == []


async def test_ready_words_count_as_messages_and_moves_and_answers_do_not(house, at, buyer, seller, arbitrator, three):
    await at(State.EVIDENCE_REQUESTED)
    for n in range(4):
        await seller.say(f"word {n}")
    assert HELD in seller.read
    await seller.say("/templates")
    await seller.tap(seller.labels[0])
    assert not any(isinstance(out.body, Notice) for out in seller.now)

    await buyer.say("the answer")
    assert "Answered" in "".join(await house.journal("A7KQ2M"))


async def test_many_new_cases_in_a_day_wait_with_their_drafts(house, buyer, claim_return, monkeypatch):
    monkeypatch.setattr(floods, "CASES", Limit(1, timedelta(days=1)))
    await claim_return()
    house.time += timedelta(hours=1)
    second = replace(house.build.order(), key=OrderKey("Acme", "1002"))
    await house.add(second)

    with pytest.raises(ValueError, match="not enough values"):  # no case came of it
        await claim_return(order=second)
    assert "You have opened 1 case within a day, the most at a time." in buyer.read
    assert "from 2026-03-03 09:00 on, and nothing is lost by waiting" in buyer.read

    house.time += timedelta(days=1)
    await buyer.tap("Go on with the claim")
    await buyer.tap("Leave out")
    await buyer.tap("Send the claim")
    assert len(await house.cases()) == 2


async def test_a_claim_that_would_be_too_late_tomorrow_does_not_wait(house, buyer, claim_return, monkeypatch):
    monkeypatch.setattr(floods, "CASES", Limit(1, timedelta(days=1)))
    await claim_return()
    opened = house.build.opened
    last_day = replace(
        house.build.order(),
        key=OrderKey("Acme", "1002"),
        purchased_at=opened - timedelta(days=14, hours=12),
        delivered_at=opened - timedelta(days=6, hours=12),
    )
    await house.add(last_day)

    await claim_return(order=last_day)

    assert len(await house.cases()) == 2
