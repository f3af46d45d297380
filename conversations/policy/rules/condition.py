"""In what condition the goods have to be."""

from collections.abc import Iterator
from typing import Literal, Self

from conversations.cases.verdict import Finding, Outcome
from conversations.phrase import Phrase
from conversations.policy.rules.rule import Need, Rule, Subject


class Condition(Rule):
    """Goods used or opened may still be asked for; the seller then decides."""

    kind: Literal["condition"]
    needs: Need

    def judge(self, subject: Subject) -> Finding:
        if self.needs is Need.UNUSED:
            if subject.claim.is_used:
                return self._failed(Phrase("The goods were used, so the seller decides."), Outcome.DISCRETIONARY)
            return self._held(Phrase("The goods are unused."))
        if subject.claim.is_opened:
            return self._failed(Phrase("The packaging is not intact, so the seller decides."), Outcome.DISCRETIONARY)
        return self._held(Phrase("The packaging is intact."))

    @property
    def asks(self) -> Need | None:
        return self.needs

    def _harsher_figures(self, house: Self) -> Iterator[str]:
        if self.needs is not house.needs:
            yield f"needs: has to stay {house.needs}"
