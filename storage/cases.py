"""The cases: each kept whole as a document, with the columns that lists look for beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update

from conversations.cases.case import Case
from conversations.cases.orders import OrderKey
from conversations.cases.states import ENDS, State
from storage import codec
from storage.signs import signs
from storage.tables import cases, evidence
from storage.transaction import Transaction

_REF_LENGTH = 6
_PRESSING = cases.c.due_at.asc().nulls_last()


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
        theirs = select(cases.c.doc).where(cases.c.store.in_(stores))
        open_first = cases.c.ended_at.desc().nulls_first()
        return await self._cases(theirs.order_by(open_first, _PRESSING, cases.c.opened_at, cases.c.ref).limit(limit))

    async def queue(self) -> Sequence[Case]:
        """Escalated and breached cases, the most pressing deadline first, then the oldest."""
        waiting = cases.c.state.in_([State.ESCALATED.value, State.BREACHED.value])
        return await self._cases(select(cases.c.doc).where(waiting).order_by(_PRESSING, cases.c.opened_at, cases.c.ref))

    async def of_arbitrator(self, person: int) -> Sequence[Case]:
        """The open cases an arbitrator has taken, the most pressing deadline first."""
        taken = cases.c.arbitrator == person, cases.c.state.not_in([end.value for end in ENDS])
        return await self._cases(select(cases.c.doc).where(*taken).order_by(_PRESSING, cases.c.opened_at, cases.c.ref))

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

    async def count_by_state(self) -> dict[State, int]:
        """How many there are in each state that any is in."""
        found = select(cases.c.state, func.count().label("number")).group_by(cases.c.state)
        return {State(row.state): row.number for row in await self._tx.all(found)}

    async def _refs(self, statement: Select[tuple[str]]) -> Sequence[str]:
        """In one order always, so that whoever locks many at once meets nobody who does it the other way round."""
        return [row.ref for row in await self._tx.all(statement.order_by(cases.c.ref))]

    async def _cases(self, statement: Any) -> Sequence[Case]:
        return [codec.decode(Case, row.doc) for row in await self._tx.all(statement)]


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
