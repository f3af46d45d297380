"""Within what time a claim has to be made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, field_validator

from conversations.cases.clocks import open_until
from conversations.cases.verdict import Finding
from conversations.phrase import Phrase
from conversations.policy.durations import Duration, spell
from conversations.policy.rules.rule import Rule, Subject


class Since(StrEnum):
    """What a window counts from."""

    PURCHASE = "purchase"
    RECEIPT = "receipt"


class Span(BaseModel):
    """One way to be in time: `length` from an instant, counted in whole 24 h days from that instant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Since
    length: Duration

    def ends(self, purchased_at: datetime, delivered_at: datetime) -> datetime:
        start = purchased_at if self.since is Since.PURCHASE else delivered_at
        return start.astimezone(UTC) + self.length


class Window(Rule):
    """Any one of the spans is enough, its last instant included. No window runs out before delivery, nor while the
    service is away."""

    kind: Literal["window"]
    any_of: tuple[Span, ...]

    @field_validator("any_of")
    @classmethod
    def _has_one(cls, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        if not spans:
            raise ValueError("at least one span of time")
        return spans

    def judge(self, subject: Subject) -> Finding:
        order = subject.order
        if order.delivered_at is None:
            return self._held(Phrase("In time: the goods have not been delivered yet."))
        ends = max(span.ends(order.purchased_at, order.delivered_at) for span in self.any_of)
        until = open_until(ends, subject.history.outages)
        if subject.now > until:
            return self._failed(Phrase("Too late: the time for this ended on {until}.", until=until))
        if until > ends:
            return self._held(
                Phrase("In time: open until {until}, since this service could not be reached.", until=until)
            )
        return self._held(Phrase("In time: open until {until}.", until=until))

    def _harsher_figures(self, house: Self) -> Iterator[str]:
        for span in house.any_of:
            if not any(mine.since is span.since and mine.length >= span.length for mine in self.any_of):
                yield f"any_of: may not be shorter than {spell(span.length)} from {span.since}"
