"""What every kind of rule has in common: an id, a source, and what it applies to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from conversations.cases.claim import Claim, Ground, Reason, Remedy
from conversations.cases.orders import Item, Order
from conversations.cases.verdict import Finding, Outcome
from conversations.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule looks at: a claim, its order, the ground the pack gives it, and the instant of judging."""

    claim: Claim
    order: Order
    ground: Ground
    now: datetime

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(self.order.item(claimed.item_no) for claimed in self.claim.items)


class Rule(BaseModel):
    """A named rule of a pack. Empty `remedies`, `grounds` or `reasons` mean all of them."""

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

    def judge(self, subject: Subject) -> Finding:
        """What this rule finds about the claim."""
        raise NotImplementedError

    def _held(self, found: Phrase) -> Finding:
        return Finding(self.id, True, found, self.source, Outcome.ELIGIBLE)

    def _failed(self, found: Phrase, outcome: Outcome = Outcome.INELIGIBLE) -> Finding:
        return Finding(self.id, False, found, self.source, outcome)
