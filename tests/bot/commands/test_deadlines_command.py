"""`deadlines`: extending running and future deadlines from the command line, and what lists show of it."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations.cases.clocks import Outage

OPENED = datetime(2024, 3, 16, 12, tzinfo=UTC)
STORE = "Nordic Home"
DUE = "2024-03-18T12:00:00+00:00"
PERIOD = ("--from", "2024-03-18", "--to", "2024-03-18", "--by", "7d")


@pytest.fixture
def desk(open_claim):
    """Two cases that wait for the seller of Nordic Home until noon of March 18."""
    open_claim("A7KQ2M")
    return open_claim("B7KQ2M")


def due_of(desk):
    return [shown["due_at"] for shown in desk.json("case", "list")]


def test_running_deadlines_of_a_store_move_and_the_record_says_so(desk):
    out = desk.out("deadlines", "extend", "--store", STORE, *PERIOD, "--reason", "Spring Festival")

    assert out == (
        "Moved by 7 days: 2 running deadlines of Nordic Home: A7K-Q2M, B7K-Q2M\n"
        "Deadlines set from now on that fall into the period are moved too.\n"
    )
    assert due_of(desk) == ["2024-03-25T12:00:00+00:00"] * 2
    *_, newest = desk.json("case", "show", "A7K-Q2M")["facts"]
    assert (newest["who"], newest["what"]) == ("clock", "DeadlineExtended")


def test_the_same_again_moves_nothing_and_says_so(desk):
    desk.out("deadlines", "extend", "--store", STORE, *PERIOD)

    out = desk.out("deadlines", "extend", "--store", STORE, *PERIOD, "--reason", "another one")

    assert out == "This extension for Nordic Home was made before (number 1).\nNo deadline was moved again.\n"
    assert due_of(desk) == ["2024-03-25T12:00:00+00:00"] * 2


def test_what_an_interrupted_command_left_is_done_by_the_next(desk):
    async def only_kept(db):
        async with db.work() as work:
            day = datetime(2024, 3, 18, tzinfo=UTC)
            ends = day + timedelta(days=1, microseconds=-1)
            await work.clocks.extend(STORE, begins=day, ends=ends, by=timedelta(days=7), at=OPENED)

    desk.with_database(only_kept)

    out = desk.out("deadlines", "extend", "--store", STORE, *PERIOD)

    assert out == (
        "This extension for Nordic Home was made before (number 1).\n"
        "Moved by 7 days: 2 running deadlines of Nordic Home: A7K-Q2M, B7K-Q2M\n"
    )


def test_all_stores_as_json(desk):
    assert desk.json("deadlines", "extend", "--all", *PERIOD, "--reason", "Storm") == {
        "n": 1,
        "store": None,
        "from": "2024-03-18T00:00:00+00:00",
        "to": "2024-03-18T23:59:59.999999+00:00",
        "by_seconds": 604800,
        "reason": "Storm",
        "is_new": True,
        "moved": ["A7K-Q2M", "B7K-Q2M"],
    }


@pytest.mark.parametrize(
    ("begins", "ends", "count"),
    [
        (DUE, DUE, 2),
        ("2024-03-18T12:00:00", "2024-03-18T12:00:00", 2),
        ("2024-03-18T20:00+08:00", "2024-03-18T20:00+08:00", 2),
        ("2024-03-18T12:00:01Z", "2024-03-19", 0),
        ("2024-03-01", "2024-03-18T11:59:59Z", 0),
        ("2024-03-01", "2024-03-17", 0),
        ("2024-03-18", "2024-03-19", 2),
    ],
)
def test_a_time_is_utc_unless_it_says_otherwise_and_a_date_the_whole_day(desk, begins, ends, count):
    told = desk.json("deadlines", "extend", "--all", "--from", begins, "--to", ends, "--by", "1h")

    assert len(told["moved"]) == count


def test_another_store_is_left_alone(desk):
    other = min({order["store"] for order in desk.json("orders", "list")} - {STORE})

    out = desk.out("deadlines", "extend", "--store", other, *PERIOD)

    assert out.startswith(f"Moved by 7 days: 0 running deadlines of {other}\n")
    assert due_of(desk) == [DUE] * 2


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((*PERIOD,), "say either --store NAME or --all"),
        (("--all", "--store", STORE, *PERIOD), "say either --store NAME or --all"),
        (("--all", "--from", "2024-03-19", "--to", "2024-03-18", "--by", "1d"), "the period ends before it begins"),
        (("--all", "--from", "today", "--to", "2024-03-18", "--by", "1d"), "'today' is not a time"),
        (("--all", "--from", "2024-03-18", "--to", "2024-03-32", "--by", "1d"), "'2024-03-32' is not a time"),
        (("--all", "--from", "2024-03-18", "--to", "2024-03-18", "--by", "0h"), "'0h' is not a length of time"),
        (("--all", "--from", "2024-03-18", "--to", "2024-03-18", "--by", "-3d"), "'-3d' is not a length of time"),
        (("--all", "--from", "2024-03-18", "--to", "2024-03-18", "--by", "91d"), "by at most 90 days"),
        (("--all", "--from", "2024-03-18", "--to", "2024-03-18"), "Missing option '--by'"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_done(desk, args, said):
    result = desk("deadlines", "extend", *args)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert desk.json("deadlines", "list") == {"extensions": [], "outages": []}


def test_a_store_that_is_not_known_is_refused(desk):
    assert "there is no store 'Nordik'" in desk.err("deadlines", "extend", "--store", "Nordik", *PERIOD)
    assert desk.json("deadlines", "list")["extensions"] == []


def test_the_list_shows_extensions_and_outages(desk):
    desk.out("deadlines", "extend", "--all", *PERIOD)
    desk.out("deadlines", "extend", "--store", STORE, *PERIOD[:-1], "36h", "--reason", "Strike")

    async def away(db):
        async with db.work() as work:
            await work.clocks.add_outage(Outage(OPENED, OPENED + timedelta(hours=3)))

    desk.with_database(away)

    told = desk.json("deadlines", "list")
    assert [(e["n"], e["store"], e["by_seconds"], e["reason"]) for e in told["extensions"]] == [
        (2, STORE, 129600, "Strike"),
        (1, None, 604800, ""),
    ]
    assert told["outages"] == [
        {
            "from": "2024-03-16T12:00:00+00:00",
            "to": "2024-03-16T15:00:00+00:00",
            "grace_until": "2024-03-16T18:00:00+00:00",
        }
    ]
    out = desk.out("deadlines", "list")
    for shown in ("Nordic Home", "(all)", "36 hours", "7 days", "Strike"):
        assert shown in out
    assert "Away from 2024-03-16 12:00 to 2024-03-16 15:00; grace until 2024-03-16 18:00 (UTC)\n" in out
