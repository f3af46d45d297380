"""In how many claims the same goods may be: at one time, and in all."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field

from conversations.cases.verdict import Finding
from conversations.phrase import Phrase
from conversations.policy.history import Ending
from conversations.policy.rules.rule import Rule, Subject


class Counting(StrEnum):
    """Which claims count."""

    OPEN = "open"
    ALL = "all"


class Claims(Rule):
    """Each unit may be in at most so many claims, the one being judged included. A first claim needs no judging."""

    kind: Literal["claims"]
    counting: Counting
    at_most: int = Field(ge=1)

    def applies(self, subject: Subject) -> bool:
        return super().applies(subject) and subject.was_claimed(self._endings)

    def judge(self, subject: Subject) -> Finding:
        beyond = subject.beyond(self.at_most, self._endings)
        return self._failed(self._too_many(beyond)) if beyond else self._held(self._within)

    @property
    def _endings(self) -> frozenset[Ending]:
        return frozenset({Ending.OPEN}) if self.counting is Counting.OPEN else frozenset(Ending)

    def _too_many(self, items: tuple[str, ...]) -> Phrase:
        if self.counting is Counting.OPEN:
            return Phrase.counted(
                "Only {n} case can be open about {items}. Go on in that one, or withdraw it first.",
                "Only {n} cases can be open about {items}. Go on in those, or withdraw one first.",
                self.at_most,
                items=items,
            )
        return Phrase.counted(
            "Only {n} claim can be made about {items}. You can still write to the store itself.",
            "Only {n} claims can be made about {items}. You can still write to the store itself.",
            self.at_most,
            items=items,
        )

    @property
    def _within(self) -> Phrase:
        if self.counting is Counting.OPEN:
            return Phrase.counted(
                "At most {n} case can be open about the same goods.",
                "At most {n} cases can be open about the same goods.",
                self.at_most,
            )
        return Phrase.counted(
            "At most {n} claim can be made about the same goods.",
            "At most {n} claims can be made about the same goods.",
            self.at_most,
        )

    def _harsher_figures(self, house: Self) -> Iterator[str]:
        if self.counting is not house.counting:
            yield f"counting: has to stay {house.counting}"
        if self.at_most < house.at_most:
            yield f"at_most: may not be less than {house.at_most}"
