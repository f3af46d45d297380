"""`report`: the figures of stores and arbitrators, for people, spreadsheets and programs."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import insert

from conversations.cases.orders import Store
from storage.database import Database
from storage.tables import hearings, outcomes

from .conftest import Desk


@pytest.fixture
def counted(desk: Desk) -> Desk:
    """Acme and Lumen with some cases in the last days, an arbitrator with a hearing."""
    now = datetime.now(UTC)

    def row(n: int, store: str) -> dict:
        return {
            "ref": f"R{n}",
            "store": store,
            "remedy": "refund",
            "ground": "quality",
            "reason": "faulty",
            "currency": "USD",
            "opened_at": now - timedelta(days=2),
            "state": "settled",
            "answer_seconds": 60 * n,
            "ended_at": now - timedelta(days=1),
            "resolve_seconds": 86_400,
            "result": "refund",
            "kept": 1,
            "missed": 0,
            "offers": 0,
            "accepted": 0,
            "is_escalated": n == 1,
            "is_reversed": False,
            "refund": 1000,
            "shipping": 0,
            "rated_at": None,
            "service": 0,
            "outcome": 0,
        }

    async def put(db: Database) -> None:
        async with db.work() as work:
            for name in ("Acme", "=Lumen"):
                await work.orders.set_store(Store(name=name))
        async with db._writer.begin() as connection:
            await connection.execute(insert(outcomes), [row(n, "Acme") for n in range(6)] + [row(9, "=Lumen")])
            hearing = {"ref": "R1", "n": 1, "arbitrator": 5, "store": "Acme", "taken_at": now - timedelta(days=1)}
            ended = {"ended_at": now, "seconds": 86_400, "how": "ruled", "is_appealed": True, "is_reversed": False}
            await connection.execute(insert(hearings), [hearing | ended])

    desk.with_database(put)
    return desk


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_a_report_of_a_store_to_read(counted: Desk) -> None:
    told = counted.out("report", "--store", "Acme", "--days", "7")

    assert told.startswith("Acme: the last 7 days\n")
    assert "Cases that needed an arbitrator: 17%" in told
    assert "Given back: US$60.00, and US$0.00 for return shipping" in told


def test_a_report_of_a_store_as_a_table(counted: Desk) -> None:
    rows = table(counted.out("report", "--store", "Acme", "--csv"))

    assert rows[0] == ["figure", "now", "before"]
    found = {name: (now, before) for name, now, before in rows[1:]}
    assert {name: found[name] for name in ("cases", "remedy:refund", "answer_median_seconds", "refunds:USD")} == {
        "cases": ("6", "0"),
        "remedy:refund": ("6", "0"),
        "answer_median_seconds": ("120", ""),
        "refunds:USD": ("6000", "0"),
    }


def test_a_report_of_a_store_for_programs(counted: Desk) -> None:
    told = counted.json("report", "--store", "Acme", "--days", "7")

    assert (told["store"], told["days"]) == ("Acme", 7)
    assert (told["now"]["cases"], told["now"]["answer"], told["before"]["cases"]) == (
        6,
        {"count": 6, "median": 120, "p90": 300},
        0,
    )


def test_all_stores_each_in_a_row_and_none_is_a_formula(counted: Desk) -> None:
    rows = table(counted.out("report", "--all", "--csv"))

    assert [row[:3] for row in rows] == [
        ["store", "cases", "answer_median_seconds"],
        ["'=Lumen", "1", "540"],
        ["Acme", "6", "120"],
    ]
    told = counted.json("report", "--all")
    assert (told["store"], told["now"]["cases"], [each["store"] for each in told["stores"]]) == (
        None,
        7,
        ["=Lumen", "Acme"],
    )
    assert "Acme" in counted.out("report", "--all")


def test_arbitrators(counted: Desk) -> None:
    told = counted.json("report", "--arbitrators")

    assert told["arbitrators"] == [
        {
            "arbitrator": 5,
            "name": "",
            "hearings": 1,
            "open": 0,
            "rulings": 1,
            "late": 0,
            "appealed": 1,
            "reversed": 0,
            "median_seconds": 86_400,
            "p90_seconds": 86_400,
        }
    ]
    assert told["all"]["hearings"] == 1
    assert [row[0] for row in table(counted.out("report", "--arbitrators", "--csv"))] == ["arbitrator", "all", "5"]
    assert counted.out("report", "--arbitrators").splitlines()[0].startswith("arbitrator  name")


def test_the_charts_as_a_picture(counted: Desk, tmp_path: Path) -> None:
    file = tmp_path / "acme.png"

    assert counted.out("report", "--store", "Acme", "--png", str(file)) == ""
    with Image.open(file) as image:
        assert image.format == "PNG"


def test_what_cannot_be_reported(counted: Desk, tmp_path: Path) -> None:
    assert "no store" in counted.err("report", "--store", "Nobody").lower()
    assert "nothing to draw" in counted.err(
        "report", "--store", "Acme", "--days", "1", "--png", str(tmp_path / "a.png")
    )
    for args in ([], ["--all", "--arbitrators"], ["--all", "--csv", "--json"], ["--arbitrators", "--png", "x.png"]):
        assert counted("report", *args).exit_code == 2


def test_a_picture_that_cannot_be_written_is_said(counted: Desk, tmp_path: Path) -> None:
    assert "No such file" in counted.err("report", "--store", "Acme", "--png", str(tmp_path / "nowhere" / "a.png"))
