"""What happened before a claim, as far as the rules look at it: earlier claims on the order, and outages."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conversations.cases.case import Case
from conversations.cases.claim import Ground
from conversations.cases.clocks import Outage
from conversations.cases.states import State
from conversations.cases.terms import Kind


class Ending(StrEnum):
    """What became of an earlier claim."""

    OPEN = "open"  # nothing yet
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"  # the buyer let the time pass


@dataclass(frozen=True, slots=True)
class Earlier:
    """A quantity of one line that an earlier case claimed, on what ground, and how that ended."""

    item_no: str
    quantity: int
    ground: Ground
    ending: Ending


@dataclass(frozen=True, slots=True)
class History:
    """The earlier claims on an order, of which none is about a replacement that another one brought, and the times when
    the service was away, oldest first."""

    earlier: tuple[Earlier, ...] = ()
    outages: tuple[Outage, ...] = ()

    def units(self, item_no: str, *, endings: Set[Ending], ground: Ground | None = None) -> int:
        """How many units of the line were claimed with one of these endings, each as often as it was claimed."""
        return sum(
            earlier.quantity
            for earlier in self.earlier
            if earlier.item_no == item_no and earlier.ending in endings and ground in (None, earlier.ground)
        )


NO_HISTORY = History()


def history_of(
    cases: Iterable[Case],
    *,
    at: datetime,
    withdrawn: Set[str] = frozenset(),
    linked: str = "",
    outages: Iterable[Outage] = (),
) -> History:
    """The history that `cases`, all of one order, make up to an instant, included: what came later does not count yet.

    `withdrawn` names the cases that their buyers withdrew (the journal tells). Claims on the replacement that case
    `linked` brought have a history of their own.
    """
    return History(
        tuple(
            Earlier(claimed.item_no, claimed.quantity, case.verdict.ground, _ending(case, at, withdrawn))
            for case in cases
            if case.opened_at <= at and case.claim.linked == linked
            for claimed in case.claim.items
        ),
        tuple(gap for gap in outages if gap.ended_at <= at),
    )


def _ending(case: Case, at: datetime, withdrawn: Set[str]) -> Ending:
    if case.ended_at is None or case.ended_at > at:
        return Ending.OPEN
    if case.state is State.SETTLED:
        return Ending.SETTLED
    if case.ref in withdrawn:
        return Ending.WITHDRAWN
    terms = case.position.terms
    return Ending.DISMISSED if terms is not None and terms.kind is Kind.DISMISSAL else Ending.LAPSED
