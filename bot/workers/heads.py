"""Publishes the heads of all chains once a day, in the operator's chat and in the log: who keeps either can tell later
whether the end of a record was cut off."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from bot import log
from bot.clock import Clock
from bot.workers.retry import pause
from conversations import vocabulary
from conversations.messages import Notice, Outgoing, Sender
from conversations.phrase import Phrase
from storage.database import Database
from storage.errors import TryAgain
from storage.heads import Publication
from storage.work import SqlWork

LOG = log.get(__name__)

#: How long a publication stands, in business time.
EVERY: Final = timedelta(days=1)

#: Seconds between looks whether it is time.
POLL: Final = 60.0

#: The name under which it is kept when that was last done.
PUBLISHED: Final = "heads published"

#: Of how many broken records the operator is told by name.
_MOST_NAMES: Final = 20


class HeadsWorker:
    """Looks every minute whether a day has passed; of several processes one publishes."""

    def __init__(self, db: Database, clock: Clock, *, operator: int | None) -> None:
        self._db = db
        self._clock = clock
        self._operator = operator

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.publish_if_due()
            except TryAgain as err:
                LOG.warning("heads not published", reason=str(err))
            await pause(stop, POLL)

    async def publish_if_due(self) -> Publication | None:
        """Publishes when the last time was a day ago, and when there was none. Gives what was published."""
        now = self._clock()
        async with self._db.reading() as work:
            if not _is_due(await work.marks.get(PUBLISHED), now):
                return None
        async with self._db.work() as work:
            if not _is_due(await work.marks.get(PUBLISHED, lock=True), now):
                return None
            await work.marks.set(PUBLISHED, now)
            broken = await work.heads.broken_off()
            made = await work.heads.publish(now)
            await self._tell(work, made, broken)
        LOG.info("heads published", n=made.n, chains=made.count, digest=made.digest)
        if broken:
            LOG.error("records broken off", count=len(broken), refs=broken[:_MOST_NAMES])
        return made

    async def _tell(self, work: SqlWork, made: Publication, broken: list[str]) -> None:
        if self._operator is None:
            return
        lines = [
            Phrase("Records of all cases, publication {n}: {count} records.", n=made.n, count=made.count),
            Phrase("SHA-256 over their ends: {digest}", digest=made.digest),
            Phrase("Keep this message: with it anybody can tell later whether a record was cut short."),
        ]
        if broken:
            names = tuple(vocabulary.reference(ref) for ref in broken[:_MOST_NAMES])
            lines.append(
                Phrase.counted(
                    "Attention: {n} record does not go on from where it was published: {names}",
                    "Attention: {n} records do not go on from where they were published: {names}",
                    len(broken),
                    names=names,
                )
            )
        operator = await work.people.greet(Sender(address=self._operator, name=""))
        await work.outbox.add(Outgoing(to=operator.id, body=Notice(lines=tuple(lines))))


def _is_due(last: datetime | None, now: datetime) -> bool:
    return last is None or now >= last + EVERY
