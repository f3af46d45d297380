from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.orderfiles import Reading, Refused, read
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey

SAMPLE = (Path(__file__).parent / "samples" / "generic.csv").read_bytes()
HEADER = (
    "order_no,store,item_no,title,sku,category,quantity,unit_price,currency,purchased_at,delivered_at,"
    "exchangeable,returnable,buyer_code,discount,shipping\n"
)
GOOD = "A1,Shop,1,Lamp,L1,home,1,10.00,EUR,2024-03-01,2024-03-05,yes,yes,,,\n"


def file(*rows: str) -> bytes:
    return (HEADER + "".join(row if row.endswith("\n") else row + "\n" for row in rows)).encode()


def refused(*rows: str) -> tuple[Refused, ...]:
    return read(file(*rows)).refused


def numbers(reading: Reading) -> list[str]:
    return [order.key.number for order in reading.orders]


def test_generic_sample_is_read_whole():
    reading = read(SAMPLE)

    assert reading.rows == 8
    assert reading.refused == ()
    assert [(order.key.store, order.key.number, order.paid) for order in reading.orders] == [
        ("Nordic Home", "NH-20240311-001", Money(13722, "EUR")),
        ("Nordic Home", "NH-20240312-007", Money(4490, "EUR")),
        ("Seoul Beauty", "SB-88120", Money(53000, "KRW")),
        ("Seoul Beauty", "SB-88121", Money(42000, "KRW")),
        ("Kyoto Tools", "KT-2024-0456", Money(20980, "JPY")),
        ("Gulf Dates", "GD-7001", Money(26500, "KWD")),
    ]


def test_generic_rows_of_one_order_are_grouped():
    order = read(SAMPLE).orders[0]

    assert order == Order(
        key=OrderKey("Nordic Home", "NH-20240311-001"),
        items=(
            Item(
                no="1",
                title="Wool throw, 130 × 180 cm, moss",
                quantity=2,
                unit_price=Money(5990, "EUR"),
                sku="NH-TH-130-MOS",
                category="textiles",
                exchangeable=True,
            ),
            Item(
                no="2",
                title="Beeswax candle set of 6",
                quantity=1,
                unit_price=Money(2450, "EUR"),
                sku="NH-CA-06",
                category="decoration",
            ),
        ),
        purchased_at=datetime(2024, 3, 11, 8, 14, 22, tzinfo=UTC),
        delivered_at=datetime(2024, 3, 15, 10, 2, tzinfo=UTC),
        code="MOSS2024",
        discount=Money(1198, "EUR"),
        shipping=Money(490, "EUR"),
    )


def test_generic_times_without_a_zone_are_utc():
    orders = {order.key.number: order for order in read(SAMPLE).orders}

    assert orders["NH-20240312-007"].purchased_at == datetime(2024, 3, 12, 19, 40, 5, tzinfo=UTC)
    assert orders["SB-88120"].purchased_at == datetime(2024, 3, 9, 2, 20, tzinfo=UTC)


def test_generic_optional_columns_may_be_left_out():
    data = (
        b"order_no,store,item_no,title,quantity,unit_price,currency,purchased_at,delivered_at\n"
        b"A1,Shop,1,Lamp,1,10,EUR,2024-03-01,\n"
    )

    (order,) = read(data).orders

    assert order.items == (Item(no="1", title="Lamp", quantity=1, unit_price=Money(1000, "EUR")),)
    assert (order.code, order.delivered_at, order.paid) == ("", None, Money(1000, "EUR"))


