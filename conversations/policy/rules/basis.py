"""On what grounds a remedy may be claimed at all."""

from collections.abc import Iterator
from typing import Literal, Self

from conversations.cases.claim import Ground, Reason, Remedy
from conversations.cases.verdict import Finding
from conversations.phrase import Phrase
from conversations.policy.rules.rule import Rule, Subject


class Basis(Rule):
    """The remedy needs one of `allowed` grounds, and none of the reasons in `barred`."""

    kind: Literal["basis"]
    allowed: tuple[Ground, ...]
    barred: tuple[Reason, ...] = ()

    def judge(self, subject: Subject) -> Finding:
        if subject.claim.reason in self.barred:
            return self._failed(Phrase("What has not arrived cannot be sent back; you can ask for a refund."))
        if subject.ground not in self.allowed:
            return self._failed(Phrase("A refund without sending the goods back needs a fault or a wrong description."))
        return self._held(_OPEN[subject.claim.remedy])

    def _harsher_figures(self, house: Self) -> Iterator[str]:
        if not set(house.allowed) <= set(self.allowed):
            yield f"allowed: has to keep {', '.join(house.allowed)}"
        if not set(self.barred) <= set(house.barred):
            yield (
                f"barred: may hold nothing but {', '.join(house.barred)}"
                if house.barred
                else "barred: has to stay empty"
            )


_OPEN = {
    Remedy.RETURN: Phrase("A return can be asked for with this reason."),
    Remedy.EXCHANGE: Phrase("An exchange can be asked for with this reason."),
    Remedy.REFUND: Phrase("A refund can be asked for with this reason."),
}
