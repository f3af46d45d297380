"""Digests are written once a week by business time, each for itself, and a restart repeats none."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import AdjustableClock
from bot.workers.digests import DigestsWorker
from conversations.desk.reporting import week_of
from conversations.messages import Sender
from storage.database import Database

from .conftest import PlainDesk, until

GO = asyncio.Event()


@pytest.fixture
async def seller(sqlite_db: Database) -> int:
    """Somebody who sells for two stores, of which one makes the desk fail."""
    async with sqlite_db.work() as work:
        person = await work.people.greet(Sender(address=7, name="Ada"))
        await work.people.save(replace(person, stores=frozenset({"Fail", "Lumen"})))
    return person.id


async def test_a_new_week_is_told_once_to_each(
    sqlite_db: Database, desk: PlainDesk, clock: AdjustableClock, seller: int
) -> None:
    worker = DigestsWorker(sqlite_db, desk, clock)
    await worker.look(GO)
    assert desk.digests == []

    await clock.advance(timedelta(days=7))
    await worker.look(GO)
    await DigestsWorker(sqlite_db, desk, clock).look(GO)

    assert desk.digests == [(seller, "Lumen", clock())]
    assert desk.tries == {"Fail": 2, "Lumen": 1}


async def test_after_weeks_away_there_is_one(
    sqlite_db: Database, desk: PlainDesk, clock: AdjustableClock, seller: int
) -> None:
    worker = DigestsWorker(sqlite_db, desk, clock)
    await worker.look(GO)
    await clock.advance(timedelta(days=30))

    await worker.look(GO)
    await worker.look(GO)

    assert desk.digests == [(seller, "Lumen", clock())]


async def test_it_runs_until_it_is_stopped_and_wakes_when_the_clock_is_moved(
    sqlite_db: Database, desk: PlainDesk, clock: AdjustableClock, seller: int
) -> None:
    async with sqlite_db.work() as work:
        await work.digests.due(week_of(clock()))
    stop = asyncio.Event()
    running = asyncio.create_task(DigestsWorker(sqlite_db, desk, clock).run(stop))
    await asyncio.sleep(0)

    await clock.advance(timedelta(days=7))
    await until(lambda: desk.digests)

    stop.set()
    async with asyncio.timeout(10):
        await running
    assert [store for _, store, _ in desk.digests] == ["Lumen"]


async def test_a_stop_leaves_the_rest_for_the_next_start(
    sqlite_db: Database, desk: PlainDesk, clock: AdjustableClock, seller: int
) -> None:
    worker, stopped = DigestsWorker(sqlite_db, desk, clock), asyncio.Event()
    await worker.look(GO)
    await clock.advance(timedelta(days=7))
    stopped.set()

    await worker.look(stopped)

    assert desk.digests == []
    await worker.look(GO)
    assert len(desk.digests) == 1


def test_a_week_is_one_in_any_zone() -> None:
    assert week_of(datetime(2026, 11, 30, 8, tzinfo=UTC)) == datetime(2026, 11, 30, 8, tzinfo=UTC)
