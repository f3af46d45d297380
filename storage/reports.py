"""Counts over many cases, in SQL that both databases know. Percentiles are by nearest rank, over `row_number`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, Integer, Row, Select, case, func, literal, select, union_all

from conversations.cases.claim import Reason
from conversations.cases.figures import (
    SLICES,
    ArbitratorFigures,
    Costs,
    Figures,
    Peer,
    Period,
    ProductFigures,
    Spread,
)
from conversations.cases.standing import nearest
from storage.openings import SqlOpenings
from storage.tables import cases, hearings, orders, outcome_products, outcomes
from storage.transaction import Transaction

#: Products told of, and claims read for their words.
_MOST_PRODUCTS = 20
_MOST_CLAIMS = 200


_COUNTED = (cases, hearings, orders, outcome_products, outcomes)


class SqlReports:
    def __init__(self, tx: Transaction, its_openings: SqlOpenings) -> None:
        self._tx = tx
        self._openings = its_openings

    async def figures(self, store: str, period: Period) -> Figures:
        """The figures of one store; of all stores together when it is empty."""
        return Figures(
            **await self._opened(store, period),
            **await self._numbers(store, period),
            products=await self._products(store, period),
        )

    async def _all(self, statement: Executable) -> Sequence[Row[Any]]:
        """What the transaction has not written yet is counted too."""
        await self._tx.settle(*_COUNTED)
        return await self._tx.all(statement)

    async def _opened(self, store: str, period: Period) -> dict[str, Any]:
        """Counted by remedy, reason and slice at once, in so few rows that adding them up here costs nothing."""
        within = _within(outcomes, "opened_at", store, period)
        slices = enumerate(period.cuts[1:-1])
        slice = case(*((outcomes.c.opened_at < cut, n) for n, cut in slices), else_=SLICES - 1).label("slice")
        by = outcomes.c.remedy, outcomes.c.reason, slice
        rows = await self._all(select(*by, *_counts()).where(*within).group_by(*by))
        in_slices = [0] * SLICES
        by_remedy, by_reason, sums = Counter[str](), Counter[str](), Counter[str]()
        for row in rows:
            in_slices[row.slice] += row.cases
            by_remedy[row.remedy] += row.cases
            by_reason[row.reason] += row.cases
            sums.update({name: getattr(row, name) for name in _SUMS})
        return {
            **{name: sums[name] for name in _SUMS},
            "by_remedy": dict(by_remedy),
            "by_reason": dict(by_reason),
            "slices": tuple(in_slices),
        }

    async def _numbers(self, store: str, period: Period) -> dict[str, Any]:
        """All that takes few numbers, asked for at once: the way there and back takes longer than most of the counting."""
        opened, ended = (_within(outcomes, instant, store, period) for instant in ("opened_at", "ended_at"))
        rulings = (*_within(hearings, "ended_at", store, period), hearings.c.how == "ruled")
        rated, bought = _within(outcomes, "rated_at", store, period), _within(orders, "purchased_at", store, period)
        marks = func.count(), _sum(outcomes.c.service), _number(outcomes.c.outcome > 0), _sum(outcomes.c.outcome)
        parts = union_all(
            _percentiles("answer", outcomes.c.answer_seconds, *opened),
            _percentiles("resolution", outcomes.c.resolve_seconds, *ended),
            _numbered("rulings", func.count(), _number(hearings.c.is_appealed), _number(hearings.c.is_reversed)).where(
                *rulings
            ),
            _numbered("ratings", *marks).where(*rated),
            _numbered("orders", func.count()).where(*bought),
            _numbered("costs", _sum(outcomes.c.refund), _sum(outcomes.c.shipping), name=outcomes.c.currency)
            .where(*ended)
            .group_by(outcomes.c.currency),
        )
        found = defaultdict[str, list[Row[Any]]](list)
        for row in await self._all(parts):
            found[row.kind].append(row)
        costs = sorted(found["costs"], key=lambda row: str(row.name))
        [ruled], [marked], [ordered] = found["rulings"], found["ratings"], found["orders"]
        return {
            "answer": _spread(found["answer"]),
            "resolution": _spread(found["resolution"]),
            "costs": tuple(Costs(row.name, row.a, row.b) for row in costs if row.a or row.b),
            "rulings": ruled.a,
            "appealed": ruled.b,
            "reversed": ruled.c,
            "ratings": marked.a,
            "service": marked.b,
            "outcomes": marked.c,
            "outcome": marked.d,
            "orders": ordered.a,
        }

    async def _products(self, store: str, period: Period) -> tuple[ProductFigures, ...]:
        """The products with most cases. One is complete in the rows read: it has no more than there are reasons."""
        products = outcome_products
        key = (products.c.product,) if store else (products.c.store, products.c.product)
        counted = (
            select(
                products.c.store if not store else func.min(products.c.store).label("store"),
                products.c.product,
                products.c.reason,
                func.max(products.c.title).label("title"),
                func.count().label("number"),
                func.sum(func.count()).over(partition_by=key).cast(Integer).label("total"),
            )
            .where(*_within(products, "opened_at", store, period))
            .group_by(*key, products.c.reason)
            .subquery()
        )
        rows = await self._all(
            select(counted)
            .order_by(counted.c.total.desc(), counted.c.store, counted.c.product, counted.c.reason)
            .limit(_MOST_PRODUCTS * len(Reason))
        )
        found: dict[tuple[str, str], tuple[str, dict[str, int]]] = {}
        for row in rows:
            title, by_reason = found.setdefault((row.store, row.product), (row.title, {}))
            by_reason[row.reason] = row.number
            found[row.store, row.product] = max(title, row.title), by_reason
        return tuple(
            ProductFigures(product, title, by_reason)
            for (_, product), (title, by_reason) in list(found.items())[:_MOST_PRODUCTS]
        )

    async def peers(self, store: str, period: Period) -> Sequence[Peer]:
        """The other stores that it is compared with, by name; when `store` is empty, all that had cases or ratings."""
        theirs: tuple[ColumnElement[bool], ...] = ()
        if store:
            sizes = dict(await self._openings.within(period))
            theirs = (outcomes.c.store.in_(nearest(sizes.pop(store, 0), sizes)),)
        opened = (*_within(outcomes, "opened_at", "", period), *theirs)
        found = await self._compared(opened)
        rated = (*_within(outcomes, "rated_at", "", period), *theirs)
        marks = select(outcomes.c.store, func.count().label("ratings"), _sum(outcomes.c.service).label("service"))
        for row in await self._all(marks.where(*rated).group_by(outcomes.c.store)):
            found[row.store] = {**found.get(row.store, {}), **row._asdict()}
        return [Peer(**found[name]) for name in sorted(found)]

    async def _compared(self, opened: Sequence[ColumnElement[bool]]) -> dict[str, dict[str, Any]]:
        """What stores are compared by, of the cases opened. PostgreSQL has medians by nearest rank, and takes a quarter of
        the time for them that the ranks of all rows take."""
        answer = outcomes.c.answer_seconds
        counts = [*_counts(), func.count(answer).label("answered")]
        if self._tx.on_postgresql:
            counts.append(func.percentile_disc(0.5).within_group(answer).label("answer"))
        counted = select(outcomes.c.store, *counts).where(*opened).group_by(outcomes.c.store)
        found = {row.store: row._asdict() for row in await self._all(counted)}
        if not self._tx.on_postgresql:
            ranked = _ranked(answer, *opened, by=outcomes.c.store).subquery()
            medians = select(ranked.c.key, ranked.c.value).where(ranked.c.rank == _rank(50, ranked.c.number))
            for row in await self._all(medians):
                found[row.key]["answer"] = row.value
        return found

    async def words(self, store: str, product: str, period: Period) -> tuple[Sequence[str], Sequence[str]]:
        products = outcome_products
        within = _within(products, "opened_at", store, period)
        mine = select(products.c.ref).where(products.c.product == product, *within)
        about = await self._claims(mine.order_by(products.c.opened_at.desc(), products.c.ref))
        others = select(products.c.ref).where(products.c.product != product, *within)
        return about, await self._claims(others.order_by(products.c.opened_at.desc(), products.c.ref))

    async def _claims(self, refs: Any) -> Sequence[str]:
        last = refs.limit(_MOST_CLAIMS).subquery()
        rows = await self._all(select(cases.c.doc).join(last, last.c.ref == cases.c.ref).order_by(cases.c.ref))
        return [words for row in rows if (words := row.doc["claim"].get("words", ""))]

    async def arbitrators(self, period: Period) -> Sequence[ArbitratorFigures]:
        """The arbitrators who took a case in the period, by number; first, as number 0, all of them together."""
        within = hearings.c.taken_at >= period.begins, hearings.c.taken_at < period.ends
        counts = (
            func.count().label("hearings"),
            _number(hearings.c.ended_at.is_(None)).label("open"),
            _number(hearings.c.how == "ruled").label("rulings"),
            _number(hearings.c.how == "late").label("late"),
            _number(hearings.c.is_appealed).label("appealed"),
            _number(hearings.c.is_reversed).label("reversed"),
        )
        [whole] = await self._all(select(*counts).where(*within))
        all_time = _spread(await self._all(_percentiles("all", hearings.c.seconds, *within)))
        told = [ArbitratorFigures(arbitrator=0, **whole._asdict(), time=all_time)]
        spreads = defaultdict[int, list[Row[Any]]](list)
        for row in await self._all(_percentiles("each", hearings.c.seconds, *within, by=hearings.c.arbitrator)):
            spreads[row.d].append(row)
        each = select(hearings.c.arbitrator, *counts).where(*within).group_by(hearings.c.arbitrator)
        for row in await self._all(each.order_by(hearings.c.arbitrator)):
            told.append(ArbitratorFigures(**row._asdict(), time=_spread(spreads[row.arbitrator])))
        return told


#: What is counted of cases, by the names that `Figures` and `Peer` have for it.
_SUMS = ("cases", "kept", "missed", "offers", "accepted", "escalated")


@cache
def _counts() -> tuple[ColumnElement[int], ...]:
    sums = [_sum(outcomes.c[name]).label(name) for name in ("kept", "missed", "offers", "accepted")]
    return func.count().label("cases"), *sums, _number(outcomes.c.is_escalated).label("escalated")


def _within(table: Any, instant: str, store: str, period: Period) -> tuple[ColumnElement[bool], ...]:
    at = table.c[instant]
    when = at >= period.begins, at < period.ends
    return (table.c.store == store, *when) if store else when


def _sum(column: ColumnElement[Any]) -> ColumnElement[int]:
    """A sum that is 0 for no rows. PostgreSQL's sums of big integers are decimals: a report's fit into 64 bits."""
    return func.coalesce(func.sum(column), 0).cast(outcomes.c.refund.type)


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0).cast(outcomes.c.refund.type)


def _ranked(value: ColumnElement[Any], *within: ColumnElement[bool], by: ColumnElement[Any] | None = None) -> Any:
    """Each value with its rank and the number of all of them (within a key)."""
    keys = [] if by is None else [by.label("key")]
    rank = func.row_number().over(partition_by=by, order_by=value)
    count = func.count().over(partition_by=by)
    return select(*keys, value.label("value"), rank.label("rank"), count.label("number")).where(
        *within, value.is_not(None)
    )


def _numbered(kind: str, *numbers: Any, name: Any = None) -> Select[*tuple[Any, ...]]:
    """A row of up to four numbers, with what they are, so that unlike ones come in one answer."""
    padded = (*numbers, *[literal(0)] * (4 - len(numbers)))
    columns = [number.label(label) for number, label in zip(padded, "abcd", strict=True)]
    return select(literal(kind).label("kind"), (literal("") if name is None else name).label("name"), *columns)


def _percentiles(
    kind: str, value: ColumnElement[Any], *within: ColumnElement[bool], by: ColumnElement[Any] | None = None
) -> Select[*tuple[Any, ...]]:
    """The rows that `_spread` is made of: the value of a rank, and the number of all of them; in `d` the key, if any."""
    ranked = _ranked(value, *within, by=by).subquery()
    keys = [] if by is None else [ranked.c.key]
    ranks = [_rank(percent, ranked.c.number) for percent in (50, 90)]
    return _numbered(kind, ranked.c.value, ranked.c.rank, ranked.c.number, *keys).where(ranked.c.rank.in_(ranks))


def _spread(rows: Sequence[Row[Any]]) -> Spread:
    if not rows:
        return Spread()
    values, number = {row.b: row.a for row in rows}, rows[0].c
    return Spread(number, values[_rank(50, number)], values[_rank(90, number)])


def _rank(percent: int, count: Any) -> Any:
    """The nearest rank of a percentile: the number of values that `percent` % of `count` make, rounded up."""
    return (count * percent + 99) // 100
