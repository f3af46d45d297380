"""Orders, the stores they were placed in, and who may claim on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import Text, bindparam, cast, select, tuple_, update

from conversations.cases.case import Case
from conversations.cases.numbers import spellings
from conversations.cases.orders import Item, Order, OrderKey, Store
from storage import codec
from storage.prepared import Prepared, Values, any_of
from storage.signs import signs
from storage.tables import bindings, cases, orders, stores
from storage.transaction import Transaction

_CODE_LENGTH = 8

_KEY = tuple_(orders.c.store, orders.c.number)
#: As text: see `_order`.
_DOC = cast(orders.c.doc, Text).label("doc")
_BY_KEYS = select(_DOC).where(_KEY.in_(any_of("keys")))
_GET, _LOCKED = Prepared(_BY_KEYS), Prepared(_BY_KEYS.with_for_update(key_share=True))
_LOCKED_AT_ONCE = Prepared(_BY_KEYS.with_for_update(key_share=True, nowait=True))
_NUMBERED = Prepared(select(_DOC).where(orders.c.number.in_(any_of("numbers"))).order_by(orders.c.store))
_OF_PERSONS = Prepared(
    select(bindings.c.person, _DOC)
    .join(orders, (orders.c.store == bindings.c.store) & (orders.c.number == bindings.c.number))
    .where(bindings.c.person.in_(any_of("persons")))
    .order_by(orders.c.purchased_at.desc(), orders.c.store, orders.c.number)
)
#: A row for each of an order's cases, and one for an order without any.
_CLAIMED_ON = Prepared(
    select(_DOC, stores, cases.c.ref, cases.c.doc.label("case"))
    .outerjoin(stores, stores.c.name == orders.c.store)
    .outerjoin(cases, (cases.c.store == orders.c.store) & (cases.c.order_number == orders.c.number))
    .where(_KEY.in_(any_of("keys")))
)
_IS_BOUND = Prepared(
    select(bindings.c.person).where(
        bindings.c.store == bindparam("store"),
        bindings.c.number == bindparam("number"),
        bindings.c.person == bindparam("person"),
    )
)
_STORES = Prepared(select(stores).where(stores.c.name.in_(any_of("names"))))


class SqlOrders:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def get(self, key: OrderKey, *, lock: bool = False) -> Order | None:
        """The order; `lock` keeps other claims on it out until the unit of work ends."""
        lock = lock and self._tx.on_postgresql  # on SQLite nobody else writes before we end
        if lock and not self._tx.pending.knows(orders, ("locked", key)):
            self._tx.pending.forget(orders, key)
            self._tx.pending.forget(cases, ("of", key))
            self._tx.pending.know(orders, ("locked", key), True)
        return await self._tx.look(orders, key, lambda: self._load(key, lock))

    async def expect(self, keys: Collection[OrderKey]) -> None:
        """Loads these orders, their stores and their cases at once."""
        await self._tx.settle(cases)
        pending, refs = self._tx.pending, dict[OrderKey, list[str]]()
        for row in await self._tx.all(_CLAIMED_ON, {"keys": [(key.store, key.number) for key in sorted(keys)]}):
            order = _order(row.doc)
            self._know([order])
            if row.name is not None and not pending.knows(stores, row.name):
                pending.know(stores, row.name, _store(row))
            its = refs.setdefault(order.key, [])
            if row.ref is not None:
                its.append(row.ref)
                pending.know(cases, row.ref, codec.decode(Case, row.case))
        for key, its in refs.items():
            pending.know(cases, ("of", key), its)

    async def expect_of(self, persons: Collection[int]) -> None:
        """Loads the orders bound to these people at once."""
        await self._tx.settle(bindings)
        found: dict[int, list[Order]] = {person: [] for person in persons}
        for row in await self._tx.all(_OF_PERSONS, {"persons": sorted(persons)}):
            found[row.person].append(_order(row.doc))
        for person, theirs in found.items():
            self._know(theirs)
            self._tx.pending.know(bindings, ("of", person), theirs)

    async def numbered(self, number: str) -> Sequence[Order]:
        """Every store's order of that number, however it is spelled: "1001" finds "#1001"."""
        ways = spellings(number)
        found = await self._orders(_NUMBERED, {"numbers": ways})
        spelled = next((way for way in ways if any(order.key.number == way for order in found)), "")
        return [order for order in found if order.key.number == spelled]

    async def of(self, person: int) -> Sequence[Order]:
        """The orders bound to a buyer, newest purchase first."""
        if not self._tx.pending.knows(bindings, ("of", person)):
            await self.expect_of([person])
        theirs: Sequence[Order] = self._tx.pending.known(bindings, ("of", person))
        return theirs

    async def all(self, *, store: str | None = None, limit: int = 100) -> Sequence[Order]:
        """The newest purchases first."""
        found = select(_DOC).order_by(orders.c.purchased_at.desc(), orders.c.store, orders.c.number)
        return await self._orders((found if store is None else found.where(orders.c.store == store)).limit(limit))

    async def put(self, order: Order) -> Literal["new", "changed", "same"]:
        """Keeps an order as a file gives it. A missing code stays what it was, or is generated for a new order.

        A line that a case claims stays, though the file has it no more: the case goes on naming what it is about.
        """
        before = await self.get(order.key, lock=True)
        self._tx.pending.forget(orders, order.key)
        self._tx.pending.forget(bindings)
        order = replace(order, items=(*order.items, *await self._claimed_and_gone(order, before)))
        order = replace(order, code=order.code or (before.code if before else signs(_CODE_LENGTH)))
        if order == before:
            return "same"
        values = {"purchased_at": order.purchased_at, "doc": codec.encode(order)}
        if before is not None:
            await self._tx.run(update(orders).where(_is(orders, order.key)).values(values))
            return "changed"
        await make_stores(self._tx, [order.key.store])
        await self._tx.run(self._tx.insert(orders).values(store=order.key.store, number=order.key.number, **values))
        return "new"

    async def bind(self, key: OrderKey, person: int) -> None:
        """Lets this buyer claim on the order. Idempotent."""
        self._tx.pending.write(bindings, {"store": key.store, "number": key.number, "person": person})
        self._tx.pending.know(bindings, (key, person), True)
        self._tx.pending.forget(bindings, ("of", person))

    async def is_bound(self, key: OrderKey, person: int) -> bool:

        async def load() -> bool:
            mine = {"store": key.store, "number": key.number, "person": person}
            return await self._tx.first(_IS_BOUND, mine) is not None

        return await self._tx.look(bindings, (key, person), load)

    async def store(self, name: str) -> Store:
        """A store by name; one without an address when nothing was set."""

        async def load() -> Store:
            row = await self._tx.first(_STORES, {"names": [name]})
            return _store(row) if row else Store(name=name)

        return await self._tx.look(stores, name, load)

    async def set_store(self, store: Store) -> None:
        """Keeps the store's return address; its policy stays what it was."""
        row = self._tx.insert(stores).values(name=store.name, return_address=store.return_address)
        known = {"return_address": row.excluded.return_address}
        self._tx.pending.forget(stores, store.name)
        await self._tx.run(row.on_conflict_do_update(index_elements=[stores.c.name], set_=known))

    async def set_policy(self, store: str, text: str) -> None:
        """Keeps the text of a store's own policy; none when it is empty."""
        row = self._tx.insert(stores).values(name=store, policy=text)
        known = {"policy": row.excluded.policy}
        self._tx.pending.forget(stores, store)
        await self._tx.run(row.on_conflict_do_update(index_elements=[stores.c.name], set_=known))

    async def set_templates(self, store: str, templates: Sequence[str]) -> None:
        """Keeps the store's own templates, in place of those it had."""
        row = self._tx.insert(stores).values(name=store, templates=list(templates))
        known = {"templates": row.excluded.templates}
        self._tx.pending.forget(stores, store)
        await self._tx.run(row.on_conflict_do_update(index_elements=[stores.c.name], set_=known))

    async def stores(self) -> Sequence[Store]:
        """Every store with an order, a seller or an address, by name."""
        rows = await self._tx.all(select(stores).order_by(stores.c.name))
        return [_store(row) for row in rows]

    async def _claimed_and_gone(self, order: Order, before: Order | None) -> list[Item]:
        here = {item.no for item in order.items}
        gone = [item for item in before.items if item.no not in here] if before is not None else []
        if not gone:
            return []
        await self._tx.settle(cases)
        rows = await self._tx.all(
            select(cases.c.doc).where(cases.c.store == order.key.store, cases.c.order_number == order.key.number)
        )
        claimed = {claimed.item_no for row in rows for claimed in codec.decode(Case, row.doc).claim.items}
        return [item for item in gone if item.no in claimed]

    def _know(self, found: Sequence[Order]) -> None:
        """They need not be asked for again; what was locked or changed since is newer."""
        for order in found:
            if not self._tx.pending.knows(orders, order.key):
                self._tx.pending.know(orders, order.key, order)

    async def _load(self, key: OrderKey, lock: bool) -> Order | None:
        at_once = _LOCKED_AT_ONCE if self._tx.is_shared else _LOCKED
        found = await self._orders(at_once if lock else _GET, {"keys": [(key.store, key.number)]})
        return found[0] if found else None

    async def _orders(self, statement: Any, values: Values | None = None) -> Sequence[Order]:
        return [_order(row.doc) for row in await self._tx.all(statement, values)]


async def make_stores(tx: Transaction, names: Sequence[str]) -> None:
    """Makes sure that the stores are known."""
    if names:
        await tx.run(tx.insert(stores).on_conflict_do_nothing(), [{"name": name} for name in names])


@lru_cache(maxsize=2048)
def _order(doc: str) -> Order:
    """An order is looked at with every answer of a claim on it, and hardly ever changes: it is read once."""
    return codec.decode(Order, codec.loads(doc))


def _store(row: Any) -> Store:
    return Store(
        name=row.name,
        return_address=row.return_address,
        policy=row.policy or "",
        templates=tuple(row.templates or ()),
    )


def _is(table: Any, key: OrderKey) -> Any:
    return (table.c.store == key.store) & (table.c.number == key.number)
