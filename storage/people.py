"""Everybody we know, and their roles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Row, delete, select, update

from conversations.cases.roles import Role
from conversations.messages import Person, Sender
from conversations.ports import Application
from storage.orders import make_stores
from storage.tables import applications, people, roles
from storage.transaction import Transaction

_ROLES = frozenset({"is_arbitrator", "stores"})
_COLUMNS = tuple(field.name for field in fields(Person) if field.name not in _ROLES)


class SqlPeople:
    """Remembers whom this unit of work has loaded: `save` writes what changed since, and so overwrites nobody else."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._loaded: dict[int, Person] = {}

    async def greet(self, sender: Sender) -> Person:
        """The person of that address; made on first sight. Name and untouched language follow the messenger's."""
        person = await self.at_address(sender.address)
        if person is None:
            await self._tx.run(
                self._tx.insert(people)
                .values(
                    address=sender.address,
                    name=sender.name,
                    language=sender.language,
                    has_chosen_language=False,
                    is_reachable=True,
                    open_ref="",
                )
                .on_conflict_do_nothing(index_elements=[people.c.address])
            )
            [person] = await self._where(people.c.address == sender.address)
        follows = bool(sender.language) and not person.has_chosen_language
        now = replace(person, name=sender.name, language=sender.language if follows else person.language)
        await self.save(now)
        return now

    async def get(self, person: int) -> Person:
        """KeyError for an id never given out."""
        for found in await self._where(people.c.id == person):
            return found
        raise KeyError(person)

    async def of_ids(self, ids: Collection[int]) -> dict[int, Person]:
        """Those of the ids that exist."""
        return {person.id: person for person in await self._where(people.c.id.in_(set(ids)))}

    async def at_address(self, address: int) -> Person | None:
        for person in await self._where(people.c.address == address):
            return person
        return None

    async def sellers_of(self, store: str) -> Sequence[Person]:
        sellers = select(roles.c.person).where(roles.c.role == Role.SELLER.value, roles.c.store == store)
        return await self._where(people.c.id.in_(sellers))

    async def arbitrators(self) -> Sequence[Person]:
        return await self._where(people.c.id.in_(select(roles.c.person).where(roles.c.role == Role.ARBITRATOR.value)))

    async def with_roles(self) -> Sequence[Person]:
        """Everybody who sells for a store or arbitrates."""
        return await self._where(people.c.id.in_(select(roles.c.person)))

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
        before = self._loaded.get(person.id) or await self.get(person.id)
        changed = {name: value for name in _COLUMNS if (value := getattr(person, name)) != getattr(before, name)}
        if changed:
            await self._tx.run(update(people).where(people.c.id == person.id).values(changed))
        await self._save_roles(_roles_of(person), _roles_of(before))
        self._loaded[person.id] = person

    async def _save_roles(self, now: set[tuple[int, str, str]], before: set[tuple[int, str, str]]) -> None:
        for person, role, store in before - now:
            gone = roles.c.person == person, roles.c.role == role, roles.c.store == store
            await self._tx.run(delete(roles).where(*gone))
        if new := sorted(now - before):
            await make_stores(self._tx, sorted({store for _, _, store in new if store}))
            rows = [{"person": person, "role": role, "store": store} for person, role, store in new]
            await self._tx.run(self._tx.insert(roles).on_conflict_do_nothing(), rows)

    async def _where(self, condition: Any) -> list[Person]:
        rows = await self._tx.all(select(people).where(condition).order_by(people.c.id))
        if not rows:
            return []
        held: dict[int, list[Row[Any]]] = {row.id: [] for row in rows}
        for role in await self._tx.all(select(roles).where(roles.c.person.in_(list(held)))):
            held[role.person].append(role)
        found = [_person(row, held[row.id]) for row in rows]
        self._loaded |= {person.id: person for person in found}
        return found


def _application(row: Row[Any]) -> Application:
    return Application(person=row.person, role=Role(row.role), store=row.store, at=row.at)


def _person(row: Row[Any], held: Sequence[Row[Any]]) -> Person:
    return Person(
        **{name: getattr(row, name) for name in _COLUMNS},
        is_arbitrator=any(role.role == Role.ARBITRATOR for role in held),
        stores=frozenset(role.store for role in held if role.role == Role.SELLER),
    )


def _roles_of(person: Person) -> set[tuple[int, str, str]]:
    held = {(person.id, Role.SELLER.value, store) for store in person.stores}
    return held | {(person.id, Role.ARBITRATOR.value, "")} if person.is_arbitrator else held
