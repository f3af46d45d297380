"""What the gauges say: read from the database when somebody looks at the metrics."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

from bot import log
from bot.clock import Clock
from bot.operating.metrics import CASES, LAG, PENDING, READ
from conversations.cases.states import State
from storage.database import Database
from storage.errors import StorageError
from storage.queues import ALARMS

LOG = log.get(__name__)

#: Seconds for which the counts of cases stand: with a million cases counting takes a while.
COUNTED_FOR: Final = 60.0


class Gauges:
    """One look at a time, however many ask. `clock` is business time, by which alarms go."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._looking = asyncio.Lock()
        self._counted_at = float("-inf")

    async def refresh(self) -> None:
        """Reads everything anew. When the database cannot be reached that is told by a gauge of its own."""
        async with self._looking:
            try:
                await self._read_queues()
                await self._read_cases()
            except StorageError as err:
                LOG.warning("gauges not read", reason=type(err).__name__)
                READ.set(0)
            else:
                READ.set(1)

    async def _read_queues(self) -> None:
        for queue in (self._db.inbox, self._db.outbox, self._db.fetches, self._db.checks):
            backlog = await queue.backlog()
            PENDING.labels(queue.name).set(backlog.pending)
            LAG.labels(queue.name).set(_age(backlog.oldest_at, datetime.now(UTC)))
        late = await self._db.alarms.late(now := self._clock())
        PENDING.labels(ALARMS).set(late.pending)
        LAG.labels(ALARMS).set(_age(late.oldest_at, now))

    async def _read_cases(self) -> None:
        if asyncio.get_running_loop().time() - self._counted_at < COUNTED_FOR:
            return
        async with self._db.reading() as work:
            counts = await work.cases.count_by_state()
        for state in State:
            CASES.labels(state.value).set(counts.get(state, 0))
        self._counted_at = asyncio.get_running_loop().time()


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
