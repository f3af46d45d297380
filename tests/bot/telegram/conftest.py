"""A playground on a free port, and our own client of python-telegram-bot before it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from telegram import Bot

from bot.playground import PlaygroundServer, World, create_app, serve
from bot.playground.people import User
from bot.telegram.client import connect
from bot.telegram.sender import TelegramMessenger


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
