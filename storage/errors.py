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


#: SQLSTATEs after which the same work may well succeed: serialization, deadlock, lock timeout, a server that shuts down or
#: starts, a session ended for idleness, too many clients. Classes: 08, the connection; 57P, the operator's doing.
_PASSING = frozenset({"40001", "40P01", "55P03", "25P03", "53300"})
_PASSING_CLASSES = ("08", "57P")


@contextmanager
def translated() -> Iterator[None]:
    """Raises TryAgain for what passes by itself."""
    try:
        yield
    except DBAPIError as err:
        if err.connection_invalidated or (err.orig is not None and _passes(err.orig)):
            raise TryAgain(type(err.orig.__cause__ or err.orig).__name__ if err.orig else "unknown") from err
        raise
    except PoolTimeout as err:
        raise TryAgain("no connection became free") from err


@contextmanager
def reaching() -> Iterator[None]:
    """Around connecting, where the driver's errors come as they are: TryAgain for what passes by itself, else
    StorageError."""
    try:
        yield
    except (OSError, EOFError) as err:  # a time that ran out is an OSError too
        raise TryAgain(type(err).__name__) from err
    except (DBAPIError, PoolTimeout, StorageError):
        raise
    except Exception as err:
        if not type(err).__module__.startswith("asyncpg."):
            raise
        if _passes(err):
            raise TryAgain(type(err).__name__) from err
        raise StorageError(f"the database cannot be used: {err}") from err


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection; TryAgain when there is none to be had. Network errors in the body are the caller's own."""
    async with AsyncExitStack() as stack:
        with reaching():
            connection = await stack.enter_async_context(engine.connect())
        yield connection


def _passes(err: BaseException) -> bool:
    """An error without a state is the driver's own: a connection that is closed or used by somebody else."""
    if "database is locked" in str(err):
        return True
    state = getattr(err, "sqlstate", None)
    if state is None:
        return type(err).__name__ in ("InterfaceError", "InternalClientError") and "connection" in str(err)
    return state in _PASSING or state.startswith(_PASSING_CLASSES)