def test_generic_order_is_delivered_when_all_of_it_is():
    first = "A1,Shop,1,Lamp,,,1,10,EUR,2024-03-01,2024-03-05,,,,,"
    late = "A1,Shop,2,Shade,,,1,10,EUR,2024-03-01,2024-03-09,,,,,"
    under_way = "A1,Shop,2,Shade,,,1,10,EUR,2024-03-01,,,,,,"

    assert read(file(first, late)).orders[0].delivered_at == datetime(2024, 3, 9, tzinfo=UTC)
    assert read(file(first, under_way)).orders[0].delivered_at is None


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Shop,1,Lamp,,,1,10,EUR,2024-03-01,,,,,,", "no order number"),
        ("5.49E+17,Shop,1,Lamp,,,1,10,EUR,2024-03-01,,,,,,", "cut short by a spreadsheet"),
        ("A1,,1,Lamp,,,1,10,EUR,2024-03-01,,,,,,", "no store"),
        ("A1,Shop,,Lamp,,,1,10,EUR,2024-03-01,,,,,,", "no item number"),
        ("A1,Shop,1,,,,1,10,EUR,2024-03-01,,,,,,", "no title"),
        ("A1,Shop,1,Lamp,,,-1,10,EUR,2024-03-01,,,,,,", "the quantity -1 is not between 1 and 10000"),
        ("A1,Shop,1,Lamp,,,0,10,EUR,2024-03-01,,,,,,", "the quantity 0 is not"),
        ("A1,Shop,1,Lamp,,,1.5,10,EUR,2024-03-01,,,,,,", "not a whole number"),
        ("A1,Shop,1,Lamp,,,1,-10,EUR,2024-03-01,,,,,,", "the unit price '-10' is not an amount"),
        ("A1,Shop,1,Lamp,,,1,12.345,EUR,2024-03-01,,,,,,", "not an amount in EUR"),
        ("A1,Shop,1,Lamp,,,1,100.50,JPY,2024-03-01,,,,,,", "not an amount in JPY"),
        ("A1,Shop,1,Lamp,,,1,10,ZZZ,2024-03-01,,,,,,", "unknown currency 'ZZZ'"),
        ("A1,Shop,1,Lamp,,,1,10,,2024-03-01,,,,,,", "no currency"),
        ("A1,Shop,1,Lamp,,,1,10,EUR,2024-02-30,,,,,,", "the purchase date '2024-02-30' is not a date"),
        ("A1,Shop,1,Lamp,,,1,10,EUR,3/1/2024,,,,,,", "the purchase date '3/1/2024' is not a date"),
        ("A1,Shop,1,Lamp,,,1,10,EUR,,,,,,,", "no purchase date"),
        ("A1,Shop,1,Lamp,,,1,10,EUR,2024-03-01,soon,,,,,", "the delivery date 'soon' is not a date"),
        ("A1,Shop,1,Lamp,,,1,10,EUR,2024-03-02,2024-03-01,,,,,", "before purchased"),
        ("A1,Shop,1,Lamp,,,1,10,EUR,2024-03-01,,maybe,,,,", "exchangeable says 'maybe'"),
        ("A1,Shop,1,Lamp,,,1,10,EUR,2024-03-01,,,,,10.01,", "the discount is more than the price"),
        ("A1,Shop,1,Lamp,,,1,10,EUR,2024-03-01,,,,,,,,,surplus", "19 cells where the header has 16"),
        ('A1,Shop,1,"Lamp" big,,,1,10,EUR,2024-03-01,,,,,,', "not valid CSV"),
    ],
)
def test_generic_bad_row_is_refused_with_its_line_and_reason(row, reason):
    reading = read(file("B1" + GOOD[2:], row, "B2" + GOOD[2:]))

    assert numbers(reading) == ["B1", "B2"]
    assert [refusal.line for refusal in reading.refused] == [3]
    assert reason in reading.refused[0].reason


def test_generic_bad_row_refuses_the_other_rows_of_its_order():
    reading = read(
        file(
            "A1,Shop,1,Lamp,,,1,10,EUR,2024-03-01,,,,,,",
            "B1" + GOOD[2:],
            "A1,Shop,2,Shade,,,-2,10,EUR,2024-03-01,,,,,,",
        )
    )

    assert numbers(reading) == ["B1"]
    assert reading.refused == (
        Refused(2, "not taken over, because line 4 of the same order was refused"),
        Refused(4, "the quantity -2 is not between 1 and 10000"),
    )


def test_generic_broken_row_refuses_the_order_it_belongs_to():
    reading = read(
        file(
            "A1,Shop,1,Lamp,,,1,10,EUR,2024-03-01,,,,,,",
            'A1,Shop,2,"Shade,,,2,10,EUR,2024-03-01,,,,,,',
            "B1" + GOOD[2:],
        )
    )

    assert numbers(reading) == ["B1"]
    assert reading.refused == (
        Refused(2, "not taken over, because line 3 of the same order was refused"),
        Refused(3, "a quotation mark opens here and never closes"),
    )


