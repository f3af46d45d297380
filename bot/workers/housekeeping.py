"""Housekeeping: forgets what was done days ago, so that people's words are not kept in queues."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from bot import log
from bot.workers.retry import pause
from storage.database import Database
from storage.errors import TryAgain

LOG = log.get(__name__)

#: How long what was done is kept: Telegram repeats an update for up to a day.
KEEP: Final = timedelta(days=2)

#: Seconds between rounds.
EVERY: Final = 3600.0


class HousekeepingWorker:
    """Purges the queues, again and again until stopped."""

    def __init__(self, db: Database) -> None:
        self._db = db

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
            await pause(stop, EVERY)
