"""The inbox: all effects or none, in order, and one that fails does not stop the others."""

import asyncio
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from bot.clock import AdjustableClock
from bot.telegram import updates
from bot.telegram.buttons import Seals
from bot.workers.inbox import APOLOGY, DEADLY, DOUBTFUL, RETRY, InboxHandler
from conversations.messages import Incoming, Notice, Outgoing, Toast
from storage.database import Database
from storage.lanes import Leased
from storage.queues import RawUpdate

from .conftest import PlainDesk

USER = {"id": 7, "is_bot": False, "first_name": "Ana"}
CHAT = {"id": 7, "type": "private"}


@pytest.fixture
def handler(sqlite_db: Database, desk: PlainDesk, clock: AdjustableClock) -> InboxHandler:
    return InboxHandler(sqlite_db, desk, clock, read=partial(updates.read, seals=Seals("1:A")))


async def put(db: Database, *contents: Any) -> None:
    """Messages of one chat, by their text; anything else as it is."""
    raw = []
    for number, content in enumerate(contents, 1):
        message = {"message_id": number, "date": 1, "chat": CHAT, "from": USER, "text": content}
        update = {"message": message} if isinstance(content, str) else content
        raw.append(RawUpdate(number, "7", {"update_id": number, **update}))
    await db.inbox.put(raw)


async def lease(db: Database, *, attempts: int = 1, seconds: float = 60) -> Leased[Any]:
    [leased] = await db.inbox.lease(1, 10, seconds)
    return replace(leased, attempts=attempts)


async def pending(db: Database) -> int:
    return (await db.inbox.backlog()).pending


async def dead(db: Database) -> list[tuple[int, str]]:
    return [(letter.payload["update_id"], letter.reason) for letter in await db.inbox.dead()]


async def outbox(db: Database) -> list[Outgoing]:
    return [item.payload for lane in await db.outbox.lease(10, 100, 60) for item in lane.items]


def words(said: list[Outgoing]) -> list[Any]:
    bodies = [outgoing.body for outgoing in said]
    return [body.lines[0].params.get("words") for body in bodies if isinstance(body, Notice)]


