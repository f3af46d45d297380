"""The generic order file: our own CSV, a row for each line of an order, everything spelled out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.orderfiles import cells
from bot.orderfiles.cells import BadCell
from bot.orderfiles.sheet import Format, Group, Reading, Refused, Wishes, assemble
from bot.orderfiles.table import Row
from conversations.cases.money import Money, zero
from conversations.cases.orders import Item, Order, OrderKey


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    key: OrderKey
    item: Item
    purchased_at: datetime
    delivered_at: datetime | None
    code: str
    discount: Money
    shipping: Money


def _read(rows: Sequence[Row], wishes: Wishes) -> Reading:
    groups: dict[OrderKey, Group] = {}
    strays: list[tuple[Row, str]] = []
    for row in rows:
        try:
            group = groups.setdefault(_key(row, wishes), Group())
        except BadCell as err:
            strays.append((row, row.fault or str(err)))
        else:
            group.add(row)
            if row.fault:
                group.blame(row.line, row.fault)
    refused = [*_place(strays, groups)]
    for group in groups.values():
        refused += group.drop_repeats(lambda row: cells.unwrapped(row["item_no"]))
    return assemble(groups.values(), lambda group: _order(group, wishes), refused=refused, rows=len(rows))


def _key(row: Row, wishes: Wishes) -> OrderKey:
    number = cells.number(row["order_no"])
    return OrderKey(_store(row, wishes), number)


def _store(row: Row, wishes: Wishes) -> str:
    written = row["store"]
    if written and wishes.store and written != wishes.store:
        raise BadCell(f"the row is of store {written!r}, not of {wishes.store!r}")
    return cells.name(written or wishes.store, "store")


def _place(strays: list[tuple[Row, str]], groups: dict[OrderKey, Group]) -> list[Refused]:
    """Refuses the rows without a store or number; a number alone still tells whose line is missing."""
    for row, reason in strays:
        number = cells.unwrapped(row["order_no"])
        for key, group in groups.items():
            if number and key.number == number:
                group.blame(group.rows[0].line, f"line {row.line} seems to be of this order and was refused: {reason}")
    return [Refused(row.line, reason) for row, reason in strays]


def _order(group: Group, wishes: Wishes) -> Sequence[Order]:
    lines: list[_Line] = []
    for row in group.rows:
        try:
            line = _line(row, wishes)
            _agree(lines[:1], line)
            lines.append(line)
        except BadCell as err:
            group.blame(row.line, str(err))
    if group.faults:
        return ()
    first = lines[0]
    delivered = [line.delivered_at for line in lines if line.delivered_at]
    discount = shipping = zero(first.discount.currency)
    for line in lines:
        discount, shipping = discount + line.discount, shipping + line.shipping
    order = Order(
        key=first.key,
        items=tuple(line.item for line in lines),
        purchased_at=first.purchased_at,
        # Delivered when everything is: no window may run for what is still under way.
        delivered_at=max(delivered) if len(delivered) == len(lines) else None,
        code=next((line.code for line in lines if line.code), ""),
        discount=discount,
        shipping=shipping,
    )
    return (order,)


def _line(row: Row, wishes: Wishes) -> _Line:
    currency = cells.currency(row["currency"])
    item = Item(
        no=cells.number(row["item_no"], "item number"),
        title=cells.title(row["title"]),
        quantity=cells.quantity(row["quantity"]),
        unit_price=cells.amount(row["unit_price"], currency, "unit price"),
        sku=cells.label(row["sku"]),
        category=cells.label(row["category"]),
        exchangeable=cells.flag(row["exchangeable"], "exchangeable", default=False),
        returnable=cells.flag(row["returnable"], "returnable", default=True),
    )
    line = _Line(
        key=_key(row, wishes),
        item=item,
        purchased_at=cells.instant(row["purchased_at"], UTC, "purchase date"),
        delivered_at=cells.instant_or_none(row["delivered_at"], UTC, "delivery date"),
        code=cells.number(row["buyer_code"], "buyer code") if row["buyer_code"] else "",
        discount=cells.amount_or_none(row["discount"], currency, "discount"),
        shipping=cells.amount_or_none(row["shipping"], currency, "shipping"),
    )
    cells.in_order(line.purchased_at, line.delivered_at)
    if line.discount.minor > item.unit_price.minor * item.quantity:
        raise BadCell("the discount is more than the price")
    return line


def _agree(first: Sequence[_Line], line: _Line) -> None:
    """Raises BadCell when a further line contradicts the first about the order as a whole."""
    for before in first:
        if line.discount.currency != before.discount.currency:
            raise BadCell(f"{line.discount.currency} in an order in {before.discount.currency}")
        if line.purchased_at != before.purchased_at:
            raise BadCell("the purchase date differs from the order's first line")
        if line.code and before.code and line.code != before.code:
            raise BadCell("the buyer code differs from the order's first line")


GENERIC = Format(
    name="generic",
    columns=(
        "order_no",
        "store",
        "item_no",
        "title",
        "quantity",
        "unit_price",
        "currency",
        "purchased_at",
        "delivered_at",
    ),
    encodings=("utf-8", "utf-16"),
    read=_read,
)
