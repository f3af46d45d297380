"""What moves a running deadline on, and whose clock stands still."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.cases.clocks import Extension, Outage, fairly, open_until, outage
from conversations.cases.deadlines import DEFAULTS, LEAST_LEFT, Held, reminds_only, time_left
from conversations.cases.facts import DeadlineExtended, GraceGiven
from conversations.cases.states import ENDS, State

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WAITING = [state for state in State if state not in ENDS]
LOSING = [state for state in WAITING if not reminds_only(state)]


def extension(case, n=1, *, begins=-HOUR, ends=HOUR, by=3 * DAY, store="", reason=""):
    """An extension whose period lies around the case's deadline."""
    return Extension(n=n, store=store, begins=case.due_at + begins, ends=case.due_at + ends, by=by, reason=reason)


# --- extensions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", WAITING)
def test_a_deadline_in_the_period_moves_on_in_every_state(build, state):
    case = build.at(state)

    moved, facts = fairly(case, extensions=[extension(case, reason="Spring Festival")])

    assert moved == replace(case, due_at=case.due_at + 3 * DAY, extensions=(1,))
    assert facts == (DeadlineExtended(3 * DAY, case.due_at + 3 * DAY, "Spring Festival"),)


def test_a_window_moves_on_for_an_outage_over_its_last_stretch_and_for_the_next_one_then(build):
    gap = Outage(build.opened, build.opened + 3 * HOUR)
    assert gap.until == build.opened + 6 * HOUR
    night = Outage(gap.until - MINUTE, gap.until + 5 * HOUR)

    assert [open_until(build.opened + after, [gap]) for after in (-SECOND, 0 * HOUR, 5 * HOUR, 6 * HOUR)] == [
        build.opened - SECOND,  # it had ended already
        gap.until,
        gap.until,
        gap.until,
    ]
    assert open_until(gap.until + SECOND, [gap]) == gap.until + SECOND
    assert open_until(build.opened, [gap, night]) == night.until


@pytest.mark.parametrize("state", sorted(ENDS))
def test_an_end_has_no_deadline_to_move(build, state):
    case = build.at(state)
    begun = build.opened
    anything = Extension(n=1, store="", begins=begun - 999 * DAY, ends=begun + 999 * DAY, by=DAY)

    assert fairly(case, extensions=[anything], outages=[Outage(begun, begun + DAY)]) == (case, ())


@pytest.mark.parametrize(
    ("begins", "ends", "is_moved"),
    [
        (0 * SECOND, 0 * SECOND, True),
        (-DAY, 0 * SECOND, True),
        (0 * SECOND, DAY, True),
        (SECOND, DAY, False),
        (-DAY, -SECOND, False),
    ],
)
def test_both_ends_belong_to_the_period(build, begins, ends, is_moved):
    case = build.case()

    moved, _ = fairly(case, extensions=[extension(case, begins=begins, ends=ends)])

    assert (moved.due_at == case.due_at + 3 * DAY) is is_moved
    assert (moved == case) is not is_moved


@pytest.mark.parametrize(("store", "is_moved"), [("Acme", True), ("", True), ("Acme 2", False), ("acme", False)])
def test_an_extension_is_for_one_store_or_for_all(build, store, is_moved):
    case = build.case()

    moved, facts = fairly(case, extensions=[extension(case, store=store)])

    assert (moved != case, bool(facts)) == (is_moved, is_moved)


def test_an_extension_counts_once_for_a_wait_though_the_deadline_stays_in_its_period(build):
    case = build.case()
    wide = extension(case, ends=99 * DAY)

    once, _ = fairly(case, extensions=[wide])

    assert once.due_at == case.due_at + 3 * DAY
    assert fairly(once, extensions=[wide]) == (once, ())


def test_a_deadline_moved_into_the_period_of_another_extension_moves_with_it_whichever_was_first(build):
    case = build.case()
    first = extension(case, 1, by=2 * DAY)
    second = extension(case, 2, begins=2 * DAY, ends=2 * DAY, by=5 * DAY)

    for both in ([first, second], [second, first]):
        moved, facts = fairly(case, extensions=both)

        assert (moved.due_at, moved.extensions) == (case.due_at + 7 * DAY, (1, 2))
        assert facts == (
            DeadlineExtended(2 * DAY, case.due_at + 2 * DAY),
            DeadlineExtended(5 * DAY, case.due_at + 7 * DAY),
        )


def test_the_next_wait_counts_its_extensions_anew(build):
    case, _ = fairly(build.case(), extensions=[extension(build.case())])

    after = build.moved(case, "approve", build.seller).case

    assert after.extensions == ()
    assert after.due_at == after.since + 7 * DAY


