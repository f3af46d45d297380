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
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import ColumnElement, case, func, null, select, tuple_, union_all, update

from storage.errors import LeaseLost
from storage.tables import items, lanes

if TYPE_CHECKING:
    from storage.transaction import Transaction

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Item(Generic[P]):
    """Something to be done; `at` is when it was put in, by the database's clock."""

    id: int
    payload: P
    at: datetime


@dataclass(frozen=True, slots=True)
class Leased(Generic[P]):
    """A lane in our hands, with its oldest items in order. `attempts` counts the leases since something was last done,
    this one included, so that a crash counts as one."""

    lane: str
    token: str
    attempts: int
    items: tuple[Item[P], ...]


@dataclass(frozen=True, slots=True)
class Put:
    """An item to put in. Of two with the same `key` in a queue only the first counts."""

    queue: str
    lane: str
    payload: Any
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a lease. `retry_in` and `keep_for` are seconds: see `finish`."""

    done: Collection[int] = ()
    dead: Mapping[int, str] = field(default_factory=dict)
    retry_in: float | None = None
    keep_for: float | None = None


async def put_in(tx: Transaction, puts: Sequence[Put]) -> int:
    """Puts the items in, in order, and makes their lanes ready. Returns how many were new."""
    if not puts:
        return 0
    lane = tx.insert(lanes)
    lane = lane.on_conflict_do_update(
        index_elements=[lanes.c.queue, lanes.c.lane],
        set_={"ready_at": func.coalesce(lanes.c.ready_at, lane.excluded.ready_at)},
    )
    touched = sorted({(put.queue, put.lane) for put in puts})  # sorted: two transactions never wait for each other
    await tx.run(
        lane.values(ready_at=tx.clock(), attempts=0), [{"queue": queue, "lane": name} for queue, name in touched]
    )
    rows = [{"queue": put.queue, "lane": put.lane, "key": put.key, "payload": put.payload} for put in puts]
    item = tx.insert(items).values(at=tx.clock()).on_conflict_do_nothing(index_elements=[items.c.queue, items.c.key])
    new = await tx.all(item.returning(items.c.id), rows)
    tx.touched.update(queue for queue, _ in touched)
    return len(new)


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
    token = f"{tx.holder}{secrets.token_hex(16)}"
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


async def finish(tx: Transaction, queue: str, leased: Leased[Any], outcome: Outcome) -> None:
    """Writes down what became of a lease, and gives the lane back, or keeps it for `keep_for` more seconds.

    Items neither done nor dead stay pending; their lane is ready again in `retry_in` seconds, at once by default.
    Raises LeaseLost when the lease is no longer ours.
    """
    await _hold(tx, queue, leased)
    if outcome.done:
        await tx.run(_finished(queue, leased.lane, outcome.done).values(done_at=tx.clock()))
    for item, reason in outcome.dead.items():
        await tx.run(_finished(queue, leased.lane, [item]).values(done_at=tx.clock(), dead=reason))
    ours = update(lanes).where(lanes.c.queue == queue, lanes.c.lane == leased.lane)
    if outcome.done or outcome.dead:
        ours = ours.values(attempts=1 if outcome.retry_in is not None or outcome.keep_for is not None else 0)
    if outcome.keep_for is not None:
        await tx.run(ours.values(ready_at=tx.clock(outcome.keep_for)))
        return
    waiting = _waiting(queue, leased.lane)
    await tx.run(ours.values(token=null(), ready_at=case((waiting, tx.clock(outcome.retry_in or 0)), else_=null())))
    tx.touch(queue, outcome.retry_in)


async def _hold(tx: Transaction, queue: str, leased: Leased[Any]) -> None:
    """Locks the lane. A statement of its own: only statements after it see everything put in before."""
    held = await tx.first(
        select(lanes.c.lane)
        .where(lanes.c.queue == queue, lanes.c.lane == leased.lane, lanes.c.token == leased.token)
        .with_for_update()
    )
    if held is None:
        raise LeaseLost(queue, leased.lane)


def _finished(queue: str, lane: str, ids: Collection[int]) -> Any:
    return update(items).where(
        items.c.id.in_(ids), items.c.queue == queue, items.c.lane == lane, items.c.done_at.is_(None)
    )


def _waiting(queue: str, lane: str) -> ColumnElement[bool]:
    return select(items.c.id).where(items.c.queue == queue, items.c.lane == lane, items.c.done_at.is_(None)).exists()
