"""What moves deadlines on: the operator's extensions, and the times when the service was away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, and_, bindparam, select

from conversations.cases.clocks import Extension, Outage
from storage.prepared import Prepared, any_of
from storage.tables import extensions, outages
from storage.transaction import Transaction

_EXTENSIONS = Prepared(
    select(extensions)
    .where(extensions.c.store.in_(any_of("stores")), extensions.c.ends >= bindparam("since"))
    .order_by(extensions.c.n)
)
_OUTAGES = Prepared(select(outages).where(outages.c.ended_at > bindparam("since")).order_by(outages.c.ended_at))


class SqlClocks:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def extensions(self, store: str, *, since: datetime) -> Sequence[Extension]:
        """Those for this store or all stores whose period reaches to `since` or later, in the order they were made."""

        async def load() -> Sequence[Extension]:
            rows = await self._tx.all(_EXTENSIONS, {"stores": ["", store], "since": since})
            return [_extension(row) for row in rows]

        return await self._tx.look(extensions, (store, since), load)

    async def outages(self, *, since: datetime) -> Sequence[Outage]:
        """Those that ended after `since`, oldest first."""
        first = datetime(since.year, 1, 1, tzinfo=since.tzinfo)  # they are few, and those of a year serve many claims

        async def load() -> Sequence[Outage]:
            return [Outage(row.began_at, row.ended_at) for row in await self._tx.all(_OUTAGES, {"since": first})]

        known = await self._tx.look(outages, first, load)
        return [outage for outage in known if outage.ended_at > since]

    async def extend(
        self, store: str, *, begins: datetime, ends: datetime, by: timedelta, reason: str = "", at: datetime
    ) -> tuple[Extension, bool]:
        """Keeps an extension for a store, or for all (""). Gives it, and whether it is new.

        The same store, period and length are the same extension, whatever the reason: it keeps the first.
        """
        self._tx.pending.forget(extensions)
        values = {"store": store, "begins": begins, "ends": ends, "seconds": int(by.total_seconds())}
        row = self._tx.insert(extensions).values(**values, reason=reason, made_at=at)
        is_new = bool(await self._tx.all(row.on_conflict_do_nothing().returning(extensions.c.n)))
        kept = await self._tx.first(select(extensions).where(_equals(**values)))
        assert kept is not None
        return _extension(kept), is_new

    async def all_extensions(self) -> Sequence[tuple[Extension, datetime]]:
        """Every extension and when it was made, newest first."""
        rows = await self._tx.all(select(extensions).order_by(extensions.c.n.desc()))
        return [(_extension(row), row.made_at) for row in rows]

    async def add_outage(self, outage: Outage) -> None:
        """Keeps on record that the service was away."""
        self._tx.pending.forget(outages)
        row = self._tx.insert(outages).values(began_at=outage.began_at, ended_at=outage.ended_at)
        await self._tx.run(row.on_conflict_do_nothing())


def _equals(**values: object) -> ColumnElement[bool]:
    return and_(*(extensions.c[name] == value for name, value in values.items()))


def _extension(row: Row[tuple[object, ...]]) -> Extension:
    return Extension(
        n=row.n,
        store=row.store,
        begins=row.begins,
        ends=row.ends,
        by=timedelta(seconds=row.seconds),
        reason=row.reason,
    )
