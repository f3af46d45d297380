"""Shopify's orders_export.csv: a row for each line of an order, whose own columns stand on the first row only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.orderfiles import cells
from bot.orderfiles.cells import BadCell
from bot.orderfiles.sheet import Format, Group, Reading, Wishes, assemble
from bot.orderfiles.table import Row
from conversations.cases.money import Money, allocate
from conversations.cases.orders import Item, Order, OrderKey

#: Columns that only an order's first row fills (its name, mail and creation may be repeated below).
_HEAD = ("currency", "financial status", "paid at", "subtotal", "total")

_PAID = frozenset({"", "paid", "partially_refunded"})
_UNPAID = {
    "refunded": "everything that was paid for it has been refunded",
    "voided": "its payment was voided",
    "partially_paid": "it is not paid in full",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What the first row says about the order. `total` is what the buyer really paid, if the file tells."""

    number: str
    currency: str
    purchased_at: datetime
    delivered_at: datetime | None
    discount: int
    shipping: int
    taxes: int
    refunded: int
    total: int | None


def _read(rows: Sequence[Row], wishes: Wishes) -> Reading:
    groups: dict[int, Group] = {}
    numbered: dict[str, Group] = {}
    current: Group | None = None
    for row in rows:
        # Anything else is a further line of the order above.
        if current is None or row["name"] or _is_head(row):
            current = _named(row, numbered)
            groups[id(current)] = current
        current.add(row)
        if row.fault:
            current.blame(row.line, row.fault)
    return assemble(groups.values(), lambda group: _orders(group, wishes), refused=(), rows=len(rows))


def _named(row: Row, numbered: dict[str, Group]) -> Group:
    """The order that the row names. A name that cannot be used opens one of its own, so that its lines go with it."""
    try:
        number = cells.number(row["name"], "order number (Name)")
    except BadCell as err:
        group = Group()
        group.blame(row.line, str(err))
        return group
    group = numbered.setdefault(number, Group())
    if group.rows and _is_head(row):
        group.blame(row.line, f"duplicated line: order {number} was there before, in line {group.rows[0].line}")
    return group


def _is_head(row: Row) -> bool:
    return any(row[column] for column in _HEAD)


def _orders(group: Group, wishes: Wishes) -> Sequence[Order]:
    head = _head(group.rows[0], wishes)
    stores, items = [], []
    for n, row in enumerate(group.rows, 1):
        try:
            if row["currency"] and cells.currency(row["currency"]) != head.currency:
                raise BadCell(f"{row['currency']} in an order in {head.currency}")
            stores.append(cells.name(wishes.store or row["vendor"] or group.rows[0]["vendor"], "store (Vendor)"))
            items.append(_item(row, str(n), head.currency))
        except BadCell as err:
            group.blame(row.line, str(err))
    if group.faults:
        return ()
    return _by_store(head, stores, items)


def _head(row: Row, wishes: Wishes) -> _Head:
    status = row["financial status"].casefold()
    if status not in _PAID:
        raise BadCell(f"not a paid order: {_UNPAID.get(status, status)}")
    if row["cancelled at"]:
        raise BadCell(f"the order was cancelled on {row['cancelled at'][:40]}")
    if not row["paid at"] and not status:
        raise BadCell("not a paid order: no date under Paid at")
    currency = cells.currency(row["currency"])
    fulfilled_at = cells.instant_or_none(row["fulfilled at"], UTC, "date under Fulfilled at")
    delivered_at = fulfilled_at + wishes.transit if fulfilled_at else None
    purchased_at = _purchased_at(row, delivered_at)
    cells.in_order(purchased_at, delivered_at)

    def minor(column: str) -> int:
        return cells.amount_or_none(row[column].lstrip("-"), currency, column).minor

    return _Head(
        number=cells.number(row["name"]),
        currency=currency,
        purchased_at=purchased_at,
        delivered_at=delivered_at,
        discount=minor("discount amount"),
        shipping=minor("shipping"),
        taxes=minor("taxes"),
        refunded=minor("refunded amount"),
        total=minor("total") if row["total"] else None,
    )


def _purchased_at(row: Row, delivered_at: datetime | None) -> datetime:
    """When it was paid; when it was ordered, for what was delivered on account and paid later."""
    created_at = cells.instant_or_none(row["created at"], UTC, "date under Created at")
    paid_at = cells.instant_or_none(row["paid at"], UTC, "payment date (Paid at)") or created_at
    if paid_at is None:
        raise BadCell("no payment date (Paid at)")
    if created_at and delivered_at and delivered_at < paid_at:
        return created_at
    return paid_at


def _item(row: Row, no: str, currency: str) -> Item:
    return Item(
        no=no,
        title=cells.title(row["lineitem name"]),
        quantity=cells.quantity(row["lineitem quantity"]),
        unit_price=cells.amount(row["lineitem price"], currency, "price (Lineitem price)"),
        sku=cells.label(row["lineitem sku"]),
    )


def _reductions(head: _Head, goods: int) -> tuple[int, int]:
    """Discount and what came on top of the goods, in minor units, so that goods - discount + top is what was paid.

    Prices may include tax or not; the total tells. What it holds beside the known columns (tips, duties, store
    credit) goes to one side or the other. A refund already made counts as a discount: it cannot be claimed again.
    """
    discount, top = head.discount, head.shipping
    if head.total is not None:
        if head.total - (goods - discount + top) == head.taxes:
            top += head.taxes
        discount = goods + top - head.total
        if discount < 0:
            top, discount = top - discount, 0
    discount += head.refunded
    if discount > goods:  # the rest was taken off the shipping
        top, discount = max(0, top - (discount - goods)), goods
    return discount, top


def _by_store(head: _Head, stores: Sequence[str], items: Sequence[Item]) -> list[Order]:
    """An order of several vendors is one order in each of their stores, each with its share of discount and shipping."""
    values = [item.unit_price.minor * item.quantity for item in items]
    discount, top = _reductions(head, sum(values))
    names = tuple(dict.fromkeys(stores))
    weights = [sum(value for value, store in zip(values, stores, strict=True) if store == name) for name in names]
    shares = zip(names, allocate(discount, weights), allocate(top, weights), strict=True)
    return [
        Order(
            key=OrderKey(name, head.number),
            items=tuple(item for item, store in zip(items, stores, strict=True) if store == name),
            purchased_at=head.purchased_at,
            delivered_at=head.delivered_at,
            code="",
            discount=Money(less, head.currency),
            shipping=Money(more, head.currency),
            delivery_is_estimated=head.delivered_at is not None,
        )
        for name, less, more in shares
    ]


SHOPIFY = Format(
    name="shopify",
    columns=("name", "paid at", "fulfilled at", "currency", "lineitem quantity", "lineitem name", "lineitem price"),
    encodings=("utf-8", "utf-16"),
    read=_read,
)
