"""The inbox worker: hands what came in to the desk, chat by chat and in order, each with all its effects or none."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from bot import log
from bot.clock import Clock
from bot.messenger import Reader, Unreadable
from bot.workers.desk import Desk
from bot.workers.lanes import LaneWorker
from bot.workers.retry import RetryPolicy
from conversations.messages import Notice, Outgoing, Pressed, Said, Toast
from conversations.phrase import Phrase
from storage.database import Database
from storage.errors import TryAgain
from storage.lanes import Item, Leased
from storage.work import SqlWork

LOG = log.get(__name__)

#: A message that fails is tried again soon, since its chat waits behind it; a few times, since it may be our mistake.
RETRY: Final = RetryPolicy(first=0.5, factor=3, longest=10, attempts=4)

#: Leases in a row that ended in nothing, not even a failure we could write down: the first item kills its worker.
DEADLY: Final = 8

#: Chats at once, messages of a chat at once, seconds until others may take them over.
WIDTH, EACH, SECONDS = 4, 10, 30.0

APOLOGY: Final = Phrase(
    "Sorry, something went wrong on our side, and this could not be done. It is kept, and the operator will see it. "
    "Please try again, or send /help."
)


class InboxHandler:
    """One transaction a lane, a savepoint an update. What fails for good is dead-lettered; the rest goes on."""

    def __init__(self, db: Database, desk: Desk, clock: Clock, *, read: Reader) -> None:
        self._db = db
        self._desk = desk
        self._clock = clock
        self._read = read

    async def handle(self, leased: Leased[dict[str, Any]], stop: asyncio.Event) -> None:
        done: list[int] = []
        dead: dict[int, str] = {}
        retry_in: float | None = None
        # After a failure one by one: what works must not be undone again and again with what does not.
        items = leased.items if leased.attempts == 1 else leased.items[:1]
        async with self._db.work() as work:
            for number, item in enumerate(items):
                attempts = leased.attempts if number == 0 else 1
                if attempts > DEADLY:
                    dead[item.id] = f"given up after {attempts - 1} interrupted attempts"
                    continue
                try:
                    await self._receive(item, work)
                    done.append(item.id)
                except TryAgain:
                    raise  # the database gave way, not the message
                except Unreadable as err:
                    dead[item.id] = f"unreadable: {err}"
                except Exception as err:
                    if not RETRY.gives_up(attempts):
                        retry_in = RETRY.delay(attempts)
                        self._tell("message failed", leased, item, err, retry_in=retry_in)
                        break
                    dead[item.id] = f"{type(err).__name__}: {err}"[:2000]
                    self._tell("message given up", leased, item, err)
                    await self._apologize(leased, item, work)
            await work.inbox.finish(leased, done=done, dead=dead, retry_in=retry_in)
        for each, reason in dead.items():
            LOG.error("dead letter", queue="inbox", lane=leased.lane, item=each, reason=reason.partition(":")[0])

    async def _receive(self, item: Item[dict[str, Any]], work: SqlWork) -> None:
        now = self._clock()
        incoming = self._read(item.payload, received_at=item.at)
        if incoming is not None:
            async with work.savepoint():
                await self._desk.receive(incoming, work, now)

    async def _apologize(self, leased: Leased[Any], item: Item[dict[str, Any]], work: SqlWork) -> None:
        try:
            incoming = self._read(item.payload, received_at=item.at)
            if incoming is None:
                return
            async with work.savepoint():
                person = await work.people.greet(incoming.sender)
                match incoming.content:
                    case Pressed(query=query):
                        toast = Toast(query=query, text=APOLOGY, is_alert=True)
                        await work.outbox.add(Outgoing(to=person.id, body=toast))
                    case Said(message=message):
                        await work.outbox.add(Outgoing(to=person.id, body=Notice(lines=(APOLOGY,)), answers=message))
                    case _:
                        return
        except Exception as err:
            self._tell("apology failed", leased, item, err)

    def _tell(self, event: str, leased: Leased[Any], item: Item[Any], err: Exception, **more: Any) -> None:
        LOG.error(event, lane=leased.lane, item=item.id, attempts=leased.attempts, **more, **log.failure(err))


def inbox_worker(db: Database, desk: Desk, clock: Clock, *, read: Reader) -> LaneWorker[dict[str, Any]]:
    """The worker over the inbox."""
    handler = InboxHandler(db, desk, clock, read=read)
    return LaneWorker(db.inbox, handler, db, finishing=lambda work: work.inbox, width=WIDTH, each=EACH, seconds=SECONDS)
