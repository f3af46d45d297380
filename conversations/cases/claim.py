"""What the buyer asks for, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from conversations.cases.orders import OrderKey


class Remedy(StrEnum):
    """What a buyer may claim (§1)."""

    RETURN = "return"  # goods back, money back
    EXCHANGE = "exchange"  # goods back, a replacement sent
    REFUND = "refund"  # money back for goods with a quality problem or not as described


class Ground(StrEnum):
    """What a claim rests on, in the words of the rules (§1)."""

    NO_REASON = "no_reason"
    QUALITY = "quality"
    MISMATCH = "mismatch"


class Reason(StrEnum):
    """What a buyer says; the policy pack maps each to a ground."""

    CHANGED_MIND = "changed_mind"
    FAULTY = "faulty"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    PARTS_MISSING = "parts_missing"
    NOT_AS_DESCRIBED = "not_as_described"
    NOT_ARRIVED = "not_arrived"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A quantity of one line of the order."""

    item_no: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim on one or more lines of one order. `evidence` counts the files that came with it; `linked` is the case
    whose replacement it is about."""

    order: OrderKey
    items: tuple[Claimed, ...]
    remedy: Remedy
    reason: Reason
    is_used: bool = False
    is_opened: bool = False
    evidence: int = 0
    words: str = ""
    linked: str = ""
