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

from .conftest import until


async def _midnights(db: Database) -> list[datetime]:
    async with db.reading() as work:
        rows = await work._tx.all(select(openings.c.midnight).order_by(openings.c.midnight))
    return [row.midnight for row in rows]


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

    async def has(days: list[int]) -> bool:
        return await _midnights(sqlite_db) == [today + timedelta(days=n) for n in days]

    await until(lambda: has([-1, 0]))
    await clock.advance(timedelta(days=2))
    await until(lambda: has([-1, 0, 1, 2]))

    stop.set()
    await running
