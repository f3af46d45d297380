"""In what condition the goods have to be."""

from enum import StrEnum
from typing import Literal

from conversations.cases.verdict import Finding, Outcome
from conversations.phrase import Phrase
from conversations.policy.rules.rule import Rule, Subject


class Need(StrEnum):
    """A condition of the goods."""

    UNUSED = "unused"
    PACKAGING_INTACT = "packaging_intact"


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
