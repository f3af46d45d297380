from pathlib import Path

import pytest

from conversations.cases.orders import OrderKey
from conversations.ports import Link, LinkPurpose

SAMPLES = Path(__file__).parents[1] / "orderfiles" / "samples"
GENERIC = str(SAMPLES / "generic.csv")


def test_orders_import_reports_what_was_read(desk):
    result = desk("orders", "import", GENERIC)

    assert result.exit_code == 0
    assert result.stdout == "8 rows read. Orders: 6 new, 0 changed, 0 the same. Rows: 0 refused.\n"
    assert result.stderr == ""


def test_orders_import_lists_the_refused_lines_and_fails(desk):
    result = desk("orders", "import", str(SAMPLES / "tmall_gbk.csv"))

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "6 rows read. Orders: 4 new, 0 changed, 0 the same. Rows: 2 refused.",
        "line 5: not a paid order (等待买家付款)",
        "line 6: not a paid order (交易关闭)",
    ]


def test_orders_import_twice_changes_nothing(desk):
    desk("orders", "import", GENERIC)
    before = desk.json("orders", "list")

    assert desk.out("orders", "import", GENERIC) == (
        "8 rows read. Orders: 0 new, 0 changed, 6 the same. Rows: 0 refused.\n"
    )
    assert desk.json("orders", "list") == before


def test_orders_import_updates_a_changed_row_and_keeps_the_generated_code(desk, tmp_path):
    desk("orders", "import", GENERIC)
    code = {order["order_no"]: order["buyer_code"] for order in desk.json("orders", "list")}
    changed = tmp_path / "changed.csv"
    changed.write_text(
        Path(GENERIC).read_text(encoding="utf-8-sig").replace("05,,yes,yes,,,5.90", "05,2024-03-20,yes,yes,,,5.90"),
        encoding="utf-8",
    )

    report = desk.json("orders", "import", str(changed))

    (order,) = [order for order in desk.json("orders", "list") if order["order_no"] == "NH-20240312-007"]
    assert report == {"rows": 8, "new": 0, "changed": 1, "same": 5, "refused": []}
    assert order["delivered_at"] == "2024-03-20T00:00:00+00:00"
    assert order["buyer_code"] == code["NH-20240312-007"]
    assert len(order["buyer_code"]) == 8


def test_orders_import_estimates_delivery_by_the_policys_transit(desk, tmp_path):
    pack = tmp_path / "slow.toml"
    pack.write_text('extends = "tmall_global"\nid = "slow"\ntransit = "20d"\n')

    desk("orders", "import", str(SAMPLES / "shopify.csv"), AFTERSALES_POLICY=str(pack))

    delivered = {order["order_no"]: order["delivered_at"] for order in desk.json("orders", "list")}
    assert delivered["#1001"] == "2024-03-22T21:30:00+00:00"


def test_orders_import_of_a_workbook_says_what_to_do(desk, tmp_path):
    workbook = tmp_path / "orders.xlsx"
    workbook.write_bytes(b"PK\x03\x04rest")

    result = desk("orders", "import", str(workbook))

    assert result.exit_code == 1
    assert "line 1: this is an Excel workbook; save it as CSV" in result.stdout


def test_orders_import_of_a_missing_file_is_a_usage_error(desk):
    result = desk("orders", "import", "nowhere.csv")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "nowhere.csv" in result.stderr


def links_of(desk, output, *, days=0):
    """What the one printed link is good for."""
    assert output.startswith("https://t.me/shop_bot?start=")
    assert output.count("\n") == 1
    token = output.strip().rpartition("=")[2]
    assert len(token) <= 64

    async def peek(db):
        from datetime import UTC, datetime, timedelta

        async with db.reading() as work:
            return await work.links.peek(token, datetime.now(UTC) + timedelta(days=days))

    return desk.with_database(peek)


@pytest.mark.parametrize(
    ("named", "key"),
    [
        ("#1001", OrderKey("Alpine Outfitters", "#1001")),
        ("1001", OrderKey("Alpine Outfitters", "#1001")),
        ("Alpine Outfitters/1001", OrderKey("Alpine Outfitters", "#1001")),
        ("nh-20240311-001", OrderKey("Nordic Home", "NH-20240311-001")),
        ("花语海外旗舰店/2109876543210123456", OrderKey("花语海外旗舰店", "2109876543210123456")),
    ],
)
def test_orders_link_is_one_deep_link_to_the_order(stocked, named, key):
    link = links_of(stocked, stocked.out("orders", "link", named))

    assert link == Link(purpose=LinkPurpose.ORDER, store=key.store, number=key.number)


def test_orders_link_ends_after_half_a_year(stocked):
    printed = stocked.out("orders", "link", "1001")

    assert links_of(stocked, printed, days=179) is not None
    assert links_of(stocked, printed, days=181) is None


def test_orders_link_of_an_unknown_order_fails(stocked):
    assert stocked.err("orders", "link", "4711") == "Error: there is no order 4711\n"


def test_orders_link_of_a_shared_number_asks_for_the_store(stocked):
    stocked("orders", "import", str(SAMPLES / "shopify.csv"), "--store", "Second/Shop")

    assert stocked.err("orders", "link", "1001") == (
        "Error: several stores have an order 1001: Alpine Outfitters, Second/Shop. Write it as STORE/1001\n"
    )
    assert links_of(stocked, stocked.out("orders", "link", "Second/Shop/1001")).store == "Second/Shop"


def test_orders_list_shows_codes_and_amounts(stocked):
    lines = stocked.out("orders", "list", "--store", "Nordic Home").splitlines()

    assert lines[0].split() == ["number", "store", "purchased", "delivered", "paid", "code"]
    assert len(lines) == 3
    assert "137.22 EUR" in lines[2]
    assert lines[2].endswith("MOSS2024")


def test_orders_commands_work_on_an_empty_database(desk):
    assert desk.out("orders", "list") == ""
    assert desk.json("orders", "list") == []
