"""One noisy chat never delays another: measured by the order in which things are done, not by time."""

import asyncio
from typing import Any

from bot.clock import AdjustableClock
from bot.workers.inbox import EACH, InboxHandler, InboxWorker
from conversations.messages import Incoming, Said, Sender
from storage.database import Database
from storage.queues import RawUpdate

NOISY, QUIET = 7, 8


class Recorder:
    """A desk that writes down whom it heard."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.has_heard_quiet = asyncio.Event()

    async def receive(self, incoming: Incoming, work: Any, now: Any) -> None:
        self.heard.append(incoming.sender.address)
        if incoming.sender.address == QUIET:
            self.has_heard_quiet.set()


def read(update: Any, *, received_at: Any) -> Incoming:
    who = Sender(address=update["who"], name="")
    return Incoming(sender=who, at=received_at, content=Said(message=1, text="x"))


async def test_behind_500_updates_of_one_chat_another_is_handled_with_the_first_group(
    db: Database, clock: AdjustableClock
) -> None:
    noisy = [RawUpdate(n, str(NOISY), {"update_id": n, "who": NOISY}) for n in range(1, 501)]
    await db.inbox.put(noisy)
    await db.inbox.put([RawUpdate(501, str(QUIET), {"update_id": 501, "who": QUIET})])
    desk, stop = Recorder(), asyncio.Event()
    handler = InboxHandler(db, desk, clock, read=read)  # type: ignore[arg-type]
    running = asyncio.create_task(InboxWorker(db, handler).run(stop))
    try:
        async with asyncio.timeout(60):
            await desk.has_heard_quiet.wait()
    finally:
        stop.set()
        await running

    assert desk.heard.index(QUIET) <= EACH


async def test_who_comes_while_a_chat_is_being_worked_off_waits_for_one_group_of_it(
    db: Database, clock: AdjustableClock
) -> None:
    """A chat that still has something waiting goes behind those that are ready by then."""
    await db.inbox.put([RawUpdate(n, str(NOISY), {"update_id": n, "who": NOISY}) for n in range(1, 101)])
    [first] = await db.inbox.lease(1, EACH, 60)
    await db.inbox.put([RawUpdate(101, str(QUIET), {"update_id": 101})])
    async with db.work() as work:
        await work.inbox.finish(first, done=[item.id for item in first.items])

    [second] = await db.inbox.lease(1, EACH, 60)

    assert (first.lane, second.lane) == (str(NOISY), str(QUIET))


async def test_of_501_that_arrive_together_the_other_chat_s_is_handled_with_the_first_group(
    db: Database, clock: AdjustableClock
) -> None:
    """They are dealt with as they come, in the transaction that keeps them."""
    desk = Recorder()
    handler = InboxHandler(db, desk, clock, read=read)  # type: ignore[arg-type]
    await handler.put([RawUpdate(1, "1", {"update_id": 1, "who": 1})])  # what comes first is only kept
    noisy = [RawUpdate(n, str(NOISY), {"update_id": n, "who": NOISY}) for n in range(2, 502)]

    await handler.put([*noisy, RawUpdate(502, str(QUIET), {"update_id": 502, "who": QUIET})])

    assert desk.heard.index(QUIET) <= EACH
