"""Groups that hear for the sellers of a store, or for the arbitrators. Each is a person too, at the group's address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import delete, select

from conversations.messages import Person, Room
from storage.people import SqlPeople
from storage.tables import people, rooms
from storage.transaction import Transaction


class SqlRooms:
    """What is kept here is part of the person that the group is: `Person.room`."""

    def __init__(self, tx: Transaction, of: SqlPeople) -> None:
        self._tx = tx
        self._people = of

    async def keep(self, group: int, room: Room) -> None:
        """What the group was linked for, in place of what it was before. Of two groups linked for the same at once the
        second fails, and finds the first when it is tried again."""
        row = {**asdict(room), "role": room.role.value}
        made = self._tx.insert(rooms).values(person=group, **row)
        await self._tx.settle(people)
        await self._tx.run(made.on_conflict_do_update(index_elements=[rooms.c.person], set_=row))
        await self._know(group, room)

    async def drop(self, group: int) -> None:
        """It was taken back."""
        before = (await self._people.get(group)).room
        await self._tx.run(delete(rooms).where(rooms.c.person == group))
        if before is not None:
            await self._know(group, None, before)

    async def all(self) -> Sequence[Person]:
        """Every group that was linked and is not taken back, in the order of their numbers."""
        rows = await self._tx.all(select(rooms.c.person).order_by(rooms.c.person))
        return [await self._people.get(row.person) for row in rows]

    async def _know(self, group: int, room: Room | None, before: Room | None = None) -> None:
        person = await self._people.get(group)
        self._tx.pending.know(people, group, replace(person, room=room))
        for each in filter(None, (room, before, person.room)):
            self._tx.pending.forget(people, ("role", each.role, each.store), ("room", each.role, each.store))
