"""What the policy found about a claim, rule by rule. The policy makes it; a case keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from conversations.cases.claim import Ground, Remedy
from conversations.cases.roles import Role
from conversations.phrase import Phrase


class Outcome(IntEnum):
    """From best to worst; a verdict is as good as the worst of its rules."""

    ELIGIBLE = 0
    DISCRETIONARY = 1  # may be asked for; the seller decides
    NEEDS_EVIDENCE = 2  # can be submitted once evidence is there
    INELIGIBLE = 3  # cannot be submitted


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule applied: its stable id, whether it is satisfied, what it found, and where it comes from."""

    rule: str
    holds: bool
    found: Phrase
    source: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Every rule applied to a claim. `return_shipping` is who pays it, None when no goods go back."""

    ground: Ground
    outcome: Outcome
    findings: tuple[Finding, ...]
    return_shipping: Role | None
    goods_back: bool
    instead: tuple[Remedy, ...]