# --- outages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("away", "is_outage"),
    [(0 * SECOND, False), (15 * SECOND, False), (5 * MINUTE, False), (5 * MINUTE + SECOND, True), (9 * DAY, True)],
)
def test_an_absence_counts_from_five_minutes_on(build, away, is_outage):
    now = build.opened

    assert outage(now - away, now) == (Outage(now - away, now) if is_outage else None)


def test_before_the_first_sign_of_life_there_was_no_outage(build):
    assert outage(None, build.opened) is None


def test_a_clock_put_back_is_no_outage(build):
    assert outage(build.opened + DAY, build.opened) is None


@pytest.mark.parametrize(
    ("away", "grace"),
    [
        (6 * MINUTE, HOUR),
        (HOUR, HOUR),
        (HOUR + SECOND, HOUR + SECOND),
        (5 * HOUR, 5 * HOUR),
        (DAY, DAY),
        (30 * DAY, DAY),
    ],
)
def test_grace_is_as_long_as_the_absence_but_an_hour_at_least_and_a_day_at_most(build, away, grace):
    gap = Outage(build.opened, build.opened + away)

    assert (gap.grace, gap.until) == (grace, build.opened + away + grace)


@pytest.mark.parametrize("state", LOSING)
@pytest.mark.parametrize("due", [-9 * HOUR, -MINUTE, 0 * SECOND, HOUR, 3 * HOUR - SECOND])
def test_who_ran_out_of_time_meanwhile_or_soon_after_has_until_the_end_of_the_grace(build, state, due):
    case = build.at(state)
    back = case.due_at - due
    gap = Outage(back - 3 * HOUR, back)

    moved, facts = fairly(case, extensions=(), outages=[gap])

    assert moved == replace(case, due_at=back + 3 * HOUR)
    assert facts == (GraceGiven(back + 3 * HOUR, back - 3 * HOUR, back),)
    assert fairly(moved, extensions=(), outages=[gap]) == (moved, ())


@pytest.mark.parametrize("state", WAITING)
def test_who_still_has_time_enough_keeps_it_as_it_was(build, state):
    case = build.at(state)
    back = case.due_at - 3 * HOUR

    assert fairly(case, extensions=(), outages=[Outage(back - 3 * HOUR, back)]) == (case, ())


def test_a_wait_that_began_afterwards_gets_no_grace(build):
    case = build.case()

    assert fairly(case, extensions=(), outages=[Outage(case.since - 99 * DAY, case.since)]) == (case, ())


@pytest.mark.parametrize("state", sorted(set(WAITING) - set(LOSING)))
def test_where_nobody_loses_anything_the_reminder_comes_at_once(build, state):
    case = build.at(state)

    assert fairly(case, extensions=(), outages=[Outage(case.since, case.due_at + DAY)]) == (case, ())


def test_a_second_outage_within_the_grace_of_the_first_gives_grace_again(build):
    case = build.case()
    first = Outage(case.due_at - HOUR, case.due_at + HOUR)
    second = Outage(case.due_at + 2 * HOUR, case.due_at + 4 * HOUR)

    moved, facts = fairly(case, extensions=(), outages=[first, second])

    assert moved.due_at == case.due_at + 6 * HOUR
    assert [fact.due_at for fact in facts] == [case.due_at + 3 * HOUR, case.due_at + 6 * HOUR]


def test_a_short_outage_takes_nothing_from_the_grace_of_a_long_one(build):
    case = build.case()
    long = Outage(case.due_at - DAY, case.due_at)
    short = Outage(case.due_at + HOUR, case.due_at + 2 * HOUR)

    moved, _ = fairly(case, extensions=(), outages=[long, short])

    assert moved.due_at == case.due_at + DAY


def test_grace_that_ends_within_an_extensions_period_is_extended(build):
    case = build.case()
    gap = Outage(case.due_at - HOUR, case.due_at + HOUR)

    moved, facts = fairly(case, extensions=[extension(case, begins=3 * HOUR, ends=DAY)], outages=[gap])

    assert moved.due_at == case.due_at + 3 * HOUR + 3 * DAY
    assert [type(fact) for fact in facts] == [GraceGiven, DeadlineExtended]


HOURS = st.integers(-100, 100)


@given(
    state=st.sampled_from(WAITING),
    periods=st.lists(st.tuples(HOURS, st.integers(0, 200), st.integers(1, 200)), max_size=4),
    gaps=st.lists(st.tuples(HOURS, st.integers(1, 200)), max_size=3),
)
@settings(deadline=None)
def test_no_wait_is_ever_shortened_and_a_second_look_changes_nothing(build, state, periods, gaps):
    case = build.at(state)
    due = case.due_at
    extensions = [
        Extension(n=n, store="", begins=due + a * HOUR, ends=due + (a + length) * HOUR, by=by * HOUR)
        for n, (a, length, by) in enumerate(periods)
    ]
    outages = [Outage(due + a * HOUR, due + (a + length) * HOUR) for a, length in gaps]

    moved, facts = fairly(case, extensions=extensions, outages=outages)

    assert moved == replace(case, due_at=moved.due_at, extensions=moved.extensions)
    assert moved.due_at >= due and (moved.due_at > due) == bool(facts)
    again, _ = fairly(moved, extensions=extensions, outages=outages)
    assert again == moved


