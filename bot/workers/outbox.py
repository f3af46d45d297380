"""The outbox worker: says what is to be said, to each person in order, and writes down what became of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from bot import log
from bot.clock import Clock
from bot.messenger import ChatMoved, DeliveryError, Messenger, Unreachable
from bot.workers.delivery import Delivery, Post
from bot.workers.desk import Desk
from bot.workers.lanes import LaneWorker
from bot.workers.pace import Pace
from bot.workers.retry import RetryPolicy, insist
from conversations.messages import Card, Outgoing, Person, Placing, Toast
from storage.database import Database
from storage.evidence_files import EvidenceStore
from storage.lanes import Item, Leased

LOG = log.get(__name__)

#: A day of trying; then a person's chat must not wait any longer behind one message.
#: `unsure`: a message that may have arrived each time is sent so often, since one too many is better than none.
RETRY: Final = RetryPolicy(first=0.5, factor=2, longest=600, attempts=150, unsure=6)

#: How often to try to write down what was sent, while the database is away.
INSIST: Final = RetryPolicy(first=0.1, factor=2, longest=2, attempts=0)

#: Brings a person's menu in line with their roles and language; raises DeliveryError.
KeepMenu = Callable[[Person], Awaitable[None]]

#: People at once, messages to a person at once, seconds until others may take them over; renewed with each message.
WIDTH, EACH, SECONDS = 16, 10, 60.0


class OutboxHandler:
    """Delivers a lane: presses are answered first, then messages in order, each written down as soon as it is sent."""

    def __init__(
        self,
        db: Database,
        desk: Desk,
        messenger: Messenger,
        clock: Clock,
        *,
        pace: Pace,
        keep_menu: KeepMenu,
        copies: EvidenceStore,
        originals: EvidenceStore,
    ) -> None:
        self._db = db
        self._desk = desk
        self._clock = clock
        self._keep_menu = keep_menu
        self._delivery = Delivery(db, messenger, pace, copies=copies, originals=originals)
        self._unsure: Counter[int] = Counter()
        self.repeats = 0

    async def handle(self, leased: Leased[Outgoing], stop: asyncio.Event) -> None:
        person = await self._person(int(leased.lane))
        plan = arrange(leased.items)
        failures = leased.attempts
        for number, (item, covered) in enumerate(plan):
            is_last = number == len(plan) - 1
            if stop.is_set() and number:
                await self._finish(leased)
                return
            try:
                posts = await self._delivery.deliver(person, item.payload)
            except ChatMoved as err:
                person = await self._move(person, err.address)
                await self._finish(leased)
                return
            except Unreachable as err:
                person = await self._unreachable(leased, person, item, err, is_last=is_last)
            except DeliveryError as err:
                if (retry_in := self._retry_in(item, err, failures)) is not None:
                    self._tell(item, err, failures, retry_in=retry_in)
                    await self._finish(leased, retry_in=retry_in)
                    return
                self._tell(item, err, failures)
                await self._finish(leased, dead={item.id: err.message}, is_last=is_last)
            else:
                await self._finish(leased, person, posts, done=(item.id, *covered), is_last=is_last)
            self._unsure.pop(item.id, None)
            failures = 1
        await self._freshen_menu(person)

    async def _person(self, number: int) -> Person:
        async with self._db.reading() as work:
            return await work.people.get(number)

    async def _finish(
        self,
        leased: Leased[Outgoing],
        person: Person | None = None,
        posts: Sequence[Post] = (),
        *,
        done: Sequence[int] = (),
        dead: dict[int, str] | None = None,
        retry_in: float | None = None,
        is_last: bool = True,
    ) -> None:
        """Writes down what was sent and what became of the item; the lane stays ours while there is more to say.

        A message is out and cannot be taken back: while the database is away, this waits for it as long as the lane is
        ours, so that the message is not sent again.
        """
        keep_for = None if is_last else SECONDS

        async def write() -> None:
            async with self._db.work() as work:
                for post in posts:
                    assert person is not None
                    if post.frees:
                        await work.posts.clear_slot(person.address, post.frees)
                    await work.posts.record(
                        person.address, post.message, slot=post.slot, ref=post.ref, origin=post.origin
                    )
                await work.outbox.finish(leased, done=done, dead=dead, retry_in=retry_in, keep_for=keep_for)

        await insist(write, INSIST, seconds=SECONDS)

    def _retry_in(self, item: Item[Outgoing], err: DeliveryError, failures: int) -> float | None:
        """Seconds until the next try; None to give up."""
        if err.permanent:
            return None
        if err.retry_after is not None:
            return err.retry_after + 0.1
        if err.maybe_sent:
            self._unsure[item.id] += 1
        if RETRY.gives_up(failures) or (err.maybe_sent and RETRY.gives_up(self._unsure[item.id], maybe_done=True)):
            return None
        if err.maybe_sent:
            self.repeats += 1
        return RETRY.delay(failures)

    async def _unreachable(
        self, leased: Leased[Outgoing], person: Person, item: Item[Outgoing], err: Unreachable, *, is_last: bool
    ) -> Person:
        """Parks the item, and tells the desk the first time."""
        LOG.info("person unreachable", person=person.id, item=item.id, reason=err.message)
        async with self._db.work() as work:
            if person.is_reachable:
                await self._desk.unreachable(person.id, work, self._clock())
            keep_for = None if is_last else SECONDS
            await work.outbox.finish(leased, dead={item.id: f"unreachable: {err.message}"}, keep_for=keep_for)
        return replace(person, is_reachable=False)

    async def _move(self, person: Person, address: int) -> Person:
        """The chat has a new address (a group that became a supergroup)."""
        async with self._db.work() as work:
            moved = replace(await work.people.get(person.id), address=address)
            await work.people.save(moved)
        LOG.info("chat moved", person=person.id)
        return moved

    async def _freshen_menu(self, person: Person) -> None:
        """Whoever was given a role or chose a language was told so just now."""
        try:
            await self._keep_menu(person)
        except DeliveryError as err:
            LOG.warning("menu not set", person=person.id, reason=err.message)

    def _tell(self, item: Item[Outgoing], err: DeliveryError, failures: int, **more: Any) -> None:
        LOG.warning(
            "not delivered" if more else "given up",
            item=item.id,
            body=type(item.payload.body).__name__,
            reason=err.message,
            maybe_sent=err.maybe_sent,
            failures=failures,
            **more,
        )


def arrange(items: Sequence[Item[Outgoing]]) -> list[tuple[Item[Outgoing], tuple[int, ...]]]:
    """The items in the order they are to be delivered, each with the ids of those it makes superfluous.

    Presses are answered first: somebody waits with a finger on the button. A card to be shown in place is superfluous
    when a later item says something newer in its slot; what else is said is said, in order.
    """
    newest = {item.payload.slot: item.id for item in items if item.payload.slot}
    covered: dict[int, list[int]] = {}
    kept: list[Item[Outgoing]] = []
    for item in items:
        slot = item.payload.slot
        is_card = isinstance(item.payload.body, Card) and item.payload.placing is Placing.REPLACE
        if slot and is_card and newest[slot] != item.id:
            covered.setdefault(newest[slot], []).append(item.id)
        else:
            kept.append(item)
    kept.sort(key=lambda item: not isinstance(item.payload.body, Toast))
    return [(item, tuple(covered.get(item.id, ()))) for item in kept]


def outbox_worker(
    db: Database,
    desk: Desk,
    messenger: Messenger,
    clock: Clock,
    *,
    pace: Pace,
    keep_menu: KeepMenu,
    copies: EvidenceStore,
    originals: EvidenceStore,
) -> LaneWorker[Outgoing]:
    """The worker over the outbox. `copies` keeps what is shown of evidence, `originals` what was sent."""
    handler = OutboxHandler(
        db, desk, messenger, clock, pace=pace, keep_menu=keep_menu, copies=copies, originals=originals
    )
    return LaneWorker(
        db.outbox, handler, db, finishing=lambda work: work.outbox, width=WIDTH, each=EACH, seconds=SECONDS
    )
