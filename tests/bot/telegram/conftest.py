"""A playground on a free port, and our own client of python-telegram-bot before it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest
import uvloop
from telegram import Bot

from bot.playground import PlaygroundServer, World, create_app, serve
from bot.playground.people import User
from bot.telegram.client import connect
from bot.telegram.sender import TelegramMessenger


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """What is close to the wire is tried on uvloop as well, which is what the bot runs on."""
    loops = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
    return loops if item.path.name.endswith("connections.py") else {"asyncio": loops["asyncio"]}


async def until(condition: Callable[[], Any]) -> None:
    """Waits for the world to have become so; fails when it does not."""
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 - the world tells nobody
            await asyncio.sleep(0.01)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ana(world: World) -> User:
    """Somebody who has started the bot."""
    user = world.add_user("Ana", language_code="es")
    user.is_started = True
    return user


@pytest.fixture
def wei(world: World) -> User:
    user = world.add_user("Wei", language_code="zh-hans")
    user.is_started = True
    return user


@pytest.fixture
async def server(world: World) -> AsyncIterator[PlaygroundServer]:
    async with serve(create_app(world)) as server:
        yield server


@pytest.fixture
async def bot(server: PlaygroundServer, world: World) -> AsyncIterator[Bot]:
    async with connect(world.token, server.url) as bot:
        yield bot


@pytest.fixture
def messenger(bot: Bot) -> TelegramMessenger:
    return TelegramMessenger(bot)
