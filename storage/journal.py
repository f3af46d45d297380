"""What happened, case by case: append only, each entry chained to the one before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from conversations.cases.facts import EntryErased, Fact
from conversations.cases.roles import Role
from conversations.ports import Entry
from storage import codec
from storage.chain import START, Contents, Ring, first_broken, forge
from storage.tables import journal
from storage.transaction import Transaction

#: What an entry holds in place of contents that were erased: all of it, so that none of it can be changed unseen.
_ERASED: dict[str, Any] = {
    "who": Role.CLOCK.value,
    "person": 0,
    "what": EntryErased.__name__,
    "data": {},
    "salt": "",
}


class SqlJournal:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def add(self, ref: str, facts: Sequence[Fact], *, who: Role, person: int, at: datetime) -> None:
        """Writes the facts down, in order. The caller holds the case locked, or has just added it."""
        if not facts:
            return
        last = await self._tx.first(
            select(journal.c.n, journal.c.hash).where(journal.c.ref == ref).order_by(journal.c.n.desc()).limit(1)
        )
        n, prev = (last.n, last.hash) if last else (0, START)
        rows = []
        for fact in facts:
            n += 1
            what, data = codec.encode_fact(fact)
            contents = Contents(who=who.value, person=person, what=what, data=data)
            ring = forge(contents, ref=ref, n=n, at=at, prev=prev)
            rows.append(_row(ring, contents))
            prev = ring.hash
        await self._tx.run(self._tx.insert(journal), rows)

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

    async def erase(self, ref: str, numbers: Collection[int]) -> None:
        """Takes the contents of entries off the record, and the salt with them, so that nobody can find them by trying.
        Their seals stay, and with them the chain."""
        named = journal.c.ref == ref, journal.c.n.in_(numbers)
        await self._tx.run(update(journal).where(*named).values(_ERASED))

    async def verify(self, ref: str) -> int | None:
        """The number of the first entry that is not as it was written; None when the record is sound."""
        return first_broken([(_ring(row), _contents(row)) for row in await self._rows(ref)])

    async def _rows(self, ref: str) -> Sequence[Row[Any]]:
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


def _contents(row: Row[Any]) -> Contents | None:
    """None when they were erased."""
    if all(getattr(row, name) == value for name, value in _ERASED.items()):
        return None
    return Contents(who=row.who, person=row.person, what=row.what, data=row.data)
