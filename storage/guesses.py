"""How often somebody guessed wrong lately."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select

from storage.tables import guesses
from storage.transaction import Transaction


class SqlGuesses:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def count(self, person: int, since: datetime) -> int:
        """How many wrong guesses the person made at `since` or later."""
        lately = guesses.c.person == person, guesses.c.at >= since
        return int(await self._tx.scalar(select(func.count()).select_from(guesses).where(*lately)))

    async def add(self, person: int, at: datetime) -> None:
        await self._tx.run(self._tx.insert(guesses).values(person=person, at=at))

    async def purge(self, before: datetime) -> None:
        """Forgets older ones."""
        await self._tx.run(delete(guesses).where(guesses.c.at < before))
