"""The database: SQLite or PostgreSQL, opened, migrated, and handed out as units of work."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage import codec, migrations, postgres, sqlite
from storage.alarms import AlarmClock
from storage.errors import StorageError, TryAgain, connected, translated
from storage.lanes import Leased
from storage.locks import CHANNEL, FileLocks, Line
from storage.paces import SharedPace
from storage.presence import QUEUES, TURNS, Presence, Turn
from storage.queues import Inbox, checks, fetches, outbox
from storage.signals import Signals
from storage.transaction import Transaction
from storage.work import SqlWork

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
#: Seconds that a writer on SQLite waits for another process; nothing of ours holds the database that long.
_BUSY = 30
#: Seconds that a unit of work waits for a connection before it gives up with TryAgain.
_POOL_WAIT = 60
#: Seconds that a new connection to PostgreSQL may take.
_CONNECT = 10
#: Seconds after which a worker looks at its queue though nobody called: while other processes can call, and otherwise.
_HEARING, _DEAF = 5.0, 0.5


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes over what this process puts into a queue, and hears when a commit of that kind may or may not have been."""

    seconds: float
    take: Callable[[Sequence[Leased[Any]]], None]
    doubt: Callable[[], None]


class Database:
    """Where everything is kept. Open it before use: `async with Database(url) as db`.

    On SQLite there is one writing connection, handed out in the order of asking, and readers that never wait for it.
    """

    def __init__(self, url: str) -> None:
        self.url = driver_url(url)
        self._writer = _writer(self.url)
        # SQLite's one connection changes its ways with each transaction; telling PostgreSQL in each would cost a round trip.
        self._hasty = (
            self._writer if self.is_sqlite else _postgresql(self.url, size=2, more=0, synchronous_commit="off")
        )
        self._reader = _reader(self.url) if self.is_sqlite else self._writer
        self._signals = Signals()
        self._takers: dict[str, Taker] = {}
        self._token = secrets.token_hex(16)
        self.inbox = Inbox(self._transaction)
        self.outbox = outbox(self._transaction)
        self.fetches = fetches(self._transaction)
        self.checks = checks(self._transaction)
        self.alarms = AlarmClock(self._transaction)
        self._line: Line | None = None
        if self.is_sqlite:
            locks: FileLocks | Line = FileLocks(Path(str(self.url.database)))
        else:
            locks = self._line = Line(self.url, heard=self._heard, lost=lambda: self._presence.lost())
        self._presence = Presence(self._transaction, locks, wake=self._is_back)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Connects once, so that a wrong address shows at once. Makes the file of an SQLite database, for us alone."""
        if self.is_sqlite:
            await asyncio.to_thread(_make_file, Path(str(self.url.database)))
        with translated():
            async with connected(self._writer):
                pass

    async def close(self) -> None:
        for engine in {self._writer, self._hasty, self._reader}:
            await engine.dispose()

    async def migrate(self) -> None:
        """Brings the tables of an empty or older database up to date. Others who try at the same time wait."""
        engine = _migrator(self.url)
        try:
            with translated():
                async with connected(engine) as connection, connection.begin():
                    if not await connection.run_sync(migrations.is_newest):
                        await connection.run_sync(migrations.upgrade)
        finally:
            await engine.dispose()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Inside, this process is one of those that serve the migrated database: it hears of what others commit, has
        turns, and what it leases is free as soon as it is gone. Raises TryAgain when it cannot begin."""
        await self._presence.open()
        beating = asyncio.create_task(self._presence.run())
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await self._presence.close()

    def turn(self, name: str) -> Turn:
        """Something that only one of the processes does at a time. Nobody's turn comes who is not `serving`."""
        return self._presence.turn(name)

    def pace(self, name: str, *, rate: float, burst: float) -> SharedPace:
        """A pace that all processes keep together: at most `burst` at once and `rate` a second."""
        return SharedPace(self._transaction, name, rate=rate, burst=burst)

    @property
    def patience(self) -> float:
        """Seconds that a worker may wait for a call before it looks by itself."""
        return _HEARING if self._line is not None and self._line.is_open else _DEAF

    @asynccontextmanager
    async def work(self, *, is_shared: bool = False, is_hasty: bool = False) -> AsyncIterator[SqlWork]:
        """One transaction to write in: commits at a clean exit; an exception undoes all of it.

        Raises TryAgain when it could not be done through no fault of the caller: nothing was kept, do it all again. One
        `is_shared` by what knows nothing of each other raises it instead of waiting for a case that is locked. One that
        `is_hasty` does not wait for the disk: should the power fail within a moment, it was never there, as a whole. The
        death of a process undoes nothing.
        """
        async with self._transaction(is_shared=is_shared, is_hasty=is_hasty) as tx:
            work = SqlWork(tx)
            yield work
            await tx.flush()
            await work.outbox.introduce()

    @contextmanager
    def taking_over(
        self, queue: str, seconds: float, take: Callable[[Sequence[Leased[Any]]], None], doubt: Callable[[], None]
    ) -> Iterator[None]:
        """Meanwhile whatever this process puts into the queue is leased to it for `seconds`, and `take` gets it after the
        commit: items as they were given, not read back. What `take` does not deal with is found when the lease is over.

        `doubt` is called when it cannot be known what is leased so: a transaction failed whose commit may have been, and only
        its answer lost; or the database was away. `reclaim` finds what nobody knows of."""
        self._takers[queue] = Taker(seconds, take, doubt)
        try:
            yield
        finally:
            del self._takers[queue]

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqlWork]:
        """One moment of the database to look at, for lists and reports. Writing in it fails."""
        async with self._look() as tx:
            yield SqlWork(tx)

    @asynccontextmanager
    async def _look(self) -> AsyncIterator[Transaction]:
        options: dict[str, Any] = (
            {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        with translated():
            async with connected(self._reader) as connection:
                await connection.execution_options(**options)
                await connection.begin()
                yield Transaction(connection, is_reading=True)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """One moment of the database, row by row, for a backup."""
        async with self._look() as tx:
            yield tx

    @asynccontextmanager
    async def rebuilding(self) -> AsyncIterator[Transaction]:
        """One transaction to fill the tables anew."""
        async with self._transaction() as tx:
            yield tx

    async def wait(self, queue: str, timeout: float) -> None:  # noqa: ASYNC109 - running out of time is a normal end
        """Returns when something was committed for the queue since the last wait, at the latest after `timeout`
        seconds. Queues: "inbox", "outbox", "fetches", "checks", "alarms". Commits of other processes are heard of while `serving`
        on PostgreSQL."""
        await self._signals.wait(queue, timeout)

    @asynccontextmanager
    async def _transaction(self, *, is_shared: bool = False, is_hasty: bool = False) -> AsyncIterator[Transaction]:
        takes_over = {queue: taker.seconds for queue, taker in self._takers.items()}
        with translated():
            async with connected(self._hasty if is_hasty else self._writer) as connection:
                tx = Transaction(
                    connection,
                    is_shared=is_shared,
                    takes_over=takes_over,
                    holder=self._presence.holder,
                    token=f"{self._presence.holder}{self._token}",
                )
                if is_hasty:
                    await connection.execution_options(is_hasty=True)
                async with self._doubting(tx), connection.begin():
                    yield tx
                    await tx.flush()
                    if tx.touched and self._line is not None and not self._line.is_open:
                        await tx.run(select(func.pg_notify(CHANNEL, " ".join(sorted(tx.touched)))))
                # Before the connection is anybody's again: who writes next knows what was handed over.
                self._signals.raise_for(tx.touched)
                for queue, handed in tx.handed.items():
                    if (taker := self._takers.get(queue)) is not None:
                        taker.take(handed)
        for queue, seconds in tx.due:
            self._signals.raise_later(queue, seconds)
        if tx.touched and self._line is not None and self._line.is_open:
            # After the commit and not in it: commits that notify wait for each other in all of PostgreSQL. If we die in
            # between, whoever buries us wakes all.
            self._line.tell(tx.touched)

    @asynccontextmanager
    async def _doubting(self, tx: Transaction) -> AsyncIterator[None]:
        """Around the transaction and its commit: whoever takes over hears when it cannot be known what became of it."""
        try:
            yield
        except BaseException:
            for queue in tx.handed:
                if (taker := self._takers.get(queue)) is not None:
                    taker.doubt()
            raise

    def _is_back(self) -> None:
        """The database was away, and may have forgotten what was said in haste."""
        for taker in self._takers.values():
            taker.doubt()
        self._signals.raise_for(QUEUES)

    def _heard(self, news: Iterable[str]) -> None:
        self._signals.raise_for(news)
        if TURNS in news:
            self._presence.kick()


def driver_url(url: str) -> URL:
    """The URL with the asynchronous driver in it. StorageError for databases we do not know and SQLite without a file."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # whose words may quote the password
        raise StorageError(
            "the URL of the database cannot be read; it looks like postgresql://user@host/name"
        ) from None
    backend = parsed.drivername.partition("+")[0]
    if backend not in _DRIVERS:
        raise StorageError(f"not a database for this service: {backend}")
    if backend == "sqlite" and (not parsed.database or parsed.database == ":memory:"):
        raise StorageError("SQLite needs a file: sqlite:///path/to/file.db")
    return parsed.set(drivername=_DRIVERS[backend])


def _make_file(file: Path) -> None:
    """The switch to the write-ahead log is kept in the file, so it happens once, here. SQLite answers "locked" at once
    when two switch at the same time, whatever the busy timeout: whoever comes second asks again."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    give_up_at = time.monotonic() + _BUSY
    with closing(sqlite3.connect(file, timeout=_BUSY)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as err:
                if err.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise StorageError(f"{file}: {err}") from err
                if time.monotonic() > give_up_at:
                    raise TryAgain(f"{file}: {err}") from err
                time.sleep(0.02)


def _postgresql(url: URL, *, size: int, more: int, **settings: str) -> AsyncEngine:
    """`size` sessions that are kept, and `more` when they are all at work, with these settings of the server's."""
    return create_async_engine(
        url.set(drivername=postgres.DRIVER),
        json_serializer=codec.dumps,
        hide_parameters=True,
        pool_size=size,
        max_overflow=more,
        pool_timeout=_POOL_WAIT,
        pool_pre_ping=True,
        pool_use_lifo=True,  # those in use know our statements already
        connect_args={"timeout": _CONNECT, "server_settings": settings},
    )


def _writer(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return _postgresql(url, size=10, more=8)
    here = url.set(drivername=sqlite.DRIVER)
    engine = create_async_engine(
        here, json_serializer=codec.dumps, hide_parameters=True, pool_size=1, max_overflow=0, pool_timeout=_POOL_WAIT
    )
    _prepare_sqlite(engine.sync_engine, begin="", pragmas=["foreign_keys=ON"], busy=0)

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        sqlite.begin(connection, "BEGIN IMMEDIATE", patience=_BUSY)

    return engine


def _reader(url: URL) -> AsyncEngine:
    engine = create_async_engine(
        url, json_serializer=codec.dumps, hide_parameters=True, pool_size=4, pool_timeout=_POOL_WAIT
    )
    _prepare_sqlite(engine.sync_engine, begin="BEGIN", pragmas=["query_only=ON"])
    return engine


def _migrator(url: URL) -> AsyncEngine:
    """SQLite rebuilds tables to alter them, which references between them would forbid: they are off meanwhile."""
    engine = create_async_engine(url, json_serializer=codec.dumps, hide_parameters=True, poolclass=NullPool)
    if url.get_backend_name() == "sqlite":
        _prepare_sqlite(engine.sync_engine, begin="BEGIN IMMEDIATE", pragmas=["foreign_keys=OFF"])
    return engine


def _patience(seconds: int) -> str:
    return f"busy_timeout={seconds * 1000}"


def _prepare_sqlite(engine: Engine, *, begin: str, pragmas: list[str], busy: int = _BUSY) -> None:
    """The driver would begin only before the first change, so that what was read before could be stale: we begin."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        # Whoever closes the file as its last has it alone for a moment: also who will not wait for writers waits for that.
        for pragma in (_patience(_BUSY), "synchronous=FULL", *pragmas, _patience(busy)):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        if begin:
            connection.exec_driver_sql(begin)
