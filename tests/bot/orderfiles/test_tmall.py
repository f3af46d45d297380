from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.orderfiles import Refused, read
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey

SAMPLES = Path(__file__).parent / "samples"
GBK = (SAMPLES / "tmall_gbk.csv").read_bytes()
UTF8 = (SAMPLES / "tmall_utf8.csv").read_bytes()
STORE = "花语海外旗舰店"

HEADER = (
    "订单编号,买家应付邮费,总金额,买家实际支付金额,订单状态,订单付款时间 ,宝贝标题 ,宝贝总数量,店铺名称,确认收货时间\n"
)
ROW = '="100",0.00,{paid},{paid},交易成功,2024-03-01 20:00:00,杯子,{n},店,2024-03-05 09:00:00\n'


def test_tmall_sample_is_read_from_gbk():
    reading = read(GBK)

    assert reading.rows == 6
    assert [(order.key.number, order.paid) for order in reading.orders] == [
        ("2109876543210123456", Money(29700, "CNY")),
        ("2109876543210123457", Money(22900, "CNY")),
        ("2109876543210123458", Money(10000, "CNY")),
        ("2109876543210123461", Money(14990, "CNY")),
    ]
    assert reading.refused == (
        Refused(5, "not a paid order (等待买家付款)"),
        Refused(6, "not a paid order (交易关闭)"),
    )


def test_tmall_utf8_says_the_same_as_gbk():
    assert read(UTF8) == read(GBK)


def test_tmall_order_has_chinese_times_and_one_line_for_all_titles():
    order = read(GBK, format="tmall").orders[1]

    assert order == Order(
        key=OrderKey(STORE, "2109876543210123457"),
        items=(
            Item(
                no="1",
                title="德国净水壶滤芯 6只装 ，净水壶 2.4L 蓝色",
                quantity=3,
                unit_price=Money(7300, "CNY"),
            ),
        ),
        purchased_at=datetime(2024, 3, 2, 1, 3, 47, tzinfo=UTC),
        delivered_at=datetime(2024, 3, 9, 10, 45, tzinfo=UTC),
        code="",
        discount=Money(0, "CNY"),
        shipping=Money(1000, "CNY"),
    )


@pytest.mark.parametrize(("paid", "n"), [("100.00", 7), ("0.01", 3), ("99.99", 1), ("12345.67", 89), ("0.05", 10)])
def test_tmall_units_add_up_to_exactly_what_was_paid(paid, n):
    (order,) = read((HEADER + ROW.format(paid=paid, n=n)).encode("gbk")).orders

    assert order.paid == Money.parse(paid, "CNY")
    assert sum(order.paid_for("1", 1, after=unit).minor for unit in range(n)) == order.paid.minor


@pytest.mark.parametrize("written", ['="100"', "'100", "\t100", '"=""100"""', " 100 "])
def test_tmall_order_number_is_unwrapped(written):
    (order,) = read((HEADER + ROW.format(paid="9.90", n=1).replace('="100"', written)).encode()).orders

    assert order.key == OrderKey("店", "100")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('="100"', "5.49E+17", "the order number (订单编号) 5.49E+17 was cut short by a spreadsheet"),
        ('="100"', '=""', "no order number (订单编号)"),
        ("2024-03-01 20:00:00", "", "not a paid order: no payment time"),
        ("2024-03-05", "2024-02-05", "before purchased"),
        ("2024-03-05", "2024-13-05", "is not a date"),
        ("9.90,交易", "0.00,交易", "nothing was paid, or all of it was refunded"),
        ("店,", ",", "no store (店铺名称)"),
        ("杯子,1", "杯子,-1", "the quantity -1"),
    ],
)
def test_tmall_bad_row_is_refused(old, new, reason):
    reading = read((HEADER + ROW.format(paid="9.90", n=1).replace(old, new)).encode())

    assert reading.orders == ()
    assert [refusal.line for refusal in reading.refused] == [2]
    assert reason in reading.refused[0].reason


def test_tmall_times_as_a_spreadsheet_saves_them_are_understood():
    row = ROW.format(paid="9.90", n=1).replace("2024-03-05 09:00:00", "2024/3/5 9:00")

    (order,) = read((HEADER + row).encode("gbk")).orders

    assert order.delivered_at == datetime(2024, 3, 5, 1, 0, tzinfo=UTC)


def test_tmall_repeated_row_is_refused_and_a_contradicting_one_refuses_both():
    row = ROW.format(paid="9.90", n=1)

    repeated = read((HEADER + row + row).encode())
    contradicting = read((HEADER + row + row.replace("9.90", "8.80")).encode())

    assert (len(repeated.orders), [r.line for r in repeated.refused]) == (1, [3])
    assert (len(contradicting.orders), [r.line for r in contradicting.refused]) == (0, [2, 3])


def test_tmall_store_option_wins():
    (order,) = read((HEADER + ROW.format(paid="9.90", n=1)).encode(), store="Flagship").orders

    assert order.key.store == "Flagship"


def test_tmall_newer_column_names_are_known():
    header = HEADER.replace("买家实际支付金额", "买家实付金额").replace("宝贝标题 ", "商品标题")

    (order,) = read((header + ROW.format(paid="9.90", n=1)).encode()).orders

    assert order.paid == Money(990, "CNY")
