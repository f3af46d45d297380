"""One database transaction as the collections see it: statements, the database's clock, and what is written at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Executable, Row, Table
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction

from storage.columns import clock
from storage.errors import translated
from storage.lanes import Leased, Put, put_in
from storage.pending import Pending, statements
from storage.postgres import Session
from storage.prepared import Prepared, Values
from storage.sqlite import driver_of

T = TypeVar("T")


class Transaction:
    """What is read is remembered, and what is written waits for `flush` (or `settle`) and goes out in few statements; lane
    items go last and in order.

    `is_shared` by what knows nothing of each other: then nobody waits for a row that somebody else has locked, since two
    such transactions could wait for one another; TryAgain instead. `takes_over` are the queues whose new items are put
    in leased to this process, under its `token` and for so many seconds; it finds them in `handed` after the commit.
    What is leased otherwise has a token that begins with `holder`.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        *,
        is_reading: bool = False,
        is_shared: bool = False,
        takes_over: Mapping[str, float] | None = None,
        holder: str = "",
        token: str = "",
    ) -> None:
        self.connection = connection
        self.is_reading = is_reading
        self.is_shared = is_shared
        self.takes_over = takes_over or {}
        self.holder = holder
        self.token = token
        self.on_postgresql = connection.dialect.name == "postgresql"
        self._driver = driver_of(connection)
        self._session = Session(connection) if self.on_postgresql else None
        self.touched: set[str] = set()
        self.due: list[tuple[str, float]] = []
        self.handed: dict[str, list[Leased[Any]]] = {}
        self.pending = Pending()
        self._puts: list[Put] = []
        self._savepoints: list[AsyncTransaction | None] = []

    def insert(self, table: Table) -> Insert:
        """An INSERT that knows `on_conflict_do_…`; PostgreSQL's is written just the same on SQLite."""
        return Insert(table)

    def clock(self, ahead: float = 0) -> clock:
        """The database's own time, `ahead` seconds on."""
        return clock(ahead)

    # Statements that go to the database at once

    async def run(self, statement: Executable | Prepared, values: Values | Sequence[Values] | None = None) -> None:
        """Changes something."""
        await self._begin_savepoints()
        await self._send(statement, values, has_rows=False)

    async def all(
        self, statement: Executable | Prepared, values: Values | Sequence[Values] | None = None
    ) -> Sequence[Row[Any]]:
        await self._begin_savepoints(statement)
        return await self._send(statement, values)

    async def first(self, statement: Executable | Prepared, values: Values | None = None) -> Row[Any] | None:
        return next(iter(await self.all(statement, values)), None)

    async def scalar(self, statement: Executable | Prepared, values: Values | None = None) -> Any:
        row = await self.first(statement, values)
        return None if row is None else row[0]

    async def _send(
        self, statement: Executable | Prepared, values: Values | Sequence[Values] | None, *, has_rows: bool = True
    ) -> Sequence[Row[Any]]:
        if isinstance(statement, Prepared):
            each: Sequence[Values] = values if isinstance(values, list | tuple) else [cast(Values, values or {})]
            if self._session is not None:
                return await self._session.send(statement, each)
            each = statement.one_by_one(each)
            if self._driver is not None:
                return statement.send(self._driver, self.connection.dialect, each)
            if statement.is_select:
                return [row for one in each for row in await self._rows(statement.statement, statement.padded(one))]
            values = statement.padded(values) if isinstance(values, Mapping) else values
        return await self._rows(statement.statement if isinstance(statement, Prepared) else statement, values, has_rows)

    async def _rows(self, statement: Any, values: Any, has_rows: bool = True) -> Sequence[Row[Any]]:
        def execute(there: Connection) -> Sequence[Row[Any]]:
            found = there.execute(statement, values)
            return found.all() if has_rows else ()

        return await self.connection.run_sync(execute)

    # What is remembered, and what waits

    async def look(self, table: Table, key: Hashable, load: Callable[[], Awaitable[T]]) -> T:
        """What is known under that key, else what `load` finds, which is known from then on."""
        if self.pending.knows(table, key):
            return cast(T, self.pending.known(table, key))
        found = await load()
        self.pending.know(table, key, found)
        return found

    async def settle(self, *tables: Table) -> None:
        """Writes what waits for these tables, since what comes next looks at them as they are in the database."""
        for table in tables:
            if self.pending.has(table):
                await self._begin_savepoints()
                await self._write(table)

    def put(self, queue: str, lane: str, payload: Any, *, what: Any = None) -> None:
        """Puts an item in at the end of the transaction; `what` it says is what whoever takes it over gets to see."""
        self._puts.append(Put(queue, lane, payload, what=what))

    def touch(self, queue: str, after: float | None = None) -> None:
        """The workers of that queue are told when this commits; those of this process again `after` so many seconds."""
        self.touched.add(queue)
        if after:
            self.due.append((queue, after))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What happens inside is undone alone when an exception leaves it; the exception goes on.

        The database hears of it only if something was sent there that would have to be undone. TryAgain when it is the
        database that gave way: then the whole transaction is over.
        """
        said, mark, depth = len(self._puts), self.pending.mark(), len(self._savepoints)
        self._savepoints.append(None)
        try:
            with translated():
                yield
                if (begun := self._savepoints[depth]) is not None:
                    await begun.commit()
        except BaseException:
            self.pending.undo_to(mark)
            del self._puts[said:]
            if (begun := self._savepoints[depth]) is not None:
                with translated():
                    await begun.rollback()
            raise
        finally:
            del self._savepoints[depth:]

    async def flush(self) -> None:
        """Writes what was kept back. The last thing before the commit."""
        for table in self.pending.tables:
            await self._write(table)
        puts, self._puts = self._puts, []
        await put_in(self, puts)

    async def _write(self, table: Table) -> None:
        for statement, rows in statements(table, self.pending.take(table)):
            await self._send(statement, rows, has_rows=False)

    async def _begin_savepoints(self, statement: Executable | Prepared | None = None) -> None:
        """Before something is changed. Reading needs none: locks that a reader leaves behind end with the transaction."""
        if getattr(statement, "is_select", False):
            return
        for depth, begun in enumerate(self._savepoints):
            if begun is None:
                self._savepoints[depth] = await self.connection.begin_nested()
