"""What a store could improve, from its figures: at most three things, each with the figure that calls for it; and, a
period later, whether it worked. Small numbers call for nothing: see `conversations.cases.standing`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from conversations.cases.claim import Reason
from conversations.cases.figures import Figures, ProductFigures, Suggestion
from conversations.cases.standing import LEAST_CASES, LEAST_RATINGS, wilson
from conversations.reports.measures import Share

MOST: Final = 3

#: Half of the buyers wait longer than this for a first answer: too long, when the answer is due in two days.
SLOW_SECONDS: Final = 24 * 3600

#: At least so large a share, as far as so many cases can tell: of deadlines missed; of cases escalated; of a product's cases
#: that have one reason; at most so large a share of offers taken.
MISSED: Final = 0.10
ESCALATED: Final = 0.15
ONE_REASON: Final = 0.20
TAKEN: Final = 0.50

#: A mean mark for the service below this.
POOR_SERVICE: Final = 3.5

#: It worked when the measure has fallen by a fifth.
WORKED_PERCENT: Final = 80


class Advised(StrEnum):
    """What can be suggested, the most pressing first."""

    MISSED = "missed"
    SLOW = "slow"
    PRODUCT = "product"
    ESCALATED = "escalated"
    DECLINED = "declined"
    SERVICE = "service"


#: Reasons that the store can do something about.
_CURABLE = frozenset(reason.value for reason in Reason if reason is not Reason.CHANGED_MIND)


def find(figures: Figures, *, store: str, days: int, now: datetime) -> tuple[Suggestion, ...]:
    """At most three things to improve, the most pressing first."""

    def make(kind: Advised, product: ProductFigures | None = None, reason: str = "") -> Suggestion:
        about, title = (product.product, product.title) if product else ("", "")
        bare = Suggestion(
            store=store, kind=kind.value, made_at=now, days=days, was=0, about=about, title=title, reason=reason
        )
        was = measure(bare, figures)
        assert was is not None  # whatever is found has a measure
        return replace(bare, was=was)

    return tuple(make(*found) for found in _found(figures))[:MOST]


def _found(f: Figures) -> Iterator[tuple[Advised, ProductFigures | None, str]]:
    if f.kept + f.missed >= LEAST_CASES and wilson(f.missed, f.kept + f.missed)[0] >= MISSED:
        yield Advised.MISSED, None, ""
    if f.answer.median is not None and f.answer.count >= LEAST_CASES and f.answer.median > SLOW_SECONDS:
        yield Advised.SLOW, None, ""
    for product in f.products:
        if reason := _main_reason(product):
            yield Advised.PRODUCT, product, reason
            break
    if f.cases >= LEAST_CASES and wilson(f.escalated, f.cases)[0] >= ESCALATED:
        yield Advised.ESCALATED, None, ""
    if f.offers >= LEAST_CASES and wilson(f.accepted, f.offers)[1] <= TAKEN:
        yield Advised.DECLINED, None, ""
    if f.ratings >= LEAST_RATINGS and f.service < POOR_SERVICE * f.ratings:
        yield Advised.SERVICE, None, ""


def _main_reason(product: ProductFigures) -> str:
    """The curable reason that most cases about the product have, if that is telling; else empty."""
    curable = {reason: n for reason, n in product.by_reason.items() if reason in _CURABLE}
    if not curable or product.cases < LEAST_CASES:
        return ""
    reason, count = max(curable.items(), key=lambda it: (it[1], it[0]))
    return reason if wilson(count, product.cases)[0] >= ONE_REASON else ""


def reason_share(suggestion: Suggestion, figures: Figures) -> Share:
    """How many of the cases about its product have its reason now."""
    product = next((each for each in figures.products if each.product == suggestion.about), None)
    return Share(product.by_reason.get(suggestion.reason, 0), product.cases) if product else Share(0, 0)


def _rate(hits: int, of: int) -> int | None:
    return hits * 1000 // of if of >= LEAST_CASES else None


_MEASURES: Mapping[str, Callable[[Suggestion, Figures], int | None]] = {
    Advised.MISSED: lambda s, f: _rate(f.missed, f.kept + f.missed),
    Advised.SLOW: lambda s, f: f.answer.median if f.answer.count >= LEAST_CASES else None,
    # By orders, so that selling less does not look like an improvement; where they are not known, the cases themselves.
    Advised.PRODUCT: lambda s, f: reason_share(s, f).hits * 1000 // max(1, f.orders),
    Advised.ESCALATED: lambda s, f: _rate(f.escalated, f.cases),
    Advised.DECLINED: lambda s, f: _rate(f.offers - f.accepted, f.offers),
    Advised.SERVICE: lambda s, f: 5000 - f.service * 1000 // f.ratings if f.ratings >= LEAST_RATINGS else None,
}


def measure(suggestion: Suggestion, figures: Figures) -> int | None:
    """What the suggestion goes by, in these figures: lower is better. None where they are too few to say."""
    return _MEASURES[suggestion.kind](suggestion, figures)


def has_worked(suggestion: Suggestion, figures: Figures) -> bool | None:
    """Whether the measure has fallen by a fifth at least; None when it cannot be said."""
    now = measure(suggestion, figures)
    return None if now is None else now * 100 <= suggestion.was * WORKED_PERCENT


def is_due(suggestion: Suggestion, begins: datetime) -> bool:
    """Whether the whole period that begins then came after the suggestion."""
    return suggestion.made_at <= begins


def same(one: Suggestion, other: Suggestion) -> bool:
    """Whether it is the same advice again; for another reason, it is another one."""
    return (one.kind, one.about, one.reason, one.days) == (other.kind, other.about, other.reason, other.days)


def standing_with(found: Sequence[Suggestion], kept: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """What was found, but as it was first suggested where it was already."""
    return tuple(next((old for old in kept if same(old, new)), new) for new in found)
