"""Whether goods that are said to be missing really are."""

from collections.abc import Iterator
from datetime import UTC
from typing import Literal, Self

from conversations.cases.verdict import Finding, Outcome
from conversations.phrase import Phrase
from conversations.policy.durations import Duration, spell
from conversations.policy.rules.rule import Rule, Subject


class Arrival(Rule):
    """Goods still on their way within `patience` of the purchase, or reported as delivered, are for the seller to judge."""

    kind: Literal["arrival"]
    patience: Duration

    def judge(self, subject: Subject) -> Finding:
        order = subject.order
        if order.delivered_at is not None and not order.delivery_is_estimated:
            found = Phrase("The order was reported as delivered on {at}, so the seller decides.", at=order.delivered_at)
            return self._failed(found, Outcome.DISCRETIONARY)
        expected = order.purchased_at.astimezone(UTC) + self.patience
        if subject.now < expected:
            found = Phrase("The goods may still be on their way until {until}, so the seller decides.", until=expected)
            return self._failed(found, Outcome.DISCRETIONARY)
        return self._held(Phrase("The goods should have arrived by {until}.", until=expected))

    def _harsher_figures(self, house: Self) -> Iterator[str]:
        if self.patience > house.patience:
            yield f"patience: may not be longer than {spell(house.patience)}"
