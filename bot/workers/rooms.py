"""The worker that looks at groups somebody wants to link: whether that member may, and what we may do there. It tells the
desk, also when there is nothing to be seen."""

from __future__ import annotations

import asyncio
from typing import Final

from bot import log
from bot.clock import Clock
from bot.messenger import DeliveryError, Messenger
from bot.workers.desk import Desk
from bot.workers.lanes import LaneWorker
from bot.workers.retry import RetryPolicy
from conversations.messages import Person
from storage.database import Database
from storage.lanes import Leased
from storage.queues import Check

LOG = log.get(__name__)

#: Somebody waits in the group for an answer; after some hours nobody does.
RETRY: Final = RetryPolicy(first=1, factor=2, longest=600, attempts=30)

#: Groups at once, looks at a group at once, seconds until others may take them over.
WIDTH, EACH, SECONDS = 2, 1, 60.0


class RoomsHandler:
    """One look at a group."""

    def __init__(self, db: Database, desk: Desk, messenger: Messenger, clock: Clock) -> None:
        self._db = db
        self._desk = desk
        self._messenger = messenger
        self._clock = clock

    async def handle(self, leased: Leased[Check], stop: asyncio.Event) -> None:
        item = leased.items[0]
        async with self._db.work() as work:
            group = await work.people.get(item.payload.group)
            if group.room is None:  # it was never linked
                await work.checks.finish(leased, done=[item.id])
                return
            member = await work.people.get(group.room.linked_by)
        try:
            await self._look(leased, group, member)
        except DeliveryError as err:
            retry_in = err.retry_after or RETRY.delay(leased.attempts)
            is_over = err.permanent or RETRY.gives_up(leased.attempts)
            LOG.warning("group not looked at", group=group.id, reason=err.message, is_over=is_over)
            async with self._db.work() as work:
                if is_over:
                    await self._desk.vouch(group.id, work, self._clock(), is_administrator=None)
                    await work.checks.finish(leased, dead={item.id: err.message})
                else:
                    await work.checks.finish(leased, retry_in=retry_in)

    async def _look(self, leased: Leased[Check], group: Person, member: Person) -> None:
        found = await self._messenger.look_at(group.address, member.address)
        async with self._db.work() as work:
            await self._desk.vouch(
                group.id,
                work,
                self._clock(),
                is_administrator=found.is_administrator,
                lacks_topics=found.has_threads and not found.may_open_threads,
            )
            await work.checks.finish(leased, done=[leased.items[0].id])
        LOG.info("group looked at", group=group.id, is_administrator=found.is_administrator)


def rooms_worker(db: Database, desk: Desk, messenger: Messenger, clock: Clock) -> LaneWorker[Check]:
    """The worker over the groups to look at."""
    handler = RoomsHandler(db, desk, messenger, clock)
    return LaneWorker(
        db.checks, handler, db, finishing=lambda work: work.checks, width=WIDTH, each=EACH, seconds=SECONDS
    )
