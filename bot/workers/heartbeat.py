"""The heartbeat: writes down that the service is alive, and notices when it was not. What follows is the desk's."""

from __future__ import annotations

import asyncio
from typing import Final

from bot import log
from bot.clock import Clock
from conversations.cases.clocks import outage
from storage.database import Database

LOG = log.get(__name__)

#: The name under which the last sign of life is kept, in business time.
ALIVE: Final = "alive"

#: Seconds of real time between two signs of life.
EVERY: Final = 15.0


class Heartbeat:
    """One sign of life for all processes on a database: as long as one of them is alive, the service is.

    A gap is found by whichever process beats first after it, under lock, so it is found once. It counts as an outage
    unless business time was moved by hand meanwhile; and it is noticed after a restart as well as in a process that
    stood still, or that the database kept waiting.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._jump: asyncio.Event | None = None
        self._beaten_at = float("-inf")

    @property
    def is_due(self) -> bool:
        """Whether it is time for the next sign of life. A clock that was just moved is not waited for."""
        return self._was_moved or asyncio.get_running_loop().time() - self._beaten_at >= EVERY

    @property
    def _was_moved(self) -> bool:
        return self._jump is not None and self._jump.is_set()

    async def beat(self) -> None:
        """Gives a sign of life. After an outage, every deadline whose owner is owed time is looked at again at once.

        Raises TryAgain when the database could not be reached.
        """
        jump = self._clock.jump  # before the time is read: a move in between is not missed
        async with self._db.work() as work:
            last = await work.marks.get(ALIVE, lock=True)
            now = self._clock()
            gap = None if self._was_moved or jump.is_set() else outage(last, now)
            if gap is not None:
                await work.clocks.add_outage(gap)
                refs = await work.cases.due_before(gap.until)
                for ref in refs:
                    await work.alarms.set(ref, now)
                LOG.warning("service was away", since=gap.began_at.isoformat(), grace=str(gap.grace), cases=len(refs))
            await work.marks.set(ALIVE, now if last is None else max(last, now))
        self._jump, self._beaten_at = jump, asyncio.get_running_loop().time()
