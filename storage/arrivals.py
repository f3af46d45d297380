"""Items that are dealt with in the very transaction that puts them in, without a lease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, null, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.columns import Words, clock
from storage.lanes import Item, Put
from storage.prepared import Prepared, any_of
from storage.tables import items, lanes

if TYPE_CHECKING:
    from storage.transaction import Transaction

_QUEUE, _OF_QUEUE = bindparam("queue", type_=Words), bindparam("of_queue", type_=Words)
_ROW = (
    insert(items)
    .values({name: bindparam(name) for name in ("queue", "lane", "key", "payload")} | {"at": clock()})
    .on_conflict_do_nothing(index_elements=[items.c.queue, items.c.key])
    .returning(items.c.key)
)
_DONE, _WAITING = Prepared(_ROW.values(done_at=clock())), Prepared(_ROW)
_NOT_DONE = Prepared(
    update(items).where(items.c.queue == _OF_QUEUE, items.c.key.in_(any_of("keys"))).values(done_at=null())
)
_DEAD = Prepared(
    update(items)
    .where(items.c.queue == _OF_QUEUE, items.c.key == bindparam("of_key", type_=Words))
    .values(dead=bindparam("reason"))
)
_NEW_LANE = Prepared(insert(lanes).values(queue=_QUEUE, lane=bindparam("lane"), attempts=0).on_conflict_do_nothing())
_LOCK = Prepared(
    select(lanes.c.lane, lanes.c.ready_at)
    .where(lanes.c.queue == _QUEUE, lanes.c.lane.in_(any_of("names")))
    .order_by(lanes.c.lane)
    .with_for_update()
)
_MAKE_READY = Prepared(
    update(lanes)
    .where(lanes.c.queue == _OF_QUEUE, lanes.c.lane == bindparam("of_lane"))
    .values(
        ready_at=func.coalesce(lanes.c.ready_at, clock("seconds")),
        attempts=lanes.c.attempts + bindparam("more"),
    )
)


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
        """Locks the lanes, so that nobody puts anything into them before we are done, and puts in what is new. Of a lane
        with more than `each` new items, none is taken: others have a right to their turn."""
        free = await self._lock(sorted({put.lane for put in self._puts}))
        by_key: dict[str, Put] = {}
        for put in self._puts:
            assert put.key is not None
            by_key.setdefault(put.key, put)
        puts = list(by_key.values())
        new = await self._put(_DONE, [put for put in puts if put.lane in free])
        new |= await self._put(_WAITING, [put for put in puts if put.lane not in free])
        self._puts = [put for put in puts if put.key in new]
        self.count = len(self._puts)
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
        """They were put in as done; says so of those that are not after all, and which were given up."""
        waiting = [put for number, put in enumerate(self._puts) if number not in self._done]
        if waiting:
            await self._tx.run(_NOT_DONE, {"of_queue": self._queue, "keys": [put.key for put in waiting]})
        for name in sorted({put.lane for put in waiting}):
            delay = self._retry_in.get(name)
            lane = {"of_queue": self._queue, "of_lane": name, "seconds": delay or 0, "more": int(delay is not None)}
            await self._tx.run(_MAKE_READY, lane)
            self._tx.touch(self._queue, delay)
        for number, reason in self._done.items():
            if reason is not None:
                dead = {"of_queue": self._queue, "of_key": self._puts[number].key, "reason": reason}
                await self._tx.run(_DEAD, dead)

    async def _put(self, how: Prepared, puts: Sequence[Put]) -> set[str]:
        """Gives the keys that were new."""
        rows = [{"queue": self._queue, "lane": put.lane, "key": put.key, "payload": put.payload} for put in puts]
        return {row.key for row in await self._tx.all(how, rows)} if rows else set()

    async def _lock(self, names: Sequence[str]) -> set[str]:
        """Gives the lanes in which nothing waits."""
        found = await self._locked(names)
        if missing := [name for name in names if name not in found]:
            await self._tx.run(_NEW_LANE, [{"queue": self._queue, "lane": name} for name in missing])
            found |= await self._locked(missing)
        return {name for name, ready_at in found.items() if ready_at is None}

    async def _locked(self, names: Sequence[str]) -> dict[str, datetime | None]:
        found = await self._tx.all(_LOCK, {"queue": self._queue, "names": names})
        return {row.lane: row.ready_at for row in found}
