"""How long each state waits, what happens when nobody acts, when its owner is reminded, and whose clock stands still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from conversations.cases.states import State

_DAY = timedelta(days=1)

#: What an arbitrator has at least when an answer comes in: it has to be read, and the ruling written. 4 hours are time
#: enough for both, and too little to put a case off by asking again and again.
LEAST_LEFT = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The figures of the policy pack that a running case keeps, whatever becomes of the pack.

    `waits` is how long each state waits; `caps` up to how many minor units a silent seller is taken to approve, by
    currency (none: the case escalates instead); `return_shipping` how much a buyer's return is reimbursed.
    """

    waits: Mapping[State, timedelta]
    rounds: int
    files: int
    rating: timedelta
    caps: Mapping[str, int]
    return_shipping: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Held:
    """A clock that stands still: what was left on it, and the extensions that are part of that."""

    left: timedelta
    extensions: tuple[int, ...] = ()


#: Whose clock stands still while another one runs: an arbitrator is not charged for the time a party takes to answer.
PAUSES: Mapping[State, State] = {State.EVIDENCE_REQUESTED: State.ARBITRATION}

#: What the clock does in each state when its time is up. AWAITING_SELLER has two: see `case.default_move`.
DEFAULTS: Mapping[State, str] = {
    State.AWAITING_SELLER: "approve",
    State.NEGOTIATING: "lapse",
    State.AT_ODDS: "close",
    State.AWAITING_RETURN: "close",
    State.RETURNING: "receive",
    State.AWAITING_REPLACEMENT: "breach",
    State.REPLACING: "receive_goods",
    State.AWAITING_REFUND: "breach",
    State.REFUNDING: "confirm_refund",
    State.BREACHED: "remind",
    State.ESCALATED: "remind",
    State.ARBITRATION: "release",
    State.EVIDENCE_REQUESTED: "silent",
    State.RULED: "stand",
}

#: Moves that start a fresh wait although the state stays the same.
RESTARTS = frozenset(
    {("offer", State.NEGOTIATING), ("meet", State.NEGOTIATING), ("remind", State.ESCALATED), ("remind", State.BREACHED)}
)


def time_left(due: datetime, *, now: datetime) -> timedelta:
    """What is left of a wait, as one says it: to the nearest minute; in its last minutes to the second."""
    left = max(due - now, timedelta(0))
    exact = timedelta(minutes=1) if left >= timedelta(minutes=5) else timedelta(seconds=1)
    return (left + exact / 2) // exact * exact


def reminds_only(state: State) -> bool:
    """Whether nobody loses anything when the time of this state is up: its end is itself a reminder."""
    return DEFAULTS[state] == "remind"


def reminders(since: datetime, due: datetime) -> tuple[datetime, ...]:
    """When the owner of a wait is reminded: at half time, and 24 h or a tenth of the wait before the end."""
    wait = due - since
    last = due - min(_DAY, wait / 10)
    return tuple(sorted({since + wait / 2, last}))


def next_alarm(state: State, since: datetime, due: datetime, *, after: datetime) -> datetime:
    """The next instant at which something is to happen for this wait: a reminder, else its end.

    Where the end is itself a reminder, there is none before it.
    """
    if reminds_only(state):
        return due
    return next((at for at in reminders(since, due) if at > after), due)
