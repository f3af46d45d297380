"""Prepared statements go round SQLAlchemy, and must mean what it means."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from storage.columns import clock
from storage.database import Database
from storage.lanes import _MAKE_READY, _PUT
from storage.orders import _CLAIMED_ON, _GET
from storage.posts import _IN_SLOTS
from storage.prepared import Prepared, any_of
from storage.tables import items, orders, people, stores
from storage.transaction import Transaction

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
COLUMNS = ("store", "number", "purchased_at", "doc")

ADD = Prepared(insert(orders).values({name: bindparam(name) for name in COLUMNS}))
NUMBERED = Prepared(
    select(orders.c.store, orders.c.number)
    .where(orders.c.number.in_(any_of("numbers")), orders.c.store == bindparam("store"))
    .order_by(orders.c.number)
)
NAMED = Prepared(
    select(orders.c.number).where(tuple_(orders.c.store, orders.c.number).in_(any_of("keys"))).order_by(orders.c.number)
)
EVERYTHING = Prepared(select(orders).order_by(orders.c.number))
SINCE = Prepared(select(orders.c.number).where(orders.c.purchased_at >= bindparam("since")))
MAKE_STORE = Prepared(insert(stores).values(name=bindparam("name")).on_conflict_do_nothing().returning(stores.c.name))
MOVE = Prepared(
    update(orders)
    .where(orders.c.number.in_(any_of("numbers")))
    .values(store=bindparam("to"))
    .returning(orders.c.number)
)


def row(number: int, **other: object) -> dict[str, object]:
    return {"store": "Lumen", "number": f"{number}", "purchased_at": NOON, "doc": {"n": [number, None]}, **other}


async def filled(tx: Transaction, count: int) -> None:
    await tx.run(ADD, [row(number) for number in range(count)])


@pytest.mark.parametrize("length", range(6))
async def test_list_of_any_length(db: Database, length: int) -> None:
    async with db.rebuilding() as tx:
        await filled(tx, 6)

        found = await tx.all(NUMBERED, {"store": "Lumen", "numbers": [f"{n}" for n in range(length)]})
        named = await tx.all(NAMED, {"keys": [("Lumen", f"{n}") for n in range(length)] + [("Vesper", "5")]})

    assert [tuple(each) for each in found] == [("Lumen", f"{n}") for n in range(length)]
    assert [each.number for each in named] == [f"{n}" for n in range(length)]


async def test_values_come_back_as_they_went_in(db: Database) -> None:
    east = NOON.astimezone(timezone(timedelta(hours=8)))
    async with db.rebuilding() as tx:
        await tx.run(ADD, row(1, purchased_at=east, doc={"title": "灯", "gone": None}, store="Lu\0men"))

        [found] = await tx.all(EVERYTHING)
        since = [await tx.scalar(SINCE, {"since": at}) for at in (NOON, NOON + timedelta(microseconds=1))]

    assert (found.store, found.number, found.purchased_at) == ("Lumen", "1", NOON)
    assert (found.purchased_at.tzinfo, found.doc) == (UTC, {"title": "灯", "gone": None})
    assert since == ["1", None]


async def test_many_rows_come_back_as_they_went_in_and_in_order(db: Database) -> None:
    payloads = [[1, ["灯", []]], {"gone": None}, 'Lu"men', [], None, 4.5]
    keys = [None, "1", "2", None, "3", "4"]
    rows = [
        {"queue": "q", "lane": f"{9 - n}\0", "key": key, "payload": payload}
        for n, (key, payload) in enumerate(zip(keys, payloads, strict=True))
    ]
    async with db.rebuilding() as tx:
        await tx.run(_MAKE_READY, [{"queue": "q", "lane": each["lane"], "seconds": 0} for each in rows])
        put = await tx.all(_PUT, rows)
        there = await tx.all(Prepared(select(items).order_by(items.c.id)))

    assert [each.id for each in put] == [each.id for each in there]
    assert [(each.key, each.payload) for each in there] == list(zip(keys, payloads, strict=True))
    assert [each.lane for each in there] == ["9", "8", "7", "6", "5", "4"]
    assert {each.at.tzinfo for each in there} == {UTC}


async def test_what_changes_gives_its_rows_in_order(db: Database) -> None:
    async with db.rebuilding() as tx:
        await filled(tx, 3)

        made = await tx.all(MAKE_STORE, [{"name": name} for name in ("Vesper", "Lumen", "Vesper")])
        moved = await tx.all(MOVE, {"to": "Vesper", "numbers": ["2", "0"]})
        left = await tx.all(NUMBERED, {"store": "Lumen", "numbers": ["0", "1", "2"]})

    assert sorted(each.name for each in made) == ["Lumen", "Vesper"]
    assert sorted(each.number for each in moved) == ["0", "2"]
    assert [each.number for each in left] == ["1"]


async def test_refusal_is_the_same_as_from_sqlalchemy_and_quotes_nobody(db: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        async with db.rebuilding() as tx:
            await tx.run(ADD, [row(1), row(1, doc={"words": "for nobody's eyes"})])

    assert "for nobody" not in str(caught.value)
    async with db.rebuilding() as tx:
        assert await tx.all(EVERYTHING) == []


async def test_clock_is_the_databases_own_and_some_seconds_on(db: Database) -> None:
    ahead = Prepared(select(clock("seconds").label("at"), clock().label("now")))
    async with db.rebuilding() as tx:
        [there] = await tx.all(ahead, {"seconds": 90.5})
        [past] = await tx.all(select(clock(-90.5).label("at"), clock().label("now")))

    assert abs((there.at - there.now).total_seconds() - 90.5) < 1
    assert abs((past.at - past.now).total_seconds() + 90.5) < 1
    assert abs((there.now - datetime.now(UTC)).total_seconds()) < 60


async def test_rows_of_two_types_at_once(db: Database) -> None:
    greet = Prepared(
        insert(people)
        .values(address=bindparam("address"), name="", language="", has_chosen_language=bindparam("chosen"))
        .values(is_reachable=True, open_ref="")
        .returning(people.c.address, people.c.has_chosen_language, people.c.translation_at)
    )
    waits = Prepared(select(items.c.id).where(items.c.done_at.is_(None)))
    async with db.rebuilding() as tx:
        [made] = await tx.all(greet, {"address": 5, "chosen": False})
        assert tuple(made) == (5, False, None)
        assert made.has_chosen_language is False
        assert await tx.first(waits) is None


@pytest.mark.parametrize("statement", [_IN_SLOTS, _CLAIMED_ON, _GET])
async def test_sqlite_finds_several_tuples_by_an_index(sqlite_db: Database, statement: Prepared) -> None:
    """It reads the whole table for a list of several."""
    [name] = statement._lists
    sent: list[str] = []
    async with sqlite_db.work() as work:
        driver = work._tx._driver
        assert driver is not None
        driver.set_trace_callback(sent.append)
        await work._tx.all(statement, {name: [("1", "a"), ("2", "b"), ("1", "a")]})
        driver.set_trace_callback(None)
        plans = [driver.execute(f"EXPLAIN QUERY PLAN {each}").fetchall() for each in sent]

    steps = [step[-1] for plan in plans for step in plan]
    assert not [step for step in steps if step.startswith("SCAN") and "CONSTANT" not in step], steps
    assert len(sent) == 2
