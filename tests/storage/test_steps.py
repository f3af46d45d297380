"""The same as `test_plans` for SQLite, which does not tell how many rows it looked at: counted are the steps of its machine. To
look at a row takes three at least, so whoever reads through a table takes three times as many as it has rows."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from conversations.cases.case import Case
from conversations.cases.orders import Order
from storage.backup import back_up, restore
from storage.database import Database
from storage.sqlite import driver_of

from .calls import CALLS, WORKERS, tried
from .crowds import crowd

#: Rows of each table that grows.
ROWS = 10_000

#: The most steps of a call: a list and what belongs to it, twice over.
MOST = ROWS

#: Steps between two counts.
EACH = 20


class Steps:
    """Counts the steps of a connection."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._count = 0
        driver.set_progress_handler(self._more, EACH)

    def since(self) -> int:
        """How many there were since it was last asked."""
        count, self._count = self._count, 0
        return count

    def _more(self) -> int:
        self._count += EACH
        return 0


@pytest.fixture
async def crowded(postgres_url: str, sqlite_db: Database, case: Case, order: Order, tmp_path: Path) -> Database:
    """An SQLite database in which the same has happened."""
    async with Database(postgres_url) as db:
        await crowd(db, case, order, rows=ROWS)
        await back_up(db, tmp_path / "evidence", tmp_path / "crowd.tar")
    await restore(sqlite_db, tmp_path / "evidence", tmp_path / "crowd.tar", sends_waiting=True)
    return sqlite_db


async def counting(db: Database) -> Steps:
    """From now on, what is written through, which is all that `calls` does."""
    async with db._writer.connect() as connection:
        driver = driver_of(connection)
    assert driver is not None
    return Steps(driver)


async def test_no_call_reads_through_a_table_on_sqlite(crowded: Database) -> None:
    steps, taken = await counting(crowded), {}
    for name, call in CALLS.items():
        steps.since()
        await tried(crowded, call)
        taken[name] = steps.since()
    async with crowded.serving():
        for name, look in WORKERS.items():
            steps.since()
            await look(crowded)
            taken[name] = steps.since()

    assert {name: count for name, count in taken.items() if count > MOST} == {}


async def test_a_call_that_does_would_be_found(sqlite_db: Database) -> None:
    """The measure itself."""
    series = "WITH RECURSIVE series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < :rows)"
    async with sqlite_db.rebuilding() as tx:
        await tx.run(text(f"INSERT INTO stores (name) {series} SELECT i FROM series"), {"rows": ROWS})
    steps = await counting(sqlite_db)
    async with sqlite_db.rebuilding() as tx:
        await tx.all(text("SELECT * FROM stores WHERE policy = 'none'"))

    assert steps.since() >= 3 * ROWS
