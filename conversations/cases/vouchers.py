"""The papers of fulfilment: express numbers and proofs of refund (§5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conversations.cases.money import Money
from conversations.cases.roles import Role


class VoucherKind(StrEnum):
    """What a voucher proves."""

    RETURN = "return"  # the buyer sent the goods back
    DELIVERY = "delivery"  # the seller sent a replacement, or the original back
    REFUND = "refund"  # the seller paid
    PLATFORM = "platform"  # the platform paid in the seller's place


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """Voucher `n` of a case (V1, V2 …): a carrier and express number, or an amount and a transaction number.

    `method` says how money was paid: a key of `vocabulary.METHODS`, or somebody's own words.
    """

    n: int
    kind: VoucherKind
    by: Role
    at: datetime
    number: str
    carrier: str = ""
    amount: Money | None = None
    method: str = ""

    @property
    def name(self) -> str:
        return f"V{self.n}"
