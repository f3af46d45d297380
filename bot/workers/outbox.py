"""The outbox worker: says what is to be said, to each person in order, and writes down what became of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from dataclasses import replace
from itertools import count
from typing import Any, Final

from bot import log
from bot.clock import Clock
from bot.messenger import ChatMoved, DeliveryError, Unreachable
from bot.operating.metrics import REPEATS, SENDS
from bot.workers.delivery import Delivery
from bot.workers.desk import Desk
from bot.workers.lanes import BACKOFF
from bot.workers.ledger import SECONDS, Hand, Ledger, check
from bot.workers.retry import RetryPolicy, first_of
from bot.workers.saying import Chat, Post
from conversations.messages import Card, Correction, Notice, Outgoing, Person, Placing, Toast, Translation
from conversations.phrase import Phrase
from storage.database import Database
from storage.errors import LeaseLost, StorageError, TryAgain
from storage.lanes import Item, Leased

LOG = log.get(__name__)

#: A day of trying; then a person's chat must not wait any longer behind one message.
#: `unsure`: a message that may have arrived is sent so often: once more, since one too many is better than none.
RETRY: Final = RetryPolicy(first=0.5, factor=2, longest=600, attempts=150, unsure=2)

#: How the reason begins why a message was given up that may well have been read, repeatedly.
PERHAPS: Final = "may have arrived: "

#: So often is a message tried that we cannot even send, for a mistake of ours.
MISTAKES: Final = 5

#: Seconds for which a lease may be ours without our knowing: the answer to the commit is on its way. And seconds between two
#: looks for what is ours and unknown after an answer was lost.
YOUNG: Final = 5.0
DOUBTFUL: Final = 1.0

#: Brings a person's menu in line with their roles and language; raises DeliveryError.
KeepMenu = Callable[[Person], Awaitable[None]]

#: So many messages may wait for a group before notices are said in one, and so many at most.
FEW, MOST_MERGED = 3, 20

#: People at once, each with a call under way to a server that may be far away, and messages of a person leased at once.
WIDTH, EACH = 128, 10


class OutboxHandler:
    """Delivers what is to be said to a person: presses are answered first, then messages in order. Each is noted as soon as
    it is sent, and what is new comes along on the way."""

    def __init__(self, db: Database, desk: Desk, clock: Clock, *, delivery: Delivery, keep_menu: KeepMenu) -> None:
        self._db = db
        self._desk = desk
        self._clock = clock
        self._keep_menu = keep_menu
        self._delivery = delivery
        self._unsure: Counter[int] = Counter()
        self.ledger = Ledger(db)
        self.repeats = 0

    async def carry(self, hand: Hand, stop: asyncio.Event) -> None:
        """Says everything, and what comes in meanwhile, and gives the lane back. Raises LeaseLost."""
        is_fresh = False
        while True:
            try:
                retry_in = await self._say_all(hand, stop)
            except LeaseLost:
                raise
            except Exception as err:
                LOG.error(
                    "lane failed", queue="outbox", lane=hand.lane, attempts=hand.leased.attempts, **log.failure(err)
                )
                retry_in = BACKOFF.delay(hand.leased.attempts)
            if await self.ledger.give_back(hand, retry_in=retry_in) and hand.chat is not None and not is_fresh:
                is_fresh = True
                await self._freshen_menu(hand.chat.person)
            if not hand.items:  # nothing came in meanwhile
                return

    async def _say_all(self, hand: Hand, stop: asyncio.Event) -> float | None:
        """Seconds until the rest is to be tried; None when nothing is left."""
        chat = hand.chat = hand.chat or await self._chat(hand)
        failures = hand.leased.attempts

        def note(post: Post) -> None:
            self.ledger.note(hand, posts=(post,))

        for number in count():
            if not hand.items:
                return None
            if stop.is_set() and number:
                return 0
            check(hand)
            if any(is_for_others(chat.person, each.payload) for each in hand.items):
                await self._forward(hand, chat)
                continue
            item, covered = arrange(hand.items, is_group=chat.person.address < 0)[0]
            try:
                if isinstance(item.payload.body, Correction | Translation):
                    await self.ledger.written()  # it looks for the message that it is about
                with log.about(ref=item.payload.ref):
                    posts = await self._delivery.deliver(chat, item, note)
            except ChatMoved as err:
                hand.chat = Chat(await self._move(chat.person, err.address))  # where nothing of ours is yet
                return 0
            except Unreachable as err:
                chat.person = await self._unreachable(chat.person, item, err)
                if is_for_others(chat.person, item.payload):
                    continue
                self.ledger.note(hand, dead={item.id: f"unreachable: {err.message}"})
            except DeliveryError as err:
                if (retry_in := self._retry_in(item, err, failures)) is not None:
                    SENDS.labels("retried").inc()
                    self._tell(item, err, failures, retry_in=retry_in)
                    return retry_in
                SENDS.labels("given_up").inc()
                self._tell(item, err, failures)
                self.ledger.note(hand, dead={item.id: f"{PERHAPS}{err.message}" if err.maybe_sent else err.message})
            except StorageError:
                raise
            except Exception as err:  # our own mistake: it is not sent for ever, and does not hold up the rest for long
                is_hopeless = failures >= MISTAKES
                LOG.error(
                    "given up" if is_hopeless else "not delivered", item=item.id, failures=failures, **log.failure(err)
                )
                if not is_hopeless:
                    return RETRY.delay(failures)
                self.ledger.note(hand, dead={item.id: f"{type(err).__name__}: {err}"[:2000]})
            else:
                SENDS.labels("sent").inc()
                chat.remember(posts)
                self.ledger.note(hand, done=(item.id, *covered), posts=posts)
            over = {item.id, *covered}
            hand.items[:] = [each for each in hand.items if each.id not in over]
            self._unsure.pop(item.id, None)
            failures = 1
        return None

    async def _chat(self, hand: Hand) -> Chat:
        """Whoever it is, and what their slots hold."""
        async with self._db.work() as work:
            person = await work.people.get(int(hand.lane))
            slots = {item.payload.slot for item in hand.items if item.payload.slot}
            held = await work.posts.in_slots([(person.address, slot) for slot in slots])
        return Chat(person, {slot: held.get((person.address, slot)) for slot in slots})

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
            REPEATS.inc()
        return RETRY.delay(failures)

    async def _unreachable(self, person: Person, item: Item[Outgoing], err: Unreachable) -> Person:
        """Tells the desk the first time."""
        SENDS.labels("unreachable").inc()
        LOG.info("person unreachable", person=person.id, item=item.id, reason=err.message)
        if person.is_reachable:
            async with self._db.work() as work:
                await self._desk.unreachable(person.id, work, self._clock())
                person = await work.people.get(person.id)
        return replace(person, is_reachable=False)

    async def _forward(self, hand: Hand, chat: Chat) -> None:
        """What waits for a group that no longer hears goes to those who do now, and is done here, in one. Raises LeaseLost."""
        await self.ledger.written()
        given = [item for item in hand.items if is_for_others(chat.person, item.payload)]
        async with self._db.work() as work:
            await self._desk.forward(chat.person.id, [item.payload for item in given], work)
            await work.outbox.finish(hand.leased, done=[item.id for item in given], keep_for=SECONDS)
        LOG.info("said elsewhere", group=chat.person.id, count=len(given))
        hand.extend()
        hand.items[:] = [item for item in hand.items if item not in given]

    async def _move(self, person: Person, address: int) -> Person:
        """The chat has a new address (a group that became a supergroup)."""
        async with self._db.work() as work:
            moved = await work.people.move(await work.people.get(person.id), address)
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
            ref=item.payload.ref,
            body=type(item.payload.body).__name__,
            reason=err.message,
            maybe_sent=err.maybe_sent,
            failures=failures,
            **more,
        )


def is_for_others(person: Person, outgoing: Outgoing) -> bool:
    """Whether it is about a case, and for a group that was to hear of it and no longer does."""
    return person.room is not None and not person.room.hears and bool(outgoing.ref)


def arrange(items: Sequence[Item[Outgoing]], *, is_group: bool = False) -> list[tuple[Item[Outgoing], tuple[int, ...]]]:
    """The items in the order they are to be delivered, each with the ids of those it makes superfluous.

    Presses are answered first: somebody waits with a finger on the button. A card to be shown in place is superfluous
    when a later item says something newer in its slot; what else is said is said, in order. In a group, which takes few
    messages a minute, notices that wait one after the other are said in one.
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
    if is_group and len(kept) > FEW:
        kept = merged(kept, covered)
    return [(item, tuple(covered.get(item.id, ()))) for item in kept]


