"""How a store stands with its buyers, and the care with which small numbers are read. All of its constants are here.

Marks are shrunk towards the house's usual one (a Bayesian average); of shares, the end of the Wilson interval that says
less is told. Under the least numbers there is no figure at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt
from typing import Final

#: Under so many ratings a store has no mark, and under so many cases no other figure.
LEAST_RATINGS: Final = 5
LEAST_CASES: Final = 5

#: What a store without ratings is taken for, and how many ratings that counts as.
USUAL_MARK: Final = 3.5
USUAL_WEIGHT: Final = 5

#: The standard normal quantile of a 90 % interval. Of 20 stores that are as good as their figure, one is better.
Z: Final = 1.645

#: A store is comparable to one that had at least a quarter and at most four times as many cases.
ALIKE: Final = 4

#: It is compared with so many of them, those nearest in size: a quarter of these is enough to learn from.
MOST_ALIKE: Final = 40

#: A public line looks at cases that ended within a year, the last so many.
PERIOD: Final = timedelta(days=365)
MOST_CASES: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A store's cases that ended within a year: the last `MOST_CASES` of them.

    `stars` is the sum of the marks for the service of its `ratings`; `first_answer` the median time in which it answered;
    `alone` how many ended without an arbitrator.
    """

    store: str
    cases: int = 0
    ratings: int = 0
    stars: int = 0
    first_answer: timedelta | None = None
    alone: int = 0


def careful_mark(total: int, count: int) -> Decimal | None:
    """The mean of `count` marks that add up to `total`, drawn to the usual one, to a tenth; None for too few."""
    if count < LEAST_RATINGS:
        return None
    mean = (total + USUAL_MARK * USUAL_WEIGHT) / (count + USUAL_WEIGHT)
    return Decimal(str(mean)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def is_comparable(cases: int, others: int) -> bool:
    """Whether stores with so many cases each are of about the same size, and the other one large enough to say something."""
    return others >= LEAST_CASES and cases <= others * ALIKE and others <= cases * ALIKE


def nearest(cases: int, others: Mapping[str, int]) -> tuple[str, ...]:
    """The stores that one with so many cases is compared with, by name. `others` have so many cases each."""
    alike = [name for name, number in others.items() if is_comparable(cases, number)]
    return tuple(sorted(sorted(alike, key=lambda name: (abs(others[name] - cases), name))[:MOST_ALIKE]))


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Between what shares the true one probably is, when `hits` were counted among `of`; anything when nothing was."""
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, Z * Z / of
    middle = share + spread / 2
    reach = sqrt(max(0.0, share * (1 - share) * spread + spread * spread / 4))
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))