async def test_messages_are_handled_in_order_with_their_effects(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await put(sqlite_db, "one", "two", "three")

    await handler.handle([await lease(sqlite_db)])

    assert desk.heard == ["one", "two", "three"]
    assert words(await outbox(sqlite_db)) == ["one", "two", "three"]
    assert await pending(sqlite_db) == 0


async def test_what_cannot_be_read_is_a_dead_letter_and_the_rest_goes_on(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await put(sqlite_db, "one", {"message": "odd"}, {"channel_post": {}}, "two")

    await handler.handle([await lease(sqlite_db)])

    assert desk.heard == ["one", "two"]
    assert await dead(sqlite_db) == [(2, "unreadable: message: model_type")]
    assert await pending(sqlite_db) == 0


async def test_failure_keeps_what_came_before_and_makes_what_comes_after_wait(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await put(sqlite_db, "one", "fail", "two")

    await handler.handle([await lease(sqlite_db)])

    assert desk.heard == ["one"]
    assert words(await outbox(sqlite_db)) == ["one"]  # nothing of what failed
    assert await pending(sqlite_db) == 2
    assert await sqlite_db.inbox.lease(1, 10, 60) == []  # not at once


async def test_failure_for_good_is_a_dead_letter_with_an_apology(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await put(sqlite_db, "fail", "two")

    await handler.handle([await lease(sqlite_db, attempts=RETRY.attempts)])
    await handler.handle([await lease(sqlite_db)])

    said = await outbox(sqlite_db)
    assert await dead(sqlite_db) == [(1, "RuntimeError: could not do fail")]
    assert [(outgoing.body, outgoing.answers) for outgoing in said[:1]] == [(Notice(lines=(APOLOGY,)), 1)]
    assert words(said[1:]) == ["two"]
    assert desk.heard == ["two"]


async def test_failed_press_is_answered_with_an_alert(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    query = {"id": "99", "from": USER, "data": "x", "message": {"message_id": 1, "chat": CHAT}}
    await put(sqlite_db, {"callback_query": query})

    await handler.handle([await lease(sqlite_db, attempts=RETRY.attempts)])

    [said] = await outbox(sqlite_db)
    assert said.body == Toast(query="99", text=APOLOGY, is_alert=True)


async def test_after_a_failure_messages_are_handled_one_by_one(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await put(sqlite_db, "one", "two")

    await handler.handle([await lease(sqlite_db, attempts=2)])

    assert desk.heard == ["one"]
    assert await pending(sqlite_db) == 1


async def test_message_that_kills_its_worker_is_given_up(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await put(sqlite_db, "one")
    for _ in range(DEADLY):  # each time it was alone, and the process died
        leased = await lease(sqlite_db, seconds=0)
        async with sqlite_db.work() as work:
            await work.inbox.suspect(leased)

    await handler.handle([await lease(sqlite_db, attempts=DOUBTFUL)])

    assert desk.heard == []
    assert await dead(sqlite_db) == [(1, f"given up after {DEADLY} interrupted attempts")]


async def test_message_is_not_blamed_for_a_process_that_something_else_killed(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await put(sqlite_db, "one")

    await handler.handle([await lease(sqlite_db, attempts=100)])

    assert desk.heard == ["one"]
    assert await dead(sqlite_db) == []


async def test_nothing_is_kept_of_a_lease_that_was_lost(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await put(sqlite_db, "one")
    slow = await lease(sqlite_db, seconds=0)
    quick = await lease(sqlite_db)

    await handler.handle([slow])
    await handler.handle([quick])

    assert words(await outbox(sqlite_db)) == ["one"]
    assert await pending(sqlite_db) == 0


async def test_database_that_gives_way_is_not_the_messages_failure(postgres_url: str, clock: AdjustableClock) -> None:
    class Unlucky(PlainDesk):
        async def receive(self, incoming: Incoming, work: Any, now: datetime) -> None:
            if self.is_first:
                self.is_first = False
                deadlock = "DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$"
                await work._tx.run(text(deadlock))
            await super().receive(incoming, work, now)

        is_first = True

    async with Database(postgres_url) as db:
        desk = Unlucky()
        handler = InboxHandler(db, desk, clock, read=partial(updates.read, seals=Seals("1:A")))
        await put(db, "one", "two")
        await handler.handle([await lease(db, attempts=RETRY.attempts)])
        assert (desk.heard, await pending(db)) == ([], 2)

        async with asyncio.timeout(15):
            while not (leases := await db.inbox.lease(1, 10, 60)):  # noqa: ASYNC110 - its time comes
                await asyncio.sleep(0.05)
        await handler.handle(leases)

        assert desk.heard == ["one"]  # one by one after a failure
        assert await dead(db) == []


# --- many chats in one transaction -----------------------------------------------------------------------------


def said(number: int, text: str, chat: int) -> RawUpdate:
    """A message in a chat of its own."""
    user, place = {**USER, "id": chat}, {**CHAT, "id": chat}
    message = {"message_id": number, "date": 1, "chat": place, "from": user, "text": text}
    return RawUpdate(number, str(chat), {"update_id": number, "message": message})


async def started(handler: InboxHandler) -> InboxHandler:
    """The handler as it is once the first updates, which are only kept, have come."""
    await handler.put([])
    return handler


async def test_what_fails_in_a_group_takes_nothing_of_the_others_along(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await sqlite_db.inbox.put([said(1, "one", 7), said(2, "fail", 8), said(3, "two", 9), said(4, "three", 8)])

    await handler.handle(await sqlite_db.inbox.lease(10, 10, 60))

    assert sorted(desk.heard) == ["one", "two"]
    assert sorted(words(await outbox(sqlite_db))) == ["one", "two"]
    assert await pending(sqlite_db) == 2


async def test_group_that_cannot_be_kept_is_done_again_one_by_one(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await sqlite_db.inbox.put([said(1, "one", 7), said(2, "two", 8)])
    lost, *_ = stale = await sqlite_db.inbox.lease(1, 10, 0)
    mine = await sqlite_db.inbox.lease(10, 10, 60)

    await handler.handle([lost, *(lease for lease in mine if lease.lane != lost.lane)])

    assert len(stale) == 1
    assert words(await outbox(sqlite_db)) == ["two"]  # once, and nothing of the lane that somebody else has
    assert await pending(sqlite_db) == 1


async def test_what_arrives_is_dealt_with_in_the_transaction_that_keeps_it(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await started(handler)
    updates = [said(1, "one", 7), said(2, "two", 8), said(3, "three", 7)]

    new = await handler.put(updates)
    again = await handler.put(updates)

    assert (new, again) == (3, 0)
    assert sorted(desk.heard) == ["one", "three", "two"]
    assert sorted(words(await outbox(sqlite_db))) == ["one", "three", "two"]
    assert await pending(sqlite_db) == 0


async def test_what_arrives_first_is_only_kept(handler: InboxHandler, sqlite_db: Database, desk: PlainDesk) -> None:
    """It may have killed the process before; its attempts are to be counted."""
    assert await handler.put([said(1, "one", 7)]) == 1

    assert desk.heard == []
    assert await pending(sqlite_db) == 1


async def test_what_arrives_behind_something_that_waits_waits_too(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await started(handler)
    await sqlite_db.inbox.put([said(1, "one", 7)])

    await handler.put([said(2, "two", 7), said(3, "three", 8)])
    assert desk.heard == ["three"]

    await handler.handle(await sqlite_db.inbox.lease(10, 10, 60))
    assert desk.heard == ["three", "one", "two"]


async def test_chat_that_writes_a_lot_does_not_hold_up_the_others(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await started(handler)

    await handler.put([*(said(number, f"noise {number}", 7) for number in range(1, 50)), said(50, "word", 8)])

    assert desk.heard == ["word"]
    assert await pending(sqlite_db) == 49


async def test_what_fails_on_arrival_is_tried_again_with_what_came_after_it(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await started(handler)

    await handler.put([said(1, "one", 7), said(2, "fail", 7), said(3, "two", 7), said(4, "three", 8)])

    assert desk.heard == ["one", "three"]
    assert words(await outbox(sqlite_db)) == ["one", "three"]
    assert await pending(sqlite_db) == 2


async def test_what_cannot_be_read_on_arrival_is_a_dead_letter(
    handler: InboxHandler, sqlite_db: Database, desk: PlainDesk
) -> None:
    await started(handler)

    await handler.put([RawUpdate(1, "7", {"update_id": 1, "message": "odd"}), said(2, "one", 7)])

    assert desk.heard == ["one"]
    assert await dead(sqlite_db) == [(1, "unreadable: message: model_type")]
    assert await pending(sqlite_db) == 0
