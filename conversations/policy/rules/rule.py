"""What every kind of rule has in common: an id, a source, and what it applies to."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict

from conversations.cases.claim import Claim, Ground, Reason, Remedy
from conversations.cases.orders import Item, Order
from conversations.cases.verdict import Finding, Outcome
from conversations.phrase import Phrase
from conversations.policy.history import Ending, History


class Need(StrEnum):
    """A condition of the goods that only the buyer can tell."""

    UNUSED = "unused"
    PACKAGING_INTACT = "packaging_intact"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule looks at: a claim, its order, the ground the pack gives it, the instant of judging, and what was
    claimed on the order before."""

    claim: Claim
    order: Order
    ground: Ground
    now: datetime
    history: History = History()

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(self.order.item(claimed.item_no) for claimed in self.claim.items)

    def was_claimed(self, endings: Set[Ending], ground: Ground | None = None) -> bool:
        """Whether any claimed line was in an earlier claim with one of these endings (and on that ground)."""
        return any(self.history.units(item.no, endings=endings, ground=ground) for item in self.items)

    def beyond(self, most: int, endings: Set[Ending], ground: Ground | None = None) -> tuple[str, ...]:
        """The titles of the lines of which some unit would now be in more than `most` claims, earlier ones counted
        that have one of these endings (and that ground). Units are told apart by their number only."""
        lines = zip(self.items, self.claim.items, strict=True)
        before = ((item, self.history.units(item.no, endings=endings, ground=ground), c.quantity) for item, c in lines)
        return tuple(item.title for item, units, more in before if units and units + more > item.quantity * most)


class Rule(BaseModel):
    """A named rule of a pack. Empty `remedies`, `grounds` or `reasons` mean all of them.

    A rule can only restrict: a verdict is as good as its worst rule, so that dropping one never harms a buyer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    source: str
    remedies: tuple[Remedy, ...] = ()
    grounds: tuple[Ground, ...] = ()
    reasons: tuple[Reason, ...] = ()
    except_reasons: tuple[Reason, ...] = ()

    def applies(self, subject: Subject) -> bool:
        claim = subject.claim
        return (
            (not self.remedies or claim.remedy in self.remedies)
            and (not self.grounds or subject.ground in self.grounds)
            and (not self.reasons or claim.reason in self.reasons)
            and claim.reason not in self.except_reasons
        )

    @abstractmethod
    def judge(self, subject: Subject) -> Finding:
        """What this rule finds about the claim."""

    @property
    def asks(self) -> Need | None:
        """What the buyer has to be asked before this rule can judge."""
        return None

    def harsher(self, house: Self) -> Iterator[str]:
        """The fields, each with the reason, in which this rule is worse for a buyer than the same rule of the house."""
        for field, all_of in _SCOPES:
            mine, theirs = set(getattr(self, field)) or all_of, set(getattr(house, field)) or all_of
            if not mine <= theirs:
                yield f"{field}: the rule may not cover more than it does in the house policy"
        if not set(house.except_reasons) <= set(self.except_reasons):
            yield "except_reasons: the rule may not cover more than it does in the house policy"
        yield from self._harsher_figures(house)

    @abstractmethod
    def _harsher_figures(self, house: Self) -> Iterator[str]:
        """The same for the fields of this kind of rule."""

    def _held(self, found: Phrase) -> Finding:
        return Finding(self.id, True, found, self.source, Outcome.ELIGIBLE)

    def _failed(self, found: Phrase, outcome: Outcome = Outcome.INELIGIBLE) -> Finding:
        return Finding(self.id, False, found, self.source, outcome)


_SCOPES: tuple[tuple[str, set[StrEnum]], ...] = (
    ("remedies", set(Remedy)),
    ("grounds", set(Ground)),
    ("reasons", set(Reason)),
)
