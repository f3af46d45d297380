"""Which troubles of a database pass by themselves."""

import asyncio

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from storage.errors import StorageError, TryAgain, reaching, translated


class Wrapped(Exception):
    """As SQLAlchemy wraps what the driver raised."""

    def __init__(self, sqlstate: str | None, words: str = "") -> None:
        super().__init__(words)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    "err",
    [
        ConnectionRefusedError(),
        FileNotFoundError("/no/socket"),
        TimeoutError(),
        asyncio.IncompleteReadError(b"", 1),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.TooManyConnectionsError("sorry"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.AdminShutdownError("terminating connection"),
        asyncpg.CrashShutdownError("terminating connection"),
        asyncpg.InterfaceError("cannot perform operation: connection is closed"),
    ],
    ids=lambda err: type(err).__name__,
)
def test_a_server_that_cannot_be_reached_now(err: Exception) -> None:
    with pytest.raises(TryAgain, match=type(err).__name__), reaching():
        raise err


@pytest.mark.parametrize(
    "err", [asyncpg.InvalidPasswordError("wrong password"), asyncpg.InvalidCatalogNameError("no such database")]
)
def test_a_server_that_will_not_have_us(err: Exception) -> None:
    with pytest.raises(StorageError, match=str(err)) as raised, reaching():
        raise err

    assert not isinstance(raised.value, TryAgain)


def test_a_mistake_passes_through() -> None:
    with pytest.raises(ZeroDivisionError), reaching():
        raise ZeroDivisionError


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03", "57P01", "57P02", "57P03", "57P05", "08003", "25P03"])
def test_work_that_may_succeed_when_done_again(sqlstate: str) -> None:
    with pytest.raises(TryAgain), translated():
        raise DBAPIError("SELECT 1", {}, Wrapped(sqlstate))


@pytest.mark.parametrize(
    "orig", [Wrapped("23505"), Wrapped("42P01"), Wrapped(None, "invalid input for query argument $1")]
)
def test_work_that_will_not(orig: Wrapped) -> None:
    with pytest.raises(DBAPIError), translated():
        raise DBAPIError("SELECT 1", {}, orig)
