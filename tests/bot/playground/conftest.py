"""A playground on a free port with its world at hand, a real python-telegram-bot before it, and hands for its users."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from PIL import Image
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.playground import PlaygroundServer, World, create_app, serve

NO_TLS = {"verify": False}  # loading certificates takes most of a test's time, and nothing here is encrypted
SCENARIO = {"panes": [{"user_id": 1001, "role": "buyer"}], "stories": []}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    async def advance(self, by: timedelta) -> datetime:
        self.now += by
        return self.now


@dataclass
class Sim:
    """The control side over HTTP: status and decoded body of every answer."""

    client: aiohttp.ClientSession
    url: str

    async def get(self, path: str, **params: Any) -> Any:
        return await self._json("GET", path, params=params)

    async def post(self, path: str, **body: Any) -> Any:
        return await self._json("POST", path, json=body)

    async def refused(self, verb: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.client.request(verb, f"{self.url}/_sim{path}", json=body) as response:
            return response.status, await response.json()

    async def send_files(self, user_id: int, *files: tuple[str, bytes, str], **fields: str) -> list[dict[str, Any]]:
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value)
        for filename, data, content_type in files:
            form.add_field("files", data, filename=filename, content_type=content_type)
        answer = await self._json("POST", f"/users/{user_id}/send", data=form)
        messages: list[dict[str, Any]] = answer["messages"]
        return messages

    async def messages(self, user_id: int) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = (await self.get(f"/users/{user_id}/messages"))["messages"]
        return messages

    async def _json(self, verb: str, path: str, **how: Any) -> Any:
        async with self.client.request(verb, f"{self.url}/_sim{path}", **how) as response:
            body = await response.json()
            assert response.status == 200, (verb, path, response.status, body)
            return body


@dataclass
class Raw:
    """The Bot API without a library: status and decoded body of every answer."""

    client: aiohttp.ClientSession
    url: str

    async def __call__(self, method: str, **params: Any) -> tuple[int, Any]:
        async with self.client.post(f"{self.url}/{method}", json=params) as response:
            return response.status, await response.json()

    async def refusal(self, method: str, **params: Any) -> str:
        status, body = await self(method, **params)
        assert not body["ok"], body
        assert body["error_code"] == status
        return str(body["description"])

    async def result(self, method: str, **params: Any) -> Any:
        status, body = await self(method, **params)
        assert status == 200, body
        return body["result"]


def picture(width: int = 640, height: int = 480, *, kind: str = "JPEG", colour: str = "teal", **how: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, kind, **how)
    return buffer.getvalue()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    world = World(clock=clock)
    world.add_user("Ana", username="ana", language_code="es", label="buyer")
    world.add_user("Wei", language_code="zh-hans", label="seller")
    return world


@pytest.fixture
async def server(world: World, clock: Clock) -> AsyncIterator[PlaygroundServer]:
    async with serve(create_app(world, scenario=SCENARIO, advance=clock.advance)) as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as client:
        yield client


@pytest.fixture
def sim(client: aiohttp.ClientSession, server: PlaygroundServer) -> Sim:
    return Sim(client, server.url)


@pytest.fixture
def raw(client: aiohttp.ClientSession, server: PlaygroundServer, world: World) -> Raw:
    return Raw(client, f"{server.bot_url}{world.token}")


@pytest.fixture
async def bot(server: PlaygroundServer, world: World) -> AsyncIterator[Bot]:
    """An unmodified python-telegram-bot."""
    bot = Bot(
        world.token,
        base_url=server.bot_url,
        base_file_url=server.file_url,
        request=HTTPXRequest(connection_pool_size=8, httpx_kwargs=NO_TLS),
        get_updates_request=HTTPXRequest(connection_pool_size=4, httpx_kwargs=NO_TLS),
    )
    async with bot:
        yield bot


@pytest.fixture
async def ana(sim: Sim) -> int:
    """A user who has started the bot; the update is still in the queue."""
    await sim.post("/users/1001/start")
    return 1001
