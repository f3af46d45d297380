"""How many cases each store had had by each of the last midnights (UTC): so that how large all stores are in any time is
found without counting the cases of all of them again. When a case was opened never changes, so what is kept stays true."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Select, cast, delete, func, literal, select, union_all

from conversations.cases.figures import Period
from storage.columns import Instant
from storage.tables import openings, outcomes
from storage.transaction import Transaction

#: So many midnights are kept: somewhat more than the longest report has days.
KEPT: Final = 100

_DAY: Final = timedelta(days=1)
#: A midnight is counted so long after it, when whatever was begun before it has long been committed.
_SETTLED: Final = timedelta(hours=1)


class SqlOpenings:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def bring_up(self, now: datetime) -> bool:
        """Counts up to the next midnight that has not been counted, and forgets the oldest. Whether there may be more."""
        await self._tx.settle(outcomes)
        newest = _midnight(now - _SETTLED)
        oldest = newest - (KEPT - 1) * _DAY
        inside = openings.c.midnight.between(oldest, newest)
        await self._tx.run(delete(openings).where(~inside))  # also those to come, of a clock that was set back
        last = await self._tx.scalar(select(func.max(openings.c.midnight)))
        midnight = last + _DAY if last is not None else await self._first(oldest)
        if midnight is None or midnight > newest:
            return False
        put = self._tx.insert(openings).from_select(["midnight", "store", "cases"], _counted(last, midnight))
        await self._tx.run(put.on_conflict_do_nothing())  # another process counts the same
        return True

    async def _first(self, oldest: datetime) -> datetime | None:
        """The first midnight that is worth counting: before it there were cases."""
        opened_at = await self._tx.scalar(select(func.min(outcomes.c.opened_at)))
        return None if opened_at is None else max(oldest, _midnight(opened_at) + _DAY)

    async def within(self, period: Period) -> Mapping[str, int]:
        """How many cases were opened in the period, by store: from the first midnight in it to the last as they are kept,
        and the rest, or all of it where none is kept, counted now."""
        await self._tx.settle(outcomes)
        in_it = openings.c.midnight.between(period.begins, period.ends)
        first = select(func.min(openings.c.midnight)).where(in_it).scalar_subquery()
        last = select(func.max(openings.c.midnight)).where(in_it).scalar_subquery()
        ends = literal(period.ends, Instant)
        parts = union_all(
            _opened(outcomes.c.opened_at >= period.begins, outcomes.c.opened_at < func.coalesce(first, ends)),
            _opened(outcomes.c.opened_at >= func.coalesce(last, ends), outcomes.c.opened_at < ends),
            select(openings.c.store, openings.c.cases).where(openings.c.midnight == last),
            select(openings.c.store, -openings.c.cases).where(openings.c.midnight == first),
        ).subquery()
        number = cast(func.sum(parts.c.cases), BigInteger)
        rows = await self._tx.all(select(parts.c.store, number).group_by(parts.c.store).having(number > 0))
        return dict(map(tuple, rows))


def _midnight(at: datetime) -> datetime:
    """The last one before, or that very instant."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _opened(*within: ColumnElement[bool]) -> Select[tuple[str, int]]:
    return select(outcomes.c.store, func.count().label("cases")).where(*within).group_by(outcomes.c.store)


def _counted(last: datetime | None, midnight: datetime) -> Select[tuple[datetime, str, int]]:
    """What there was at the last midnight, and what has come since."""
    before = outcomes.c.opened_at < midnight
    if last is None:
        parts = _opened(before).subquery()
    else:
        known = select(openings.c.store, openings.c.cases).where(openings.c.midnight == last)
        parts = union_all(_opened(outcomes.c.opened_at >= last, before), known).subquery()
    number = cast(func.sum(parts.c.cases), BigInteger)
    return select(literal(midnight, Instant), parts.c.store, number).group_by(parts.c.store)
