"""Items that are dealt with in the very transaction that puts them in, without a lease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, null, select, tuple_, update

from storage.lanes import Item, Put
from storage.tables import items, lanes

if TYPE_CHECKING:
    from storage.transaction import Transaction


class Arrivals:
    """Takes what is new of a lane in which nothing waits; all else is only put in, for the queue's worker.

    `now` has the items to deal with, by lane and in order. They are numbered by their place, since they have no id yet.
    Say with `settle` what became of each lane's, then `end`.
    """

    def __init__(self, tx: Transaction, queue: str, puts: Sequence[Put]) -> None:
        self._tx = tx
        self._queue = queue
        self._puts = puts
        self._done: dict[int, str | None] = {}
        self._retry_in: dict[str, float] = {}
        self.now: dict[str, list[Item[Any]]] = {}
        self.count = 0

    async def begin(self, each: int) -> None:
        """Locks the lanes, so that nobody puts anything into them before we are done. Of a lane with more than `each` new
        items, none is taken: others have a right to their turn."""
        free = await self._lock(sorted({put.lane for put in self._puts}))
        keys = [(self._queue, put.key) for put in self._puts]
        known = {
            row.key
            for row in await self._tx.all(select(items.c.key).where(tuple_(items.c.queue, items.c.key).in_(keys)))
        }
        new: dict[str, Put] = {}
        for put in self._puts:
            assert put.key is not None
            if put.key not in known:
                new.setdefault(put.key, put)
        self._puts = list(new.values())
        self.count = len(new)
        at = datetime.now(UTC)
        for number, put in enumerate(self._puts):
            if put.lane in free:
                self.now.setdefault(put.lane, []).append(Item(number, put.payload, at))
        self.now = {lane: its for lane, its in self.now.items() if len(its) <= each}

    def settle(self, *, done: Sequence[int], dead: Mapping[int, str], lane: str, retry_in: float | None = None) -> None:
        """What became of a lane's items; those neither done nor dead wait, for `retry_in` seconds at least."""
        self._done.update(dict.fromkeys(done))
        self._done.update(dead)
        if retry_in is not None:
            self._retry_in[lane] = retry_in

    async def end(self) -> None:
        """Puts everything in, done or not."""
        tx = self._tx
        done = self._done
        rows = [
            {"queue": self._queue, "lane": put.lane, "key": put.key, "payload": put.payload, "dead": done.get(number)}
            for number, put in enumerate(self._puts)
        ]
        if finished := [row for number, row in enumerate(rows) if number in done]:
            await tx.run(insert(items).values(at=tx.clock(), done_at=tx.clock()), finished)
        if waiting := [row for number, row in enumerate(rows) if number not in done]:
            await tx.run(insert(items).values(at=tx.clock(), done_at=null()), waiting)
            for name in sorted({row["lane"] for row in waiting}):
                delay = self._retry_in.get(name)
                ready_at = func.coalesce(lanes.c.ready_at, tx.clock(delay or 0))
                lane = update(lanes).where(lanes.c.queue == self._queue, lanes.c.lane == name)
                await tx.run(lane.values(ready_at=ready_at, attempts=lanes.c.attempts + int(delay is not None)))
                tx.touch(self._queue, delay)

    async def _lock(self, names: Sequence[str]) -> set[str]:
        """Gives the lanes in which nothing waits."""
        found = await self._locked(names)
        if missing := [name for name in names if name not in found]:
            made = self._tx.insert(lanes).values(attempts=0).on_conflict_do_nothing()
            await self._tx.run(made, [{"queue": self._queue, "lane": name} for name in missing])
            found |= await self._locked(missing)
        return {name for name, ready_at in found.items() if ready_at is None}

    async def _locked(self, names: Sequence[str]) -> dict[str, datetime | None]:
        mine = tuple_(lanes.c.queue, lanes.c.lane).in_([(self._queue, name) for name in names])
        found = select(lanes.c.lane, lanes.c.ready_at).where(mine).order_by(lanes.c.lane).with_for_update()
        return {row.lane: row.ready_at for row in await self._tx.all(found)}
