"""The figures of a store over a period, as storage counts them, and the suggestions that were made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

#: Into how many equal parts a period is cut to show how cases came over time.
SLICES: Final = 12


@dataclass(frozen=True, slots=True)
class Period:
    """From `begins` up to but not including `ends`."""

    begins: datetime
    ends: datetime

    @classmethod
    def last(cls, days: int, now: datetime) -> Period:
        return cls(now - timedelta(days=days), now)

    @property
    def before(self) -> Period:
        """The period of the same length that ends where this one begins."""
        return Period(self.begins - (self.ends - self.begins), self.begins)

    @property
    def days(self) -> int:
        return (self.ends - self.begins).days

    @property
    def cuts(self) -> tuple[datetime, ...]:
        """The begins of its slices, and its end."""
        return tuple(self.begins + (self.ends - self.begins) * n / SLICES for n in range(SLICES + 1))


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and the 90th percentile (nearest rank) in seconds of `count` values; None when there are none."""

    count: int = 0
    median: int | None = None
    p90: int | None = None


@dataclass(frozen=True, slots=True)
class Costs:
    """What was given back in one currency, in minor units: for goods, and for sending them back."""

    currency: str
    refunds: int
    shipping: int


@dataclass(frozen=True, slots=True)
class ProductFigures:
    """Cases about a product, by reason. `product` is its SKU, or its title where the order has none."""

    product: str
    title: str
    by_reason: Mapping[str, int]

    @property
    def cases(self) -> int:
        return sum(self.by_reason.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of the cases opened in the period: how many, in slices, by remedy, reason and product (the twenty with most), how fast
    the first answer came, the deadlines kept and missed, offers and those taken, and how many were escalated. Of those
    that ended in it: how long they took, and what they cost. Of the hearings that ended in it: rulings, and those appealed
    and reversed since. `orders` counts those bought in it. Of the ratings given in it: how many (`outcomes`: with a mark
    for the outcome), and the sums of the marks."""

    cases: int = 0
    slices: tuple[int, ...] = (0,) * SLICES
    by_remedy: Mapping[str, int] = field(default_factory=dict)
    by_reason: Mapping[str, int] = field(default_factory=dict)
    products: tuple[ProductFigures, ...] = ()
    orders: int = 0
    answer: Spread = Spread()
    kept: int = 0
    missed: int = 0
    offers: int = 0
    accepted: int = 0
    escalated: int = 0
    resolution: Spread = Spread()
    costs: tuple[Costs, ...] = ()
    rulings: int = 0
    appealed: int = 0
    reversed: int = 0
    ratings: int = 0
    service: int = 0
    outcomes: int = 0
    outcome: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another store in the same period, by what stores can be compared. Its name is never shown."""

    store: str
    cases: int = 0
    answered: int = 0
    answer: int | None = None  # the median, in seconds
    kept: int = 0
    missed: int = 0
    escalated: int = 0
    offers: int = 0
    accepted: int = 0
    ratings: int = 0
    service: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArbitratorFigures:
    """The hearings of an arbitrator that began in a period (0: all of them together), and what came of them."""

    arbitrator: int
    hearings: int
    open: int
    rulings: int
    late: int
    appealed: int
    reversed: int
    time: Spread = Spread()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a store was told to improve: of a kind, about a product (its name in `title`) or the store as a whole.

    `was` is the measure that called for it, over `days` days, in thousandths or seconds: lower is better always.
    """

    store: str
    kind: str
    made_at: datetime
    days: int
    was: int
    about: str = ""
    title: str = ""
    reason: str = ""
    words: tuple[str, ...] = ()
