import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.orderfiles import FORMAT_NAMES, Reading, Refused, read

GENERIC = "order_no,store,item_no,title,quantity,unit_price,currency,purchased_at,delivered_at\n"


def only_refusal(data: bytes, format: str = "auto", store: str | None = None) -> Refused:
    reading = read(data, format=format, store=store)
    assert reading == Reading(orders=(), refused=reading.refused, rows=0)
    (refusal,) = reading.refused
    return refusal


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\r\n ,, \n"[:4]])
def test_reading_empty_file_is_refused(data):
    assert only_refusal(data) == Refused(1, "the file is empty")


def test_reading_header_alone_is_refused():
    assert only_refusal(GENERIC.encode()) == Refused(1, "the file has a header and nothing below it")


def test_reading_workbook_is_refused_with_a_hint():
    workbook = io.BytesIO()
    with zipfile.ZipFile(workbook, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")

    assert only_refusal(workbook.getvalue()).reason == (
        "this is an Excel workbook; save it as CSV (UTF-8) and import that"
    )


def test_reading_binary_file_is_refused():
    assert "not a text file" in only_refusal(b"\x01\x02\0\0\x03" * 10).reason


def test_reading_names_the_missing_columns():
    header = GENERIC.replace(",currency", "").replace(",quantity", "")

    assert only_refusal(header.encode() + b"A1\n") == Refused(
        1, "columns are missing for a generic file: quantity, currency"
    )


def test_reading_names_the_missing_columns_of_the_asked_format():
    reason = only_refusal(GENERIC.encode() + b"A1\n", "shopify").reason

    assert reason.startswith("columns are missing for a shopify file: name, paid at, fulfilled at, lineitem quantity")


def test_reading_unknown_table_is_refused_with_the_known_formats():
    reason = only_refusal(b"first,second\n1,2\n").reason

    assert reason.startswith("not an order file of a known format. Columns needed for generic: order_no, store,")


def test_reading_store_column_is_not_needed_where_the_store_is_given():
    header = GENERIC.replace("store,", "")
    row = "A1,1,Lamp,1,10,EUR,2024-03-01,\n"

    assert only_refusal((header + row).encode()).reason == "columns are missing for a generic file: store"
    assert read((header + row).encode(), store="Shop").orders[0].key.store == "Shop"


def test_reading_generic_text_that_is_not_utf8_is_refused():
    data = (GENERIC + "A1,店,1,杯子,1,10,CNY,2024-03-01,\n").encode("gbk")

    assert only_refusal(data).reason == "a generic file has to be UTF-8; save it as CSV (UTF-8)"


def test_reading_unknown_format_is_the_callers_mistake():
    with pytest.raises(ValueError, match="no such format"):
        read(GENERIC.encode(), format="ebay")


@given(
    text=st.text(alphabet=st.sampled_from('A1,"\n\r;\t=-. 店#'), max_size=200),
    format=st.sampled_from(FORMAT_NAMES),
)
def test_reading_never_raises_and_accounts_for_every_row(text, format):
    headers = {
        "tmall": "订单编号,宝贝标题,买家实际支付金额,订单付款时间,宝贝总数量,确认收货时间,店铺名称\n",
        "shopify": "Name,Paid at,Fulfilled at,Currency,Lineitem quantity,Lineitem name,Lineitem price,Vendor\n",
    }

    reading = read((headers.get(format, GENERIC) + text).encode(), format=format)

    taken = sum(len(order.items) for order in reading.orders)
    lines = [refusal.line for refusal in reading.refused]
    assert len(set(lines)) == len(lines)
    assert taken + len(lines) == max(reading.rows, 1)


@given(data=st.binary(max_size=300))
def test_reading_never_raises_on_bytes(data):
    assert isinstance(read(data), Reading)
