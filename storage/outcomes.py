"""What came of each case, in figures: a row that follows its case in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Integer, Row, bindparam, case, func, select

from conversations.cases.case import Case
from conversations.cases.facts import Fact
from conversations.cases.orders import Item
from conversations.cases.outcomes import CaseOutcome, Hearing, begun, changes_figures, heard, noted, touches_hearings
from conversations.cases.roles import Role
from conversations.cases.standing import MOST_CASES, PERIOD, Standing
from storage.orders import SqlOrders
from storage.prepared import Prepared
from storage.tables import hearings, outcome_products, outcomes
from storage.transaction import Transaction

_FIELDS = tuple(field.name for field in fields(CaseOutcome))
_HEARING = tuple(field.name for field in fields(Hearing))

_GET = Prepared(select(outcomes).where(outcomes.c.ref == bindparam("ref")))
_HEARINGS = Prepared(select(hearings).where(hearings.c.ref == bindparam("ref")).order_by(hearings.c.n))

_LAST = (
    select(outcomes.c.service, outcomes.c.answer_seconds, outcomes.c.is_escalated)
    .where(
        outcomes.c.store == bindparam("store"),
        outcomes.c.ended_at > bindparam("since"),
        outcomes.c.ended_at <= bindparam("now"),
    )
    .order_by(outcomes.c.ended_at.desc())
    .limit(MOST_CASES)
    .subquery()
)
_RANKED = (
    select(
        _LAST.c.answer_seconds,
        func.row_number().over(order_by=_LAST.c.answer_seconds).label("rank"),
        func.count().over().label("number"),
    )
    .where(_LAST.c.answer_seconds.is_not(None))
    .subquery()
)
_STANDING = Prepared(
    select(
        func.count().label("cases"),
        func.sum(case((_LAST.c.service > 0, 1), else_=0)).cast(Integer).label("ratings"),
        func.sum(_LAST.c.service).cast(Integer).label("stars"),
        func.sum(case((_LAST.c.is_escalated, 0), else_=1)).cast(Integer).label("alone"),
    ).select_from(_LAST)
)
_MEDIAN = Prepared(select(_RANKED.c.answer_seconds).where(_RANKED.c.rank == (_RANKED.c.number + 1) // 2))


class SqlOutcomes:
    def __init__(self, tx: Transaction, its_orders: SqlOrders) -> None:
        self._tx = tx
        self._orders = its_orders

    async def note(self, case: Case, facts: Sequence[Fact], *, who: Role, at: datetime) -> None:
        """Takes facts down. The caller holds the case locked, or has just added it."""
        if not changes_figures(facts, who=who):
            return
        before = await self.get(case.ref)
        row = before or begun(case)
        after = noted(row, case, facts, who=who, at=at)
        if before is None:
            self._tx.pending.add(outcomes, asdict(after))
            await self._add_products(case)
        elif changed := {name: value for name in _FIELDS if (value := getattr(after, name)) != getattr(before, name)}:
            self._tx.pending.change(outcomes, (case.ref,), changed)
        self._tx.pending.know(outcomes, case.ref, after)
        self._tx.pending.forget(outcomes, ("standing", case.store))
        if touches_hearings(row, case, facts):
            await self._save_hearings(case, row, facts, at)

    async def get(self, ref: str) -> CaseOutcome | None:
        return await self._tx.look(outcomes, ref, lambda: self._load(ref))

    async def _load(self, ref: str) -> CaseOutcome | None:
        row = await self._tx.first(_GET, {"ref": ref})
        return CaseOutcome(**{name: getattr(row, name) for name in _FIELDS}) if row else None

    async def hearings_of(self, ref: str) -> tuple[Hearing, ...]:
        """In order."""
        return await self._tx.look(hearings, ref, lambda: self._load_hearings(ref))

    async def _load_hearings(self, ref: str) -> tuple[Hearing, ...]:
        rows = await self._tx.all(_HEARINGS, {"ref": ref})
        return tuple(_hearing(row) for row in rows)

    async def standing(self, store: str, now: datetime) -> Standing:
        """Asked for at most steps of a claim, and the same at one instant until a case of the store changes."""
        at, known = self._tx.pending.known(outcomes, ("standing", store), (None, None))
        if at != now:
            known = await self._standing(store, now)
            self._tx.pending.know(outcomes, ("standing", store), (now, known))
        return cast(Standing, known)

    async def _standing(self, store: str, now: datetime) -> Standing:
        await self._tx.settle(outcomes)
        lately = {"store": store, "since": now - PERIOD, "now": now}
        counts = await self._tx.first(_STANDING, lately)
        assert counts is not None
        median = await self._tx.scalar(_MEDIAN, lately) if counts.cases else None
        return Standing(
            store=store,
            cases=counts.cases,
            ratings=counts.ratings or 0,
            stars=counts.stars or 0,
            first_answer=None if median is None else timedelta(seconds=median),
            alone=counts.alone or 0,
        )

    async def _add_products(self, case: Case) -> None:
        order = await self._orders.get(case.claim.order)
        if order is None:
            return
        lines = {item.no: item for item in order.items}
        claimed = [lines[c.item_no] for c in case.claim.items if c.item_no in lines]
        rows = [
            {
                "ref": case.ref,
                "product": product,
                "title": item.title,
                "store": case.store,
                "reason": case.claim.reason.value,
                "opened_at": case.opened_at,
            }
            for product, item in {_product(item): item for item in claimed}.items()
        ]
        for each in rows:
            self._tx.pending.add(outcome_products, each)

    async def _save_hearings(self, case: Case, before: CaseOutcome, facts: Sequence[Fact], at: datetime) -> None:
        known = await self.hearings_of(case.ref)
        after = heard(known, before, case, facts, at=at)
        for hearing in after:
            if hearing not in known:
                self._tx.pending.write(hearings, asdict(hearing))
        self._tx.pending.know(hearings, case.ref, tuple(after))


def _product(item: Item) -> str:
    return item.sku or item.title


def _hearing(row: Row[Any]) -> Hearing:
    return Hearing(**{name: getattr(row, name) for name in _HEARING})
