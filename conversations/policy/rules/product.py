"""Which products a remedy is open for."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal, Self

from conversations.cases.orders import Item
from conversations.cases.verdict import Finding
from conversations.phrase import Phrase
from conversations.policy.rules.rule import Rule, Subject


class Mark(StrEnum):
    """What the order says about a product."""

    EXCHANGEABLE = "exchangeable"
    RETURNABLE = "returnable"


class Product(Rule):
    """Every claimed product must bear the mark."""

    kind: Literal["product"]
    marked: Mark

    def judge(self, subject: Subject) -> Finding:
        missing = tuple(item.title for item in subject.items if not self._bears(item))
        if self.marked is Mark.EXCHANGEABLE:
            if missing:
                return self._failed(Phrase("Cannot be exchanged: {items}.", items=missing))
            return self._held(Phrase("The store exchanges this product."))
        if missing:
            return self._failed(Phrase("Cannot be returned without a reason: {items}.", items=missing))
        return self._held(Phrase("The store takes this product back."))

    def _bears(self, item: Item) -> bool:
        return item.exchangeable if self.marked is Mark.EXCHANGEABLE else item.returnable

    def _harsher_figures(self, house: Self) -> Iterator[str]:
        if self.marked is not house.marked:
            yield f"marked: has to stay {house.marked}"
