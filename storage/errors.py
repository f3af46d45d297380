"""The errors of storage. What the database drivers raise is translated here; anything else is a mistake and passes through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class StorageError(Exception):
    """Storage could not do what was asked."""


class TryAgain(StorageError):
    """Nothing was kept, through no fault of the caller: a deadlock, a lock timeout, a lost connection."""


class LeaseLost(StorageError):
    """Somebody else took the lane over, so this work must not be kept."""

    def __init__(self, queue: str, lane: str) -> None:
        super().__init__(f"the lease on lane {lane} of the {queue} was lost")
        self.queue, self.lane = queue, lane


#: SQLSTATEs after which the same work may well succeed: serialization, deadlock, lock timeout, shutdown, too many clients.
_PASSING = frozenset({"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300"})


@contextmanager
def translated() -> Iterator[None]:
    """Raises TryAgain for what passes by itself."""
    try:
        yield
    except DBAPIError as err:
        if err.connection_invalidated or _passes(err):
            raise TryAgain(type(err.orig).__name__) from err
        raise
    except PoolTimeout as err:
        raise TryAgain("no connection became free") from err


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection; TryAgain when there is none to be had. Network errors in the body are the caller's own."""
    async with AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(engine.connect())
        except OSError as err:
            raise TryAgain(type(err).__name__) from err
        yield connection


def _passes(err: DBAPIError) -> bool:
    state = getattr(err.orig, "sqlstate", None) or ""
    return state in _PASSING or state.startswith("08") or "database is locked" in str(err.orig)
