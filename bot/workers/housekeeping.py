"""Housekeeping: forgets what was done days ago, so that people's words are not kept in queues; and wrong codes and
conversations that nobody went on with. How long each is kept is the policy's to say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from bot import log
from bot.clock import Clock
from bot.workers.retry import pause
from conversations.desk import floods
from conversations.policy.retention import Retention
from storage.database import Database
from storage.errors import TryAgain

LOG = log.get(__name__)

#: Seconds between rounds.
EVERY: Final = 3600.0

#: How much goes in one transaction, so that nobody waits long for the database.
BATCH: Final = 1000


class HousekeepingWorker:
    """Purges, again and again until stopped. Queues and conversations keep to the database's clock, codes to business time."""

    def __init__(self, db: Database, clock: Clock, retention: Retention) -> None:
        self._db = db
        self._clock = clock
        self._retention = retention

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.round(stop)
            await pause(stop, EVERY)

    async def round(self, stop: asyncio.Event) -> None:
        """Purges everything that is to be purged, batch after batch."""
        kept = self._retention
        for queue in (self._db.inbox, self._db.outbox, self._db.fetches, self._db.checks):
            await self._purge(queue.name, lambda queue=queue: queue.purge(kept.done, most=BATCH), stop)  # type: ignore[misc]
            name = f"{queue.name} dead"
            await self._purge(name, lambda queue=queue: queue.purge(kept.dead, dead=True, most=BATCH), stop)  # type: ignore[misc]
        await self._purge("dialogs", self._dialogs, stop)
        await self._purge("guesses", self._guesses, stop)
        await self._purge("tallies", self._tallies, stop)

    async def _dialogs(self) -> int:
        async with self._db.work() as work:
            return await work.erasure.outdated_dialogs(self._retention.dialogs.total_seconds(), most=BATCH)

    async def _guesses(self) -> int:
        async with self._db.work() as work:
            return await work.guesses.purge(self._clock() - self._retention.guesses, most=BATCH)

    async def _tallies(self) -> int:
        async with self._db.work() as work:
            return await work.tallies.purge(self._clock() - floods.LONGEST)

    async def _purge(self, what: str, purge: Callable[[], Awaitable[int]], stop: asyncio.Event) -> None:
        gone, batch = 0, BATCH
        try:
            while batch == BATCH and not stop.is_set():
                batch = await purge()
                gone += batch
        except TryAgain as err:
            LOG.warning("not purged", what=what, reason=str(err))
        if gone:
            LOG.info("purged", what=what, count=gone)
