"""The bot as it runs: real database, real HTTP, started, stopped, cut off and started again."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.clock import AdjustableClock
from bot.compose import Application, build, learn_username
from bot.messenger import DeliveryError
from bot.playground import World, acting, create_app, serve
from bot.playground.faults import Faults
from bot.playground.people import User
from bot.settings import Address, Settings, SettingsError
from bot.workers.pace import UNLIMITED
from conversations.policy import PackError
from tests.sessions import cut_off


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ana(world: World) -> User:
    user = world.add_user("Ana", language_code="en")
    user.is_started = True
    return user


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the world tells nobody
            await asyncio.sleep(0.01)


def settings(world: World, api_url: str, database_url: str, folder: Path, **more: Any) -> Settings:
    return Settings.load(
        {
            "bot_token": world.token,
            "bot_api_url": api_url,
            "database_url": database_url,
            "evidence_dir": folder / "evidence",
            **more,
        }
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Application]:
    app = await build(settings, clock=AdjustableClock(), limits=UNLIMITED)
    await app.start()
    try:
        yield app
    finally:
        async with asyncio.timeout(10):
            await app.stop()


def answers(world: World, user: User) -> list[str]:
    return [message["text"] for message in world.chats[user.id].messages.values() if world.is_own(message)]


async def test_metrics_are_told_on_the_address_for_health(world: World, ana: User, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = taken.getsockname()
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    async with (
        serve(create_app(world)) as server,
        aiohttp.ClientSession(f"http://127.0.0.1:{address[1]}") as http,
        running(settings(world, server.url, url, tmp_path, health_listen=Address(*address))),
    ):
        acting.start(world, ana)
        await until(lambda: answers(world, ana))
        async with http.get("/readyz") as ready, http.get("/metrics") as metrics:
            assert (ready.status, metrics.status) == (200, 200)
            told = await metrics.text()

    assert re.search(r'^aftersales_updates_total\{outcome="done"\} [1-9]', told, re.MULTILINE)
    assert re.search(r'^aftersales_sends_total\{outcome="sent"\} [1-9]', told, re.MULTILINE)
    assert "Ana" not in told


async def test_message_is_answered_and_the_menu_set(world: World, ana: User, database_url: str, tmp_path: Path) -> None:
    async with serve(create_app(world)) as server, running(settings(world, server.url, database_url, tmp_path)) as app:
        acting.start(world, ana)
        await until(lambda: answers(world, ana))
        await until(lambda: world.profile.commands)

        assert await app.is_ready()

    assert not await app.is_ready()
    assert len(answers(world, ana)) == 1


async def test_messages_sent_while_the_bot_was_away_are_answered_once(
    world: World, ana: User, database_url: str, tmp_path: Path
) -> None:
    async with serve(create_app(world)) as server:
        known = settings(world, server.url, database_url, tmp_path)
        async with running(known):
            acting.send_text(world, ana, "/help")
            await until(lambda: len(answers(world, ana)) == 1)
        acting.send_text(world, ana, "/help")
        async with running(known):
            await until(lambda: len(answers(world, ana)) == 2)
            acting.send_text(world, ana, "/help")
            await until(lambda: len(answers(world, ana)) == 3)

    assert len(set(answers(world, ana))) == 1


async def test_webhook_instead_of_polling(
    world: World, ana: User, database_url: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    async with serve(create_app(world)) as server:
        webhook = {
            "webhook_url": f"http://127.0.0.1:{unused_tcp_port}/telegram",
            "webhook_listen": f"127.0.0.1:{unused_tcp_port}",
        }
        async with running(settings(world, server.url, database_url, tmp_path, **webhook)):
            await until(lambda: world.updates.webhook)
            acting.send_text(world, ana, "/help")
            await until(lambda: answers(world, ana))

    assert "getUpdates" not in [request["method"] for request in world.requests.after(0)]


async def test_bot_waits_for_a_network_that_is_not_there_yet(
    world: World, ana: User, tmp_path: Path, unused_tcp_port: int
) -> None:
    acting.start(world, ana)
    url = f"http://127.0.0.1:{unused_tcp_port}"
    async with running(settings(world, url, f"sqlite:///{tmp_path}/a.db", tmp_path)):
        await asyncio.sleep(0.05)
        async with serve(create_app(world), port=unused_tcp_port):
            await until(lambda: answers(world, ana))
            await until(lambda: world.profile.commands)


async def test_bot_survives_a_database_that_drops_its_connections(
    world: World, ana: User, postgres_url: str, tmp_path: Path
) -> None:
    async with serve(create_app(world)) as server, running(settings(world, server.url, postgres_url, tmp_path)) as app:
        for n in range(1, 4):
            acting.send_text(world, ana, "/help")
            await until(lambda: len(answers(world, ana)) == n)  # noqa: B023 - awaited at once
            await cut_off(postgres_url)

        async with asyncio.timeout(20):
            while not await app.is_ready():  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)


async def test_trouble_on_the_way_loses_nothing(world: World, ana: User, database_url: str, tmp_path: Path) -> None:
    rules = [{"method": "*", "kind": kind, "probability": 0.15} for kind in ("500", "drop_before", "502")]
    world.inject(Faults.model_validate({"rules": rules, "updates": {"duplicate": 0.3, "reorder": 0.3}, "seed": 7}))
    async with serve(create_app(world)) as server, running(settings(world, server.url, database_url, tmp_path)) as app:
        for _ in range(6):
            acting.send_text(world, ana, "/help")
        await until(lambda: len(answers(world, ana)) == 6)

        assert await app.db.inbox.dead() == [] and await app.db.outbox.dead() == []


async def test_username_is_learned_or_given(world: World, tmp_path: Path) -> None:
    async with serve(create_app(world)) as server:
        asked = await learn_username(settings(world, server.url, "sqlite:///x.db", tmp_path))
    given = await learn_username(Settings.load({"bot_username": "@some_bot"}))

    assert (asked, given) == ("AftersalesDemoBot", "some_bot")
    with pytest.raises(DeliveryError):
        await learn_username(settings(world, server.url, "sqlite:///x.db", tmp_path))


async def test_what_hinders_a_start_is_said(world: World, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"

    with pytest.raises(PackError):
        await build(settings(world, "http://127.0.0.1:9", url, tmp_path, policy="nothing_like_it"))
    with pytest.raises(SettingsError, match="AFTERSALES_BOT_TOKEN"):
        await (await build(Settings.load({"database_url": url}))).start()
