"""What was bought: an order, its items, and what was really paid for each unit of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conversations.cases.money import Money, allocate, zero


@dataclass(frozen=True, slots=True, order=True)
class OrderKey:
    """Two stores may share an order number, so the store is part of the key."""

    store: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of an order; `no` is its number within the order, `unit_price` before discounts."""

    no: str
    title: str
    quantity: int
    unit_price: Money
    sku: str = ""
    category: str = ""
    exchangeable: bool = False
    returnable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of one store in one currency; `code` is the secret that completes a link or a typed number."""

    key: OrderKey
    items: tuple[Item, ...]
    purchased_at: datetime
    delivered_at: datetime | None
    code: str
    discount: Money
    shipping: Money
    delivery_is_estimated: bool = False

    @property
    def currency(self) -> str:
        return self.discount.currency

    def item(self, no: str) -> Item:
        """The line of that number; KeyError when the order has none."""
        for item in self.items:
            if item.no == no:
                return item
        raise KeyError(no)

    def paid_for(self, no: str, quantity: int, *, after: int = 0) -> Money:
        """What was paid for `quantity` units of a line, the `after` units claimed before them left out.

        Discounts and shipping are allocated to the lines by value and to the units of a line to the minor unit, so
        that all units of all lines add up to exactly what was paid.
        """
        lines = [item.unit_price.minor * item.quantity for item in self.items]
        discounts = allocate(min(self.discount.minor, sum(lines)), lines)
        shippings = allocate(self.shipping.minor, lines)
        for item, line, discount, shipping in zip(self.items, lines, discounts, shippings, strict=True):
            if item.no == no:
                units = allocate(line - discount + shipping, [1] * item.quantity)
                return Money(sum(units[after : after + quantity]), self.currency)
        raise KeyError(no)

    @property
    def paid(self) -> Money:
        """Everything that was paid for the order."""
        total = zero(self.currency)
        for item in self.items:
            total += self.paid_for(item.no, item.quantity)
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A seller's shop. Without a return address no return can be approved. `policy` is the text of its own policy,
    `templates` what it says often."""

    name: str
    return_address: str | None = None
    policy: str = ""
    templates: tuple[str, ...] = ()
