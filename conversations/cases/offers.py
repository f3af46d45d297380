"""The history of offers in a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conversations.cases.roles import Role
from conversations.cases.terms import Terms


class Fate(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COUNTERED = "countered"
    LAPSED = "lapsed"
    DROPPED = "dropped"  # the case moved on without it


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Offer `n` of a case, as it was made and what became of it."""

    n: int
    by: Role
    terms: Terms
    at: datetime
    words: str = ""
    fate: Fate = Fate.OPEN


def rounds_of(offers: tuple[Offer, ...], role: Role) -> int:
    """How many offers this side has made."""
    return sum(offer.by is role for offer in offers)