# --- the arbitrator's clock stands still -----------------------------------------------------------------------


def asked(build, *, after, case=None):
    case = case or build.at(State.ARBITRATION)
    return build.moved(case, "ask", build.arbitrator, after=after, party=build.buyer.role, text="When?").case


def test_a_question_stops_the_arbitrators_clock_and_starts_the_partys(build):
    case = asked(build, after=10 * HOUR)

    assert (case.held, case.due_at) == (Held(38 * HOUR), case.since + 72 * HOUR)


@pytest.mark.parametrize(("name", "who"), [("answer", "buyer"), ("silent", "clock")])
@pytest.mark.parametrize(
    ("used", "left"),
    [
        (0 * HOUR, 48 * HOUR),
        (10 * HOUR, 38 * HOUR),
        (44 * HOUR, 4 * HOUR),
        (44 * HOUR + SECOND, LEAST_LEFT),
        (47 * HOUR, LEAST_LEFT),
        (50 * HOUR, LEAST_LEFT),
    ],
)
def test_answer_and_silence_give_back_what_was_left_and_at_least_the_least(build, name, who, used, left):
    case = asked(build, after=used)

    after = build.moved(case, name, getattr(build, who), after=71 * HOUR).case

    assert (after.state, after.since) == (State.ARBITRATION, case.since + 71 * HOUR)
    assert (after.due_at, after.held) == (after.since + left, None)


def test_the_least_is_no_longer_than_the_wait_itself(build):
    case = build.at(State.ARBITRATION)
    short = replace(case.limits, waits={**case.limits.waits, State.ARBITRATION: HOUR})
    case = asked(build, after=59 * MINUTE, case=replace(case, limits=short, due_at=case.since + HOUR))

    after = build.moved(case, "answer", build.buyer).case

    assert after.due_at == after.since + HOUR


def test_a_second_question_goes_on_from_what_the_first_left(build):
    case = build.moved(asked(build, after=10 * HOUR), "answer", build.buyer, after=DAY).case

    after = build.moved(asked(build, after=8 * HOUR, case=case), "answer", build.buyer, after=DAY).case

    assert after.due_at == after.since + 30 * HOUR


def test_an_extension_that_is_part_of_what_was_left_does_not_count_twice(build):
    case = build.at(State.ARBITRATION)
    wide = extension(case, ends=99 * DAY)
    case, _ = fairly(case, extensions=[wide])

    case = build.moved(asked(build, after=10 * HOUR, case=case), "answer", build.buyer, after=HOUR).case

    assert (case.due_at, case.extensions) == (case.since + 38 * HOUR + 3 * DAY, (1,))
    assert fairly(case, extensions=[wide]) == (case, ())


def test_an_agreement_reached_meanwhile_forgets_the_clock_that_stood_still(build):
    case = asked(build, after=10 * HOUR)

    case = build.walk(case, ("offer", build.seller, {"terms": build.terms()}), ("accept", build.buyer))

    assert (case.state, case.held, case.due_at) == (State.AWAITING_REFUND, None, case.since + 7 * DAY)


def test_a_withdrawal_meanwhile_forgets_it_too(build):
    case = build.moved(asked(build, after=HOUR), "withdraw", build.buyer).case

    assert (case.state, case.held, case.due_at) == (State.CLOSED, None, None)


def test_another_arbitrator_has_the_whole_time(build):
    case = build.moved(asked(build, after=47 * HOUR), "answer", build.buyer).case

    case = build.walk(case, ("release", build.arbitrator), ("take", build.another))

    assert case.due_at == case.since + 48 * HOUR


# --- how it is said --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (24 * HOUR, 24 * HOUR),
        (24 * HOUR - 2 * SECOND, 24 * HOUR),
        (4 * HOUR + 48 * MINUTE - SECOND, 4 * HOUR + 48 * MINUTE),
        (10 * MINUTE + 29 * SECOND, 10 * MINUTE),
        (5 * MINUTE, 5 * MINUTE),
        (5 * MINUTE - SECOND, 5 * MINUTE - SECOND),
        (9.6 * SECOND, 10 * SECOND),
        (0 * SECOND, 0 * SECOND),
        (-HOUR, 0 * SECOND),
    ],
)
def test_time_left_is_said_to_the_minute_and_at_last_to_the_second(build, left, said):
    assert time_left(build.opened + left, now=build.opened) == said


def test_only_states_whose_end_is_a_reminder_remind_only():
    assert {state for state in DEFAULTS if reminds_only(state)} == {State.ESCALATED, State.BREACHED}
