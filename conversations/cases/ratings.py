"""The buyer's judgement of the service (§6): a record, not a move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

STARS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One to five stars and, if the buyer likes, words."""

    stars: int
    at: datetime
    words: str = ""
