"""The deadlines worker: wakes the desk for each case whose time has come, by business time.

It gives the sign of life first: so no deadline is judged before it is known that its owner could not have kept it.
"""

from __future__ import annotations

import asyncio
from typing import Final

from bot import log
from bot.clock import Clock
from bot.operating.metrics import ALARMS as RUNG
from bot.workers.desk import Desk
from bot.workers.heartbeat import Heartbeat
from bot.workers.retry import RetryPolicy, first_of
from storage.database import Database
from storage.errors import TryAgain
from storage.queues import ALARMS

LOG = log.get(__name__)

#: Seconds between looks when an alarm is due that is not ours to ring, and the least between any two; cases taken at once.
POLL: Final = 1.0
LEAST: Final = 0.05
EACH: Final = 20

#: Seconds that an alarm is ours. One that fails rings again after that.
SECONDS: Final = 30.0

BACKOFF: Final = RetryPolicy(first=0.5, factor=2, longest=30, attempts=0)


class DeadlinesWorker:
    """Rings until stopped. One that fails does not keep the others from ringing."""

    def __init__(self, db: Database, desk: Desk, clock: Clock, heartbeat: Heartbeat) -> None:
        self._db = db
        self._desk = desk
        self._clock = clock
        self._heartbeat = heartbeat

    async def run(self, stop: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            jump = self._clock.jump  # before the time is read: a move in between is not missed
            try:
                if self._heartbeat.is_due:
                    await self._heartbeat.beat()
                if failures:  # the answer to a lease may have been lost
                    await self._db.alarms.reclaim()
                refs = await self._db.alarms.due(self._clock(), EACH, SECONDS)
                rest = 0.0 if refs else await self._until_next()
                failures = 0
            except TryAgain as err:
                failures += 1
                LOG.warning("alarms not reached", failures=failures, reason=str(err))
                await first_of(stop.wait(), self._db.wait(ALARMS, BACKOFF.delay(failures)))
                continue
            for ref in refs:
                await self._ring(ref)
                if stop.is_set():
                    return
            if not refs:
                await first_of(jump.wait(), stop.wait(), self._db.wait(ALARMS, rest))

    async def _ring(self, ref: str) -> None:
        try:
            with log.about(ref=ref):
                async with self._db.work() as work:
                    await self._desk.expire(ref, work, self._clock())
            RUNG.labels("done").inc()
        except Exception as err:
            RUNG.labels("failed").inc()
            LOG.error("deadline failed", ref=ref, **log.failure(err))

    async def _until_next(self) -> float:
        """Seconds to rest until the next alarm is due; a clock that is moved and an alarm that is set end the rest."""
        patience = max(POLL, self._db.patience)
        next_at = await self._db.alarms.next_at()
        if next_at is None:
            return patience
        left = (next_at - self._clock()).total_seconds()
        return min(max(left, LEAST), patience) if left > 0 else POLL
