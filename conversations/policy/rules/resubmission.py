"""How often a claim that came to nothing may be made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field

from conversations.cases.verdict import Finding
from conversations.phrase import Phrase
from conversations.policy.history import Ending
from conversations.policy.rules.rule import Rule, Subject


class After(StrEnum):
    """How the earlier claim ended."""

    WITHDRAWN = Ending.WITHDRAWN.value
    DISMISSED = Ending.DISMISSED.value
    LAPSED = Ending.LAPSED.value


class Resubmission(Rule):
    """A unit whose claim ended so may be claimed on the same ground so many times again; on another ground it is a
    new claim."""

    kind: Literal["resubmission"]
    after: After
    at_most: int = Field(ge=0)

    def applies(self, subject: Subject) -> bool:
        return super().applies(subject) and subject.was_claimed(self._endings, subject.ground)

    def judge(self, subject: Subject) -> Finding:
        beyond = subject.beyond(self.at_most + 1, self._endings, subject.ground)
        if not beyond:
            return self._held(Phrase("This may be claimed again."))
        if self.at_most == 0:
            return self._failed(_NEVER[self.after](beyond))
        return self._failed(
            Phrase.counted(
                "A claim that was given up can be made again {n} time: {items}. Another reason may still be open.",
                "A claim that was given up can be made again {n} times: {items}. Another reason may still be open.",
                self.at_most,
                items=beyond,
            )
        )

    @property
    def _endings(self) -> frozenset[Ending]:
        return frozenset({Ending(self.after.value)})

    def _harsher_figures(self, house: Self) -> Iterator[str]:
        if self.after is not house.after:
            yield f"after: has to stay {house.after}"
        if self.at_most < house.at_most:
            yield f"at_most: may not be less than {house.at_most}"


_NEVER: Mapping[After, Callable[[tuple[str, ...]], Phrase]] = {
    After.WITHDRAWN: lambda items: Phrase("A claim that was withdrawn cannot be made again: {items}.", items=items),
    After.DISMISSED: lambda items: Phrase(
        "This was decided already and cannot be claimed again: {items}. Another reason may still be open.", items=items
    ),
    After.LAPSED: lambda items: Phrase("A claim that ran out cannot be made again: {items}.", items=items),
}
