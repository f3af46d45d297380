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
from bot.workers.retry import RetryPolicy, first_of, pause
from storage.database import Database
from storage.errors import TryAgain
from storage.queues import ALARMS

LOG = log.get(__name__)

#: Seconds between looks, so that a deadline is at most this late; and cases taken at once.
POLL: Final = 1.0
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
                refs = await self._db.alarms.due(self._clock(), EACH, SECONDS)
                failures = 0
            except TryAgain as err:
                failures += 1
                LOG.warning("alarms not reached", failures=failures, reason=str(err))
                await pause(stop, BACKOFF.delay(failures))
                continue
            for ref in refs:
                await self._ring(ref)
                if stop.is_set():
                    return
            if not refs:
                await self._rest(jump, stop)

    async def _ring(self, ref: str) -> None:
        try:
            with log.about(ref=ref):
                async with self._db.work() as work:
                    await self._desk.expire(ref, work, self._clock())
            RUNG.labels("done").inc()
        except Exception as err:
            RUNG.labels("failed").inc()
            LOG.error("deadline failed", ref=ref, **log.failure(err))

    async def _rest(self, jump: asyncio.Event, stop: asyncio.Event) -> None:
        """Until the clock was moved, an alarm was set, or it is time to look again."""
        await first_of(jump.wait(), stop.wait(), self._db.wait(ALARMS, timeout=POLL))
