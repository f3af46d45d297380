"""What happened, case by case: append only, each entry chained to the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from conversations.cases.facts import Fact
from conversations.cases.roles import Role
from conversations.ports import Entry
from storage import codec
from storage.chain import START, Contents, Ring, first_broken, forge
from storage.tables import journal
from storage.transaction import Transaction


class SqlJournal:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def add(self, ref: str, facts: Sequence[Fact], *, who: Role, person: int, at: datetime) -> None:
        """Writes the facts down, in order. The caller holds the case locked, or has just added it."""
        if not facts:
            return
        last: tuple[int, str] | None = await self._tx.look(journal, ref, lambda: self._last(ref))
        n, prev = last or (0, START)
        for fact in facts:
            n += 1
            what, data = codec.encode_fact(fact)
            contents = Contents(who=who.value, person=person, what=what, data=data)
            ring = forge(contents, ref=ref, n=n, at=at, prev=prev)
            self._tx.pending.add(journal, _row(ring, contents))
            prev = ring.hash
        self._tx.pending.know(journal, ref, (n, prev))

    async def of(self, ref: str) -> Sequence[Entry]:
        """The entries in order."""
        return [
            Entry(
                n=row.n,
                at=row.at,
                who=Role(row.who),
                person=row.person,
                fact=codec.decode_fact(row.what, row.data),
            )
            for row in await self._rows(ref)
        ]

    async def verify(self, ref: str) -> int | None:
        """The number of the first entry that is not as it was written; None when the record is sound."""
        return first_broken([(_ring(row), _contents(row)) for row in await self._rows(ref)])

    async def _last(self, ref: str) -> tuple[int, str] | None:
        last = await self._tx.first(
            select(journal.c.n, journal.c.hash).where(journal.c.ref == ref).order_by(journal.c.n.desc()).limit(1)
        )
        return (last.n, last.hash) if last else None

    async def _rows(self, ref: str) -> Sequence[Row[Any]]:
        await self._tx.settle(journal)
        return await self._tx.all(select(journal).where(journal.c.ref == ref).order_by(journal.c.n))


def _row(ring: Ring, contents: Contents) -> dict[str, Any]:
    return {
        "ref": ring.ref,
        "n": ring.n,
        "at": ring.at,
        "who": contents.who,
        "person": contents.person,
        "what": contents.what,
        "data": contents.data,
        "salt": ring.salt,
        "seal": ring.seal,
        "prev": ring.prev,
        "hash": ring.hash,
    }


def _ring(row: Row[Any]) -> Ring:
    return Ring(ref=row.ref, n=row.n, at=row.at, salt=row.salt, seal=row.seal, prev=row.prev, hash=row.hash)


def _contents(row: Row[Any]) -> Contents:
    return Contents(who=row.who, person=row.person, what=row.what, data=row.data)
