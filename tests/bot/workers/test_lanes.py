"""Leasing lanes: several at once, each in order, failures given back, and a clean end."""

import asyncio
from typing import Any

from bot.workers.lanes import LaneWorker
from storage.database import Database
from storage.lanes import Leased
from storage.queues import RawUpdate

from .conftest import until


class Scripted:
    """Finishes what it gets, one transaction a lane; fails on the lanes it is told to, so often."""

    def __init__(self, db: Database, **failures: int) -> None:
        self.db = db
        self.failures = failures
        self.done: list[str] = []
        self.busy = 0
        self.busiest = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def handle(self, leased: Leased[dict[str, Any]], stop: asyncio.Event) -> None:
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            await self.gate.wait()
            if self.failures.get(leased.lane, 0):
                self.failures[leased.lane] -= 1
                raise RuntimeError(leased.lane)
            async with self.db.work() as work:
                await work.inbox.finish(leased, done=[item.id for item in leased.items])
            self.done += [item.payload["n"] for item in leased.items]
        finally:
            self.busy -= 1


def worker(db: Database, handler: Scripted, *, width: int = 4, each: int = 2) -> LaneWorker[dict[str, Any]]:
    return LaneWorker(db.inbox, handler, db, finishing=lambda work: work.inbox, width=width, each=each, seconds=60)


async def put(db: Database, *names: str) -> None:
    """Items named by their lane and number, as in "a1"."""
    await db.inbox.put([RawUpdate(ord(name[0]) * 10 + int(name[1]), name[0], {"n": name}) for name in names])


async def test_lanes_are_worked_on_in_order_whatever_comes_in(sqlite_db: Database) -> None:
    handler, stop = Scripted(sqlite_db), asyncio.Event()
    await put(sqlite_db, "a1", "b1", "a2", "a3", "b2", "a4", "a5")
    running = asyncio.create_task(worker(sqlite_db, handler).run(stop))

    await until(lambda: len(handler.done) == 7)
    await put(sqlite_db, "a6")
    await until(lambda: len(handler.done) == 8)
    stop.set()
    await running

    assert [n for n in handler.done if n[0] == "a"] == ["a1", "a2", "a3", "a4", "a5", "a6"]
    assert [n for n in handler.done if n[0] == "b"] == ["b1", "b2"]


async def test_no_more_lanes_at_once_than_allowed(sqlite_db: Database) -> None:
    handler, stop = Scripted(sqlite_db), asyncio.Event()
    handler.gate.clear()
    await put(sqlite_db, *(f"{lane}1" for lane in "abcdefgh"))
    running = asyncio.create_task(worker(sqlite_db, handler, width=3).run(stop))

    await until(lambda: handler.busy == 3)
    handler.gate.set()
    await until(lambda: len(handler.done) == 8)
    stop.set()
    await running

    assert handler.busiest == 3


async def test_lane_that_fails_is_given_back_and_others_go_on(sqlite_db: Database) -> None:
    handler, stop = Scripted(sqlite_db, a=1), asyncio.Event()
    await put(sqlite_db, "a1", "b1")
    running = asyncio.create_task(worker(sqlite_db, handler).run(stop))

    await until(lambda: handler.done == ["b1"])
    await until(lambda: handler.done == ["b1", "a1"])
    stop.set()
    await running


async def test_what_was_begun_is_finished_before_the_end(sqlite_db: Database) -> None:
    handler, stop = Scripted(sqlite_db), asyncio.Event()
    handler.gate.clear()
    await put(sqlite_db, "a1")
    running = asyncio.create_task(worker(sqlite_db, handler).run(stop))
    await until(lambda: handler.busy)

    stop.set()
    await put(sqlite_db, "b1")
    handler.gate.set()
    await running

    assert handler.done == ["a1"]
    assert (await sqlite_db.inbox.backlog()).pending == 1


async def test_what_is_interrupted_can_be_leased_again(sqlite_db: Database) -> None:
    handler, stop = Scripted(sqlite_db), asyncio.Event()
    handler.gate.clear()
    await put(sqlite_db, "a1")
    running = asyncio.create_task(worker(sqlite_db, handler).run(stop))
    await until(lambda: handler.busy)

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert handler.busy == 0
    assert (await sqlite_db.inbox.backlog()).pending == 1
