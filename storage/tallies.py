"""How often something happened lately."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from storage.prepared import Prepared
from storage.tables import tallies
from storage.transaction import Transaction

_COUNT = Prepared(
    select(func.count())
    .select_from(tallies)
    .where(tallies.c.what == bindparam("what"), tallies.c.at >= bindparam("since"))
)
_ADD = Prepared(insert(tallies).values(what=bindparam("what"), at=bindparam("at")))


class SqlTallies:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def count(self, what: str, since: datetime) -> int:
        """How often it happened at `since` or later."""
        return int(await self._tx.scalar(_COUNT, {"what": what, "since": since}))

    async def add(self, what: str, at: datetime) -> None:
        await self._tx.run(_ADD, {"what": what, "at": at})

    async def purge(self, before: datetime, *, most: int = 1000) -> int:
        """Forgets what happened before that, up to so much. Returns how much."""
        old = select(tallies.c.id).where(tallies.c.at < before).limit(most)
        gone = await self._tx.all(delete(tallies).where(tallies.c.id.in_(old)).returning(tallies.c.id))
        return len(gone)