def merged(items: Sequence[Item[Outgoing]], covered: dict[int, list[int]]) -> list[Item[Outgoing]]:
    """The items, with plain notices about the same case that follow each other in one; `covered` gets those that go."""
    runs: list[list[Item[Outgoing]]] = []
    for item in items:
        if runs and _go_together(runs[-1], item):
            runs[-1].append(item)
        else:
            runs.append([item])
    found = []
    for first, *rest in runs:
        if rest:
            notices = [each.payload.body for each in (first, *rest) if isinstance(each.payload.body, Notice)]
            first = replace(first, payload=replace(first.payload, body=joined(notices)))
            covered.setdefault(first.id, []).extend(each.id for each in rest)
        found.append(first)
    return found


def _go_together(run: Sequence[Item[Outgoing]], item: Item[Outgoing]) -> bool:
    first, next_one = run[0].payload, item.payload
    is_plain = all(
        isinstance(each.body, Notice) and not each.slot and each.answers is None for each in (first, next_one)
    )
    goes_there = first.ref == next_one.ref and (bool(first.ref) or first.thread == next_one.thread)
    return is_plain and goes_there and len(run) < MOST_MERGED


def joined(notices: Sequence[Notice]) -> Notice:
    """One notice that says what all of them say, in order: each under its title, unless the one before has the same. The
    buttons are those of the last that has any."""
    title, last = notices[0].title, notices[0].title
    lines: list[Phrase] = []
    for notice in notices:
        if notice.title is not None and notice.title != last:
            lines.append(notice.title)
        last = notice.title or last
        lines += [line for line in notice.lines if lines[-1:] != [line]]
    choices = next((notice.choices for notice in reversed(notices) if notice.choices), ())
    return Notice(lines=tuple(lines), title=title, choices=choices, is_list=all(each.is_list for each in notices))


