"""How fast all processes together may do something, by the database's clock: one row a pace, locked while it is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import literal, select

from storage.queues import Begin
from storage.tables import paces
from storage.transaction import Transaction


class SharedPace:
    """At most `burst` at once and `rate` a second, whoever asks.

    A bucket written down as the instant when it is full again: taking moves that instant on, and whoever moves it further
    ahead than a whole bucket waits for the difference. So nothing is ever handed out in advance, and no process that dies
    takes anything with it.
    """

    def __init__(self, begin: Begin, name: str, *, rate: float, burst: float) -> None:
        self._begin = begin
        self._name = name
        self._rate = rate
        self._bucket = timedelta(seconds=burst / rate)

    async def take(self, counts: Sequence[int]) -> list[float]:
        """Takes for several at once, in order: for how many seconds each has to wait. Raises TryAgain."""
        async with self._begin() as tx:
            full_at, now = await self._look(tx)
            waits = []
            for count in counts:
                full_at += timedelta(seconds=count / self._rate)
                waits.append(max(0.0, (full_at - now - self._bucket).total_seconds()))
            await self._save(tx, full_at)
        return waits

    async def hold(self, seconds: float) -> None:
        """Nothing more for so many seconds: the server said so."""
        async with self._begin() as tx:
            full_at, now = await self._look(tx)
            await self._save(tx, max(full_at, now + timedelta(seconds=seconds) + self._bucket))

    async def _look(self, tx: Transaction) -> tuple[datetime, datetime]:
        """The row, ours until the end of the transaction; the clock is read when it is."""
        mine = paces.c.name == self._name
        while (row := await tx.first(select(paces.c.full_at).where(mine).with_for_update())) is None:
            fresh = tx.insert(paces).values(name=self._name, full_at=tx.clock())
            await tx.run(fresh.on_conflict_do_nothing())
        now = (await tx.all(select(tx.clock().label("now"))))[0].now
        return max(row.full_at, now), now

    async def _save(self, tx: Transaction, full_at: datetime) -> None:
        row = tx.insert(paces).values(name=self._name, full_at=literal(full_at))
        row = row.on_conflict_do_update(index_elements=[paces.c.name], set_={"full_at": row.excluded.full_at})
        await tx.run(row)
