"""Everybody we know, and their roles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from typing import Any, cast

from sqlalchemy import Row, bindparam, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from conversations.cases.roles import Role
from conversations.messages import Consent, Person, Room, Sender
from conversations.ports import Application
from storage.columns import Words
from storage.orders import make_stores
from storage.prepared import Prepared, Values, any_of
from storage.tables import applications, guesses, people, roles, rooms
from storage.transaction import Transaction

_ELSEWHERE = frozenset({"is_arbitrator", "stores", "room"})
_COLUMNS = tuple(field.name for field in fields(Person) if field.name not in _ELSEWHERE)
_ROOM = tuple(field.name for field in fields(Room))


def nowhere(person: int) -> int:
    """An address that no messenger gives, one for each: of whoever is erased, or had somebody else's address."""
    return -(1 << 62) - person


#: A row for each of somebody's roles, and one for whoever has none.
_EVERYBODY = (
    select(people, roles.c.role, roles.c.store).outerjoin(roles, roles.c.person == people.c.id).order_by(people.c.id)
)
_THERE = _EVERYBODY.where(people.c.address.in_(any_of("addresses")))
_AT = Prepared(_THERE)
#: Whoever comes may be asked for a code, and hardly anybody has guessed wrong: that need not be asked for again.
_COMING = Prepared(
    _THERE.add_columns(exists().where(guesses.c.person == people.c.id).label("has_guessed")).with_for_update(
        key_share=True, of=people
    )
)
_BY_IDS = Prepared(_EVERYBODY.where(people.c.id.in_(any_of("ids"))))
_ROLE, _STORE = bindparam("role", type_=Words), bindparam("store", type_=Words)
_HOLDERS = select(roles.c.person).where(roles.c.role == _ROLE, roles.c.store == _STORE)
_ROOM_OF = select(rooms.c.person).where(rooms.c.role == _ROLE, rooms.c.store == _STORE, rooms.c.left_at.is_(None))
_WITH_ROLE = Prepared(_EVERYBODY.where(people.c.id.in_(_HOLDERS.union_all(_ROOM_OF))))
_WITH_ROLES = Prepared(_EVERYBODY.where(people.c.id.in_(select(roles.c.person))))
_ROOMS = Prepared(select(rooms).where(rooms.c.person.in_(any_of("groups"))))
_GREET = Prepared(
    insert(people)
    .values(
        address=bindparam("address"),
        name=bindparam("name"),
        language=bindparam("language"),
        has_chosen_language=False,
        is_reachable=True,
        open_ref="",
    )
    .on_conflict_do_nothing(index_elements=[people.c.address])
)


