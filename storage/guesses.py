"""How often somebody guessed wrong lately."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, func, select

from storage.prepared import Prepared
from storage.tables import guesses
from storage.transaction import Transaction

_COUNT = Prepared(
    select(func.count())
    .select_from(guesses)
    .where(guesses.c.person == bindparam("person"), guesses.c.at >= bindparam("since"))
)


class SqlGuesses:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def count(self, person: int, since: datetime) -> int:
        """How many wrong guesses the person made at `since` or later."""
        if self._tx.pending.knows(guesses, person):  # of whoever never guessed wrong
            return 0
        return int(await self._tx.scalar(_COUNT, {"person": person, "since": since}))

    async def add(self, person: int, at: datetime) -> None:
        self._tx.pending.forget(guesses, person)
        await self._tx.run(self._tx.insert(guesses).values(person=person, at=at))

    async def purge(self, before: datetime, *, most: int = 1000) -> int:
        """Forgets up to `most` older ones. Returns how many."""
        old = select(guesses.c.id).where(guesses.c.at < before).limit(most)
        return len(await self._tx.all(delete(guesses).where(guesses.c.id.in_(old)).returning(guesses.c.id)))
