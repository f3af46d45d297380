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
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import ColumnElement, case, func, null, select, tuple_, union_all, update

from storage.errors import LeaseLost
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
    lane = tx.insert(lanes)
    lane = lane.on_conflict_do_update(
        index_elements=[lanes.c.queue, lanes.c.lane],
        set_={"ready_at": func.coalesce(lanes.c.ready_at, lane.excluded.ready_at)},
    )
    touched = _lanes_of(puts)
    await tx.run(
        lane.values(ready_at=tx.clock(), attempts=0), [{"queue": queue, "lane": name} for queue, name in touched]
    )
    item = tx.insert(items).values(at=tx.clock()).on_conflict_do_nothing(index_elements=[items.c.queue, items.c.key])
    new = await tx.all(item.returning(items.c.id), _rows(puts))
    tx.touched.update(queue for queue, _ in touched)
    return len(new)


async def _put_for_us(tx: Transaction, puts: Sequence[Put]) -> int:
    """Nothing here has a key."""
    by_queue: dict[str, list[Put]] = {}
    for put in puts:
        by_queue.setdefault(put.queue, []).append(put)
    for queue, mine in sorted(by_queue.items()):
        taken, now = await _take_over(tx, queue, _lanes_of(mine)), turn()
        item = tx.insert(items).values(at=tx.clock())
        ids = await tx.all(item.returning(items.c.id, items.c.at, sort_by_parameter_order=True), _rows(mine))
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
    lane = tx.insert(lanes)
    is_free = lanes.c.ready_at.is_(None)
    lane = lane.on_conflict_do_update(
        index_elements=[lanes.c.queue, lanes.c.lane],
        set_={
            "ready_at": func.coalesce(lanes.c.ready_at, lane.excluded.ready_at),
            "token": case((is_free, lane.excluded.token), else_=lanes.c.token),
            "attempts": case((is_free, 1), else_=lanes.c.attempts),
        },
    )
    rows = await tx.all(
        lane.values(ready_at=tx.clock(seconds), attempts=1, token=token).returning(lanes.c.lane, lanes.c.token),
        [{"queue": queue, "lane": name} for queue, name in touched],
    )
    return {row.lane: row.token if row.token == token else "" for row in rows}


def _lanes_of(puts: Sequence[Put]) -> list[tuple[str, str]]:
    return sorted({(put.queue, put.lane) for put in puts})  # sorted: two transactions never wait for each other


def _rows(puts: Sequence[Put]) -> list[dict[str, Any]]:
    return [{"queue": put.queue, "lane": put.lane, "key": put.key, "payload": put.payload} for put in puts]


async def lease(tx: Transaction, queue: str, *, count: int, each: int, seconds: float) -> list[Leased[Any]]:
    """Takes up to `count` lanes that are ready, the one waiting longest first, with up to `each` items a lane."""
    held = await _take(tx, queue, count, seconds)
    if not held:
        return []
    pending: dict[str, list[Item[Any]]] = {lane: [] for lane in held}
    for row in await tx.all(_oldest(queue, tuple(held), each)):
        pending[row.lane].append(Item(row.id, row.payload, row.at))
    if idle := [lane for lane, waiting in pending.items() if not waiting]:  # only duplicates had come in
        await tx.run(_lanes(queue, idle).values(ready_at=null(), token=null()))
    return [Leased(lane, *held[lane], tuple(waiting)) for lane, waiting in pending.items() if waiting]


async def _take(tx: Transaction, queue: str, count: int, seconds: float) -> dict[str, tuple[str, int]]:
    """The token and attempts of each lane taken, the one waiting longest first."""
    ready = (
        select(lanes.c.lane, lanes.c.ready_at)
        .where(lanes.c.queue == queue, lanes.c.ready_at <= tx.clock())
        .order_by(lanes.c.ready_at, lanes.c.lane)
        .limit(count)
        .with_for_update(skip_locked=True)
    )
    order = {row.lane: place for place, row in enumerate(await tx.all(ready))}
    if not order:
        return {}
    token = tx.token if queue in tx.takes_over else f"{tx.holder}{secrets.token_hex(16)}"
    taken = await tx.all(
        _lanes(queue, order)
        .values(token=token, ready_at=tx.clock(seconds), attempts=lanes.c.attempts + 1)
        .returning(lanes.c.lane, lanes.c.attempts)
    )
    return {row.lane: (token, row.attempts) for row in sorted(taken, key=lambda row: order[row.lane])}


def _lanes(queue: str, names: Collection[str]) -> Any:
    return update(lanes).where(tuple_(lanes.c.queue, lanes.c.lane).in_([(queue, name) for name in names]))


def _oldest(queue: str, names: Sequence[str], each: int) -> Any:
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
        await tx.run(_finished(queue, done).values(done_at=tx.clock()))
    for _, outcome in ours:
        for item, reason in outcome.dead.items():
            await tx.run(_finished(queue, [item]).values(done_at=tx.clock(), dead=reason))
    alike: dict[tuple[bool, float | None, float | None], list[str]] = {}
    for leased, outcome in ours:
        is_progress = bool(outcome.done or outcome.dead)
        alike.setdefault((is_progress, outcome.retry_in, outcome.keep_for), []).append(leased.lane)
    for (is_progress, retry_in, keep_for), names in alike.items():
        lane = _lanes(queue, names)
        if is_progress:
            lane = lane.values(attempts=0 if retry_in is keep_for is None else 1, suspected=0)
        if keep_for is not None:
            await tx.run(lane.values(ready_at=tx.clock(keep_for)))
            continue
        ready_at = case((_waiting(), tx.clock(retry_in or 0)), else_=null())
        given_back = lane.values(token=null(), ready_at=ready_at).returning(lanes.c.ready_at)
        if any(row.ready_at is not None for row in await tx.all(given_back)):
            tx.touch(queue, retry_in)
    return {leased.lane for leased, _ in finished} - held


async def suspect(tx: Transaction, queue: str, leased: Leased[Any]) -> int:
    """Notes that this lane is worked on now and nothing else. Returns how often that came to nothing. LeaseLost."""
    if leased.lane not in await _hold(tx, queue, [leased]):
        raise LeaseLost(queue, leased.lane)
    noted = _lanes(queue, [leased.lane]).values(suspected=lanes.c.suspected + 1).returning(lanes.c.suspected)
    return int((await tx.all(noted))[0].suspected) - 1


async def _hold(tx: Transaction, queue: str, leases: Sequence[Leased[Any]]) -> set[str]:
    """Locks the lanes, and gives those that are ours. A statement of its own: only statements after it see everything put in
    before."""
    names = [(queue, leased.lane) for leased in leases]
    rows = await tx.all(
        select(lanes.c.lane, lanes.c.token)
        .where(tuple_(lanes.c.queue, lanes.c.lane).in_(names))
        .order_by(lanes.c.lane)
        .with_for_update()
    )
    tokens = {leased.lane: leased.token for leased in leases}
    return {row.lane for row in rows if tokens[row.lane] == row.token}


def _finished(queue: str, ids: Collection[int]) -> Any:
    return update(items).where(items.c.id.in_(ids), items.c.queue == queue, items.c.done_at.is_(None))


def _waiting() -> ColumnElement[bool]:
    here = items.c.queue == lanes.c.queue, items.c.lane == lanes.c.lane, items.c.done_at.is_(None)
    return select(items.c.id).where(*here).correlate(lanes).exists()
