"""Who gets the weekly digest, and up to when they have had it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, select, update

from conversations.cases.roles import Role
from storage.tables import digests, digests_off, people, roles
from storage.transaction import Transaction


class SqlDigests:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def set_off(self, person: int, is_off: bool) -> None:
        if is_off:
            await self._tx.run(self._tx.insert(digests_off).values(person=person).on_conflict_do_nothing())
        else:
            await self._tx.run(delete(digests_off).where(digests_off.c.person == person))

    async def due(self, week: datetime) -> Sequence[tuple[int, str]]:
        """The sellers who can be reached and want it, with each of their stores. New ones are noted, not told."""
        await self._tx.settle(people)
        sells = and_(roles.c.role == Role.SELLER.value, roles.c.person == people.c.id)
        joined = roles.join(people, sells).outerjoin(
            digests, and_(digests.c.person == roles.c.person, digests.c.store == roles.c.store)
        )
        off = select(digests_off.c.person)
        found = (
            select(roles.c.person, roles.c.store, digests.c.until)
            .select_from(joined)
            .where(people.c.is_reachable, roles.c.person.not_in(off))
            .where(digests.c.until.is_(None) | (digests.c.until < week))
            .order_by(roles.c.person, roles.c.store)
        )
        rows = await self._tx.all(found)
        if new := [{"person": row.person, "store": row.store, "until": week} for row in rows if row.until is None]:
            await self._tx.run(self._tx.insert(digests).on_conflict_do_nothing(), new)
        return [(row.person, row.store) for row in rows if row.until is not None]

    async def done(self, person: int, store: str, week: datetime) -> bool:
        """False when it was written already, by another process."""
        marked = await self._tx.all(
            update(digests)
            .where(digests.c.person == person, digests.c.store == store, digests.c.until < week)
            .values(until=week)
            .returning(digests.c.person)
        )
        return bool(marked)
