"""In which thread (topic) of a chat a case is spoken of: opened when it is first needed, closed at the end of the case,
opened anew when somebody deleted it. Chats that have no threads are left as they are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bot import log
from bot.messenger import DeliveryError, Messenger, NoThreads, Place, ThreadGone
from bot.workers.pace import Pace
from conversations import vocabulary
from conversations.messages import Card, Notice, Outgoing, Person, Question, card_slot
from locales import plain
from storage.database import Database
from storage.errors import StorageError
from storage.threads import Thread

LOG = log.get(__name__)

#: Seconds after which the messenger is asked again whether a chat has threads: its owner may switch them on or off.
LOOK_AGAIN: Final = 60.0

#: What is asked of the messenger once for all private chats.
_PRIVATE: Final = 0


class Threads:
    """Each person's messages are one after another in one process (see `storage.lanes`), so a case has one thread in a chat.

    A thread that was opened and could not be written down, because the process died in between, stays empty, and another
    takes its place: at most one too many for each such end.
    """

    def __init__(
        self, db: Database, messenger: Messenger, pace: Pace, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._db = db
        self._messenger = messenger
        self._pace = pace
        self._clock = clock
        self._known: dict[int, tuple[bool, float]] = {}
        self._asking = asyncio.Lock()

    async def place(self, person: Person, outgoing: Outgoing) -> Place:
        """Where this is to be said, with the thread there as it should be. Raises DeliveryError; saying it once more then
        does no harm. ThreadGone when the thread is not there any more: see `anew`.

        What is about a case goes into its thread, anything else to where the person is.
        """
        address = person.address
        if not (outgoing.ref or outgoing.thread) or not await self._has_threads(address):
            return Place(address)
        if not outgoing.ref:
            return Place(address, outgoing.thread)
        async with self._db.reading() as work:
            thread = await work.threads.of(address, outgoing.ref)
        thread = thread or await self._open(person, outgoing.ref)
        if thread is None:
            return Place(address, outgoing.thread)
        if (is_closed := _is_to_be_closed(outgoing, address, is_closed=thread.is_closed)) is not thread.is_closed:
            thread = await self._turn(person, outgoing.ref, thread, is_closed=is_closed)
        return Place(address, thread.number)

    async def anew(self, person: Person, outgoing: Outgoing) -> Place:
        """As `place`, after it has turned out that the thread is gone: the case gets another one."""
        if not outgoing.ref:
            return Place(person.address)
        LOG.info("thread gone", person=person.id, ref=outgoing.ref)
        if await self._open(person, outgoing.ref) is None:
            return Place(person.address)
        return await self.place(person, outgoing)

    async def reopened(self, person: Person, place: Place) -> Place:
        """The place again after it has turned out that somebody closed the thread; where we may not open it, outside."""
        async with self._db.reading() as work:
            ref = await work.threads.case_of(place.chat, place.thread)
            thread = await work.threads.of(place.chat, ref) if ref else None
        if ref is None or thread is None or not await self._shut(person, thread, is_closed=False):
            return Place(place.chat)
        if thread.is_closed:  # by ourselves: the case has ended, and its next card closes it again
            await self._keep(person, ref, replace(thread, is_closed=False))
        return place

    async def holds_card(self, place: Place, ref: str) -> bool:
        """Whether the card of a case is in its thread, and not where it was before there was one."""
        async with self._db.reading() as work:
            thread = await work.threads.of(place.chat, ref)
        return thread is not None and thread.holds_card

    async def note_card(self, place: Place, ref: str) -> None:
        """The card was sent there. Raises nothing: not knowing it costs one more card, failing would, too."""
        try:
            async with self._db.work() as work:
                thread = await work.threads.of(place.chat, ref)
                if thread is not None and thread.number == place.thread:
                    await work.threads.keep(place.chat, ref, replace(thread, holds_card=True))
        except StorageError as err:
            LOG.warning("card's thread not written down", ref=ref, reason=str(err))

    async def _has_threads(self, address: int) -> bool:
        """As the messenger said lately. Raises DeliveryError when it never said anything."""
        if self._is_fresh(key := _key(address)):
            return self._known[key][0]
        async with self._asking:
            if not self._is_fresh(key):
                try:
                    has = await self._messenger.has_threads(address)
                except DeliveryError as err:
                    if key not in self._known:
                        raise
                    has = self._known[key][0]
                    LOG.warning("threads not asked for", reason=err.message)
                self._known[key] = (has, self._clock())
        return self._known[key][0]

    def _is_fresh(self, key: int) -> bool:
        return key in self._known and self._clock() - self._known[key][1] < LOOK_AGAIN

    async def _open(self, person: Person, ref: str) -> Thread | None:
        """None when there can be no thread: the chat has none any more, or what is spoken of is no case yet. What is to be
        said matters more than where: it goes outside then."""
        async with self._db.reading() as work:
            case = await work.cases.get(ref)
            if case is None:
                return None
            name = vocabulary.topic(case, await work.orders.get(case.claim.order))
        try:
            await self._pace.turn(person.address)
            number = await self._messenger.open_thread(person.address, name)
        except DeliveryError as err:
            if not err.permanent:
                raise
            LOG.warning("thread not opened", person=person.id, reason=err.message)
            if isinstance(err, NoThreads):
                self._known[_key(person.address)] = (False, self._clock())
            return None
        LOG.info("thread opened", person=person.id, ref=ref)
        return await self._keep(person, ref, Thread(number=number, name=name))

    async def _turn(self, person: Person, ref: str, thread: Thread, *, is_closed: bool) -> Thread:
        """Closes or reopens it; where we may not, it is left as it is, and not tried again."""
        await self._shut(person, thread, is_closed=is_closed)
        return await self._keep(person, ref, replace(thread, is_closed=is_closed))

    async def _keep(self, person: Person, ref: str, thread: Thread) -> Thread:
        async with self._db.work() as work:
            await work.threads.keep(person.address, ref, thread)
        return thread

    async def _shut(self, person: Person, thread: Thread, *, is_closed: bool) -> bool:
        """Whether it could be done."""
        place = Place(person.address, thread.number)
        try:
            await self._pace.turn(person.address)
            if is_closed:
                closed = plain(vocabulary.closed_topic(thread.name), person.language)
                await self._messenger.close_thread(place, closed)
            else:
                await self._messenger.reopen_thread(place, thread.name)
        except DeliveryError as err:
            if isinstance(err, ThreadGone) or not err.permanent:
                raise
            LOG.warning("thread left as it is", person=person.id, reason=err.message)
            return False
        return True


def _key(address: int) -> int:
    """Groups differ, which the Bot API gives negative numbers; all private chats are alike."""
    return address if address < 0 else _PRIVATE


def _is_to_be_closed(outgoing: Outgoing, address: int, *, is_closed: bool) -> bool:
    """Whether the thread is to be closed when this has been said in it.

    The card tells whether the case has ended; what takes the card's place, that it is no longer the reader's. What is
    asked of them after that (a rating, an answer to it) needs an open thread in a group; in a private chat only the name
    says that the case is closed, which stays true.
    """
    match outgoing.body:
        case Card() as card:
            return card.is_over
        case Notice() if outgoing.slot == card_slot(outgoing.ref):
            return True
        case Question() if address < 0:
            return False
        case _:
            return is_closed