def test_generic_row_without_a_store_refuses_the_order_of_that_number():
    reading = read(file(GOOD, "A1,,2,Shade,,,1,10,EUR,2024-03-01,,,,,,"))

    assert reading.orders == ()
    assert reading.refused == (
        Refused(2, "line 3 seems to be of this order and was refused: no store"),
        Refused(3, "no store"),
    )


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ("A1,Shop,2,Shade,,,1,10,USD,2024-03-01,2024-03-05,,,,,", "USD in an order in EUR"),
        ("A1,Shop,2,Shade,,,1,10,EUR,2024-03-02,2024-03-05,,,,,", "the purchase date differs"),
    ],
)
def test_generic_contradicting_rows_refuse_the_order(second, reason):
    reading = read(file(GOOD, second))

    assert reading.orders == ()
    assert [refusal.line for refusal in reading.refused] == [2, 3]
    assert reason in reading.refused[1].reason


def test_generic_repeated_line_is_refused_and_the_order_kept():
    reading = read(file(GOOD, GOOD))

    assert numbers(reading) == ["A1"]
    assert reading.refused == (Refused(3, "duplicated line: the same as line 2"),)


def test_generic_same_item_twice_refuses_the_order():
    reading = read(file(GOOD, GOOD.replace("Lamp", "Lamb")))

    assert reading.orders == ()
    assert [refusal.line for refusal in reading.refused] == [2, 3]
    assert reading.refused[1].reason == "duplicated line: the same item as line 2, but different"


def test_generic_same_number_in_two_stores_is_two_orders():
    reading = read(file(GOOD, GOOD.replace("Shop", "Other")))

    assert [order.key for order in reading.orders] == [OrderKey("Shop", "A1"), OrderKey("Other", "A1")]


def test_generic_store_option_fills_in_and_never_renames():
    unnamed = GOOD.replace("A1,Shop", "A2,")

    reading = read(file(GOOD, unnamed, GOOD.replace("A1,Shop", "A3,Other")), store="Shop")

    assert [order.key for order in reading.orders] == [OrderKey("Shop", "A1"), OrderKey("Shop", "A2")]
    assert reading.refused == (Refused(4, "the row is of store 'Other', not of 'Shop'"),)


def test_generic_line_numbers_count_lines_not_records():
    two_lines = GOOD.replace("A1", "A0").replace("Lamp", '"Lamp\nwith shade"')

    assert refused(two_lines, "\n", "A2,Shop,1,Lamp,,,0,10,EUR,2024-03-01,,,,,,")[0].line == 5


def test_generic_long_title_is_shortened_and_put_on_one_line():
    (order,) = read(file(GOOD.replace("Lamp", '"' + "so\nlong " * 200 + '"'))).orders

    assert len(order.items[0].title) == 300
    assert order.items[0].title.startswith("so long so long")


def test_generic_cell_beyond_the_limit_is_refused_alone():
    reading = read(file("A0" + GOOD[2:].replace("Lamp", "x" * 200_000), GOOD))

    assert numbers(reading) == ["A1"]
    assert reading.refused == (Refused(2, "a cell is far too long; is a quotation mark missing?"),)


def test_generic_semicolons_and_decimal_commas_are_understood():
    data = (HEADER + "A1,Shop,1,Lamp,,,2,1.234|50,EUR,2024-03-01,,,,,0|99,\n").replace(",", ";").replace("|", ",")

    (order,) = read(data.encode()).orders

    assert order.items[0].unit_price == Money(123450, "EUR")
    assert order.discount == Money(99, "EUR")


def test_generic_hint_for_a_spreadsheet_above_the_header_is_skipped():
    data = "sep=;\r\n" + (HEADER + GOOD).replace(",", ";")

    assert numbers(read(data.encode())) == ["A1"]


def test_generic_utf16_text_of_a_spreadsheet_is_read():
    data = (HEADER + GOOD).replace(",", "\t")

    assert numbers(read(data.encode("utf-16"))) == ["A1"]


def test_generic_transit_does_not_apply():
    (order,) = read(file(GOOD), transit=timedelta(days=10)).orders

    assert (order.delivered_at, order.delivery_is_estimated) == (datetime(2024, 3, 5, tzinfo=UTC), False)
