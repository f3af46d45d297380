"""The conversations under way with each person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import bindparam, select

from conversations.ports import OpenDialog
from storage import codec
from storage.prepared import Prepared, any_of
from storage.tables import dialogs, people
from storage.transaction import Transaction

_OF = Prepared(select(dialogs.c.person, dialogs.c.stack).where(dialogs.c.person.in_(any_of("persons"))))
_LOCK = Prepared(select(people.c.id).where(people.c.id == bindparam("person")).with_for_update(key_share=True))


class SqlDialogs:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def of(self, person: int) -> tuple[OpenDialog, ...]:
        """The stack, the one being answered last. Others who ask for it wait until the unit of work ends."""
        return await self._tx.look(dialogs, person, lambda: self._load(person))

    async def expect(self, persons: Collection[int]) -> None:
        """Loads the stacks of people who are locked already, at once."""
        rows = await self._tx.all(_OF, {"persons": list(persons)})
        stacks = {row.person: codec.decode(tuple[OpenDialog, ...], row.stack) for row in rows}
        for person in persons:
            self._tx.pending.know(dialogs, person, stacks.get(person, ()))

    async def keep(self, person: int, dialogs_open: tuple[OpenDialog, ...]) -> None:
        """Keeps the stack in the place of the one before."""
        self._tx.pending.know(dialogs, person, dialogs_open)
        if dialogs_open:
            self._tx.pending.write(
                dialogs, {"person": person, "stack": codec.encode(dialogs_open), "at": datetime.now(UTC)}
            )
        else:
            self._tx.pending.delete(dialogs, (person,))

    async def _load(self, person: int) -> tuple[OpenDialog, ...]:
        is_ours = not self._tx.on_postgresql or self._tx.pending.knows(people, ("locked", person))
        if not is_ours and not self._tx.is_reading:
            await self._tx.first(_LOCK, {"person": person})
        row = await self._tx.first(_OF, {"persons": [person]})
        return codec.decode(tuple[OpenDialog, ...], row.stack) if row else ()
