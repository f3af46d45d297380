"""The digests worker: once a week, by business time, a report to each seller of each store."""

from __future__ import annotations

import asyncio
from typing import Final

from bot import log
from bot.clock import Clock
from bot.workers.desk import Desk
from bot.workers.retry import first_of, pause
from conversations.desk.reporting import week_of
from storage.database import Database
from storage.errors import TryAgain

LOG = log.get(__name__)

#: Seconds between looks whether a new week has begun; nobody waits for it.
EVERY: Final = 300.0


class DigestsWorker:
    """Writes what is due, until stopped. What was written is noted in the same transaction, so that a restart neither
    repeats nor forgets one. One that fails is tried again at the next look, and keeps no other back."""

    def __init__(self, db: Database, desk: Desk, clock: Clock) -> None:
        self._db = db
        self._desk = desk
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            jump = self._clock.jump  # before the time is read: a move in between is not missed
            await self.look(stop)
            await first_of(jump.wait(), pause(stop, EVERY))

    async def look(self, stop: asyncio.Event) -> None:
        """Writes what is due now."""
        now = self._clock()
        try:
            async with self._db.work() as work:
                due = await work.digests.due(week_of(now))
        except TryAgain as err:
            LOG.warning("digests not looked for", reason=str(err))
            return
        for person, store in due:
            if stop.is_set():
                return
            try:
                async with self._db.work() as work:
                    await self._desk.digest(person, store, work, now)
            except Exception as err:
                LOG.error("digest failed", person=person, **log.failure(err))
