"""Everything about waiting is derived from one table each, and every table covers every waiting state exactly."""

import re

import pytest

from bot.policies import load, shipped
from conversations import vocabulary
from conversations.cases.deadlines import DEFAULTS, PAUSES, RESTARTS, next_alarm, reminders, reminds_only
from conversations.cases.diagram import mermaid
from conversations.cases.lifecycle import MOVES, waits_for
from conversations.cases.roles import Role
from conversations.cases.states import ENDS, State

WAITING = {state for state in State if state not in ENDS}


def test_defaults_name_exactly_the_states_that_wait():
    assert set(DEFAULTS) == WAITING


@pytest.mark.parametrize("pack", shipped())
def test_every_pack_limits_exactly_the_states_that_wait(pack):
    limits = load(pack).limits.waits

    assert set(limits) == WAITING
    assert all(limits[state].total_seconds() > 0 for state in limits)


@pytest.mark.parametrize("state", list(State))
def test_exactly_the_states_that_wait_have_an_owner_who_can_end_the_wait(build, state):
    case = build.at(state)
    owners = waits_for(case.position)

    assert bool(owners) is (state in WAITING)
    for owner in owners:
        rows = [move for move in MOVES if state in move.sources and owner in move.roles]
        assert any(move.name not in ("offer", "withdraw") for move in rows), (state, owner)


def test_the_clock_makes_no_move_but_the_defaults_the_second_best_one_and_the_meeting_of_limits():
    made = {(state, move.name) for move in MOVES if Role.CLOCK in move.roles for state in move.sources}
    besides = {(state, "meet") for state in (State.AWAITING_SELLER, State.NEGOTIATING, State.AT_ODDS)}

    assert made == set(DEFAULTS.items()) | besides | {
        (State.AWAITING_SELLER, "escalate"),
        (State.AWAITING_RETURN, "escalate"),
    }


def test_words_for_what_happens_otherwise_cover_exactly_what_the_clock_may_do():
    assert set(vocabulary.DEFAULTS) == {*DEFAULTS.values(), "escalate"}
    assert set(vocabulary.STATES) == set(State)


def test_waits_that_begin_anew_are_moves_of_the_table_that_stay_where_they_are():
    for name, state in RESTARTS:
        assert any(move.name == name and state in move.sources for move in MOVES)


def test_a_clock_stands_still_only_between_states_that_lead_to_each_other_and_back(build):
    for running, standing in PAUSES.items():
        assert {running, standing} <= WAITING
        there = [move for move in MOVES if standing in move.sources and move.target is running]
        back = [move for move in MOVES if running in move.sources and move.target is standing]
        assert there and back


@pytest.mark.parametrize("state", sorted(WAITING))
def test_every_wait_is_reminded_of_twice_before_its_end_unless_the_end_is_a_reminder(build, state):
    case = build.at(state)
    rings, at = [], case.since
    while at < case.due_at:
        at = next_alarm(state, case.since, case.due_at, after=at)
        rings.append(at)

    half, last = reminders(case.since, case.due_at)
    assert case.since < half < last < case.due_at
    assert rings == ([case.due_at] if reminds_only(state) else [half, last, case.due_at])


def test_the_diagram_shows_every_state_and_what_time_does_in_it():
    drawn = mermaid()

    for state, default in DEFAULTS.items():
        assert re.search(rf"^    {state} --> .*\b{default} \((time|[a-z/]+ or time)\)", drawn, re.MULTILINE), state
    assert {name for name in re.findall(r"^    (\w+) -->", drawn, re.MULTILINE) if name != "by_terms"} == set(State)
