"""How long each state waits, and when its owner is reminded."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations.cases.case import default_move
from conversations.cases.claim import Reason, Remedy
from conversations.cases.deadlines import DEFAULTS, next_alarm, reminders
from conversations.cases.lifecycle import moves_open
from conversations.cases.money import Money
from conversations.cases.roles import Role
from conversations.cases.states import ENDS, State

T = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

#: The design's table: state, limit of the default pack, what the clock then does.
LIMITS = {
    State.AWAITING_SELLER: (48 * HOUR, "approve"),
    State.NEGOTIATING: (24 * HOUR, "lapse"),
    State.AT_ODDS: (7 * DAY, "close"),
    State.AWAITING_RETURN: (7 * DAY, "close"),
    State.RETURNING: (10 * DAY, "receive"),
    State.AWAITING_REPLACEMENT: (7 * DAY, "breach"),
    State.REPLACING: (10 * DAY, "receive_goods"),
    State.AWAITING_REFUND: (7 * DAY, "breach"),
    State.REFUNDING: (3 * DAY, "confirm_refund"),
    State.BREACHED: (24 * HOUR, "remind"),
    State.ESCALATED: (24 * HOUR, "remind"),
    State.ARBITRATION: (48 * HOUR, "release"),
    State.EVIDENCE_REQUESTED: (72 * HOUR, "silent"),
    State.RULED: (3 * DAY, "stand"),
}


def test_limits_name_every_state_that_waits():
    assert set(LIMITS) == set(State) - ENDS == set(DEFAULTS)


@pytest.mark.parametrize("state", list(LIMITS))
def test_each_state_waits_as_long_as_the_design_says(build, state):
    case = build.at(state)

    assert case.state is state
    assert case.due_at == case.since + LIMITS[state][0]
    assert default_move(case).move == LIMITS[state][1]


@pytest.mark.parametrize("state", list(LIMITS))
def test_the_clock_can_make_its_default_move_in_each_state(build, state):
    case = build.at(state)

    moved = build.moved(case, default_move(case).move, build.clock, after=LIMITS[state][0])

    assert moved.case.position.turn == case.position.turn + 1


@pytest.mark.parametrize("state", list(LIMITS))
def test_the_clocks_move_is_one_of_the_table(build, state):
    assert DEFAULTS[state] in moves_open(build.at(state).position, Role.CLOCK)


@pytest.mark.parametrize("state", sorted(ENDS))
def test_an_end_waits_for_nothing(build, state):
    case = build.at(state)

    assert (case.due_at, case.ended_at, case.is_open) == (None, case.since, False)


@pytest.mark.parametrize(
    ("claim", "paid", "move"),
    [
        ({}, Money(7000, "USD"), "approve"),
        ({}, Money(7001, "USD"), "escalate"),
        ({}, Money(6500, "EUR"), "approve"),
        ({}, Money(6501, "EUR"), "escalate"),
        ({}, Money(10000, "JPY"), "approve"),
        ({}, Money(10001, "JPY"), "escalate"),
        ({}, Money(1, "BRL"), "escalate"),
        ({}, Money(0, "BRL"), "escalate"),
        ({"is_used": True}, Money(4000, "USD"), "escalate"),
        ({"remedy": Remedy.REFUND, "reason": Reason.FAULTY, "evidence": 1}, Money(4000, "USD"), "approve"),
        ({"remedy": Remedy.REFUND, "reason": Reason.NOT_ARRIVED}, Money(4000, "USD"), "escalate"),
    ],
)
def test_silence_approves_an_eligible_claim_up_to_the_cap_and_escalates_any_other(build, claim, paid, move):
    case = build.open(paid=paid, **claim).case

    assert default_move(case).move == move


@pytest.mark.parametrize(
    ("claim", "move"),
    [({}, "escalate"), ({"remedy": Remedy.REFUND, "reason": Reason.FAULTY, "evidence": 1}, "approve")],
)
def test_silence_approves_no_return_where_nobody_knows_where_it_goes(build, claim, move):
    assert default_move(build.case(**claim), has_address=False).move == move


def test_silence_never_costs_a_buyer_the_return_that_the_store_gave_no_address_for(build):
    waiting, returning = build.case(), build.at(State.AWAITING_RETURN)
    refund = build.case(remedy=Remedy.REFUND, reason=Reason.FAULTY, evidence=1)

    assert default_move(waiting, has_address=False).move == "escalate"
    assert default_move(returning, has_address=False).move == "escalate"
    assert default_move(returning).move == "close"
    assert default_move(refund, has_address=False).move == "approve"


@pytest.mark.parametrize(
    ("wait", "at"),
    [
        (10 * DAY, (5 * DAY, 9 * DAY)),
        (20 * DAY, (10 * DAY, 19 * DAY)),
        (48 * HOUR, (24 * HOUR, 43.2 * HOUR)),
        (100 * timedelta(seconds=1), (timedelta(seconds=50), timedelta(seconds=90))),
    ],
)
def test_reminders_come_at_half_time_and_a_day_or_a_tenth_before(wait, at):
    assert reminders(T, T + wait) == tuple(T + after for after in at)


@pytest.mark.parametrize(
    ("after", "rings"),
    [
        (timedelta(0), 5 * DAY),
        (5 * DAY - timedelta(seconds=1), 5 * DAY),
        (5 * DAY, 9 * DAY),
        (9 * DAY - timedelta(seconds=1), 9 * DAY),
        (9 * DAY, 10 * DAY),
        (10 * DAY, 10 * DAY),
        (11 * DAY, 10 * DAY),
    ],
)
def test_next_alarm_is_the_next_reminder_else_the_end(after, rings):
    assert next_alarm(State.RETURNING, T, T + 10 * DAY, after=T + after) == T + rings


@pytest.mark.parametrize("state", [State.ESCALATED, State.BREACHED])
def test_where_the_end_is_a_reminder_there_is_none_before_it(state):
    assert next_alarm(state, T, T + DAY, after=T) == T + DAY


# --- when the wait begins anew ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "name", "who", "what"),
    [
        (State.NEGOTIATING, "offer", "buyer", {"terms"}),
        (State.ESCALATED, "remind", "clock", set()),
        (State.BREACHED, "remind", "clock", set()),
    ],
)
def test_a_counter_offer_and_a_reminder_start_the_wait_anew(build, state, name, who, what):
    case = build.at(state)

    after = build.moved(case, name, getattr(build, who), after=HOUR, **({"terms": build.terms()} if what else {})).case

    assert (after.state, after.since) == (state, case.since + HOUR)
    assert after.due_at == case.due_at + HOUR


@pytest.mark.parametrize(
    ("state", "name", "who", "what"),
    [
        (State.ESCALATED, "offer", "seller", {}),
        (State.ARBITRATION, "offer", "buyer", {}),
        (State.ARBITRATION, "propose", "arbitrator", {}),
        (State.EVIDENCE_REQUESTED, "offer", "seller", {}),
        (State.AWAITING_REPLACEMENT, "offer", "seller", {}),
    ],
)
def test_an_offer_beside_the_state_leaves_the_clock_alone(build, state, name, who, what):
    case = build.at(state)

    after = build.moved(case, name, getattr(build, who), after=HOUR, terms=build.terms()).case

    assert (after.state, after.since, after.due_at) == (state, case.since, case.due_at)


def test_the_first_acceptance_of_a_ruling_leaves_the_clock_alone(build):
    case = build.at(State.RULED)

    after = build.moved(case, "accept", build.seller, after=HOUR).case

    assert (after.state, after.due_at) == (State.RULED, case.due_at)


@pytest.mark.parametrize("state", [State.AWAITING_REFUND, State.BREACHED])
def test_a_part_of_a_refund_leaves_the_clock_alone(build, state):
    case = build.at(state)

    after = build.moved(case, "refund", build.seller, after=HOUR, amount=build.usd(100)).case

    assert (after.state, after.due_at) == (state, case.due_at)


def test_a_refund_is_due_seven_days_after_the_goods_are_back(build):
    """§2 gives the seller seven days from the return."""
    case = build.at(State.RETURNING)

    back = build.moved(case, "receive", build.seller, after=3 * DAY).case

    assert (back.state, back.due_at) == (State.AWAITING_REFUND, case.since + 10 * DAY)


def test_a_refund_without_goods_is_due_seven_days_after_the_agreement(build):
    case = build.case(remedy=Remedy.REFUND, reason=Reason.FAULTY, evidence=1)

    agreed = build.moved(case, "approve", build.seller, after=HOUR).case

    assert (agreed.state, agreed.due_at) == (State.AWAITING_REFUND, build.opened + HOUR + 7 * DAY)
