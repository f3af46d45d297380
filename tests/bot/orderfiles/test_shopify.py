from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.orderfiles import Refused, read
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey

SAMPLE = (Path(__file__).parent / "samples" / "shopify.csv").read_bytes()
TRANSIT = timedelta(days=10)
HEADER = (
    "Name,Financial Status,Paid at,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Vendor,Cancelled at\n"
)
GOOD = (
    "#7,paid,2024-03-01 10:00:00 -0500,,USD,30.00,5.00,0.00,35.00,0.00,2024-03-01 09:59:00 -0500,1,Mug,30.00,M,Acme,\n"
)


def file(*rows: str) -> bytes:
    return (HEADER + "".join(row if row.endswith("\n") else row + "\n" for row in rows)).encode()


def test_shopify_sample_is_read_whole():
    reading = read(SAMPLE, transit=TRANSIT)

    assert reading.rows == 8
    assert [(order.key.number, len(order.items), order.paid) for order in reading.orders] == [
        ("#1001", 2, Money(13400, "USD")),
        ("#1002", 1, Money(5804, "USD")),
        ("#1003", 2, Money(8990, "EUR")),
        ("#1004", 1, Money(4000, "USD")),
    ]
    assert reading.refused == (
        Refused(9, "not a paid order: pending"),
        Refused(10, "not a paid order: everything that was paid for it has been refunded"),
    )


def test_shopify_further_lines_belong_to_the_order_above_and_delivery_is_estimated():
    order = read(SAMPLE, transit=TRANSIT).orders[0]

    assert order == Order(
        key=OrderKey("Alpine Outfitters", "#1001"),
        items=(
            Item(no="1", title="Trail Jacket - M / Blue", quantity=1, unit_price=Money(10000, "USD"), sku="TJ-M-BLU"),
            Item(no="2", title="Merino Socks - 41/43", quantity=2, unit_price=Money(2000, "USD"), sku="MS-4143"),
        ),
        purchased_at=datetime(2024, 3, 1, 15, 0, tzinfo=UTC),
        delivered_at=datetime(2024, 3, 12, 21, 30, tzinfo=UTC),
        code="",
        discount=Money(1400, "USD"),
        shipping=Money(800, "USD"),
        delivery_is_estimated=True,
    )


def test_shopify_order_not_yet_fulfilled_is_not_delivered():
    order = read(SAMPLE, transit=TRANSIT).orders[1]

    assert (order.delivered_at, order.delivery_is_estimated) == (None, False)


@pytest.mark.parametrize(
    ("figures", "paid"),
    [
        # subtotal, shipping, taxes, total, discount
        ("30.00,5.00,0.00,35.00,0.00", 3500),
        ("30.00,5.00,2.40,37.40,0.00", 3740),  # tax on top
        ("30.00,5.00,4.79,35.00,0.00", 3500),  # tax within the prices
        ("24.00,5.00,0.00,29.00,6.00", 2900),
        ("30.00,0.00,0.00,33.00,0.00", 3300),  # a tip
        ("30.00,5.00,0.00,10.00,0.00", 1000),  # a gift card
        ("0.00,5.00,0.00,2.00,33.00", 200),  # a discount that reaches into the shipping
        ("24.00,5.00,0.00,,6.00", 2900),  # no total told
    ],
)
def test_shopify_paid_is_the_total(figures, paid):
    (order,) = read(file(GOOD.replace("30.00,5.00,0.00,35.00,0.00", figures))).orders

    assert order.paid == Money(paid, "USD")


def test_shopify_store_is_the_option_else_the_vendor():
    assert read(file(GOOD)).orders[0].key == OrderKey("Acme", "#7")
    assert read(file(GOOD), store="Mine").orders[0].key == OrderKey("Mine", "#7")


def test_shopify_order_of_two_vendors_is_shared_between_their_stores():
    further = ",,,,,,,,,,,1,Cap,10.00,C,Other,"
    first = GOOD.replace("30.00,5.00,0.00,35.00,0.00", "36.00,6.00,0.00,42.00,4.00")

    orders = read(file(first, further)).orders

    assert [(order.key.store, [item.no for item in order.items], order.paid) for order in orders] == [
        ("Acme", ["1"], Money(3150, "USD")),
        ("Other", ["2"], Money(1050, "USD")),
    ]
    assert [len(order.items) for order in read(file(first, further), store="Mine").orders] == [2]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("#7", "", "no order number (Name)"),
        ("USD", "", "no currency"),
        ("USD", "DOLLAR", "unknown currency 'DOLLAR'"),
        ("2024-03-01 10:00:00 -0500,,", "yesterday,,", "the payment date (Paid at) 'yesterday' is not a date"),
        ("-0500,,USD", "-0500,2024-02-01 10:00:00 -0500,USD", "before purchased"),
        ("paid,", "voided,", "its payment was voided"),
        ("Acme,", "Acme,2024-03-02 10:00:00 -0500", "the order was cancelled on 2024-03-02"),
        ("1,Mug", "-1,Mug", "the quantity -1"),
        (",Acme", ",", "no store (Vendor)"),
        ("#7,paid,2024-03-01 10:00:00 -0500", "#7,,", "not a paid order: no date under Paid at"),
    ],
)
def test_shopify_bad_order_is_refused_with_its_further_lines(old, new, reason):
    further = ",,,,,,,,,,,1,Cap,10.00,C,,"

    reading = read(file(GOOD.replace("#7", "#6"), GOOD.replace(old, new, 1), further))

    assert [order.key.number for order in reading.orders] == ["#6"]
    assert [refusal.line for refusal in reading.refused] == [3, 4]
    assert reason in reading.refused[0].reason


@pytest.mark.parametrize(
    "further",
    [",,,,,,,,,,,0,Cap,10.00,C,,", ',,,,,,,,,,,1,"Cap" red,10.00,C,,', "#7,,,,GBP,,,,,,,1,Cap,10.00,C,,"],
)
def test_shopify_bad_further_line_refuses_the_order(further):
    reading = read(file(GOOD, further, GOOD.replace("#7", "#8")))

    assert [order.key.number for order in reading.orders] == ["#8"]
    assert [refusal.line for refusal in reading.refused] == [2, 3]


def test_shopify_order_listed_twice_is_refused():
    reading = read(file(GOOD, GOOD))

    assert reading.orders == ()
    assert reading.refused[1] == Refused(3, "duplicated line: order #7 was there before, in line 2")


def test_shopify_goods_delivered_on_account_count_from_the_order():
    row = GOOD.replace("2024-03-01 10:00:00 -0500,,", "2024-04-30 10:00:00 -0500,2024-03-02 10:00:00 -0500,")

    (order,) = read(file(row), transit=TRANSIT).orders

    assert order.purchased_at == datetime(2024, 3, 1, 14, 59, tzinfo=UTC)
