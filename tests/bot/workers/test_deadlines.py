"""Deadlines ring by business time, exactly when the clock is moved, each for itself."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import AdjustableClock
from bot.workers.deadlines import DeadlinesWorker
from bot.workers.heartbeat import Heartbeat
from storage.database import Database

from .conftest import NOON, PlainDesk, until

HOUR = timedelta(hours=1)


@pytest.fixture
async def running(sqlite_db: Database, desk: PlainDesk, clock: AdjustableClock) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(DeadlinesWorker(sqlite_db, desk, clock, Heartbeat(sqlite_db, clock)).run(stop))
    yield
    stop.set()
    async with asyncio.timeout(10):
        await task


async def set_alarms(db: Database, **hours: float) -> None:
    async with db.work() as work:
        for ref, each in hours.items():
            await work.alarms.set(ref, NOON + each * HOUR)


@pytest.mark.usefixtures("running")
async def test_alarm_rings_when_its_time_has_come(sqlite_db: Database, desk: PlainDesk, clock: AdjustableClock) -> None:
    await set_alarms(sqlite_db, PAST=-1, NOW=0, LATER=2)
    await until(lambda: len(desk.rung) == 2)

    assert desk.rung == [("PAST", NOON), ("NOW", NOON)]

    await clock.advance(2 * HOUR)
    await until(lambda: len(desk.rung) == 3)

    assert desk.rung[2:] == [("LATER", NOON + 2 * HOUR)]


@pytest.mark.usefixtures("running")
async def test_alarm_that_fails_does_not_keep_others_from_ringing(
    sqlite_db: Database, desk: PlainDesk, clock: AdjustableClock
) -> None:
    await set_alarms(sqlite_db, FAIL=-2, FINE=-1)

    await until(lambda: desk.rung)

    assert desk.rung == [("FINE", NOON)]
    assert desk.tries["FAIL"] == 1  # its lease is not over


@pytest.mark.usefixtures("running")
async def test_more_alarms_than_are_taken_at_once(sqlite_db: Database, desk: PlainDesk) -> None:
    await set_alarms(sqlite_db, **{f"R{n}": -1 for n in range(45)})

    await until(lambda: len(desk.rung) == 45)

    assert sorted(desk.rung) == sorted((f"R{n}", NOON) for n in range(45))


@pytest.mark.usefixtures("running")
async def test_alarm_set_anew_rings_again(sqlite_db: Database, desk: PlainDesk, clock: AdjustableClock) -> None:
    await set_alarms(sqlite_db, DAILY=1)

    for day in range(3):
        await clock.advance(timedelta(days=1))
        await until(lambda: len(desk.rung) == day + 1)  # noqa: B023 - awaited at once

    assert [at for _, at in desk.rung] == [NOON + timedelta(days=day) for day in (1, 2, 3)]
