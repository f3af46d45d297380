"""Publishes the heads of all chains once a day, in the operator's chat, in the arbitrators' room if they have one, and in the
log: who keeps any of these can tell later whether the end of a record was cut off."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Final

from bot import log
from bot.clock import Clock
from bot.workers.retry import pause
from conversations import vocabulary
from conversations.cases.roles import Role
from conversations.desk.rooms import room_for
from conversations.messages import Notice, Outgoing, Sender
from conversations.phrase import Phrase
from storage.database import Database
from storage.errors import TryAgain
from storage.heads import Digest, Publication
from storage.work import SqlWork

LOG = log.get(__name__)

#: How long a publication stands, in business time.
EVERY: Final = timedelta(days=1)

#: Seconds between looks whether it is time.
POLL: Final = 60.0

#: Chains looked at in one transaction, and heads counted without a rest: some milliseconds.
BATCH: Final = 200

#: Nobody waits for a publication: after each piece of work it rests so many times as long.
REST: Final = 9

#: The name under which it is kept when that was last done.
PUBLISHED: Final = "heads published"

#: Of how many broken records the operator is told by name.
_MOST_NAMES: Final = 20


class HeadsWorker:
    """Looks every minute whether a day has passed; of several processes one begins, and all go on together. What a process
    leaves half done goes on from there."""

    def __init__(self, db: Database, clock: Clock, *, operator: int | None) -> None:
        self._db = db
        self._clock = clock
        self._operator = operator

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.publish_if_due(stop)
            except TryAgain as err:
                LOG.warning("heads not published", reason=str(err))
            await pause(stop, POLL)

    async def publish_if_due(self, stop: asyncio.Event) -> Publication | None:
        """Publishes what is due, or was left half done. Gives what was published."""
        return await self.publish(stop) if await self.begin_if_due() else None

    async def begin_if_due(self) -> bool:
        """Begins when the last time was a day ago, and when there was none. Whether a publication is under way."""
        now = self._clock()
        async with self._db.reading() as work:
            if await work.heads.underway() is not None:
                return True
            if not _is_due(await work.marks.get(PUBLISHED), now):
                return False
        async with self._db.work() as work:
            if _is_due(await work.marks.get(PUBLISHED, lock=True), now):
                await work.marks.set(PUBLISHED, now)
                await work.heads.begin(now)
            return await work.heads.underway() is not None

    async def publish(self, stop: asyncio.Event) -> Publication | None:
        """Goes on with the publication under way, to its end unless it is time to stop. Gives what was published."""
        is_more = True
        while is_more:
            if stop.is_set():
                return None
            began = time.monotonic()
            async with self._db.work() as work:
                is_more = await work.heads.go_on(BATCH)
            await _rest(stop, began)
        async with self._db.reading() as work:
            if (after := await work.heads.underway()) is None:
                return None
            if (digest := await _counted(work, stop)) is None:
                return None
            broken = await work.heads.broken_off()
        async with self._db.work() as work:
            made = await work.heads.finish(self._clock(), after=after, count=digest.count, digest=str(digest))
            if made is None:
                return None
            await self._tell(work, made, broken)
        LOG.info("heads published", n=made.n, chains=made.count, digest=made.digest)
        if broken:
            LOG.error("records broken off", count=len(broken), refs=broken[:_MOST_NAMES])
        return made

    async def _tell(self, work: SqlWork, made: Publication, broken: list[str]) -> None:
        hearers = [] if self._operator is None else [await work.people.greet(Sender(address=self._operator, name=""))]
        if (room := await room_for(Role.ARBITRATOR, "", work)) is not None:
            hearers.append(room)
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
        for hearer in hearers:
            await work.outbox.add(Outgoing(to=hearer.id, body=Notice(lines=tuple(lines))))


def _is_due(last: datetime | None, now: datetime) -> bool:
    return last is None or now >= last + EVERY


async def _rest(stop: asyncio.Event, began: float) -> None:
    """After work that began then."""
    await pause(stop, REST * (time.monotonic() - began))


async def _counted(work: SqlWork, stop: asyncio.Event) -> Digest | None:
    """The digest over what is kept; None when it is time to stop."""
    digest, began = Digest(), time.monotonic()
    async with aclosing(work.heads.all()) as kept:
        async for head in kept:
            digest.add(head)
            if digest.count % BATCH == 0:
                await _rest(stop, began)
                if stop.is_set():
                    return None
                began = time.monotonic()
    return digest
