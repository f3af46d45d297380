"""When to look at a case again. What is due is business time; the lease keeps to the database's clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, null, or_, select, update

from storage.queues import ALARMS, Backlog, Begin
from storage.tables import alarms
from storage.transaction import Transaction


class SqlAlarms:
    """The alarms from inside a unit of work."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def set(self, ref: str, at: datetime | None) -> None:
        """One alarm a case; None for none. Ends a lease on it."""
        if at is None:
            self._tx.pending.delete(alarms, (ref,))
            return
        self._tx.pending.write(alarms, {"ref": ref, "at": at, "leased_until": None, "holder": None})
        self._tx.touch(ALARMS)


class AlarmClock:
    """The alarms as the deadlines worker leases them."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin

    async def due(self, now: datetime, limit: int, seconds: float) -> list[str]:
        """The cases whose alarm is due, the longest due first, ours for `seconds`.

        The lease ends when the alarm is set anew. If that never happens, it rings again when the lease is over, or
        this process.
        """
        async with self._begin() as tx:
            free = or_(alarms.c.leased_until.is_(None), alarms.c.leased_until <= tx.clock())
            rings = select(alarms.c.ref, alarms.c.at).where(alarms.c.at <= now, free)
            rings = rings.order_by(alarms.c.at, alarms.c.ref).limit(limit).with_for_update(skip_locked=True)
            refs = [row.ref for row in await tx.all(rings)]
            if refs:
                lease = {"leased_until": tx.clock(seconds), "holder": tx.holder or None}
                await tx.run(update(alarms).where(alarms.c.ref.in_(refs)).values(**lease))
        return refs

    async def reclaim(self) -> None:
        """Gives back what this process leased, because the answer was lost. Does nothing in one that does not serve."""
        async with self._begin() as tx:
            if tx.holder:
                ours = update(alarms).where(alarms.c.holder == tx.holder)
                await tx.run(ours.values(leased_until=null(), holder=null()))

    async def next_at(self) -> datetime | None:
        """The business time of the earliest alarm."""
        async with self._begin() as tx:
            row = await tx.first(select(alarms.c.at).order_by(alarms.c.at).limit(1))
        return row.at if row else None

    async def late(self, now: datetime) -> Backlog:
        """The alarms that are due and have not been answered yet, in business time."""
        async with self._begin() as tx:
            found = select(func.count().label("pending"), func.min(alarms.c.at).label("oldest_at"))
            [row] = await tx.all(found.where(alarms.c.at <= now))
        return Backlog(row.pending, row.oldest_at)
