"""The inbox, the outbox, the evidence to fetch and the groups to look at, as their workers and the operator use them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import delete, func, null, select, update

from conversations.messages import Outgoing, Person
from storage import codec
from storage.arrivals import Arrivals
from storage.errors import LeaseLost
from storage.lanes import Item, Leased, Outcome, Put, finish, lease, put_in, suspect
from storage.people import SqlPeople
from storage.posts import SqlPosts
from storage.tables import items, lanes
from storage.transaction import Transaction

P = TypeVar("P")
Begin = Callable[[], AbstractAsyncContextManager[Transaction]]

INBOX, OUTBOX, FETCHES, CHECKS, ALARMS = "inbox", "outbox", "fetches", "checks", "alarms"


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """What the messenger delivered, as it came. Updates of one `lane` (a chat) are worked on in order."""

    update_id: int
    lane: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fetch:
    """Evidence `n` of a case is to be fetched and looked into."""

    ref: str
    n: int


@dataclass(frozen=True, slots=True)
class Check:
    """A group, by its number, that somebody wants to link is to be looked at."""

    group: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is waiting in a queue, and since when the oldest of it."""

    pending: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeadItem:
    """What was given up, and why. `payload` is as it was stored."""

    id: int
    lane: str
    payload: Any
    reason: str
    at: datetime


class Queue(Generic[P]):
    """A queue from outside of any unit of work: each call is a transaction of its own."""

    #: Done items are kept at least this long, whatever is asked.
    least_kept = timedelta(0)

    def __init__(self, name: str, begin: Begin, read: Callable[[Any], P]) -> None:
        self.name = name
        self._begin = begin
        self._read = read

    async def lease(self, lanes: int, items: int, seconds: float) -> list[Leased[P]]:
        """Up to `lanes` lanes, the one ready longest first, each with up to `items` of its oldest items, for `seconds`.

        Nobody else gets them meanwhile; a lease that is over may be taken by anybody. An item that cannot be read
        any more goes to the dead letters here and now.
        """
        async with self._begin() as tx:
            taken = await lease(tx, self.name, count=lanes, each=items, seconds=seconds)
            readable = [await self._readable(tx, leased, seconds) for leased in taken]
        return [leased for leased in readable if leased.items]

    async def reclaim(self, known: Collection[str], *, within: float | None = None) -> None:
        """Gives back what this process leased and does not know of, because the answer was lost; `known` are the lanes that
        it has. Only leases that end `within` so many seconds: an answer to a younger one may be on its way. Does nothing in
        a process that does not serve."""
        async with self._begin() as tx:
            if tx.holder:
                # What is leased is ready in the future: a short stretch of the index.
                ours = lanes.c.queue == self.name, lanes.c.ready_at > tx.clock(), lanes.c.token.startswith(tx.holder)
                unknown = update(lanes).where(*ours, lanes.c.lane.not_in(known))
                if within is not None:
                    unknown = unknown.where(lanes.c.ready_at < tx.clock(within))
                await tx.run(unknown.values(token=null(), ready_at=tx.clock()))

    async def _readable(self, tx: Transaction, leased: Leased[Any], seconds: float) -> Leased[P]:
        read, dead = list[Item[P]](), dict[int, str]()
        for item in leased.items:
            try:
                read.append(Item(item.id, self._read(item.payload), item.at, item.turn))
            except Exception as err:  # whatever it is, it must not hold up the rest
                dead[item.id] = f"unreadable: {type(err).__name__}"
        if dead:
            await finish(tx, self.name, [(leased, Outcome(dead=dead, keep_for=seconds if read else None))])
        return Leased(leased.lane, leased.token, leased.attempts, tuple(read), leased.turn)

    async def backlog(self) -> Backlog:
        async with self._begin() as tx:
            waiting = items.c.queue == self.name, items.c.done_at.is_(None)
            [row] = await tx.all(
                select(func.count().label("pending"), func.min(items.c.at).label("oldest_at")).where(*waiting)
            )
        return Backlog(row.pending, row.oldest_at)

    async def dead(self, limit: int = 100) -> list[DeadItem]:
        """The newest dead letters first."""
        async with self._begin() as tx:
            rows = await tx.all(
                select(items)
                .where(items.c.queue == self.name, items.c.done_at.is_not(None), items.c.dead.is_not(None))
                .order_by(items.c.done_at.desc(), items.c.id.desc())
                .limit(limit)
            )
        return [DeadItem(row.id, row.lane, row.payload, row.dead, row.at) for row in rows]

    async def revive(self, ids: Collection[int] | None) -> int:
        """Puts dead letters back where they were in their lanes; None for all. Returns how many."""
        async with self._begin() as tx:
            named = [items.c.queue == self.name, items.c.done_at.is_not(None), items.c.dead.is_not(None)]
            if ids is not None:
                named.append(items.c.id.in_(ids))
            names = sorted({row.lane for row in await tx.all(select(items.c.lane).where(*named))})
            for name in names:
                await tx.run(
                    update(lanes)
                    .where(lanes.c.queue == self.name, lanes.c.lane == name)
                    .values(ready_at=func.coalesce(lanes.c.ready_at, tx.clock()))
                )
            revived = await tx.all(
                update(items).where(*named).values(done_at=null(), dead=null()).returning(items.c.id)
            )
            tx.touch(self.name)
        return len(revived)

    async def purge(self, keep: timedelta, *, dead: bool = False, most: int = 10_000) -> int:
        """Removes what was done longer ago than `keep`, or was given up: up to `most` of it. Returns how many."""
        kept = max(keep, self.least_kept)
        async with self._begin() as tx:
            old = select(items.c.id).where(
                items.c.queue == self.name,
                items.c.done_at < tx.clock(-kept.total_seconds()),
                items.c.dead.is_not(None) if dead else items.c.dead.is_(None),
            )
            gone = await tx.all(delete(items).where(items.c.id.in_(old.limit(most))).returning(items.c.id))
        return len(gone)


