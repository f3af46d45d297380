"""Lanes: ordered logs that workers lease. One mechanism for the inbox (a lane a chat), the outbox (a lane a person)
and the evidence to fetch (a lane a case).

A lane is one row, and holding its row lock is what makes this right: whoever puts an item in locks the lane first, so
ids grow in the order of commits; a lease moves `ready_at` to its own end and writes its token (which begins with the
process that holds it, see `storage.presence`), so that an expired lease is simply a lane that is ready again; finishing checks the token under the lock and looks again for what came in
meanwhile. `ready_at` is None when nothing is pending. All of this keeps to the database's clock, never to business
time.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import Boolean, ColumnElement, Integer, bindparam, case, func, null, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from storage.columns import Words, clock
from storage.errors import LeaseLost
from storage.prepared import Prepared, any_of
from storage.tables import items, lanes

if TYPE_CHECKING:
    from storage.transaction import Transaction

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Item(Generic[P]):
    """Something to be done; `at` is when it was put in, by the database's clock. `turn`: see `turn`."""

    id: int
    payload: P
    at: datetime
    turn: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Leased(Generic[P]):
    """A lane in our hands, with its oldest items in order. `attempts` counts the leases since something was last done,
    this one included, so that a crash counts as one. What was handed over comes with what its transaction knew `about` it."""

    lane: str
    token: str
    attempts: int
    items: tuple[Item[P], ...]
    turn: int = field(default=0, compare=False)
    about: Any = field(default=None, compare=False)


#: Tells in which order this process held the lock of a lane: taken in the transaction, after the statement that locks it.
_turns = count(1)


def turn() -> int:
    """The next of the numbers that tell which of two transactions of this process had a lane first."""
    return next(_turns)


