"""What every command does before its own work: read the settings, open and migrate the database, explain failures."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.log import redact
from bot.messenger import DeliveryError
from bot.settings import Settings, SettingsError
from conversations.policy import PackError
from storage.database import Database
from storage.errors import StorageError, TryAgain

T = TypeVar("T")

#: How often work is done again that another process kept from being done.
_TRIES = 5


@contextmanager
def explained() -> Iterator[None]:
    """Turns what can be expected to go wrong into one line on stderr and exit code 1."""
    try:
        yield
    except TryAgain as err:
        raise click.ClickException(f"the database cannot be reached or is busy ({err})") from err
    except DBAPIError as err:
        raise click.ClickException(redact(f"the database refused: {err.orig}")) from err
    except SQLAlchemyError as err:
        raise click.ClickException(f"the database cannot be used: {type(err).__name__}") from err
    except (SettingsError, PackError, StorageError, DeliveryError, OSError) as err:
        raise click.ClickException(redact(str(err))) from err


def with_database(do: Callable[[Database, Settings], Awaitable[T]]) -> T:
    """Opens the database that the settings name, brings it up to date, does the work and closes it."""
    with explained():
        return asyncio.run(_opened(Settings.load(), do))


async def _opened(settings: Settings, do: Callable[[Database, Settings], Awaitable[T]]) -> T:
    async with Database(settings.database_url) as db:
        await db.migrate()
        return await do(db, settings)


async def repeated(work: Callable[[], Awaitable[T]]) -> T:
    """Does a unit of work again when it was undone through no fault of its own."""
    for _ in range(_TRIES - 1):
        try:
            return await work()
        except TryAgain:
            await asyncio.sleep(0.2)
    return await work()
