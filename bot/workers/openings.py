"""Counts, after each midnight, how many cases each store has had, for the reports: `storage.openings`. Reports are right
without it, and quick with it."""

from __future__ import annotations

import asyncio
from typing import Final

from bot import log
from bot.clock import Clock
from bot.workers.retry import first_of, pause
from storage.database import Database
from storage.errors import TryAgain

LOG = log.get(__name__)

#: Seconds between looks whether a midnight has passed.
EVERY: Final = 600.0


class OpeningsWorker:
    """Counts what is to be counted, a midnight a transaction, until stopped. Several processes count the same."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            jump = self._clock.jump  # before the time is read: a move in between is not missed
            try:
                while not stop.is_set() and await self.count():
                    pass
            except TryAgain as err:
                LOG.warning("openings not counted", reason=str(err))
            await first_of(jump.wait(), pause(stop, EVERY))

    async def count(self) -> bool:
        """Counts up to the next midnight. Whether there was one to count."""
        async with self._db.work() as work:
            return await work.openings.bring_up(self._clock())
