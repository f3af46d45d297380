"""What reports count ahead is brought up when a midnight has passed, and whenever the clock is moved."""

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from bot.clock import AdjustableClock
from bot.workers.openings import OpeningsWorker
from conversations.cases.outcomes import CaseOutcome
from storage.database import Database
from storage.tables import openings, outcomes


async def _midnights(db: Database) -> list[datetime]:
    async with db.reading() as work:
        rows = await work._tx.all(select(openings.c.midnight).order_by(openings.c.midnight))
    return [row.midnight for row in rows]


async def _until_counted(db: Database, midnights: list[datetime]) -> None:
    async with asyncio.timeout(15):
        while await _midnights(db) != midnights:  # noqa: ASYNC110 - the world tells nobody
            await asyncio.sleep(0.01)


async def test_it_counts_up_to_the_last_midnight_and_on_when_the_clock_is_moved(
    sqlite_db: Database, clock: AdjustableClock
) -> None:
    today = clock().replace(hour=0, minute=0, second=0, microsecond=0)
    row = CaseOutcome(
        ref="R1",
        store="Lumen",
        remedy="refund",
        ground="quality",
        reason="faulty",
        currency="USD",
        opened_at=today - timedelta(days=2),
        state="awaiting_seller",
    )
    async with sqlite_db._writer.begin() as connection:
        await connection.execute(insert(outcomes), [asdict(row)])
    stop = asyncio.Event()
    running = asyncio.create_task(OpeningsWorker(sqlite_db, clock).run(stop))

    await _until_counted(sqlite_db, [today + timedelta(days=n) for n in (-1, 0)])
    await clock.advance(timedelta(days=2))
    await _until_counted(sqlite_db, [today + timedelta(days=n) for n in (-1, 0, 1, 2)])

    stop.set()
    await running