@dataclass(frozen=True, slots=True)
class Put:
    """An item to put in. Of two with the same `key` in a queue only the first counts."""

    queue: str
    lane: str
    payload: Any
    key: str | None = None
    what: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a lease. `retry_in` and `keep_for` are seconds: see `finish`."""

    done: Collection[int] = ()
    dead: Mapping[int, str] = field(default_factory=dict)
    retry_in: float | None = None
    keep_for: float | None = None


def _waiting() -> ColumnElement[bool]:
    here = items.c.queue == lanes.c.queue, items.c.lane == lanes.c.lane, items.c.done_at.is_(None)
    return select(items.c.id).where(*here).correlate(lanes).exists()


_QUEUE, _TOKEN = bindparam("queue", type_=Words), bindparam("token", type_=Words)
#: Places in an UPDATE must not be called like columns: SQLAlchemy would set those.
_OF_QUEUE = bindparam("of_queue", type_=Words)
_NAMED = lanes.c.queue == _OF_QUEUE, lanes.c.lane.in_(any_of("names"))
_IS_FREE = lanes.c.ready_at.is_(None)

_NEW_LANE = insert(lanes).values(queue=_QUEUE, lane=bindparam("lane"), ready_at=clock("seconds"), attempts=0)
_MAKE_READY = Prepared(
    _NEW_LANE.on_conflict_do_update(
        index_elements=[lanes.c.queue, lanes.c.lane],
        set_={"ready_at": func.coalesce(lanes.c.ready_at, _NEW_LANE.excluded.ready_at)},
    )
)
_OUR_LANE = _NEW_LANE.values(attempts=1, token=_TOKEN)
_TAKE_OVER = Prepared(
    _OUR_LANE.on_conflict_do_update(
        index_elements=[lanes.c.queue, lanes.c.lane],
        set_={
            "ready_at": func.coalesce(lanes.c.ready_at, _OUR_LANE.excluded.ready_at),
            "token": case((_IS_FREE, _OUR_LANE.excluded.token), else_=lanes.c.token),
            "attempts": case((_IS_FREE, 1), else_=lanes.c.attempts),
        },
    ).returning(lanes.c.lane, lanes.c.token)
)

_NEW_ITEM = insert(items).values(
    queue=_QUEUE, lane=bindparam("lane"), key=bindparam("key"), payload=bindparam("payload"), at=clock()
)
_PUT_IF_NEW = Prepared(
    _NEW_ITEM.on_conflict_do_nothing(index_elements=[items.c.queue, items.c.key]).returning(items.c.id)
)
_PUT = Prepared(_NEW_ITEM.returning(items.c.id, items.c.at, sort_by_parameter_order=True))

_READY = Prepared(
    select(lanes.c.lane, lanes.c.ready_at)
    .where(lanes.c.queue == _QUEUE, lanes.c.ready_at <= clock())
    .order_by(lanes.c.ready_at, lanes.c.lane)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)
_TAKE = Prepared(
    update(lanes)
    .where(*_NAMED)
    .values(token=bindparam("mine"), ready_at=clock("seconds"), attempts=lanes.c.attempts + 1)
    .returning(lanes.c.lane, lanes.c.attempts)
)
_LET_GO = Prepared(update(lanes).where(*_NAMED).values(ready_at=null(), token=null()))

#: What is ours is seen in a statement of its own: only statements after it see everything that was put in before.
_HOLD = Prepared(select(lanes.c.lane, lanes.c.token).where(*_NAMED).order_by(lanes.c.lane).with_for_update())
_OVER = update(items).where(items.c.id.in_(any_of("ids")), items.c.queue == _OF_QUEUE, items.c.done_at.is_(None))
_DONE = Prepared(_OVER.values(done_at=clock()))
_DEAD = Prepared(_OVER.values(done_at=clock(), dead=bindparam("reason")))
_SUSPECT = Prepared(update(lanes).where(*_NAMED).values(suspected=lanes.c.suspected + 1).returning(lanes.c.suspected))
_IS_PROGRESS, _TRIES = bindparam("is_progress", type_=Boolean), bindparam("tries", type_=Integer)
_FINISH = (
    update(lanes)
    .where(*_NAMED)
    .values(
        attempts=case((_IS_PROGRESS, _TRIES), else_=lanes.c.attempts),
        suspected=case((_IS_PROGRESS, 0), else_=lanes.c.suspected),
    )
)
_KEEP = Prepared(_FINISH.values(ready_at=clock("seconds")))
_GIVE_BACK = Prepared(
    _FINISH.values(token=null(), ready_at=case((_waiting(), clock("seconds")), else_=null())).returning(
        lanes.c.ready_at
    )
)


async def put_in(tx: Transaction, puts: Sequence[Put]) -> int:
    """Puts the items in, in order, and makes their lanes ready. Returns how many were new.

    Those of a queue that this process takes over are leased to it at once, if their lane is free or its own already; the
    transaction has them in `handed`.
    """
    ours = [put for put in puts if put.queue in tx.takes_over]
    others = [put for put in puts if put.queue not in tx.takes_over]
    return await _put_for_anybody(tx, others) + await _put_for_us(tx, ours)


async def _put_for_anybody(tx: Transaction, puts: Sequence[Put]) -> int:
    if not puts:
        return 0
    touched = _lanes_of(puts)
    await tx.run(_MAKE_READY, [{"queue": queue, "lane": name, "seconds": 0} for queue, name in touched])
    new = await tx.all(_PUT_IF_NEW, _rows(puts))
    tx.touched.update(queue for queue, _ in touched)
    return len(new)


async def _put_for_us(tx: Transaction, puts: Sequence[Put]) -> int:
    """Nothing here has a key."""
    by_queue: dict[str, list[Put]] = {}
    for put in puts:
        by_queue.setdefault(put.queue, []).append(put)
    for queue, mine in sorted(by_queue.items()):
        taken, now = await _take_over(tx, queue, _lanes_of(mine)), turn()
        ids = sorted(await tx.all(_PUT, _rows(mine)), key=attrgetter("id"))  # they were given in order
        waiting: dict[str, list[Item[Any]]] = {}
        for put, row in zip(mine, ids, strict=True):
            waiting.setdefault(put.lane, []).append(Item(row.id, put.what, row.at, now))
        tx.handed[queue] = [
            Leased(lane, taken[lane], 1, tuple(its), now) for lane, its in waiting.items() if taken[lane]
        ]
        if not all(taken.values()):
            tx.touch(queue)
    return len(puts)


async def _take_over(tx: Transaction, queue: str, touched: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The token of each lane; empty for those that are neither free nor ours."""
    seconds, token = tx.takes_over[queue], tx.token
    rows = await tx.all(
        _TAKE_OVER,
        [{"queue": queue, "lane": name, "seconds": seconds, "token": token} for queue, name in touched],
    )
    return {row.lane: row.token if row.token == token else "" for row in rows}


def _lanes_of(puts: Sequence[Put]) -> list[tuple[str, str]]:
    return sorted({(put.queue, put.lane) for put in puts})  # sorted: two transactions never wait for each other


def _rows(puts: Sequence[Put]) -> list[dict[str, Any]]:
    return [{"queue": put.queue, "lane": put.lane, "key": put.key, "payload": put.payload} for put in puts]


