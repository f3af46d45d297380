"""Housekeeping: forgets what was done days ago, so that people's words are not kept in queues."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from bot import log
from bot.clock import Clock
from bot.workers.retry import pause
from conversations.desk import floods
from storage.database import Database
from storage.errors import TryAgain

LOG = log.get(__name__)

#: How long what was done is kept: Telegram repeats an update for up to a day.
KEEP: Final = timedelta(days=2)

#: Seconds between rounds.
EVERY: Final = 3600.0


class HousekeepingWorker:
    """Purges the queues and what was counted, again and again until stopped."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            for queue in (self._db.inbox, self._db.outbox, self._db.fetches):
                try:
                    gone = await queue.purge(KEEP)
                except TryAgain as err:
                    LOG.warning("not purged", queue=queue.name, reason=str(err))
                    continue
                if gone:
                    LOG.info("purged", queue=queue.name, items=gone)
            await self._forget_tallies()
            await pause(stop, EVERY)

    async def _forget_tallies(self) -> None:
        before = self._clock() - floods.LONGEST
        try:
            async with self._db.work() as work:
                await work.guesses.purge(before)
                await work.tallies.purge(before)
        except TryAgain as err:
            LOG.warning("tallies not purged", reason=str(err))
