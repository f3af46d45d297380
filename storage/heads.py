"""The heads of all chains, published: so that whoever cuts a chain's end off, or writes it anew, is found out by anybody
who kept what was published.

What is published is one digest: the SHA-256 over a line "REF N HASH" for each case, sorted by REF, each line ending with a
newline. `aftersales case heads` prints those lines, so that `sha256sum` gives the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from storage.tables import cases, heads, journal, publications
from storage.transaction import Transaction

#: Heads read at once.
_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain when it was published."""

    ref: str
    n: int
    hash: str

    @property
    def line(self) -> str:
        return f"{self.ref} {self.n} {self.hash}\n"


@dataclass(frozen=True, slots=True)
class Publication:
    """What was told to the world. `count` is the number of chains."""

    n: int
    at: datetime
    count: int
    digest: str


class SqlHeads:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def broken_off(self) -> list[str]:
        """The cases whose chains no longer contain their published head, in order."""
        await self._tx.settle(cases, journal)
        return sorted(row.ref for row in await self._tx.all(_broken_off()))

    async def publish(self, at: datetime) -> Publication:
        """Keeps the heads of all chains as they are now, and gives what is to be told of them.

        A chain that no longer contains its published head keeps that one: what was cut off stays missed.
        """
        await self._tx.settle(cases, journal)
        last = select(journal.c.ref, func.max(journal.c.n).label("n")).group_by(journal.c.ref).subquery()
        now = select(journal.c.ref, journal.c.n, journal.c.hash).join(
            last, and_(journal.c.ref == last.c.ref, journal.c.n == last.c.n)
        )

        sound = journal.c.ref.not_in(_broken_off())
        put = self._tx.insert(heads).from_select(["ref", "n", "hash"], now.where(sound))
        newer = {"n": put.excluded.n, "hash": put.excluded.hash}
        await self._tx.run(put.on_conflict_do_update(index_elements=[heads.c.ref], set_=newer))
        count, digest = await self.digest()
        made = self._tx.insert(publications).values(at=at, count=count, digest=digest).returning(publications.c.n)
        return Publication(await self._tx.scalar(made), at, count, digest)

    async def last(self) -> Publication | None:
        """What was published last."""
        row = await self._tx.first(select(publications).order_by(publications.c.n.desc()).limit(1))
        return Publication(row.n, row.at, row._mapping["count"], row.digest) if row else None

    async def digest(self) -> tuple[int, str]:
        """How many published heads are kept, and the digest over them: the last publication's, unless somebody changed
        them."""
        count, over = 0, sha256()
        async for head in self.all():
            count += 1
            over.update(head.line.encode())
        return count, over.hexdigest()

    async def all(self) -> AsyncIterator[Head]:
        """The published heads, in order."""
        after = ""
        while rows := await self._tx.all(select(heads).where(self._ref > after).order_by(self._ref).limit(_PAGE)):
            for row in rows:
                yield Head(row.ref, row.n, row.hash)
            after = rows[-1].ref

    @property
    def _ref(self) -> ColumnElement[str]:
        """Sorted byte by byte, whatever the language of the database."""
        return heads.c.ref.collate("C") if self._tx.on_postgresql else heads.c.ref


def _broken_off() -> Select[tuple[str]]:
    entries = journal.alias()
    goes_on = and_(entries.c.ref == heads.c.ref, entries.c.n == heads.c.n)
    lost = or_(entries.c.hash.is_(None), entries.c.hash != heads.c.hash)
    return select(heads.c.ref).outerjoin_from(heads, entries, goes_on).where(lost)
