"""Databases to kill bots on: each with tables and empty, or without any tables."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.database import Database


class Databases:
    """Makes them. PostgreSQL is started when it is first asked for."""

    def __init__(self, migrated: Path, folder: Path, server: Callable[[], URL]) -> None:
        self._migrated = migrated
        self._folder = folder
        self._server = server

    @asynccontextmanager
    async def __call__(self, kind: str, *, is_blank: bool = False) -> AsyncIterator[str]:
        """The address of one, which is gone afterwards."""
        name = f"faults_{uuid.uuid4().hex}"
        if kind == "sqlite":
            file = self._folder / f"{name}.db"
            if not is_blank:
                shutil.copy(self._migrated, file)
            yield f"sqlite:///{file}"
            return
        await self._command(f"CREATE DATABASE {name}")
        url = self._server().set(database=name).render_as_string(hide_password=False)
        if not is_blank:
            async with Database(url) as database:
                await database.migrate()
        yield url
        await self._command(f"DROP DATABASE {name} WITH (FORCE)")

    async def _command(self, command: str) -> None:
        engine = create_async_engine(self._server(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(command))
        await engine.dispose()
