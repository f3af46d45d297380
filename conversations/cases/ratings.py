"""The buyer's judgement of the service (§6): a record, not a move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

STARS = (1, 2, 3, 4, 5)

#: How long a rating can be changed: a night to sleep on it, and no longer, since others rely on what stands.
EDITABLE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """`stars` for the service and `outcome` for what came of it, one to five each (0: was not asked), and words.

    A buyer whose claim was rightly dismissed can so say that they were treated well. `answer` is the seller's, once.
    """

    stars: int
    at: datetime
    words: str = ""
    outcome: int = 0
    answer: str = ""
    answered_at: datetime | None = None

    def is_editable(self, now: datetime) -> bool:
        return now <= self.at + EDITABLE