class Inbox(Queue[dict[str, Any]]):
    """Raw updates. Done ones are remembered for a day at least: the messenger repeats what it thinks was lost."""

    least_kept = timedelta(hours=24)

    def __init__(self, begin: Begin) -> None:
        super().__init__(INBOX, begin, dict)

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        """Commits the updates, in order; those already known are left out. Returns how many were new."""
        async with self._begin() as tx:
            return await put_in(
                tx, [Put(INBOX, update.lane, update.payload, str(update.update_id)) for update in updates]
            )


def outbox(begin: Begin) -> Queue[Outgoing]:
    return Queue(OUTBOX, begin, lambda payload: codec.decode(Outgoing, payload))


def fetches(begin: Begin) -> Queue[Fetch]:
    return Queue(FETCHES, begin, lambda payload: codec.decode(Fetch, payload))


def checks(begin: Begin) -> Queue[Check]:
    return Queue(CHECKS, begin, lambda payload: codec.decode(Check, payload))


class Finishing:
    """A queue from inside a unit of work: what became of a lease, committed together with its effects."""

    def __init__(self, name: str, tx: Transaction) -> None:
        self._name = name
        self._tx = tx

    async def finish(
        self,
        leased: Leased[Any],
        *,
        done: Collection[int] = (),
        dead: Mapping[int, str] | None = None,
        retry_in: float | None = None,
        keep_for: float | None = None,
    ) -> None:
        """Gives the lane back, with these items done and those dead for a reason.

        The others stay pending, and the lane is ready again in `retry_in` seconds (at once, behind other ready lanes,
        when None). `keep_for` keeps the lease for that many seconds more instead. Call it last in the work: it locks
        the lane. Raises LeaseLost when somebody else has taken the lane over: nothing of this work may be kept.
        """
        outcome = Outcome(done=done, dead=dead or {}, retry_in=retry_in, keep_for=keep_for)
        if await self.finish_all([(leased, outcome)]):
            raise LeaseLost(self._name, leased.lane)

    async def finish_all(self, finished: Sequence[tuple[Leased[Any], Outcome]]) -> set[str]:
        """The same for many lanes at once. Returns those that somebody else has taken over, about which nothing was
        written."""
        return await finish(self._tx, self._name, finished) if finished else set()

    async def suspect(self, leased: Leased[Any]) -> int:
        """Notes that this lane is worked on now and nothing else is, until something of it is done. Returns how often that
        was noted before: so often did whoever worked on it not live to tell. Raises LeaseLost."""
        return await suspect(self._tx, self._name, leased)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom messages are for, and the message that each slot they go to holds, if any."""

    person: Person
    slots: Mapping[str, int | None]


class SqlInbox(Finishing):
    """What came in."""

    def __init__(self, tx: Transaction) -> None:
        super().__init__(INBOX, tx)

    async def arrive(self, updates: Sequence[RawUpdate], *, each: int) -> Arrivals:
        """Begins to keep updates in the transaction that deals with them; see `Arrivals`."""
        arrivals = Arrivals(self._tx, INBOX, [Put(INBOX, raw.lane, raw.payload, str(raw.update_id)) for raw in updates])
        await arrivals.begin(each)
        return arrivals


class SqlOutbox(Finishing):
    """What is to be said, in order for each person."""

    def __init__(self, tx: Transaction, people: SqlPeople, posts: SqlPosts) -> None:
        super().__init__(OUTBOX, tx)
        self._people = people
        self._posts = posts

    async def add(self, outgoing: Outgoing) -> None:
        self._tx.put(OUTBOX, str(outgoing.to), codec.encode(outgoing), what=outgoing)

    async def introduce(self) -> None:
        """Tells whoever takes the messages over who they are for, and which message each of their slots holds."""
        handed: list[Leased[Outgoing]] = self._tx.handed.get(OUTBOX, [])
        if not handed:
            return
        people = {leased.lane: await self._people.get(int(leased.lane)) for leased in handed}
        wanted = {
            (people[leased.lane].address, item.payload.slot)
            for leased in handed
            for item in leased.items
            if item.payload.slot
        }
        held = await self._posts.in_slots(wanted)
        slots: dict[int, dict[str, int | None]] = {}
        for address, slot in wanted:
            slots.setdefault(address, {})[slot] = held.get((address, slot))
        self._tx.handed[OUTBOX] = [
            replace(leased, about=Reader(people[leased.lane], slots.get(people[leased.lane].address, {})))
            for leased in handed
        ]
