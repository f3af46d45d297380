"""SQLite without a thread: SQLAlchemy's asynchronous engine on Python's own driver, in the thread of the event loop.

A statement of ours takes some microseconds, handing it to a thread and back ten times that. So the writing connection runs
where it is called. Only a commit that waits for the disk, some milliseconds, goes to a thread. What else may take long does
not belong here: reports read through a connection that has a thread.
Waiting for another process's transaction does not hold up the loop: see `begin`.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

from sqlalchemy import Connection, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util import await_only

#: What stands in the URL of such an engine.
DRIVER = "sqlite+here"

#: Seconds between two looks whether another process has ended its transaction.
_LOOK = 0.005

#: Statements that the driver keeps as SQLite has read them: more than there are, each for some lengths of its lists.
_KEPT = 1024

#: How transactions end. To move what is in the write-ahead log into the file takes long, and is left to those that last.
_LASTING = ("synchronous=FULL", "wal_autocheckpoint=1000")
_HASTY = ("synchronous=NORMAL", "wal_autocheckpoint=0")


class _Cursor(sqlite3.Cursor):
    async def _async_soft_close(self) -> None:
        """Asked for before the rows are read by whoever does not fetch them in one go; there is nothing to let go of."""


class _Connection(sqlite3.Connection):
    is_hasty = False  # whether its transaction ends without waiting for the disk

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


class HereDialect(SQLiteDialect_pysqlite):
    """The dialect of the standard driver, told that it may be used from coroutines."""

    driver = "here"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: Any) -> type[Pool]:
        return AsyncAdaptedQueuePool

    def connect(self, *args: Any, **options: Any) -> Any:
        return super().connect(
            *args, **{**options, "factory": _Connection, "check_same_thread": False, "cached_statements": _KEPT}
        )

    def get_driver_connection(self, connection: Any) -> Any:
        return connection

    def do_execute(self, cursor: Any, *args: Any, **options: Any) -> None:
        await_only(_nothing())
        super().do_execute(cursor, *args, **options)  # type: ignore[no-untyped-call]

    def do_executemany(self, cursor: Any, *args: Any, **options: Any) -> None:
        await_only(_nothing())
        super().do_executemany(cursor, *args, **options)  # type: ignore[no-untyped-call]

    def do_execute_no_params(self, cursor: Any, *args: Any, **options: Any) -> None:
        await_only(_nothing())
        super().do_execute_no_params(cursor, *args, **options)  # type: ignore[no-untyped-call]

    def do_commit(self, dbapi_connection: Any) -> None:
        if dbapi_connection.dbapi_connection.is_hasty:
            await_only(_nothing())
            super().do_commit(dbapi_connection)  # type: ignore[no-untyped-call]
        else:
            await_only(_beside_the_loop(partial(super().do_commit, dbapi_connection)))


async def _beside_the_loop(call: Callable[[], None]) -> None:
    """Calls in a thread. Whoever is cancelled meanwhile goes when it is done: nobody else may have the connection before."""
    calling = asyncio.get_running_loop().run_in_executor(None, copy_context().run, call)
    try:
        await asyncio.shield(calling)
    except asyncio.CancelledError:
        await asyncio.wait({calling})
        raise


def driver_of(connection: AsyncConnection) -> sqlite3.Connection | None:
    """The driver's connection, if it is one without a thread: then it can be asked at once."""
    there = connection.sync_connection.connection.dbapi_connection if connection.sync_connection is not None else None
    return there if isinstance(there, _Connection) else None


async def _nothing() -> None:
    """SQLAlchemy insists that a driver for coroutines awaits something. This takes a microsecond."""


def begin(connection: Connection, how: str, *, patience: float) -> None:
    """Begins a transaction; waits up to `patience` seconds for other processes, and the loop goes on meanwhile. One with the
    execution option `is_hasty` is on the disk only with the next that is not."""
    give_up_at = time.monotonic() + patience
    driver: Any = connection.connection.dbapi_connection
    is_hasty = connection.get_execution_options().get("is_hasty", False)
    cursor = connection.connection.cursor()
    try:
        if driver.is_hasty is not is_hasty:
            for pragma in _HASTY if is_hasty else _LASTING:
                cursor.execute(f"PRAGMA {pragma}")
            driver.is_hasty = is_hasty
        while True:
            try:
                cursor.execute(how)
                return
            except sqlite3.OperationalError as err:
                if err.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                    raise
            await_only(asyncio.sleep(_LOOK))
    finally:
        cursor.close()


registry.register("sqlite.here", __name__, HereDialect.__name__)
