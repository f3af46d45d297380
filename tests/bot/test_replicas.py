"""Several processes of the bot on one database, as `aftersales run` starts them, and what becomes of those that are killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.playground import PlaygroundServer, World, acting, create_app, serve
from bot.playground.people import User
from storage.database import Database

from .test_compose import answers

TOKEN = "123456789:AAF-test-token_abcdefghijklmnopqrst"


async def written_down(url: str) -> None:
    """Returns when nothing waits to be said, as far as the database knows."""
    async with Database(url) as db, asyncio.timeout(60):
        while (await db.outbox.backlog()).pending:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)


async def until(condition: Callable[[], Any]) -> None:
    """A process takes its time to start, and here several do at once."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the world tells nobody
            await asyncio.sleep(0.02)


class Replica:
    """A process of the bot, and what it has logged."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log = ""
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log += line.decode()

    async def end(self, number: signal.Signals) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
        code = await self.process.wait()
        await self._reading
        return code


@asynccontextmanager
async def replicas(
    server: PlaygroundServer, url: str, folder: Path, count: int, **more: str
) -> AsyncIterator[list[Replica]]:
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AFTERSALES_")},
        "AFTERSALES_BOT_TOKEN": TOKEN,
        "AFTERSALES_BOT_API_URL": server.url,
        "AFTERSALES_DATABASE_URL": url,
        "AFTERSALES_EVIDENCE_DIR": str(folder / "evidence"),
        **more,
    }
    started = [
        Replica(
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", env=env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
            )
        )
        for _ in range(count)
    ]
    try:
        yield started
    finally:
        for replica in started:
            await replica.end(signal.SIGKILL)


@pytest.fixture
def world() -> World:
    return World(token=TOKEN)


@pytest.fixture
async def server(world: World) -> AsyncIterator[PlaygroundServer]:
    async with serve(create_app(world)) as server:
        yield server


@pytest.fixture
def ana(world: World) -> User:
    user = world.add_user("Ana", language_code="en")
    user.is_started = True
    return user


def polling(replicas: list[Replica]) -> list[Replica]:
    return [each for each in replicas if "turn begins" in each.log]


async def test_the_poller_is_killed_and_another_goes_on(
    server: PlaygroundServer, world: World, ana: User, database_url: str, tmp_path: Path
) -> None:
    async with replicas(server, database_url, tmp_path, 2) as both:
        await until(lambda: polling(both) and all("started" in each.log for each in both))
        [poller] = polling(both)
        [other] = [each for each in both if each is not poller]
        acting.send_text(world, ana, "/help")
        await until(lambda: len(answers(world, ana)) == 1)
        await written_down(database_url)  # what was sent and not written down yet would be said again

        await poller.end(signal.SIGKILL)
        acting.send_text(world, ana, "/help")
        await until(lambda: len(answers(world, ana)) == 2)

        assert polling([other]) == [other]
        assert await other.end(signal.SIGTERM) == 0

    assert len(answers(world, ana)) == 2


async def test_a_replica_that_is_told_to_stop_hands_over(
    server: PlaygroundServer, world: World, ana: User, postgres_url: str, tmp_path: Path
) -> None:
    async with replicas(server, postgres_url, tmp_path, 2) as both:
        await until(lambda: polling(both) and all("started" in each.log for each in both))
        [poller] = polling(both)
        [other] = [each for each in both if each is not poller]

        assert await poller.end(signal.SIGTERM) == 0
        acting.send_text(world, ana, "/help")
        await until(lambda: answers(world, ana))

        assert polling([other]) == [other]
        assert await other.end(signal.SIGINT) == 0

    polls = [row for row in world.requests.after(0) if row["method"] == "getUpdates"]
    assert all(row.get("error_code") != 409 for row in polls)


async def test_all_listen_to_the_webhook(
    server: PlaygroundServer, world: World, ana: User, postgres_url: str, tmp_path: Path, unused_tcp_port_factory: Any
) -> None:
    ports = [unused_tcp_port_factory(), unused_tcp_port_factory()]
    url = f"http://127.0.0.1:{ports[0]}/telegram"  # where a balancer would be
    async with (
        replicas(
            server, postgres_url, tmp_path, 1,
            AFTERSALES_WEBHOOK_URL=url, AFTERSALES_WEBHOOK_LISTEN=f"127.0.0.1:{ports[0]}",
        ) as one,
        replicas(
            server, postgres_url, tmp_path, 1,
            AFTERSALES_WEBHOOK_URL=url, AFTERSALES_WEBHOOK_LISTEN=f"127.0.0.1:{ports[1]}",
        ) as other,
    ):  # fmt: skip
        await until(lambda: all("webhook set" in each.log for each in [*one, *other]))
        acting.send_text(world, ana, "/help")
        await until(lambda: answers(world, ana))
        async with httpx.AsyncClient() as client:
            ready = [(await client.get(f"http://127.0.0.1:{port}/readyz")).status_code for port in ports]

    assert ready == [200, 200]
    assert len(answers(world, ana)) == 1


async def test_a_second_signal_ends_it_at_once(server: PlaygroundServer, postgres_url: str, tmp_path: Path) -> None:
    async with replicas(server, postgres_url, tmp_path, 1) as [replica]:
        await until(lambda: "started" in replica.log)
        os.kill(replica.process.pid, signal.SIGSTOP)  # so that both are there when it goes on
        os.kill(replica.process.pid, signal.SIGTERM)
        os.kill(replica.process.pid, signal.SIGINT)
        os.kill(replica.process.pid, signal.SIGCONT)

        assert await replica.process.wait() in (-signal.SIGTERM, -signal.SIGINT)


async def test_health_is_told_while_polling(
    server: PlaygroundServer, sqlite_db: Any, tmp_path: Path, unused_tcp_port: int
) -> None:
    url = sqlite_db.url.render_as_string()
    health = f"http://127.0.0.1:{unused_tcp_port}"
    async with (
        replicas(server, url, tmp_path, 1, AFTERSALES_HEALTH_LISTEN=f"127.0.0.1:{unused_tcp_port}") as [replica],
        httpx.AsyncClient(base_url=health) as client,
    ):
        await until(lambda: "started" in replica.log)
        await until(lambda: "turn begins" in replica.log)
        paths = ("/healthz", "/readyz", "/elsewhere")
        got = [(await client.get(path)).status_code for path in paths]

    assert got == [200, 200, 404]
