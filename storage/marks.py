"""Instants to remember across restarts, by name: when the service was last alive, for instance."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from storage.tables import marks
from storage.transaction import Transaction


class SqlMarks:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def get(self, name: str, *, lock: bool = False) -> datetime | None:
        """None when it was never set; `lock` keeps others from it until the unit of work ends."""
        found = select(marks.c.at).where(marks.c.name == name)
        row = await self._tx.first(found.with_for_update() if lock else found)
        return row.at if row else None

    async def set(self, name: str, at: datetime) -> None:
        row = self._tx.insert(marks).values(name=name, at=at)
        await self._tx.run(row.on_conflict_do_update(index_elements=[marks.c.name], set_={"at": row.excluded.at}))
