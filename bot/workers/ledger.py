"""What was delivered, written down: by one transaction after the other, each for everything that came about meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bot import log
from bot.workers.retry import RetryPolicy
from bot.workers.saying import Chat, Post
from conversations.messages import Outgoing
from storage.database import Database
from storage.errors import LeaseLost, TryAgain
from storage.lanes import Item, Leased, Outcome, turn
from storage.posts import Posted

LOG = log.get(__name__)

#: Seconds until others may take a person's messages over; renewed with whatever is written down about them.
SECONDS: Final = 60.0
#: So long before its end nothing more is sent under a lease.
MARGIN: Final = 10.0

#: Seconds that a note waits for others: what they cost is the transaction, which they share. Should we die meanwhile, what
#: it is about is said twice.
GATHER: Final = 0.005

_BACKOFF: Final = RetryPolicy(first=0.1, factor=2, longest=5, attempts=0)
#: Lanes of which we remember when we gave them back.
_REMEMBERED: Final = 20_000


@dataclass(slots=True, eq=False)
class Hand:
    """A person's messages in our hands: what is still to be said, in order, and until when it is ours to say."""

    leased: Leased[Outgoing]
    items: list[Item[Outgoing]]
    chat: Chat | None = None
    until: float = field(default_factory=lambda: time.monotonic() + SECONDS - MARGIN)

    @property
    def lane(self) -> str:
        return self.leased.lane

    def extend(self) -> None:
        """The lease was just renewed."""
        self.until = time.monotonic() + SECONDS - MARGIN


@dataclass(slots=True, eq=False)
class _Note:
    """What is to be written down about a hand."""

    done: list[int] = field(default_factory=list)
    dead: dict[int, str] = field(default_factory=dict)
    posts: list[Posted] = field(default_factory=list)
    is_end: bool = False
    retry_in: float | None = None


class Ledger:
    """Notes are taken at once and written soon. Nobody has to wait, except for what `written` and `give_back` promise."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._notes: dict[Hand, _Note] = {}
        self._under_way: dict[Hand, _Note] = {}  # those that are being written
        self._round = asyncio.Event()  # set when they are, or could not be
        self._writing: asyncio.Task[None] | None = None
        self._given_back: OrderedDict[str, int] = OrderedDict()

    def note(
        self,
        hand: Hand,
        *,
        done: Sequence[int] = (),
        dead: dict[int, str] | None = None,
        posts: Sequence[Post] = (),
    ) -> None:
        """Something was sent, or given up."""
        note = self._notes.setdefault(hand, _Note())
        note.done += done
        note.dead |= dead or {}
        if posts:
            assert hand.chat is not None
            address = hand.chat.person.address
            note.posts += [
                Posted(address, post.message, slot=post.slot, frees=post.frees, ref=post.ref, origin=post.origin)
                for post in posts
            ]
        self._begin()

    async def give_back(self, hand: Hand, *, retry_in: float | None = None) -> bool:
        """Returns when all about it is written and the lane is anybody's again; False when more has come to be said meanwhile.

        After a failure (`retry_in` seconds until the next try) nothing more is said now, whatever came.
        """
        note = self._notes.setdefault(hand, _Note())
        note.is_end, note.retry_in = True, retry_in
        self._begin()
        while hand in self._notes or hand in self._under_way:
            await self._round.wait()
        return not hand.items

    async def written(self) -> None:
        """Returns when everything noted so far is written. Raises nothing: what could not be written is in the log."""
        while self._writing is not None:
            await asyncio.wait({self._writing})

    def known(self, hand: Hand) -> set[int]:
        """The items of a hand that are dealt with, or will be: whatever the database says of them yet."""
        notes = [notes[hand] for notes in (self._under_way, self._notes) if hand in notes]
        return {item.id for item in hand.items}.union(*([*note.done, *note.dead] for note in notes))

    def is_over(self, leased: Leased[Outgoing]) -> bool:
        """Whether a lane was given back after it was taken over: then it was taken over in vain."""
        return leased.turn < self._given_back.get(leased.lane, 0)

    def _begin(self) -> None:
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())

    async def _write_all(self) -> None:
        failures = 0
        try:
            while self._notes:
                await asyncio.sleep(_BACKOFF.delay(failures) if failures else GATHER)
                self._under_way, self._notes = self._notes, {}
                try:
                    await self._write(self._under_way)
                    failures = 0
                except TryAgain as err:
                    failures += 1
                    LOG.warning("deliveries not written down", failures=failures, reason=str(err))
                    self._keep(self._under_way)
                except Exception as err:
                    LOG.error("deliveries not written down", count=len(self._under_way), **log.failure(err))
                    await self._write_one_by_one(self._under_way)
                self._under_way = {}
                self._round.set()
                self._round = asyncio.Event()
        finally:
            self._writing = None

    async def _write_one_by_one(self, notes: dict[Hand, _Note]) -> None:
        for hand, note in notes.items():
            try:
                await self._write({hand: note})
            except Exception as err:  # the lease runs out by itself
                LOG.error("delivery not written down", lane=hand.lane, **log.failure(err))
                hand.items.clear()
                hand.until = 0

    def _keep(self, notes: dict[Hand, _Note]) -> None:
        """What could not be written, with what was noted since; a lease that is over is nobody's to write about."""
        for hand, newer in self._notes.items():
            if (note := notes.get(hand)) is None:
                notes[hand] = newer
            else:
                note.done += newer.done
                note.dead |= newer.dead
                note.posts += newer.posts
                note.is_end, note.retry_in = newer.is_end or note.is_end, newer.retry_in
        self._notes = notes

    async def _write(self, notes: dict[Hand, _Note]) -> None:
        async with self._db.work(is_hasty=True) as work:
            await work.posts.keep([post for note in notes.values() for post in note.posts])
            ending = {
                hand for hand, note in notes.items() if note.is_end and not (hand.items and note.retry_in is None)
            }
            outcomes = [
                (
                    hand.leased,
                    Outcome(
                        done=note.done,
                        dead=note.dead,
                        retry_in=note.retry_in if hand in ending else None,
                        keep_for=None if hand in ending else SECONDS,
                    ),
                )
                for hand, note in notes.items()
            ]
            lost = await work.outbox.finish_all(outcomes)
            now = turn()
        for hand in notes:
            if hand.lane in lost:
                LOG.warning("lease lost", queue="outbox", lane=hand.lane)
                hand.items.clear()
                hand.until = 0
                continue
            if hand in ending:
                self._remember(hand.lane, now)
                hand.items[:] = [item for item in hand.items if item.turn > now]
            hand.extend()

    def _remember(self, lane: str, now: int) -> None:
        self._given_back[lane] = now
        self._given_back.move_to_end(lane)
        if len(self._given_back) > _REMEMBERED:
            self._given_back.popitem(last=False)


def check(hand: Hand) -> None:
    """Raises LeaseLost when nothing more may be said under this lease."""
    if time.monotonic() > hand.until:
        raise LeaseLost("outbox", hand.lane)
