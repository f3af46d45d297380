"""What goes straight to asyncpg is in SQLAlchemy's transaction, fails as SQLAlchemy's own statements do, and leaves no broken
connection behind."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.database import Database
from storage.errors import TryAgain
from storage.prepared import Prepared, any_of
from storage.tables import people, stores
from tests.sessions import cut_off

ADD = Prepared(insert(stores).values(name=bindparam("name")))
NAMED = Prepared(select(stores.c.name).where(stores.c.name.in_(any_of("names"))).order_by(stores.c.name))
NUMBERED = Prepared(select(people.c.id).where(people.c.id.in_(any_of("ids"))))
#: How the server says that it ends a session.
LAST_WORDS = b"E\x00\x00\x00\x2bSFATAL\x00C57P01\x00Mterminating connection\x00\x00"
LOCKED = Prepared(select(stores.c.name).where(stores.c.name == bindparam("name")).with_for_update())


@pytest.fixture
async def postgres_db(postgres_url: str) -> AsyncIterator[Database]:
    async with Database(postgres_url) as db:
        yield db


async def _names(db: Database) -> list[str]:
    async with db.rebuilding() as tx:
        return [row.name for row in await tx.all(select(stores.c.name).order_by(stores.c.name))]


async def test_both_ways_are_one_transaction(postgres_db: Database) -> None:
    async def work() -> None:
        async with postgres_db.rebuilding() as tx:
            await tx.run(ADD, {"name": "Lumen"})
            await tx.run(insert(stores).values(name="Vesper"))
            assert len(await tx.all(NAMED, {"names": ["Lumen", "Vesper"]})) == 2
            assert len(await tx.all(select(stores.c.name))) == 2
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work()

    assert await _names(postgres_db) == []


async def test_a_refusal_in_a_savepoint_undoes_no_more_than_that(postgres_db: Database) -> None:
    async with postgres_db.rebuilding() as tx:
        await tx.run(ADD, {"name": "Lumen"})
        with pytest.raises(IntegrityError):
            async with tx.savepoint():
                await tx.run(ADD, [{"name": "Vesper"}, {"name": "Lumen"}])
        await tx.run(ADD, {"name": "Aurora"})

    assert await _names(postgres_db) == ["Aurora", "Lumen"]


async def test_a_value_of_the_wrong_kind_is_a_mistake(postgres_db: Database) -> None:
    with pytest.raises(DBAPIError):
        async with postgres_db.rebuilding() as tx:
            await tx.all(NUMBERED, {"ids": [1, "two"]})

    assert await _names(postgres_db) == []


async def test_one_text_serves_lists_of_every_length(postgres_db: Database) -> None:
    async with postgres_db.rebuilding() as tx:
        for length in range(6):
            await tx.all(NAMED, {"names": ["Lumen"] * length})
        known = await tx.all(
            text("SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT stores%ANY%'")
        )

    assert len(known) == 1


async def test_a_session_that_the_server_ends_in_the_middle(postgres_db: Database, postgres_url: str) -> None:
    async def work() -> None:
        async with postgres_db.rebuilding() as tx:
            await tx.run(ADD, {"name": "Lumen"})
            await cut_off(postgres_url)
            await tx.run(ADD, {"name": "Vesper"})

    with pytest.raises(TryAgain):
        await work()

    assert await _names(postgres_db) == []


@pytest.mark.parametrize("has_begun", [False, True], ids=["at the beginning", "in the middle"])
async def test_a_session_between_the_last_words_of_the_server_and_its_end(
    postgres_db: Database, *, has_begun: bool
) -> None:
    async with postgres_db.rebuilding() as tx:
        session = (await tx.connection.get_raw_connection()).driver_connection
    assert session is not None

    async def work() -> None:
        if not has_begun:
            session._protocol.data_received(LAST_WORDS)
        async with postgres_db.rebuilding() as tx:
            if has_begun:
                session._protocol.data_received(LAST_WORDS)
            await tx.run(ADD, {"name": "Lumen"})

    with pytest.raises(TryAgain):
        await work()

    assert await _names(postgres_db) == []
    assert postgres_db._writer.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_sessions_that_the_server_ended_meanwhile_are_not_noticed(
    postgres_db: Database, postgres_url: str
) -> None:
    async with postgres_db.rebuilding() as one, postgres_db.rebuilding() as other:  # so that two sessions wait for work
        sessions = [(await tx.connection.get_raw_connection()).driver_connection for tx in (one, other)]
    await cut_off(postgres_url)
    async with asyncio.timeout(15):
        while not all(session.is_closed() for session in sessions if session):  # noqa: ASYNC110 - the network tells nobody
            await asyncio.sleep(0.01)

    async with postgres_db.rebuilding() as one, postgres_db.rebuilding() as other:
        await one.run(ADD, {"name": "Lumen"})
        await other.run(ADD, {"name": "Vesper"})

    assert await _names(postgres_db) == ["Lumen", "Vesper"]


async def test_whoever_is_cancelled_while_waiting_leaves_nothing_behind(postgres_db: Database) -> None:
    async with postgres_db.rebuilding() as tx:
        await tx.run(ADD, {"name": "Lumen"})

    async def wait_for_it() -> None:
        async with postgres_db.rebuilding() as tx:
            await tx.run(ADD, {"name": "Vesper"})
            await tx.all(LOCKED, {"name": "Lumen"})

    async with postgres_db.rebuilding() as tx:
        await tx.all(LOCKED, {"name": "Lumen"})
        waiting = asyncio.create_task(wait_for_it())
        while not await tx.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    assert await _names(postgres_db) == ["Lumen"]
    assert postgres_db._writer.pool.checkedout() == 0  # type: ignore[attr-defined]