class SqlPeople:
    """`save` writes what changed since the unit of work loaded a person, and so overwrites nobody else."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def expect(self, addresses: Collection[int]) -> None:
        """Loads everybody who is at one of the addresses, at once, and keeps others from their dialogs."""
        there = await self._found(_COMING, {"addresses": sorted(set(addresses))}, is_coming=True)
        found = {person.address: person for person in there}
        for address in addresses:
            self._tx.pending.know(people, ("at", address), [found[address].id] if address in found else [])

    async def greet(self, sender: Sender) -> Person:
        """The person of that address; made on first sight. Name and untouched language follow the messenger's."""
        person = await self.at_address(sender.address)
        if person is None:
            new = {"address": sender.address, "name": sender.name, "language": sender.language}
            await self._tx.run(_GREET, new)
            [person] = await self._found(_AT, {"addresses": [sender.address]})
            self._tx.pending.know(people, ("at", sender.address), [person.id])
        follows = bool(sender.language) and not person.has_chosen_language
        name = sender.name or person.name  # who is only written to comes without one
        language = sender.language if follows else person.language
        if (name, language) == (person.name, person.language):
            return person
        now = replace(person, name=name, language=language)
        await self.save(now)
        return now

    async def get(self, person: int) -> Person:
        """KeyError for an id never given out."""
        if (known := self._tx.pending.known(people, person)) is not None:
            return cast(Person, known)
        for found in await self._found(_BY_IDS, {"ids": [person]}):
            return found
        raise KeyError(person)

    async def of_ids(self, ids: Collection[int]) -> dict[int, Person]:
        """Those of the ids that exist."""
        return {person.id: person for person in await self._found(_BY_IDS, {"ids": sorted(set(ids))})}

    async def at_address(self, address: int) -> Person | None:
        found = await self._tx.look(people, ("at", address), lambda: self._ids(_AT, {"addresses": [address]}))
        return await self.get(found[0]) if found else None

    async def sellers_of(self, store: str) -> Sequence[Person]:
        return await self._with_role(Role.SELLER, store)

    async def arbitrators(self) -> Sequence[Person]:
        return await self._with_role(Role.ARBITRATOR, "")

    async def room_of(self, role: Role, store: str = "") -> Person | None:
        """The group that was linked for those with that role (in the store), confirmed or not, and that we are in."""
        await self._with_role(role, store)
        found = self._tx.pending.known(people, ("room", role, store))
        return await self.get(found) if found is not None else None

    async def _with_role(self, role: Role, store: str) -> Sequence[Person]:
        """Those, and in the same glance their room."""
        if not self._tx.pending.knows(people, ("role", role, store)):
            await self._tx.settle(people)
            found = await self._found(_WITH_ROLE, {"role": role.value, "store": store})
            ids = [person.id for person in found if person.room is None]
            groups = [person.id for person in found if person.room is not None]
            self._tx.pending.know(people, ("role", role, store), ids)
            self._tx.pending.know(people, ("room", role, store), next(iter(groups), None))
        return [await self.get(person) for person in self._tx.pending.known(people, ("role", role, store))]

    async def move(self, person: Person, address: int) -> Person:
        """The person, or group, at another address. Whoever was thought to be there is not."""
        stray = await self.at_address(address)
        if stray is not None and stray.id != person.id:
            await self.save(replace(stray, address=nowhere(stray.id)))
            await self._tx.settle(people)  # before the address is given anew
        moved = replace(person, address=address)
        await self.save(moved)
        return moved

    async def with_roles(self) -> Sequence[Person]:
        """Everybody who sells for a store or arbitrates."""
        return await self._found(_WITH_ROLES, {})

    async def apply(self, application: Application) -> None:
        """Keeps it until it is settled. Idempotent."""
        row = {"person": application.person, "role": application.role.value, "store": application.store}
        await self._tx.run(self._tx.insert(applications).values(**row, at=application.at).on_conflict_do_nothing())

    async def applications(self) -> Sequence[Application]:
        """What waits for the operator, the oldest first."""
        rows = await self._tx.all(select(applications).order_by(applications.c.at, applications.c.person))
        return [_application(row) for row in rows]

    async def settle(self, person: int) -> Sequence[Application]:
        """Takes away what a person has applied for, and gives it."""
        gone = delete(applications).where(applications.c.person == person).returning(applications)
        return sorted(map(_application, await self._tx.all(gone)), key=lambda each: (each.role, each.store))

    async def save(self, person: Person) -> None:
        """Keeps everything about a person, roles included. KeyError for an id never given out."""
        before = await self.get(person.id)
        changed = {name: value for name in _COLUMNS if (value := getattr(person, name)) != getattr(before, name)}
        if changed:
            self._tx.pending.change(people, (person.id,), changed)
        if "address" in changed:
            self._tx.pending.forget(people, ("at", before.address), ("at", person.address))
        await self._save_roles(_roles_of(person), _roles_of(before))
        self._tx.pending.know(people, person.id, person)

    async def _save_roles(self, now: set[tuple[int, str, str]], before: set[tuple[int, str, str]]) -> None:
        for _, _, store in now ^ before:
            self._tx.pending.forget(people, ("role", Role.SELLER, store), ("role", Role.ARBITRATOR, ""))
        for person, role, store in before - now:
            gone = roles.c.person == person, roles.c.role == role, roles.c.store == store
            await self._tx.run(delete(roles).where(*gone))
        if new := sorted(now - before):
            await make_stores(self._tx, sorted({store for _, _, store in new if store}))
            rows = [{"person": person, "role": role, "store": store} for person, role, store in new]
            await self._tx.run(self._tx.insert(roles).on_conflict_do_nothing(), rows)

    async def _ids(self, them: Prepared, values: Values) -> list[int]:
        return [person.id for person in await self._found(them, values)]

    async def _found(self, them: Prepared, values: Values, *, is_coming: bool = False) -> list[Person]:
        """In the order of their ids, so that whoever locks many at once meets nobody who does it the other way round."""
        await self._tx.settle(people)
        held: dict[int, list[Row[Any]]] = {}
        for row in await self._tx.all(them, values):
            held.setdefault(row.id, []).append(row)
        groups = [person for person, [row, *_] in held.items() if row.address < 0]  # so the Bot API numbers them
        linked = await self._tx.all(_ROOMS, {"groups": groups}) if groups else ()
        of_groups = {row.person: _room(row) for row in linked}
        found = [_person(rows, of_groups.get(person)) for person, rows in held.items()]
        for person in found:
            self._tx.pending.know(people, person.id, person)
            if is_coming:
                self._tx.pending.know(people, ("locked", person.id), True)
                if not held[person.id][0].has_guessed:
                    self._tx.pending.know(guesses, person.id, 0)
        return found


def _application(row: Row[Any]) -> Application:
    return Application(person=row.person, role=Role(row.role), store=row.store, at=row.at)


def _room(row: Row[Any]) -> Room:
    return Room(**{**{name: getattr(row, name) for name in _ROOM}, "role": Role(row.role)})


def _person(held: Sequence[Row[Any]], room: Room | None) -> Person:
    row = held[0]
    return Person(
        **{**{name: getattr(row, name) for name in _COLUMNS}, "translation": Consent(row.translation)},
        is_arbitrator=any(role.role == Role.ARBITRATOR for role in held),
        stores=frozenset(role.store for role in held if role.role == Role.SELLER),
        room=room,
    )


def _roles_of(person: Person) -> set[tuple[int, str, str]]:
    held = {(person.id, Role.SELLER.value, store) for store in person.stores}
    return held | {(person.id, Role.ARBITRATOR.value, "")} if person.is_arbitrator else held
