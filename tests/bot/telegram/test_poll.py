"""Long polling: nothing is confirmed that was not kept, one odd update harms no other, another poller is waited for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram import Bot

from bot.playground import World, acting
from bot.playground.faults import Faults
from bot.playground.people import User
from bot.playground.updates import Webhook
from bot.telegram.intake import Intake
from bot.telegram.poll import Poller
from storage.database import Database
from storage.errors import TryAgain
from storage.queues import RawUpdate

from .conftest import until


class Forgetful:
    """An inbox that fails the first times."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.kept: list[RawUpdate] = []

    async def put(self, updates: list[RawUpdate]) -> int:
        if self.failures:
            self.failures -= 1
            raise TryAgain("away")
        self.kept += updates
        return len(updates)


@asynccontextmanager
async def polling(bot: Bot, inbox: Any, *, wait: int = 30) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(Poller(bot, Intake(inbox), wait=wait).run(stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await running


async def inbox_of(db: Database) -> list[dict[str, Any]]:
    leased = await db.inbox.lease(10, 100, 60)
    return [item.payload for lane in leased for item in lane.items]


async def test_updates_are_kept_then_confirmed(bot: Bot, world: World, ana: User, sqlite_db: Database) -> None:
    acting.send_text(world, ana, "one")
    acting.send_text(world, ana, "two")

    async with polling(bot, sqlite_db.inbox):
        await until(lambda: not world.updates)

    kept = await inbox_of(sqlite_db)
    assert [update["message"]["text"] for update in kept] == ["one", "two"]


async def test_what_was_not_kept_is_not_confirmed_and_comes_again(bot: Bot, world: World, ana: User) -> None:
    inbox = Forgetful(2)
    acting.send_text(world, ana, "one")

    async with polling(bot, inbox):
        await until(lambda: inbox.failures == 0)
        assert len(world.updates) == 1
        await until(lambda: not world.updates)

    assert [raw.payload["message"]["text"] for raw in inbox.kept] == ["one"]


async def test_odd_updates_harm_no_other(bot: Bot, world: World, ana: User, sqlite_db: Database) -> None:
    odd: list[dict[str, Any]] = [
        {"message": 7},
        {"message": {"text": "nul \0", "chat": {"id": "x"}}},
        {"callback_query": [None]},
    ]
    for update in odd:
        world.updates.put_raw(update)
    acting.send_text(world, ana, "sound")

    async with polling(bot, sqlite_db.inbox):
        await until(lambda: not world.updates)

    kept = await inbox_of(sqlite_db)
    kept.sort(key=lambda update: int(update["update_id"]))
    assert kept[:3] == [
        {"update_id": 1, "message": 7},
        {"update_id": 2, "message": {"text": "nul ", "chat": {"id": "x"}}},
        {"update_id": 3, "callback_query": [None]},
    ]
    assert [update["message"]["text"] for update in kept[3:]] == ["sound"]


async def test_halves_of_surrogate_pairs_can_be_kept(sqlite_db: Database) -> None:
    update = {"update_id": 3, "message": {"text": "half \ud83d, whole 👍", "chat": {"id": 7}}}

    last = await Intake(sqlite_db.inbox).put([update, {"update_id": "four"}, 5])

    assert last == 3
    assert await inbox_of(sqlite_db) == [{"update_id": 3, "message": {"text": "half ?, whole 👍", "chat": {"id": 7}}}]


async def test_numbers_and_depths_that_no_database_keeps_do_not_hold_up_the_others(db: Database) -> None:
    deep: Any = []
    for _ in range(800):
        deep = [deep]
    odd = {"update_id": 3, "poll": {"a": float("nan"), "b": [float("-inf"), 1.5]}, "story": deep}
    far = {"update_id": 4, "message": {"chat": {"id": int("7" * 3000)}}}

    last = await Intake(db.inbox).put([odd, far, {"update_id": 5}, {"update_id": 2**70}])

    assert last == 5
    kept = await inbox_of(db)
    kept.sort(key=lambda update: int(update["update_id"]))
    assert kept[0]["poll"] == {"a": None, "b": [None, 1.5]}
    assert kept[1:] == [far, {"update_id": 5}]


async def test_repeated_update_is_kept_once(bot: Bot, world: World, ana: User, sqlite_db: Database) -> None:
    intake = Intake(sqlite_db.inbox)
    update = {"update_id": 3, "message": {"text": "one", "chat": {"id": 7}}}

    await intake.put([update])
    await intake.put([update])

    assert await inbox_of(sqlite_db) == [update]


async def test_server_trouble_is_waited_out(bot: Bot, world: World, ana: User, sqlite_db: Database) -> None:
    kinds = ("500", "drop_before", "drop_after", "429")
    world.inject(
        Faults.model_validate({"rules": [{"method": "getUpdates", "kind": kind, "times": 1} for kind in kinds]})
    )
    acting.send_text(world, ana, "one")

    async with polling(bot, sqlite_db.inbox):
        await until(lambda: not world.updates)

    assert [update["message"]["text"] for update in await inbox_of(sqlite_db)] == ["one"]


async def test_webhook_left_over_is_taken_away_and_nothing_dropped(
    bot: Bot, world: World, ana: User, sqlite_db: Database
) -> None:
    world.updates.set_webhook(Webhook("http://127.0.0.1:9/"))
    acting.send_text(world, ana, "one")

    async with polling(bot, sqlite_db.inbox):
        await until(lambda: not world.updates)

    assert [update["message"]["text"] for update in await inbox_of(sqlite_db)] == ["one"]


async def test_another_poller_is_waited_for(
    bot: Bot, world: World, ana: User, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.poll.ANOTHER_POLLER", 0.05)

    async with polling(bot, sqlite_db.inbox):
        await until(lambda: world.updates.allowed)
        await bot.get_updates(timeout=0)  # ends the poll under way with 409
        await until(lambda: any(row.get("error_code") == 409 for row in world.requests.after(0)))
        acting.send_text(world, ana, "one")
        await until(lambda: not world.updates)

    assert [update["message"]["text"] for update in await inbox_of(sqlite_db)] == ["one"]


async def test_only_what_we_read_is_asked_for(bot: Bot, world: World, ana: User, sqlite_db: Database) -> None:
    acting.send_text(world, ana, "one")
    async with polling(bot, sqlite_db.inbox):
        await until(lambda: not world.updates)

    asked = [each["params"] for each in world.requests.after(0) if each["method"] == "getUpdates"]
    assert asked[0]["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
    assert all("drop_pending_updates" not in params for params in asked)
