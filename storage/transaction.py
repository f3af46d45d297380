"""One database transaction as the collections see it: statements, the database's clock, and what is put in at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Executable, Interval, Row, Table, func, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import Instant
from storage.errors import translated
from storage.lanes import Put, put_in


class Transaction:
    """Statements go to the database at once; lane items wait for `flush`, so that lanes are locked last and in order."""

    def __init__(self, connection: AsyncConnection, *, is_reading: bool = False, holder: str = "") -> None:
        self.connection = connection
        self.is_reading = is_reading
        self.holder = holder
        self.touched: set[str] = set()
        self.due: list[tuple[str, float]] = []
        self._puts: list[Put] = []

    @property
    def on_postgresql(self) -> bool:
        return self.connection.dialect.name == "postgresql"

    def insert(self, table: Table) -> postgresql.Insert:
        """An INSERT that knows `on_conflict_do_…`; both databases spell it alike, so one type serves."""
        if self.on_postgresql:
            return postgresql.insert(table)
        return cast(postgresql.Insert, sqlite.insert(table))

    def clock(self, ahead: float = 0) -> ColumnElement[Any]:
        """The database's own time, `ahead` seconds on. SQLite lives in this process, so there it is this process's.

        `statement_timestamp()`, because `clock_timestamp()` would keep PostgreSQL from using an index.
        """
        if self.on_postgresql:
            now = func.statement_timestamp(type_=Instant)
            return now + literal(timedelta(seconds=ahead), Interval) if ahead else now
        return literal(datetime.now(UTC) + timedelta(seconds=ahead), Instant)

    async def run(self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> CursorResult[Any]:
        return cast("CursorResult[Any]", await self.connection.execute(statement, rows))

    async def all(self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> Sequence[Row[Any]]:
        return (await self.connection.execute(statement, rows)).all()

    async def first(self, statement: Executable) -> Row[Any] | None:
        return (await self.connection.execute(statement)).first()

    async def scalar(self, statement: Executable) -> Any:
        return (await self.connection.execute(statement)).scalar()

    def put(self, queue: str, lane: str, payload: Any) -> None:
        """Puts an item in at the end of the transaction."""
        self._puts.append(Put(queue, lane, payload))

    def touch(self, queue: str, after: float | None = None) -> None:
        """The workers of that queue are told when this commits; those of this process again `after` so many seconds."""
        self.touched.add(queue)
        if after:
            self.due.append((queue, after))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What happens inside is undone alone when an exception leaves it; the exception goes on.

        TryAgain when it is the database that gave way: then the whole transaction is over.
        """
        said = len(self._puts)
        try:
            with translated():
                async with self.connection.begin_nested():
                    yield
        except BaseException:
            del self._puts[said:]
            raise

    async def flush(self) -> None:
        """Puts in what was kept back. The last thing before the commit."""
        puts, self._puts = self._puts, []
        await put_in(self, puts)