async def lease(tx: Transaction, queue: str, *, count: int, each: int, seconds: float) -> list[Leased[Any]]:
    """Takes up to `count` lanes that are ready, the one waiting longest first, with up to `each` items a lane."""
    held, now = await _take(tx, queue, count, seconds), turn()
    if not held:
        return []
    pending: dict[str, list[Item[Any]]] = {lane: [] for lane in held}
    for row in await tx.all(_oldest(queue, held, each)):
        pending[row.lane].append(Item(row.id, row.payload, row.at, now))
    if idle := [lane for lane, waiting in pending.items() if not waiting]:  # only duplicates had come in
        await tx.run(_LET_GO, {"of_queue": queue, "names": idle})
    return [Leased(lane, *held[lane], tuple(waiting), now) for lane, waiting in pending.items() if waiting]


async def _take(tx: Transaction, queue: str, count: int, seconds: float) -> dict[str, tuple[str, int]]:
    """The token and attempts of each lane taken, the one waiting longest first."""
    ready = await tx.all(_READY, {"queue": queue, "count": count})
    order = {row.lane: place for place, row in enumerate(ready)}
    if not order:
        return {}
    token = tx.token if queue in tx.takes_over else f"{tx.holder}{secrets.token_hex(16)}"
    mine = {"of_queue": queue, "names": list(order), "mine": token, "seconds": seconds}
    taken = await tx.all(_TAKE, mine)
    return {row.lane: (token, row.attempts) for row in sorted(taken, key=lambda row: order[row.lane])}


def _oldest(queue: str, names: Collection[str], each: int) -> Any:
    """One index walk a lane: a long lane costs no more than a short one."""
    walks = [
        select(items.c.id, items.c.lane, items.c.payload, items.c.at)
        .where(items.c.queue == queue, items.c.lane == name, items.c.done_at.is_(None))
        .order_by(items.c.id)
        .limit(each)
        .subquery()
        for name in names
    ]
    found = union_all(*(select(walk) for walk in walks)).subquery()
    return select(found).order_by(found.c.id)


async def finish(tx: Transaction, queue: str, finished: Sequence[tuple[Leased[Any], Outcome]]) -> set[str]:
    """Writes down what became of leases, and gives each lane back, or keeps it for `keep_for` more seconds.

    Items neither done nor dead stay pending; their lane is ready again in `retry_in` seconds, at once by default. Returns
    the lanes whose lease is no longer ours: nothing was written about them.
    """
    held = await _hold(tx, queue, [leased for leased, _ in finished])
    ours = [(leased, outcome) for leased, outcome in finished if leased.lane in held]
    if done := [item for _, outcome in ours for item in outcome.done]:
        await tx.run(_DONE, {"of_queue": queue, "ids": done})
    for _, outcome in ours:
        for item, reason in outcome.dead.items():
            await tx.run(_DEAD, {"of_queue": queue, "ids": [item], "reason": reason})
    alike: dict[tuple[bool, float | None, float | None], list[str]] = {}
    for leased, outcome in ours:
        is_progress = bool(outcome.done or outcome.dead)
        alike.setdefault((is_progress, outcome.retry_in, outcome.keep_for), []).append(leased.lane)
    for (is_progress, retry_in, keep_for), names in alike.items():
        tries = 0 if retry_in is keep_for is None else 1
        them = {"of_queue": queue, "names": names, "is_progress": is_progress, "tries": tries}
        if keep_for is not None:
            await tx.run(_KEEP, {**them, "seconds": keep_for})
            continue
        if any(row.ready_at is not None for row in await tx.all(_GIVE_BACK, {**them, "seconds": retry_in or 0})):
            tx.touch(queue, retry_in)
    return {leased.lane for leased, _ in finished} - held


async def suspect(tx: Transaction, queue: str, leased: Leased[Any]) -> int:
    """Notes that this lane is worked on now and nothing else. Returns how often that came to nothing. LeaseLost."""
    if leased.lane not in await _hold(tx, queue, [leased]):
        raise LeaseLost(queue, leased.lane)
    return int(await tx.scalar(_SUSPECT, {"of_queue": queue, "names": [leased.lane]})) - 1


async def _hold(tx: Transaction, queue: str, leases: Sequence[Leased[Any]]) -> set[str]:
    """Locks the lanes, and gives those that are ours."""
    rows = await tx.all(_HOLD, {"of_queue": queue, "names": [leased.lane for leased in leases]})
    tokens = {leased.lane: leased.token for leased in leases}
    return {row.lane for row in rows if tokens[row.lane] == row.token}
