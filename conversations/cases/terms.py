"""What an agreement consists of, and what is left to do under it. Terms alone decide how a case is fulfilled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from conversations.cases.claim import Claimed
from conversations.cases.money import Money
from conversations.cases.roles import Role
from conversations.cases.states import State


class Kind(StrEnum):
    """The shapes an agreement takes."""

    REFUND = "refund"
    RETURN_REFUND = "return_refund"
    EXCHANGE = "exchange"
    COMPENSATION = "compensation"
    DISMISSAL = "dismissal"


class Send(StrEnum):
    """What the seller sends to the buyer under the terms."""

    NOTHING = "nothing"
    REPLACEMENT = "replacement"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`amount` is for the items; `shipping_amount` is reimbursed beside it, outside its cap.

    `replacement` names the item that is sent when it is another one than was bought.
    """

    kind: Kind
    amount: Money
    items: tuple[Claimed, ...]
    goods_back: bool
    shipping: Role | None
    shipping_amount: Money
    send: Send = Send.NOTHING
    replacement: str = ""

    @property
    def due(self) -> Money:
        """All the money the seller owes under these terms."""
        return self.amount + self.shipping_amount


@dataclass(frozen=True, slots=True)
class Done:
    """What has happened to goods and money so far. In minor units, `refunded` was paid under the terms in force and
    `earlier` under those they replaced."""

    shipped: bool = False
    received: bool = False
    sent: bool = False
    delivered: bool = False
    refunded: int = 0
    confirmed: bool = False
    earlier: int = 0

    @property
    def given(self) -> int:
        """All the money the buyer got in this case."""
        return self.earlier + self.refunded

    @property
    def goods_with_buyer(self) -> bool:
        return not self.shipped and not self.sent


def next_step(terms: Terms, done: Done) -> State:
    """The state in which the next thing that `terms` ask for is waited for; an end when there is none."""
    if terms.goods_back and not done.shipped:
        return State.AWAITING_RETURN
    if terms.goods_back and not done.received:
        return State.RETURNING
    if terms.send is not Send.NOTHING and not done.sent:
        return State.AWAITING_REPLACEMENT
    if terms.send is not Send.NOTHING and not done.delivered:
        return State.REPLACING
    if done.refunded < terms.due.minor:
        return State.AWAITING_REFUND
    if terms.due and not done.confirmed:
        return State.REFUNDING
    return State.CLOSED if terms.kind is Kind.DISMISSAL else State.SETTLED
