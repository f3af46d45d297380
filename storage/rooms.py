"""Groups that hear for the sellers of a store, or for the arbitrators. Each is a person too, at the group's address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Final

from sqlalchemy import ColumnElement, Text, cast, or_, select

from conversations.messages import Person, Room
from storage import codec
from storage.people import SqlPeople
from storage.queues import CHECKS, INBOX, Check
from storage.tables import items, people, rooms
from storage.transaction import Transaction

#: What an update may be that somebody in a group brought about.
_DEEDS: Final = ("message", "edited_message", "callback_query", "my_chat_member")


def came_from_groups(address: int) -> ColumnElement[bool]:
    """Of what is in the inbox: what somebody, at the address of their own chat, wrote or pressed in any group, linked or
    not: also under a number that the group has no more."""
    # Compared as text: a number of the messenger's has more than the 32 bits of JSON's integers on PostgreSQL.
    by = [cast(items.c.payload[kind]["from"]["id"].as_string(), Text) == str(address) for kind in _DEEDS]
    is_group = items.c.lane.startswith("-")  # so the Bot API numbers them
    return (items.c.queue == INBOX) & is_group & or_(*by)


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
        person = await self._people.get(group)
        self._tx.pending.know(people, group, replace(person, room=room))
        for each in filter(None, (room, person.room)):
            self._tx.pending.forget(people, ("role", each.role, each.store), ("room", each.role, each.store))

    async def check(self, group: int) -> None:
        """Asks for a look at the group: whether the member who linked it may, and what we may do there."""
        self._tx.put(CHECKS, str(group), codec.encode(Check(group)))

    async def all(self) -> Sequence[Person]:
        """Every group that is linked, confirmed or not, in the order of their numbers."""
        rows = await self._tx.all(select(rooms.c.person).where(rooms.c.left_at.is_(None)).order_by(rooms.c.person))
        return [await self._people.get(row.person) for row in rows]
