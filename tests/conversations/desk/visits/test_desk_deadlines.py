"""Silence: alarms that ring too early, in time, after somebody acted, and what the clock then does."""

from datetime import timedelta

from conversations.cases.deadlines import reminders
from conversations.cases.states import State

MIA, SAM, ANA, BEN, ZOE = 1, 2, 3, 4, 5
SECOND = timedelta(seconds=1)


async def test_alarm_after_somebody_acted_changes_nothing(room) -> None:
    ref = await room.claim()
    due = (await room.case(ref)).due_at
    room.now = due - SECOND
    await room.say(SAM, f"/refuse {ref} It was fine.")
    before, facts = await room.case(ref), await room.facts(ref)
    room.now = due

    await room.ring(ref)  # the alarm of the wait that is over

    assert await room.case(ref) == before
    assert await room.facts(ref) == facts
    assert dict(room.got) == {}


async def test_alarm_of_a_case_that_ended_or_never_was_changes_nothing(room) -> None:
    ref = await room.claim()
    await room.say(MIA, f"/withdraw {ref}")
    await room.tap(MIA, "Yes, withdraw it")
    before = await room.case(ref)

    await room.ring(ref)
    await room.ring("ZZZZZZ")

    assert await room.case(ref) == before
    assert dict(room.got) == {}


async def test_owner_is_reminded_with_the_time_left_and_nobody_else(room) -> None:
    ref = await room.claim()
    case = await room.case(ref)
    half, last = reminders(case.since, case.due_at)

    room.now = half
    await room.ring(ref)
    assert "A reminder: this case waits for you." in room.text(SAM)
    assert "Time left: 24 hours." in room.text(SAM)
    room.now = last
    await room.ring(ref)

    assert "A reminder: this case waits for you." in room.text(SAM)
    assert room.got[MIA] == []
    assert (await room.facts(ref))[-2:] == ["OwnerReminded", "OwnerReminded"]
    assert (await room.case(ref)) == case


async def test_silent_seller_is_taken_to_approve_what_the_policy_supports(room) -> None:
    ref = await room.claim(remedy="Return")
    room.now = (await room.case(ref)).due_at

    await room.ring(ref)

    assert (await room.case(ref)).state is State.AWAITING_RETURN
    assert "The seller did not answer in time, so the claim counts as approved." in room.text(MIA)
    assert "Hafenstr. 12, 20457 Hamburg" in room.text(MIA)
    await room.ring(ref)  # twice is once
    assert (await room.facts(ref))[-1] == "ClaimApproved"


async def test_return_is_not_approved_by_default_without_a_return_address(room) -> None:
    await room.address("")
    ref = await room.claim(remedy="Return")
    room.now = (await room.case(ref)).due_at

    await room.ring(ref)

    assert (await room.case(ref)).state is State.ESCALATED
    assert "so an arbitrator has been called." in room.text(MIA)
    assert (await room.facts(ref))[-1] == "CaseEscalated"


async def test_refund_without_goods_back_is_approved_by_default_without_any_address(room) -> None:
    await room.address("")
    ref = await room.claim()
    room.now = (await room.case(ref)).due_at

    await room.ring(ref)

    assert (await room.case(ref)).state is State.AWAITING_REFUND


async def test_approval_asks_for_the_return_address_that_is_missing_and_keeps_it(room) -> None:
    await room.address("")
    ref = await room.claim(remedy="Return")
    await room.say(SAM, f"/approve {ref}")
    assert "Where should returns to your store be sent?" in room.text(SAM)
    await room.say(SAM, "Kaistr. 1")
    assert (await room.case(ref)).state is State.AWAITING_SELLER
    await room.say(SAM, "Kaistr. 1, 24114 Kiel, Sam, +49 431 1")
    await room.tap(SAM, "Yes, approve")

    assert (await room.case(ref)).state is State.AWAITING_RETURN
    assert "Kaistr. 1, 24114 Kiel, Sam, +49 431 1" in room.text(MIA)
    second = await room.claim(remedy="Return")
    await room.say(SAM, f"/approve {second}")
    assert "Approve the claim?" in room.text(SAM)  # not asked again


async def test_ruling_for_a_store_without_an_address_asks_its_seller_and_shows_the_buyer(room) -> None:
    await room.address("")
    ref = await room.claim()
    await room.arbitrated(ref)
    await room.say(ANA, f"/rule {ref} return_refund 20 The photo shows a broken handle.")
    await room.tap(ANA, "The buyer")
    await room.say(ANA, "1")
    await room.tap(ANA, "Go on")
    await room.tap(ANA, "Give the ruling")
    room.now = (await room.case(ref)).due_at
    await room.ring(ref)
    assert (await room.case(ref)).state is State.AWAITING_RETURN
    assert "before your store names a return address" in room.text(SAM)

    await room.tap(SAM, "Give the return address")
    await room.say(SAM, "Kaistr. 1, 24114 Kiel, Sam, +49 431 1")

    assert "Returns to your store will be sent there." in room.text(SAM)
    assert "Kaistr. 1, 24114 Kiel, Sam, +49 431 1" in room.text(MIA)


async def test_arbitrators_are_reminded_again_every_day_and_lose_a_case_they_let_lie(room) -> None:
    ref = await room.claim()
    await room.escalated(ref)
    for _ in range(2):
        room.now = (await room.case(ref)).due_at
        await room.ring(ref)
        assert "This case still waits for an arbitrator." in room.text(ANA)
        assert "This case still waits for an arbitrator." in room.text(BEN)
    await room.say(ANA, f"/take {ref}")
    room.now = (await room.case(ref)).due_at

    await room.ring(ref)

    case = await room.case(ref)
    assert (case.state, case.arbitrator, case.is_late) == (State.ESCALATED, None, True)
    assert "The arbitrator ran out of time; another one will take the case." in room.text(MIA)
    assert "Waiting for another arbitrator: the last one ran out of time" in room.text(BEN)
