"""The seller centre's order export of Tmall and Taobao: one row an order, CNY, times in China."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, timezone

from bot.orderfiles import cells
from bot.orderfiles.cells import BadCell
from bot.orderfiles.sheet import Format, Group, Reading, Refused, Wishes, assemble
from bot.orderfiles.table import Row
from conversations.cases.money import Money, zero
from conversations.cases.orders import Item, Order, OrderKey

#: Asia/Shanghai has kept this offset all year since 1992.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")

_UNPAID = ("等待买家付款", "交易关闭")


def _read(rows: Sequence[Row], wishes: Wishes) -> Reading:
    groups: dict[OrderKey, Group] = {}
    refused: list[Refused] = []
    for row in rows:
        try:
            if row.fault:
                raise BadCell(row.fault)
            key = _key(row, wishes)
        except BadCell as err:
            refused.append(Refused(row.line, str(err)))
        else:
            groups.setdefault(key, Group()).add(row)
    for group in groups.values():
        refused += group.drop_repeats(lambda row: _key(row, wishes))
    return assemble(groups.values(), lambda group: (_order(group.rows[0], wishes),), refused=refused, rows=len(rows))


def _key(row: Row, wishes: Wishes) -> OrderKey:
    number = cells.number(row["订单编号"], "order number (订单编号)")
    return OrderKey(cells.name(wishes.store or row["店铺名称"], "store (店铺名称)"), number)


def _order(row: Row, wishes: Wishes) -> Order:
    status = row["订单状态"]
    if any(unpaid in status for unpaid in _UNPAID):
        raise BadCell(f"not a paid order ({status})")
    if not cells.unwrapped(row["订单付款时间"]):
        raise BadCell("not a paid order: no payment time (订单付款时间)")
    purchased_at = cells.instant(row["订单付款时间"], CHINA, "payment time (订单付款时间)")
    delivered_at = cells.instant_or_none(row["确认收货时间"], CHINA, "confirmation time (确认收货时间)")
    cells.in_order(purchased_at, delivered_at)
    item, discount, shipping = _goods(row)
    return Order(
        key=_key(row, wishes),
        items=(item,),
        purchased_at=purchased_at,
        delivered_at=delivered_at,
        code="",
        discount=discount,
        shipping=shipping,
    )


def _goods(row: Row) -> tuple[Item, Money, Money]:
    """All that was bought as one line, and its discount and postage, so that they make up exactly what was paid.

    A row names several titles in one cell and no price for any, so they cannot be told apart. The price of a unit is
    rounded up and the discount takes the rounding.
    """
    quantity = cells.quantity(row["宝贝总数量"])
    paid = cells.amount(row["买家实际支付金额"], "CNY", "amount paid (买家实际支付金额)")
    if not paid and cells.amount_or_none(row["总金额"], "CNY", "total (总金额)"):
        raise BadCell("nothing was paid, or all of it was refunded (买家实际支付金额 0)")
    shipping = cells.amount_or_none(row["买家应付邮费"], "CNY", "postage (买家应付邮费)")
    if shipping > paid:
        shipping = zero("CNY")
    goods = paid - shipping
    price = Money(-(-goods.minor // quantity), "CNY")
    discount = Money(price.minor * quantity - goods.minor, "CNY")
    item = Item(
        no="1",
        title=cells.title(row["宝贝标题"]),
        quantity=quantity,
        unit_price=price,
        sku=cells.label(row["商家编码"]),
    )
    return item, discount, shipping


TMALL = Format(
    name="tmall",
    columns=("订单编号", "宝贝标题", "买家实际支付金额", "订单付款时间", "宝贝总数量", "确认收货时间"),
    encodings=("utf-8", "gb18030", "utf-16"),
    read=_read,
    # The seller centre has renamed columns over the years.
    aliases={
        "商品标题": "宝贝标题",
        "买家实付金额": "买家实际支付金额",
        "付款时间": "订单付款时间",
        "商品总数量": "宝贝总数量",
        "收货时间": "确认收货时间",
    },
)
