"""The conversations under way with each person."""

from __future__ import annotations

from sqlalchemy import delete, select

from conversations.ports import OpenDialog
from storage import codec
from storage.tables import dialogs, people
from storage.transaction import Transaction


class SqlDialogs:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def of(self, person: int) -> tuple[OpenDialog, ...]:
        """The stack, the one being answered last. Others who ask for it wait until the unit of work ends."""
        if not self._tx.is_reading:
            await self._tx.first(select(people.c.id).where(people.c.id == person).with_for_update(key_share=True))
        row = await self._tx.first(select(dialogs.c.stack).where(dialogs.c.person == person))
        return codec.decode(tuple[OpenDialog, ...], row.stack) if row else ()

    async def keep(self, person: int, dialogs_open: tuple[OpenDialog, ...]) -> None:
        """Keeps the stack in the place of the one before."""
        if not dialogs_open:
            await self._tx.run(delete(dialogs).where(dialogs.c.person == person))
            return
        row = self._tx.insert(dialogs).values(person=person, stack=codec.encode(dialogs_open), at=self._tx.clock())
        newer = {"stack": row.excluded.stack, "at": row.excluded.at}
        await self._tx.run(row.on_conflict_do_update(index_elements=[dialogs.c.person], set_=newer))
