"""The inbox worker: hands what came in to the desk, chat by chat and in order, each with all its effects or none.

Many chats share a transaction, since a commit costs more than an update. Each update is in a savepoint of its own; when the
whole fails, everything is done again chat by chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bot import log
from bot.clock import Clock
from bot.messenger import Reader, Unreadable
from bot.operating.metrics import UPDATES
from bot.workers.desk import Desk
from bot.workers.lanes import BACKOFF
from bot.workers.retry import RetryPolicy, first_of
from conversations.messages import Incoming, Notice, Outgoing, Pressed, Said, Toast
from conversations.phrase import Phrase
from storage.database import Database
from storage.errors import LeaseLost, TryAgain
from storage.lanes import Item, Leased, Outcome
from storage.queues import RawUpdate
from storage.work import SqlWork

LOG = log.get(__name__)

#: A message that fails is tried again soon, since its chat waits behind it; a few times, since it may be our mistake.
RETRY: Final = RetryPolicy(first=0.5, factor=3, longest=10, attempts=4)

#: Leases in a row that ended in nothing, not even a failure we could write down; from then on a chat is worked on alone.
DOUBTFUL: Final = 3
#: So often was a message worked on alone, and its process did not live to tell: it is given up.
DEADLY: Final = 3

#: Updates in a transaction, chats and messages of a chat taken at once, seconds until others may take them over.
GROUP, CHATS, EACH, SECONDS = 64, 32, 8, 30.0

APOLOGY: Final = Phrase(
    "Sorry, something went wrong on our side, and this could not be done. It is kept, and the operator will see it. "
    "Please try again, or send /help."
)

Raw = Item[dict[str, Any]]
Lane = Leased[dict[str, Any]]
#: Each update by the id of its item: what somebody did, nothing for us, or what is wrong with it.
Seen = dict[int, Incoming | Exception | None]


@dataclass(slots=True)
class Handled:
    """What became of the messages of a chat."""

    done: list[int] = field(default_factory=list)
    dead: dict[int, str] = field(default_factory=dict)
    retry_in: float | None = None


class InboxHandler:
    """Deals with updates: with those that are leased, and with those that have only just arrived."""

    def __init__(self, db: Database, desk: Desk, clock: Clock, *, read: Reader) -> None:
        self._db = db
        self._desk = desk
        self._clock = clock
        self._read = read
        self._is_first = True
        self.is_behind = False  # lanes are leased that could not be given back

    # What has just arrived

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        """Keeps the updates, in order, and deals with what it can in the same transactions. Returns how many were new.

        What is not dealt with here waits in the inbox. That goes for all that comes first: should it have killed the
        process before, it is better kept, so that its attempts are counted.
        """
        groups = [updates[begins : begins + GROUP] for begins in range(0, len(updates), GROUP)]
        is_first, self._is_first = self._is_first, False
        if is_first:
            return sum([await self._db.inbox.put(group) for group in groups])
        return sum([await self._deal_with(group) for group in groups])

    async def _deal_with(self, updates: Sequence[RawUpdate]) -> int:
        dead: list[tuple[str, Any, str]] = []
        done = 0
        try:
            async with self._db.work(is_shared=True) as work:
                arrivals = await work.inbox.arrive(updates, each=EACH)
                seen = await self._expect([item for waiting in arrivals.now.values() for item in waiting], work)
                now = self._clock()  # they came together; and what is looked up as of now serves them all
                for lane, items in arrivals.now.items():
                    handled = await self._in_order(lane, items, 1, seen, work, now)
                    done += len(handled.done)
                    arrivals.settle(done=handled.done, dead=handled.dead, lane=lane, retry_in=handled.retry_in)
                    ids = {item.id: item.payload.get("update_id") for item in items}
                    dead += [(lane, ids[item], reason) for item, reason in handled.dead.items()]
                await arrivals.end()
        except Exception as err:
            if not isinstance(err, TryAgain):
                LOG.error("updates kept for later", count=len(updates), **log.failure(err))
            return await self._db.inbox.put(updates)
        UPDATES.labels("done").inc(done)
        UPDATES.labels("dead").inc(len(dead))
        for lane, update, reason in dead:
            LOG.error("dead letter", queue="inbox", lane=lane, item=update, reason=reason.partition(":")[0])
        return arrivals.count

    # What was leased

    async def handle(self, leases: Sequence[Lane]) -> None:
        """Many chats in few transactions; those are worked on alone that may have killed the process before."""
        doubtful = [leased for leased in leases if leased.attempts >= DOUBTFUL]
        for group in _groups([leased for leased in leases if leased.attempts < DOUBTFUL]):
            try:
                await self._work_on(group, is_shared=len(group) > 1)
            except Exception as err:
                if len(group) > 1 and not isinstance(err, TryAgain):
                    LOG.warning("chats worked on one by one", count=len(group), error=type(err).__name__)
                for leased in group:
                    await self._alone(leased)
        for leased in doubtful:
            await self._alone(leased, is_doubtful=True)

    async def _alone(self, leased: Lane, *, is_doubtful: bool = False) -> None:
        """One chat, whatever happens: what cannot even be written down is tried again later."""
        try:
            times = await self._suspect(leased) if is_doubtful else 0
            await self._work_on([leased], is_shared=False, is_deadly=times >= DEADLY)
        except LeaseLost:
            LOG.warning("lease lost", queue="inbox", lane=leased.lane)
        except Exception as err:
            LOG.error("lane failed", queue="inbox", lane=leased.lane, attempts=leased.attempts, **log.failure(err))
            await self._put_off(leased, err)

    async def _suspect(self, leased: Lane) -> int:
        async with self._db.work() as work:
            return await work.inbox.suspect(leased)

    async def _put_off(self, leased: Lane, err: Exception) -> None:
        """The work itself went well, or so it seemed, and could not be kept."""
        first = leased.items[0]
        is_hopeless = not isinstance(err, TryAgain) and RETRY.gives_up(leased.attempts)
        dead = {first.id: f"{type(err).__name__}: {err}"[:2000]} if is_hopeless else {}
        try:
            async with self._db.work() as work:
                await work.inbox.finish(leased, dead=dead, retry_in=BACKOFF.delay(leased.attempts))
        except LeaseLost:
            return
        except TryAgain as again:
            LOG.warning("lane not given back", queue="inbox", lane=leased.lane, reason=str(again))
            self.is_behind = True

    async def _work_on(self, leases: Sequence[Lane], *, is_shared: bool, is_deadly: bool = False) -> None:
        """One transaction for all of them. LeaseLost when one of them is no longer ours."""
        finished: list[tuple[Lane, Outcome]] = []
        async with self._db.work(is_shared=is_shared) as work:
            seen = await self._expect([item for leased in leases for item in leased.items], work)
            now = self._clock()
            for leased in leases:
                # After a failure one by one: what works must not be undone again and again with what does not.
                items = leased.items if leased.attempts == 1 else leased.items[:1]
                handled = Handled(dead={items[0].id: f"given up after {DEADLY} interrupted attempts"})
                if not is_deadly:
                    handled = await self._in_order(leased.lane, items, leased.attempts, seen, work, now)
                outcome = Outcome(done=handled.done, dead=handled.dead, retry_in=handled.retry_in)
                finished.append((leased, outcome))
            for lane in sorted(await work.inbox.finish_all(finished)):
                raise LeaseLost("inbox", lane)  # nothing of its effects may be kept
        for leased, outcome in finished:
            UPDATES.labels("done").inc(len(outcome.done))
            UPDATES.labels("dead").inc(len(outcome.dead))
            for each, reason in outcome.dead.items():
                LOG.error("dead letter", queue="inbox", lane=leased.lane, item=each, reason=reason.partition(":")[0])

    # Both

    async def _expect(self, items: Sequence[Raw], work: SqlWork) -> Seen:
        """Reads all of them, and loads everybody together."""
        seen: Seen = {}
        for item in items:
            try:
                seen[item.id] = self._read(item.payload, received_at=item.at)
            except Exception as err:  # it shows when its turn comes
                seen[item.id] = err
        here = [it for it in seen.values() if isinstance(it, Incoming)]
        addresses = {it.sender.address for it in here} | {it.group.address for it in here if it.group is not None}
        if addresses:
            await work.expect(addresses, speaking={it.sender.address for it in here if isinstance(it.content, Said)})
        return seen

    async def _in_order(
        self, lane: str, items: Sequence[Raw], attempts: int, seen: Seen, work: SqlWork, now: datetime
    ) -> Handled:
        """A savepoint an update. What fails for good is dead-lettered, and the rest goes on; what may work later ends it."""
        handled = Handled()
        for number, item in enumerate(items):
            await asyncio.sleep(0)  # on SQLite nothing here waits for anything: others have to get their turn
            tries = attempts if number == 0 else 1
            try:
                with log.about(update=item.payload.get("update_id")):
                    await self._receive(seen[item.id], work, now)
                handled.done.append(item.id)
            except TryAgain:
                raise  # the transaction is over
            except Unreadable as err:
                handled.dead[item.id] = f"unreadable: {err}"
            except Exception as err:
                if not RETRY.gives_up(tries):
                    handled.retry_in = RETRY.delay(tries)
                    UPDATES.labels("failed").inc()
                    _tell("message failed", lane, item, err, attempts=tries, retry_in=handled.retry_in)
                    break
                handled.dead[item.id] = f"{type(err).__name__}: {err}"[:2000]
                _tell("message given up", lane, item, err, attempts=tries)
                await self._apologize(lane, item, work)
        return handled

    async def _receive(self, incoming: Incoming | Exception | None, work: SqlWork, now: datetime) -> None:
        if isinstance(incoming, Exception):
            raise incoming
        if incoming is not None:
            async with work.savepoint():
                await self._desk.receive(incoming, work, now)

    async def _apologize(self, lane: str, item: Raw, work: SqlWork) -> None:
        try:
            incoming = self._read(item.payload, received_at=item.at)
            if incoming is None:
                return
            async with work.savepoint():
                person = await work.people.greet(incoming.sender)
                chat = await work.people.at_address(incoming.group.address) if incoming.group is not None else person
                match incoming.content:
                    case Pressed(query=query):
                        toast = Toast(query=query, text=APOLOGY, is_alert=True)
                        await work.outbox.add(Outgoing(to=person.id, body=toast))
                    case Said(message=message, thread=thread) if chat is not None:
                        body = Notice(lines=(APOLOGY,))
                        await work.outbox.add(Outgoing(to=chat.id, body=body, answers=message, thread=thread))
                    case _:
                        return
        except TryAgain:
            raise
        except Exception as err:
            _tell("apology failed", lane, item, err)


class InboxWorker:
    """Takes what waits in the inbox, a few messages of each chat so that all get their turn."""

    def __init__(self, db: Database, handler: InboxHandler) -> None:
        self._db = db
        self._handler = handler

    async def run(self, stop: asyncio.Event) -> None:
        """Works until stopped, then finishes what it has begun."""
        failures = 0
        while not stop.is_set():
            try:
                if failures or self._handler.is_behind:  # the answer to a lease may have been lost
                    await self._db.inbox.reclaim(())
                    self._handler.is_behind = False
                if leases := await self._db.inbox.lease(CHATS, EACH, SECONDS):
                    await self._handler.handle(leases)
                else:
                    await first_of(stop.wait(), self._db.wait("inbox", self._db.patience))
                failures = 0
            except TryAgain as err:
                failures += 1
                LOG.warning("queue not reached", queue="inbox", failures=failures, reason=str(err))
                await first_of(stop.wait(), self._db.wait("inbox", BACKOFF.delay(failures)))


def _groups(leases: Sequence[Lane]) -> list[list[Lane]]:
    """As many chats together as make up a group."""
    groups: list[list[Lane]] = []
    size = GROUP
    for leased in leases:
        if size + len(leased.items) > GROUP:
            groups.append([])
            size = 0
        groups[-1].append(leased)
        size += len(leased.items)
    return groups


def _tell(event: str, lane: str, item: Raw, err: Exception, **more: Any) -> None:
    LOG.error(event, lane=lane, item=item.id, **more, **log.failure(err))
