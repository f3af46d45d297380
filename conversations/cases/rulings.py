"""What arbitrators decided, and on what grounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conversations.cases.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A decision with reasons; the one on an appeal `is_final`.

    `cites` names the rules and exhibits relied on. `template` is a reason that every reader reads in their own
    language, beside or in place of the arbitrator's own words.
    """

    arbitrator: int
    terms: Terms
    reasons: str
    at: datetime
    is_final: bool = False
    cites: tuple[str, ...] = ()
    template: str = ""
