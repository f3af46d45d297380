"""Locks that end with their owner, however it ends: what "only one at a time" and "is it still alive" rest on.

On PostgreSQL they are advisory locks of one session, the *line*, that stays open as long as the process serves; it also
carries the word to other processes that there is work (LISTEN, NOTIFY). On SQLite they are locks on small files beside
the database, which must be on a local disk.

PgBouncer in transaction mode hands one session to many clients, so that such locks and LISTEN mean nothing there: give
us the server itself, or a pool in session mode.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import URL

from storage.errors import TryAgain, reaching

#: The classes of our advisory locks: any numbers, as long as nobody else on the server takes them.
_CLASSES: Final = {"process": 0x5AFE_0001, "turn": 0x5AFE_0002}
CHANNEL: Final = "aftersales"

#: Seconds within which the line must answer; after that it counts as lost.
ANSWER: Final = 3.0

#: Seconds between two messages to the other processes: what is committed meanwhile goes into one.
SPREAD: Final = 0.01

#: The server notices within 11 s that we are gone without a word (a host that lost its power), and frees our locks: not
#: before we have noticed ourselves that the line is dead. Nothing we say on the line is worth waiting for the disk.
_SESSION: Final = {
    "application_name": "aftersales",
    "synchronous_commit": "off",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}


@dataclass(frozen=True, slots=True)
class Key:
    """What is locked: `kind` is "process" or "turn"."""

    kind: str
    number: int


class Locks(Protocol):
    """Never waits for another owner. Raises TryAgain when the locks cannot be reached: then none is held any more."""

    @property
    def is_open(self) -> bool: ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def take(self, key: Key) -> bool:
        """Whether it is ours now; taking what we hold is harmless."""

    async def give(self, key: Key) -> None: ...

    async def held(self, kind: str) -> set[int]:
        """The numbers that somebody holds."""

    def tell(self, queues: Collection[str]) -> None:
        """Lets the other processes know soon that something was committed for these queues."""


class Line:
    """One session on PostgreSQL. `heard` is called with the queues another process committed to, `lost` when the line
    broke: every lock is gone by then, or will be before anybody else can take it."""

    def __init__(self, url: URL, *, heard: Callable[[Iterable[str]], None], lost: Callable[[], None]) -> None:
        self._url = url
        self._heard = heard
        self._lost = lost
        self._session: Any = None  # asyncpg's own connection
        self._mine: set[Key] = set()
        self._asking = asyncio.Lock()
        self._news: set[str] = set()
        self._telling: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        return self._session is not None and not self._session.is_closed()

    async def open(self) -> None:
        import asyncpg  # SQLite does without

        _, arguments = self._url.get_dialect()().create_connect_args(self._url)
        for ours in ("prepared_statement_cache_size", "prepared_statement_name_func"):  # SQLAlchemy's, not the driver's
            arguments.pop(ours, None)
        with reaching():
            self._session = await asyncpg.connect(**{**arguments, "timeout": ANSWER, "server_settings": _SESSION})
        self._session.add_termination_listener(self._broken)
        await self._ask(lambda session: session.add_listener(CHANNEL, self._on_news))

    async def close(self) -> None:
        if self._telling is not None:
            await asyncio.gather(self._telling, return_exceptions=True)
        session, self._session = self._session, None
        self._mine.clear()
        if session is not None and not session.is_closed():
            session.remove_termination_listener(self._broken)
            try:
                await session.close(timeout=ANSWER)
            except Exception:
                session.terminate()

    async def take(self, key: Key) -> bool:
        if key not in self._mine:
            query = "SELECT pg_try_advisory_lock($1::int, $2::int)"
            if await self._value(query, _CLASSES[key.kind], key.number):
                self._mine.add(key)
        return key in self._mine

    async def give(self, key: Key) -> None:
        if key in self._mine:
            self._mine.discard(key)
            await self._value("SELECT pg_advisory_unlock($1::int, $2::int)", _CLASSES[key.kind], key.number)

    async def held(self, kind: str) -> set[int]:
        query = """
            SELECT coalesce(array_agg(objid::bigint), '{}') FROM pg_locks
            WHERE locktype = 'advisory' AND classid = $1::int AND objsubid = 2 AND granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """
        return set(await self._value(query, _CLASSES[kind]))

    def tell(self, queues: Collection[str]) -> None:
        self._news.update(queues)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._spread())

    async def _spread(self) -> None:
        while self._news:
            news, self._news = self._news, set()
            try:
                await self._value("SELECT pg_notify($1, $2)", CHANNEL, " ".join(sorted(news)))
            except TryAgain:
                return  # the others look by themselves, only later
            await asyncio.sleep(SPREAD)

    async def _value(self, query: str, *arguments: object) -> Any:
        return await self._ask(lambda session: session.fetchval(query, *arguments))

    async def _ask(self, question: Callable[[Any], Any]) -> Any:
        async with self._asking:
            if not self.is_open:
                raise TryAgain("the line is broken")
            try:
                async with asyncio.timeout(ANSWER):
                    return await question(self._session)
            except Exception as err:  # whatever it is, we cannot know what we hold: better nothing
                self._drop()
                raise TryAgain(type(err).__name__) from err

    def _on_news(self, _: Any, pid: int, channel: str, news: str) -> None:
        if self._session is None or pid != self._session.get_server_pid():
            self._heard(news.split())

    def _drop(self) -> None:
        if self._session is not None and not self._session.is_closed():
            self._session.terminate()  # calls _broken, soon
        self._broken(self._session)

    def _broken(self, session: Any) -> None:
        if session is not None and session is self._session:
            self._session = None
            self._mine.clear()
            self._lost()


class FileLocks:
    """Locks on files in a folder beside an SQLite database. Processes on it do not tell each other: they look."""

    is_open = True

    def __init__(self, database: Path) -> None:
        self._folder = database.with_name(f"{database.name}-locks")
        self._mine: dict[Key, int] = {}

    async def open(self) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)

    async def close(self) -> None:
        for key in list(self._mine):
            await self.give(key)

    async def take(self, key: Key) -> bool:
        if key in self._mine:
            return True
        descriptor = os.open(self._folder / f"{key.kind}-{key.number}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._mine[key] = descriptor
        return True

    async def give(self, key: Key) -> None:
        descriptor = self._mine.pop(key, None)
        if descriptor is None:
            return
        if key.kind == "process":  # nobody takes that number again; a turn's file stays, others may be waiting for it
            (self._folder / f"{key.kind}-{key.number}").unlink(missing_ok=True)
        os.close(descriptor)

    async def held(self, kind: str) -> set[int]:
        files = {int(file.name.removeprefix(f"{kind}-")): file for file in self._folder.glob(f"{kind}-*")}
        return {number for number, file in files.items() if Key(kind, number) in self._mine or _is_locked(file)}

    def tell(self, queues: Collection[str]) -> None:
        """There is nobody to tell."""


def _is_locked(file: Path) -> bool:
    try:
        descriptor = os.open(file, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
