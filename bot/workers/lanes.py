"""What the inbox, the outbox and the evidence worker share: leasing lanes, several at once, and giving them back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, Protocol, TypeVar

from bot import log
from bot.operating.metrics import FAILURES
from bot.workers.retry import RetryPolicy, first_of, pause
from storage.database import Database
from storage.errors import LeaseLost, TryAgain
from storage.lanes import Leased
from storage.queues import Finishing, Queue
from storage.work import SqlWork

LOG = log.get(__name__)
P = TypeVar("P")

#: How long to leave a lane alone, or the whole database, after something went wrong around the work itself.
BACKOFF = RetryPolicy(first=0.5, factor=2, longest=30, attempts=0)


class Handler(Protocol[P]):
    """Does the work of a lane and finishes it in the transaction of its effects.

    `stop` is set when there is no time for more than the item under way. Raising gives the lane back for later.
    """

    async def handle(self, leased: Leased[P], stop: asyncio.Event) -> None: ...


class LaneWorker(Generic[P]):
    """Keeps up to `width` lanes of a queue in work, each with up to `each` items, leased for `seconds`."""

    def __init__(
        self,
        queue: Queue[P],
        handler: Handler[P],
        db: Database,
        *,
        finishing: Callable[[SqlWork], Finishing],
        width: int,
        each: int,
        seconds: float,
    ) -> None:
        self._queue = queue
        self._handler = handler
        self._db = db
        self._finishing = finishing
        self._width = width
        self._each = each
        self._seconds = seconds
        self._busy: set[asyncio.Task[None]] = set()
        self._held: set[str] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Works until stopped, then finishes what it has begun."""
        try:
            while not stop.is_set():
                for leased in await self._lease(stop):
                    task = asyncio.create_task(self._work_on(leased, stop))
                    self._busy.add(task)
                    task.add_done_callback(self._busy.discard)
                await self._rest(stop)
            if self._busy:
                await asyncio.wait(self._busy)
        finally:
            for task in self._busy:
                task.cancel()
            await asyncio.gather(*self._busy, return_exceptions=True)

    async def _lease(self, stop: asyncio.Event) -> list[Leased[P]]:
        failures = 0
        while not stop.is_set():
            if (free := self._width - len(self._busy)) <= 0:
                return []
            try:
                if failures:  # the answer to a lease may have been lost
                    await self._queue.reclaim(self._held)
                return await self._queue.lease(free, self._each, self._seconds)
            except TryAgain as err:
                failures += 1
                LOG.warning("queue not reached", queue=self._queue.name, failures=failures, reason=str(err))
                await first_of(stop.wait(), self._db.wait(self._queue.name, BACKOFF.delay(failures)))
        return []

    async def _rest(self, stop: asyncio.Event) -> None:
        """Waits for something to do: a new item, a lane that came free, the next look, the end."""
        waits: list[Awaitable[Any]] = [stop.wait()]
        if len(self._busy) < self._width:
            waits.append(self._db.wait(self._queue.name, self._db.patience))
        await first_of(*waits, *self._busy)

    async def _work_on(self, leased: Leased[P], stop: asyncio.Event) -> None:
        self._held.add(leased.lane)
        try:
            await self._handler.handle(leased, stop)
        except LeaseLost:
            LOG.warning("lease lost", queue=self._queue.name, lane=leased.lane)
        except TryAgain as err:
            LOG.warning("lane put off", queue=self._queue.name, lane=leased.lane, reason=str(err))
            await self._give_back(leased, stop)
        except Exception as err:
            FAILURES.labels(self._queue.name).inc()
            LOG.error(
                "lane failed",
                queue=self._queue.name,
                lane=leased.lane,
                attempts=leased.attempts,
                **log.failure(err),
            )
            await self._give_back(leased, stop)
        finally:
            self._held.discard(leased.lane)

    async def _give_back(self, leased: Leased[P], stop: asyncio.Event) -> None:
        """As soon as the database can be reached; it may be away. At the end of the process all is given back anyway."""
        failures = 0
        while True:
            try:
                async with self._db.work() as work:
                    await self._finishing(work).finish(leased, retry_in=BACKOFF.delay(leased.attempts))
                return
            except LeaseLost:
                return
            except TryAgain as err:
                failures += 1
                LOG.warning("lane not given back", queue=self._queue.name, lane=leased.lane, reason=str(err))
                if stop.is_set():
                    return
                await pause(stop, BACKOFF.delay(failures))
