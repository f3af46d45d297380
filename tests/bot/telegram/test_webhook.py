"""The webhook: who may post, what is acknowledged and when, and Telegram's side of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from telegram import Bot

from bot.playground import World, acting
from bot.playground.people import User
from bot.settings import Address
from bot.telegram.intake import Intake
from bot.telegram.webhook import MAX_UPDATE, SECRET_HEADER, Webhook, create_app
from storage.database import Database
from storage.errors import TryAgain

from .conftest import until

UPDATE = {"update_id": 1, "message": {"text": "one", "chat": {"id": 7}}}
KNOWN = {SECRET_HEADER: "s3cret"}


class Away:
    """An inbox that cannot be reached."""

    async def put(self, updates: Any) -> int:
        raise TryAgain("away")


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


@pytest.fixture
async def client(sqlite_db: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with over(sqlite_db.inbox) as client:
        yield client


def over(inbox: Any, is_ready: Any = yes) -> httpx.AsyncClient:
    app = create_app(Intake(inbox), secret="s3cret", is_ready=is_ready)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot.test")


async def inbox_of(db: Database) -> list[dict[str, Any]]:
    leased = await db.inbox.lease(10, 100, 60)
    return [item.payload for lane in leased for item in lane.items]


async def test_update_is_kept_before_it_is_acknowledged(client: httpx.AsyncClient, sqlite_db: Database) -> None:
    answer = await client.post("/any/path", json=UPDATE, headers=KNOWN)

    assert answer.status_code == 200
    assert await inbox_of(sqlite_db) == [UPDATE]


@pytest.mark.parametrize("secret", [None, "", "wrong", "s3cret0", "S3CRET", "ä"])
async def test_stranger_is_refused(client: httpx.AsyncClient, sqlite_db: Database, secret: str | None) -> None:
    headers = [] if secret is None else [(SECRET_HEADER.encode(), secret.encode())]

    answer = await client.post("/", json=UPDATE, headers=headers)

    assert answer.status_code == 403
    assert await inbox_of(sqlite_db) == []


async def test_secret_is_compared_in_constant_time(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the function that is made for it, and whatever was given: nothing is answered before."""
    compared = []

    def compare(given: bytes, secret: bytes) -> bool:
        compared.append((given, secret))
        return given == secret

    monkeypatch.setattr("bot.telegram.webhook.hmac.compare_digest", compare)
    answers = [
        await client.post("/", json=UPDATE, headers=[(SECRET_HEADER.encode(), each)] if each else None)
        for each in (b"s3cret", b"s3creT", None)
    ]

    assert [answer.status_code for answer in answers] == [200, 403, 403]
    assert compared == [(b"s3cret", b"s3cret"), (b"s3creT", b"s3cret"), (b"", b"s3cret")]


async def test_update_that_cannot_be_kept_is_asked_for_again() -> None:
    async with over(Away()) as client:
        answer = await client.post("/", json=UPDATE, headers=KNOWN)

    assert answer.status_code == 503


class Lots:
    """An inbox that says in which lots updates came. It takes its time for the first, and does not stand number 13."""

    def __init__(self) -> None:
        self.put_in: list[list[int]] = []
        self.go = asyncio.Event()

    async def put(self, updates: Any) -> int:
        self.put_in.append([update.update_id for update in updates])
        await self.go.wait()
        if 13 in self.put_in[-1]:
            raise ValueError("13")
        return len(updates)


@pytest.fixture
def lots() -> Lots:
    return Lots()


async def posted(lots: Lots, *ids: int) -> list[int]:
    """Posts the first and, while it is put in, the others; gives what each was answered."""
    async with over(lots) as client, asyncio.TaskGroup() as group:
        answers = []
        for number in ids:
            answers.append(group.create_task(client.post("/", json={**UPDATE, "update_id": number}, headers=KNOWN)))
            await until(lambda: lots.put_in)
        await asyncio.sleep(0.05)
        assert not any(answer.done() for answer in answers)
        lots.go.set()
    return [answer.result().status_code for answer in answers]


async def test_updates_that_arrive_while_others_are_kept_are_kept_together(lots: Lots) -> None:
    assert await posted(lots, 1, 2, 3, 4) == [200] * 4
    assert lots.put_in == [[1], [2, 3, 4]]


async def test_no_lot_is_too_large(lots: Lots, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.intake.LOT", 2)

    assert await posted(lots, 1, 2, 3, 4) == [200] * 4
    assert lots.put_in == [[1], [2, 3], [4]]


async def test_an_update_that_cannot_be_kept_does_not_keep_others_out(lots: Lots) -> None:
    assert await posted(lots, 1, 2, 13, 4) == [200, 200, 503, 200]


async def test_nobody_waits_for_an_inbox_that_is_away_longer_than_needed() -> None:
    async with over(Away()) as client:
        answers = await asyncio.gather(*(client.post("/", json=UPDATE, headers=KNOWN) for _ in range(3)))

    assert [answer.status_code for answer in answers] == [503] * 3


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b" " * (MAX_UPDATE + 1), 413),
        (b"[]", 200),  # nothing to keep, and sent again it would be the same
        (b'{"message": {}}', 200),
    ],
)
async def test_what_is_no_update(client: httpx.AsyncClient, sqlite_db: Database, body: bytes, status: int) -> None:
    answer = await client.post("/", content=body, headers=KNOWN)

    assert answer.status_code == status
    assert await inbox_of(sqlite_db) == []


async def test_health(client: httpx.AsyncClient, sqlite_db: Database) -> None:
    async with over(sqlite_db.inbox, no) as unwell:
        answers = [
            await client.get("/healthz"),
            await client.get("/readyz"),
            await unwell.get("/healthz"),
            await unwell.get("/readyz"),
        ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 503]


async def test_telegram_is_told_and_delivers(
    bot: Bot, world: World, ana: User, sqlite_db: Database, unused_tcp_port: int
) -> None:
    acting.send_text(world, ana, "before")
    stop = asyncio.Event()
    webhook = Webhook(
        bot,
        Intake(sqlite_db.inbox),
        url=f"http://127.0.0.1:{unused_tcp_port}/telegram",
        secret="s3cret",
        listen=Address("127.0.0.1", unused_tcp_port),
        is_ready=yes,
    )
    running = asyncio.create_task(webhook.run(stop))
    async with asyncio.timeout(15):
        await until(lambda: world.updates.webhook)
        acting.send_text(world, ana, "after")
        await until(lambda: not world.updates)
        stop.set()
        await running

    assert [update["message"]["text"] for update in await inbox_of(sqlite_db)] == ["before", "after"]
    [asked] = [each["params"] for each in world.requests.after(0) if each["method"] == "setWebhook"]
    assert json.loads(str(asked["drop_pending_updates"]).lower()) is False
    assert asked["secret_token"] == "s3cret"
    assert int(asked["max_connections"]) == 100
