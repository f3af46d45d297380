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


class Databases:
    """Makes them by copying one that was migrated. PostgreSQL is started when it is first asked for."""

    def __init__(self, file: Path, folder: Path, server: Callable[[], URL], migrated: Callable[[], URL]) -> None:
        self._file = file
        self._folder = folder
        self._server = server
        self._migrated = migrated

    @asynccontextmanager
    async def __call__(self, kind: str, *, is_blank: bool = False) -> AsyncIterator[str]:
        """The address of one, which is gone afterwards."""
        name = f"faults_{uuid.uuid4().hex}"
        if kind == "sqlite":
            file = self._folder / f"{name}.db"
            if not is_blank:
                shutil.copy(self._file, file)
            yield f"sqlite:///{file}"
            return
        template = "template0" if is_blank else self._migrated().database
        await self._command(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self._server().set(database=name).render_as_string(hide_password=False)
        await self._command(f"DROP DATABASE {name} WITH (FORCE)")

    async def _command(self, command: str) -> None:
        engine = create_async_engine(self._server(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(command))
        await engine.dispose()
