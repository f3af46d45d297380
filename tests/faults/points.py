"""The named points at which a bot can be killed, and how they are put into a process from outside: the bot's own code
knows nothing of them."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

#: The workers, as the supervisor calls them, and what comes before them.
ROOMS = ("start", "updates", "inbox", "outbox", "deadlines", "evidence", "housekeeping")

#: Points that the bot passes as it starts on an empty database, before anybody has written.
EARLY = ("in the middle of a migration", "before start commits", "after start commits")

#: Points on the way out, after SIGTERM.
LATE = ("when told to stop", "when the workers have stopped")

#: Points that lie behind the bot's back: the server has done what it was asked, and the answer never arrives.
SERVED = ("during a send", "during a download")

#: Points that are reached in the middle of the story.
ORDINARY = (
    *(f"{when} {room} commits" for room in ROOMS[1:] for when in ("before", "after")),
    "when updates are received",
    "when the desk has received",
    "when the desk has swept a deadline",
    "when the desk has filed evidence",
    "before a send",
    "after a send",
    "before a download",
    "before evidence is stored",
    "as evidence is written",
    "after evidence is stored",
    "after a rollback",
)

#: Points that are passed only while evidence is fetched, of which there is little.
OF_EVIDENCE = (
    "during a download",
    "before a download",
    "before evidence is stored",
    "as evidence is written",
    "after evidence is stored",
    "when the desk has filed evidence",
    "before evidence commits",
    "after evidence commits",
)

#: The point that is passed only when a deadline has been kept by nobody, towards the end.
OF_SWEEPS = ("when the desk has swept a deadline",)

#: Points that every bot passes as it starts.
OF_HOUSEKEEPING = ("before housekeeping commits", "after housekeeping commits")

#: Points that are passed about once a second, or when something is due.
OF_DEADLINES = ("before deadlines commits", "after deadlines commits")

#: Points that are passed once for all that came in together.
OF_UPDATES = ("when updates are received", "before updates commits", "after updates commits")

POINTS = (*EARLY, *ORDINARY, *SERVED, *LATE)

#: Requests that change something in a chat.
SENDS = ("send", "edit", "copy", "answerCallbackQuery")

_room: ContextVar[str] = ContextVar("room", default="start")


class Passing:
    """Counts how often each point is passed, and kills the process at the `nth` passing of `point`."""

    def __init__(self, point: str | None = None, nth: int = 1) -> None:
        self._point = point
        self._nth = nth
        self.counts: Counter[str] = Counter()

    def __call__(self, point: str) -> None:
        self.counts[point] += 1
        if point == self._point and self.counts[point] == self._nth:
            os.kill(os.getpid(), signal.SIGKILL)


def install(passes: Passing) -> None:
    """Puts the points into this process, for good."""
    _commits(passes)
    _transport(passes)
    _desk(passes)
    _evidence(passes)
    _supervisor(passes)


def _commits(passes: Passing) -> None:
    from sqlalchemy import Engine, event
    from sqlalchemy.engine.default import DefaultDialect

    commit, rollback = DefaultDialect.do_commit, DefaultDialect.do_rollback

    def do_commit(self: Any, connection: Any) -> None:
        passes(f"before {_room.get()} commits")
        commit(self, connection)
        passes(f"after {_room.get()} commits")

    def do_rollback(self: Any, connection: Any) -> None:
        rollback(self, connection)
        passes("after a rollback")

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
    DefaultDialect.do_rollback = do_rollback  # type: ignore[method-assign]

    @event.listens_for(Engine, "before_cursor_execute")
    def execute(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith(("CREATE", "ALTER")):
            passes("in the middle of a migration")


def _transport(passes: Passing) -> None:
    from bot.telegram.request import BotApiRequest

    original = BotApiRequest.do_request

    async def do_request(self: Any, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        is_send = url.rpartition("/")[2].startswith(SENDS)
        if is_send:
            passes("before a send")
        elif "/file/" in url:
            passes("before a download")
        status, body = await original(self, url, *args, **kwargs)
        if is_send:
            passes("after a send")
        elif url.endswith("getUpdates") and b'"update_id"' in body:
            passes("when updates are received")
        return status, body

    BotApiRequest.do_request = do_request  # type: ignore[method-assign]


def _desk(passes: Passing) -> None:
    from conversations.desk import Desk

    _after(Desk, "receive", lambda: passes("when the desk has received"))
    _after(Desk, "expire", lambda: passes("when the desk has swept a deadline"))
    _after(Desk, "file", lambda: passes("when the desk has filed evidence"))


def _evidence(passes: Passing) -> None:
    from storage.evidence_files import FolderStore

    fsync = os.fsync

    def written(handle: int) -> None:
        passes("as evidence is written")
        fsync(handle)

    os.fsync = written
    _after(FolderStore, "put", lambda: passes("after evidence is stored"))
    _before(FolderStore, "put", lambda: passes("before evidence is stored"))


def _supervisor(passes: Passing) -> None:
    from bot.workers.supervisor import Supervisor

    original = Supervisor.__init__

    def __init__(self: Any, workers: Mapping[str, Any]) -> None:
        original(self, {name: _in_room(name, run) for name, run in workers.items()})

    Supervisor.__init__ = __init__  # type: ignore[method-assign]
    _before(Supervisor, "stop", lambda: passes("when told to stop"))
    _after(Supervisor, "stop", lambda: passes("when the workers have stopped"))


def _in_room(name: str, run: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    async def inside(stop: Any) -> None:
        _room.set(name)
        await run(stop)

    return inside


def _before(kind: type, name: str, what: Callable[[], None]) -> None:
    original = getattr(kind, name)

    async def method(*args: Any, **kwargs: Any) -> Any:
        what()
        return await original(*args, **kwargs)

    setattr(kind, name, method)


def _after(kind: type, name: str, what: Callable[[], None]) -> None:
    original = getattr(kind, name)

    async def method(*args: Any, **kwargs: Any) -> Any:
        result = await original(*args, **kwargs)
        what()
        return result

    setattr(kind, name, method)
