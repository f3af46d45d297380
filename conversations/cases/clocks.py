"""Fair clocks: what moves a running deadline on, and by how much. When a deadline is set stands in `case`.

Two things do. The operator extends every deadline that falls into a period, for a festival or a strike; and a service
that was away gives the owners of what ran out meanwhile time to act before the default applies. Both only ever
lengthen a wait, and doing either twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from conversations.cases.case import Case
from conversations.cases.deadlines import reminds_only
from conversations.cases.facts import DeadlineExtended, Fact, GraceGiven

#: Shorter than this, the service was not away: that is a restart, or an update.
NOTICED: Final = timedelta(minutes=5)

#: Grace is as long as the service was away, so that a right that could not be used for an hour can be used for one
#: again. It is no shorter than an hour, since people have to hear that the service is back, and no longer than a day,
#: within which everybody looks into their chat.
LEAST_GRACE: Final = timedelta(hours=1)
MOST_GRACE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Number `n` of the operator's extensions: deadlines of `store` (empty: of every store) that fall into the period
    move on by `by`. Both ends of the period belong to it."""

    n: int
    store: str
    begins: datetime
    ends: datetime
    by: timedelta
    reason: str = ""

    def covers(self, store: str, due_at: datetime) -> bool:
        return self.store in ("", store) and self.begins <= due_at <= self.ends


@dataclass(frozen=True, slots=True)
class Outage:
    """The service was away from `began_at` until `ended_at`."""

    began_at: datetime
    ended_at: datetime

    @property
    def grace(self) -> timedelta:
        return min(max(self.ended_at - self.began_at, LEAST_GRACE), MOST_GRACE)

    @property
    def until(self) -> datetime:
        """No default applies before this to a wait that began before the service was back."""
        return self.ended_at + self.grace


def outage(last_alive: datetime | None, now: datetime) -> Outage | None:
    """What came between the last sign of life and now; None where it was too short to be noticed, or never was."""
    if last_alive is None or now - last_alive <= NOTICED:
        return None
    return Outage(last_alive, now)


def open_until(ends: datetime, outages: Sequence[Outage]) -> datetime:
    """The end of a window, in which nobody waits for an answer, moved on for the outages (oldest first) that kept
    people from using the last of it."""
    for gap in outages:
        if gap.began_at <= ends < gap.until:
            ends = gap.until
    return ends


def fairly(
    case: Case, *, extensions: Sequence[Extension], outages: Sequence[Outage] = ()
) -> tuple[Case, tuple[Fact, ...]]:
    """The case with the deadline it ought to have, and what was done to it: nothing, when it has that already.

    An extension counts once for each wait. A deadline that one has moved may fall into the period of another.
    """
    facts: list[Fact] = []
    for gap in outages:
        if case.due_at is not None and case.due_at < gap.until and case.since < gap.ended_at:
            if not reminds_only(case.state):
                case = replace(case, due_at=gap.until)
                facts.append(GraceGiven(gap.until, gap.began_at, gap.ended_at))
    while (extension := _next(case, extensions)) is not None:
        assert case.due_at is not None
        due_at = case.due_at + extension.by
        case = replace(case, due_at=due_at, extensions=(*case.extensions, extension.n))
        facts.append(DeadlineExtended(extension.by, due_at, extension.reason))
    return case, tuple(facts)


def _next(case: Case, extensions: Sequence[Extension]) -> Extension | None:
    due_at = case.due_at
    if due_at is None:
        return None
    fresh = (extension for extension in extensions if extension.n not in case.extensions)
    return next((extension for extension in fresh if extension.covers(case.store, due_at)), None)