class OutboxWorker:
    """Keeps people's messages in work, several at once: those this process has put in, as they are handed over, and those
    that were left behind by others or have to be tried again."""

    def __init__(self, db: Database, handler: OutboxHandler) -> None:
        self._db = db
        self._handler = handler
        self._hands: dict[str, Hand] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(WIDTH)
        self._room = asyncio.Event()
        self._stop = asyncio.Event()
        self._context = copy_context()
        self._doubt_since: float | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Works until stopped, then finishes what it has begun."""
        self._stop, self._context = stop, copy_context()  # what is handed over is our work, not that of who said it
        try:
            with self._db.taking_over("outbox", SECONDS, self._take, self._doubt):
                await self._look_after_what_is_left(stop)
            if self._tasks:
                await asyncio.wait(self._tasks)
            await self._handler.ledger.written()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _look_after_what_is_left(self, stop: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                await self._reclaim()
                is_full = await self._fill()
                failures = 0
            except TryAgain as err:
                failures += 1
                self._doubt()
                LOG.warning("queue not reached", queue="outbox", failures=failures, reason=str(err))
                await first_of(stop.wait(), self._db.wait("outbox", BACKOFF.delay(failures)))
                continue
            patience = self._db.patience if self._doubt_since is None else min(DOUBTFUL, self._db.patience)
            room = [self._room.wait()] if is_full else []
            await first_of(stop.wait(), self._db.wait("outbox", patience), *room)

    def _doubt(self) -> None:
        """Something may be leased to us of which we do not know: the answer to a commit was lost, or the database was away."""
        self._doubt_since = time.monotonic()

    async def _reclaim(self) -> None:
        """Until all that may be leased so is old enough to tell that it is not just on its way to us."""
        if (since := self._doubt_since) is None:
            return
        is_last = time.monotonic() - since > YOUNG
        await self._db.outbox.reclaim(self._hands, within=SECONDS - YOUNG)
        if is_last and self._doubt_since == since:
            self._doubt_since = None

    async def _fill(self) -> bool:
        """Begins with as many as there is room for. Whether there may be more, of which nobody tells again."""
        self._room.clear()
        free = max(0, WIDTH - len(self._tasks))
        leases = await self._db.outbox.lease(free, EACH, SECONDS) if free else ()
        for leased in leases:
            self._begin(leased)
        return len(leases) == free

    def _take(self, handed: Sequence[Leased[Outgoing]]) -> None:
        for leased in handed:
            if not self._handler.ledger.is_over(leased):
                self._begin(leased)

    def _begin(self, leased: Leased[Outgoing]) -> None:
        """With a hand that has the lane already, it goes on: it was just giving it back, or something new was handed over."""
        if (hand := self._hands.get(leased.lane)) is not None:
            self._add(hand, leased)
            return
        chat = Chat(leased.about.person, dict(leased.about.slots)) if leased.about is not None else None
        hand = self._hands[leased.lane] = Hand(leased, list(leased.items), chat)
        task = asyncio.create_task(self._carry(hand), context=self._context)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _add(self, hand: Hand, leased: Leased[Outgoing]) -> None:
        known, is_idle = self._handler.ledger.known(hand), not hand.items
        hand.items += [item for item in leased.items if item.id not in known]
        hand.leased = leased
        if leased.about is None:  # leased anew, and not handed over: others may have had it meanwhile
            hand.extend()
            hand.chat = None if is_idle else hand.chat
        elif hand.chat is not None:
            hand.chat.person = replace(leased.about.person, is_reachable=hand.chat.person.is_reachable)
            hand.chat.slots = {**leased.about.slots, **hand.chat.slots}  # what we know is newer

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if len(self._tasks) < WIDTH:
            self._room.set()

    async def _carry(self, hand: Hand) -> None:
        try:
            async with self._slots:
                await self._handler.carry(hand, self._stop)
        except LeaseLost:
            LOG.warning("lease lost", queue="outbox", lane=hand.lane)
        except Exception as err:
            LOG.error("lane failed", queue="outbox", lane=hand.lane, **log.failure(err))
        finally:
            del self._hands[hand.lane]
