"""The cases: each kept whole as a document, with the columns that lists look for beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select, union_all

from conversations.cases.case import Case
from conversations.cases.orders import OrderKey
from conversations.cases.states import State
from storage import codec
from storage.prepared import Prepared, Values
from storage.signs import signs
from storage.tables import IS_QUEUED, cases, evidence, journal
from storage.transaction import Transaction

_REF_LENGTH = 6
Order = Callable[[Any], Sequence[ColumnElement[Any]]]

_ONE = select(cases.c.doc).where(cases.c.ref == bindparam("ref"))
_GET, _LOCKED = Prepared(_ONE), Prepared(_ONE.with_for_update())
_LOCKED_AT_ONCE = Prepared(_ONE.with_for_update(nowait=True))
_OF_ORDER = Prepared(
    select(cases.c.ref, cases.c.doc).where(
        cases.c.store == bindparam("store"), cases.c.order_number == bindparam("number")
    )
)
_OF_BUYER = Prepared(
    select(cases.c.doc).where(cases.c.buyer == bindparam("buyer")).order_by(cases.c.opened_at.desc(), cases.c.ref)
)
_REF = Prepared(
    select(cases.c.ref)
    .where(cases.c.ref == bindparam("ref"))
    .union(select(evidence.c.ref).where(evidence.c.ref == bindparam("ref")))
)


class SqlCases:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def new_ref(self) -> str:
        """An unguessable reference that no case has: six signs without the ones that look or sound alike."""
        while True:
            ref = signs(_REF_LENGTH)
            if self._tx.pending.knows(cases, ref):
                continue
            if await self._tx.first(_REF, {"ref": ref}) is None:
                return ref

    async def add(self, case: Case) -> None:
        self._tx.pending.add(cases, {"ref": case.ref, **_columns(case)})
        self._keep(case)
        self._tx.pending.know(journal, case.ref, None)

    async def get(self, ref: str, *, lock: bool = False) -> Case | None:
        """The case; `lock` keeps others out of it until the unit of work ends."""
        lock = lock and self._tx.on_postgresql  # on SQLite nobody else writes before we end
        if lock and not self._tx.pending.knows(cases, ("locked", ref)):
            await self._tx.settle(cases, evidence, journal)
            for table in (cases, evidence, journal):  # what was seen of it before may not be so any more
                self._tx.pending.forget(table, ref)
            self._tx.pending.know(cases, ("locked", ref), True)
        return await self._tx.look(cases, ref, lambda: self._load(ref, lock))

    async def save(self, case: Case) -> None:
        """Keeps the case and its next deadline. KeyError when it was never added."""
        if await self.get(case.ref) is None:
            raise KeyError(case.ref)
        self._tx.pending.change(cases, (case.ref,), _columns(case))
        self._keep(case)

    async def of_order(self, key: OrderKey) -> Sequence[Case]:
        """Oldest first."""
        refs = await self._tx.look(cases, ("of", key), lambda: self._refs_of(key))
        found = [case for ref in refs if (case := await self.get(ref)) is not None]
        return sorted(found, key=lambda case: (case.opened_at, case.ref))

    async def of_buyer(self, person: int) -> Sequence[Case]:
        """Newest first."""
        return await self._cases(_OF_BUYER, {"buyer": person})

    async def of_stores(self, stores: Sequence[str], *, limit: int = 50) -> Sequence[Case]:
        """Open ones first, the most pressing deadline first; ended ones after them, the last ended first."""
        found = await self._of_each(stores, cases.c.ended_at.is_(None), order=_pressing, limit=limit)
        if (left := limit - len(found)) > 0:
            found += await self._of_each(stores, cases.c.ended_at.is_not(None), order=_last_ended, limit=left)
        return found

    async def queue(self, *, limit: int = 100) -> Sequence[Case]:
        """Escalated and breached cases, the most pressing deadline first, then the oldest."""
        return await self._cases(select(cases.c.doc).where(IS_QUEUED).order_by(*_pressing(cases.c)).limit(limit))

    async def of_arbitrator(self, person: int) -> Sequence[Case]:
        """The open cases an arbitrator has taken, the most pressing deadline first."""
        taken = cases.c.arbitrator == person, cases.c.ended_at.is_(None)
        return await self._cases(select(cases.c.doc).where(*taken).order_by(*_pressing(cases.c)))

    async def due_between(self, begins: datetime, ends: datetime, *, store: str = "") -> Sequence[str]:
        """The references of cases whose deadline falls into the period, both ends included, of one store or of all."""
        found = select(cases.c.ref).where(cases.c.due_at >= begins, cases.c.due_at <= ends)
        if store:  # only open cases have a deadline, and a store's open ones are in an index by theirs
            found = found.where(cases.c.store == store, cases.c.ended_at.is_(None))
        return await self._refs(found)

    async def due_before(self, at: datetime) -> Sequence[str]:
        """The references of cases whose deadline comes before that, or is past."""
        return await self._refs(select(cases.c.ref).where(cases.c.due_at < at))

    async def opened_since(self, at: datetime | None = None) -> Sequence[Case]:
        """All of them, or those opened at that instant or later, oldest first."""
        found = select(cases.c.doc).order_by(cases.c.opened_at, cases.c.ref)
        return await self._cases(found if at is None else found.where(cases.c.opened_at >= at))

    async def all(self, *, store: str | None = None, state: State | None = None, limit: int = 100) -> Sequence[Case]:
        """Newest first."""
        found = select(cases.c.doc).order_by(cases.c.opened_at.desc(), cases.c.ref).limit(limit)
        if store is not None:
            found = found.where(cases.c.store == store)
        if state is not None:
            found = found.where(cases.c.state == state.value)
        return await self._cases(found)

    async def count_by_state(self) -> dict[State, int]:
        """How many there are in each state that any is in."""
        found = select(cases.c.state, func.count().label("number")).group_by(cases.c.state)
        return {State(row.state): row.number for row in await self._tx.all(found)}

    def _keep(self, case: Case) -> None:
        """An order's cases are few, and looked for at every step of a claim."""
        self._tx.pending.know(cases, case.ref, case)
        of_order = ("of", case.claim.order)
        refs = self._tx.pending.known(cases, of_order)
        if refs is not None and case.ref not in refs:
            self._tx.pending.know(cases, of_order, [*refs, case.ref])

    async def _load(self, ref: str, lock: bool) -> Case | None:
        at_once = _LOCKED_AT_ONCE if self._tx.is_shared else _LOCKED
        row = await self._tx.first(at_once if lock else _GET, {"ref": ref})
        return codec.decode(Case, row.doc) if row else None

    async def _refs_of(self, key: OrderKey) -> list[str]:
        """The cases themselves are remembered, so that they need not be asked for again."""
        await self._tx.settle(cases)
        rows = await self._tx.all(_OF_ORDER, {"store": key.store, "number": key.number})
        for row in rows:
            self._tx.pending.know(cases, row.ref, codec.decode(Case, row.doc))
        return [row.ref for row in rows]

    async def _of_each(
        self, stores: Sequence[str], which: ColumnElement[bool], *, order: Order, limit: int
    ) -> list[Case]:
        """One index walk a store, as in `lanes`: a store with many cases costs no more than one with few."""
        if not stores:
            return []
        walks = [
            select(cases).where(cases.c.store == store, which).order_by(*order(cases.c)).limit(limit).subquery()
            for store in stores
        ]
        every = union_all(*(select(walk) for walk in walks)).subquery()
        return await self._cases(select(every.c.doc).order_by(*order(every.c)).limit(limit))

    async def _refs(self, statement: Select[tuple[str]]) -> Sequence[str]:
        """In one order always, so that whoever locks many at once meets nobody who does it the other way round. Sorted here: told
        to sort, SQLite would read all cases in that order."""
        await self._tx.settle(cases)
        return sorted([row.ref for row in await self._tx.all(statement)])

    async def _cases(self, statement: Any, values: Values | None = None) -> list[Case]:
        await self._tx.settle(cases)
        return [codec.decode(Case, row.doc) for row in await self._tx.all(statement, values)]


def _pressing(c: Any) -> Sequence[ColumnElement[Any]]:
    """The next deadline first; whatever is open has one."""
    return c.due_at, c.opened_at, c.ref


def _last_ended(c: Any) -> Sequence[ColumnElement[Any]]:
    return c.ended_at.desc(), c.opened_at, c.ref


def _columns(case: Case) -> dict[str, Any]:
    return {
        "store": case.store,
        "order_number": case.claim.order.number,
        "buyer": case.buyer,
        "arbitrator": case.arbitrator,
        "state": case.state.value,
        "turn": case.position.turn,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "ended_at": case.ended_at,
        "doc": codec.encode(case),
    }
