"""What a store can be measured by, now, before, and beside comparable stores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

from conversations.cases.figures import Figures, Peer
from conversations.cases.standing import LEAST_CASES, careful_mark, is_comparable

#: So many comparable stores are needed for a comparison: among fewer, one could be made out.
LEAST_PEERS: Final = 5


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`."""

    hits: int
    of: int

    @property
    def permille(self) -> int:
        """Rounded half up; only where there is something to share."""
        return (self.hits * 2000 + self.of) // (2 * self.of)

    @property
    def percent(self) -> int:
        return (self.hits * 200 + self.of) // (2 * self.of)


class Measure(Enum):
    """What stores are compared by; True where more is better."""

    ANSWER = ("answer", False)
    KEPT = ("kept", True)
    ACCEPTED = ("accepted", True)
    ESCALATED = ("escalated", False)
    SERVICE = ("service", True)


#: What can be compared: seconds, a share in thousandths, or a mark in tenths.
_VALUES: Final[dict[Measure, Callable[[Figures | Peer], int | None]]] = {
    Measure.ANSWER: lambda it: _answer(it),
    Measure.KEPT: lambda it: _permille(it.kept, it.kept + it.missed),
    Measure.ACCEPTED: lambda it: _permille(it.accepted, it.offers),
    Measure.ESCALATED: lambda it: _permille(it.escalated, it.cases),
    Measure.SERVICE: lambda it: _mark(it),
}


def value(measure: Measure, of: Figures | Peer) -> int | None:
    """Seconds, thousandths or tenths; None where the numbers are too small to say."""
    return _VALUES[measure](of)


def comparable(figures: Figures, peers: Sequence[Peer]) -> Sequence[Peer]:
    """The stores of about the same size."""
    return [peer for peer in peers if is_comparable(figures.cases, peer.cases)]


def best_quarter(measure: Measure, peers: Sequence[Peer]) -> int | None:
    """What the best quarter of them reaches at least (nearest rank); None when fewer than five can be compared."""
    values = [found for peer in peers if (found := value(measure, peer)) is not None]
    if len(values) < LEAST_PEERS:
        return None
    _, more_is_better = measure.value
    return sorted(values, reverse=more_is_better)[(len(values) + 3) // 4 - 1]


def _answer(it: Figures | Peer) -> int | None:
    count, median = (it.answer.count, it.answer.median) if isinstance(it, Figures) else (it.answered, it.answer)
    return median if count >= LEAST_CASES else None


def _permille(hits: int, of: int) -> int | None:
    return Share(hits, of).permille if of >= LEAST_CASES else None


def _mark(it: Figures | Peer) -> int | None:
    mark = careful_mark(it.service, it.ratings)
    return None if mark is None else int(mark * Decimal(10))
