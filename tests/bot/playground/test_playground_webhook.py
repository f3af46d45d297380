"""The webhook: pushed in order with the secret, again until accepted, and what may be a webhook."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import Bot
from telegram.error import BadRequest

from .conftest import Raw, Sim


@dataclass
class Receiver:
    """A bot's web server that answers with the statuses it is given, then 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    refuses: int = 0  # whose updates
    accepted: list[int] = field(default_factory=list)
    waits_for: int = 0  # requests at a time, before any is answered
    under_way: int = 0
    most_under_way: int = 0
    got: list[tuple[str | None, dict[str, Any]]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def hook(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        update = await request.json()
        self.got.append((secret, update))
        self.came.set()
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        async with asyncio.timeout(10):
            while self.most_under_way < self.waits_for:  # noqa: ASYNC110 - bounded
                await asyncio.sleep(0.005)
        self.under_way -= 1
        whose = update.get("message", {}).get("from", {}).get("id", 0)
        if whose == self.refuses != 0:
            return web.Response(status=500)
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.accepted.append(whose)
        return web.Response(status=status)

    async def until(self, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(10):
            while len(self.got) < count:
                self.came.clear()
                await self.came.wait()
        return [update for _, update in self.got]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.hook)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/hook"))
        yield receiver


async def test_updates_are_pushed_in_order_with_the_secret(bot: Bot, sim: Sim, receiver: Receiver) -> None:
    await bot.set_webhook(receiver.url, secret_token="s3cret")

    await sim.post("/users/1001/start")
    await sim.post("/users/1001/send", text="a")

    assert [u["message"]["text"] for u in await receiver.until(2)] == ["/start", "a"]
    assert {secret for secret, _ in receiver.got} == {"s3cret"}


async def test_update_comes_again_until_accepted_and_holds_up_the_next(bot: Bot, sim: Sim, receiver: Receiver) -> None:
    receiver.statuses = [500, 403]
    await bot.set_webhook(receiver.url)

    await sim.post("/users/1001/start")
    await sim.post("/users/1001/send", text="a")

    assert [u["update_id"] for u in await receiver.until(4)] == [1, 1, 1, 2]
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 403 Forbidden"


async def test_chats_are_pushed_side_by_side_and_each_in_order(bot: Bot, sim: Sim, receiver: Receiver) -> None:
    receiver.waits_for = 2  # the first is answered only when another is there
    for _ in range(2):
        await sim.post("/users/1001/send", text="a")
    await sim.post("/users/1002/send", text="b")

    await bot.set_webhook(receiver.url)

    got = [u["message"]["from"]["id"] for u in await receiver.until(3)]
    assert (sorted(got[:2]), got[2], receiver.most_under_way) == ([1001, 1002], 1001, 2)


async def test_no_more_than_max_connections_are_pushed_at_once(bot: Bot, sim: Sim, receiver: Receiver) -> None:
    for user in (1001, 1002):
        await sim.post(f"/users/{user}/send", text="a")

    await bot.set_webhook(receiver.url, max_connections=1)

    assert [u["message"]["from"]["id"] for u in await receiver.until(2)] == [1001, 1002]
    assert receiver.most_under_way == 1


async def test_a_chat_that_is_refused_holds_up_no_other(bot: Bot, sim: Sim, receiver: Receiver) -> None:
    receiver.refuses = 1001
    await sim.post("/users/1001/send", text="a")
    await bot.set_webhook(receiver.url)
    await receiver.until(1)

    await sim.post("/users/1002/send", text="b")

    async with asyncio.timeout(10):
        while receiver.accepted != [1002]:  # noqa: ASYNC110 - the receiver tells nobody
            await asyncio.sleep(0.005)
    assert (await bot.get_webhook_info()).pending_update_count == 1


async def test_pending_updates_follow_the_new_webhook(bot: Bot, sim: Sim, receiver: Receiver) -> None:
    await sim.post("/users/1001/start")
    await bot.set_webhook("http://127.0.0.1:9/nobody", max_connections=7, allowed_updates=["message"])
    before = await bot.get_webhook_info()

    await bot.set_webhook(receiver.url)

    assert [u["update_id"] for u in await receiver.until(1)] == [1]
    assert (before.url, before.pending_update_count, before.max_connections, before.allowed_updates) == (
        "http://127.0.0.1:9/nobody",
        1,
        7,
        ("message",),
    )


async def test_pending_updates_can_be_dropped(bot: Bot, raw: Raw, sim: Sim) -> None:
    await sim.post("/users/1001/start")

    await bot.delete_webhook(drop_pending_updates=True)

    assert await raw.result("getUpdates") == []


async def test_setting_a_webhook_ends_a_waiting_poll(raw: Raw) -> None:
    waiting = asyncio.create_task(raw("getUpdates", timeout=30))
    await raw.result("getMe")
    await raw.result("getMe")

    await raw.result("setWebhook", url="http://127.0.0.1:9/hook")

    status, body = await asyncio.wait_for(waiting, 10)
    assert status == 409
    assert "webhook is active" in body["description"]


@pytest.mark.parametrize(
    ("url", "secret", "description"),
    [
        ("ftp://127.0.0.1/hook", None, "(?i)an https url must be provided for webhook"),
        ("not an address", None, "(?i)an https url must be provided for webhook"),
        ("https://example.org/hook", None, "this machine only"),
        ("http://127.0.0.1:9/hook", "with space", "unallowed characters"),
    ],
)
async def test_what_cannot_be_a_webhook(bot: Bot, url: str, secret: str | None, description: str) -> None:
    with pytest.raises(BadRequest, match=description):
        await bot.set_webhook(url, secret_token=secret)
    assert (await bot.get_webhook_info()).url == ""
