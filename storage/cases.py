"""The cases: each kept whole as a document, with the columns that lists look for beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, union_all, update

from conversations.cases.case import Case
from conversations.cases.orders import OrderKey
from conversations.cases.states import State
from storage import codec
from storage.signs import signs
from storage.tables import IS_QUEUED, cases, evidence
from storage.transaction import Transaction

_REF_LENGTH = 6
Order = Callable[[Any], Sequence[ColumnElement[Any]]]


class SqlCases:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def new_ref(self) -> str:
        """An unguessable reference that no case has: six signs without the ones that look or sound alike."""
        while True:
            ref = signs(_REF_LENGTH)
            of_cases = select(cases.c.ref).where(cases.c.ref == ref)
            of_evidence = select(evidence.c.ref).where(evidence.c.ref == ref)
            if await self._tx.first(of_cases.union(of_evidence)) is None:
                return ref

    async def add(self, case: Case) -> None:
        await self._tx.run(self._tx.insert(cases).values(ref=case.ref, **_columns(case)))

    async def get(self, ref: str, *, lock: bool = False) -> Case | None:
        """The case; `lock` keeps others out of it until the unit of work ends."""
        found = select(cases.c.doc).where(cases.c.ref == ref)
        row = await self._tx.first(found.with_for_update() if lock else found)
        return codec.decode(Case, row.doc) if row else None

    async def save(self, case: Case) -> None:
        """Keeps the case and its next deadline. KeyError when it was never added."""
        saved = await self._tx.run(update(cases).where(cases.c.ref == case.ref).values(_columns(case)))
        if saved.rowcount != 1:
            raise KeyError(case.ref)

    async def of_order(self, key: OrderKey) -> Sequence[Case]:
        """Oldest first."""
        mine = cases.c.store == key.store, cases.c.order_number == key.number
        return await self._cases(select(cases.c.doc).where(*mine).order_by(cases.c.opened_at, cases.c.ref))

    async def of_buyer(self, person: int) -> Sequence[Case]:
        """Newest first."""
        mine = select(cases.c.doc).where(cases.c.buyer == person)
        return await self._cases(mine.order_by(cases.c.opened_at.desc(), cases.c.ref))

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
        return await self._refs(found.where(cases.c.store == store) if store else found)

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
        """In one order always, so that whoever locks many at once meets nobody who does it the other way round."""
        return [row.ref for row in await self._tx.all(statement.order_by(cases.c.ref))]

    async def _cases(self, statement: Any) -> list[Case]:
        return [codec.decode(Case, row.doc) for row in await self._tx.all(statement)]


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
