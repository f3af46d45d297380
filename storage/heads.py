"""The heads of all chains, published: so that whoever cuts a chain's end off, or writes it anew, is found out by anybody
who kept what was published.

What is published is one digest: the SHA-256 over a line "REF N HASH" for each case, sorted by REF, each line ending with a
newline. `aftersales case heads` prints those lines, so that `sha256sum` gives the same.

A publication goes on in many small transactions, from chain to chain, so that nobody waits for it: `begin`, `go_on` while
there is more, `finish` with the digest that was counted in one that only reads. Nothing else changes what is kept here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, or_, select, update

from storage.tables import cases, heads, journal, publications, publishing
from storage.transaction import Transaction

#: Heads read at once.
_PAGE = 500


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


class Digest:
    """The digest over heads, added in their order."""

    def __init__(self) -> None:
        self.count = 0
        self._over = sha256()

    def add(self, head: Head) -> None:
        self.count += 1
        self._over.update(head.line.encode())

    def __str__(self) -> str:
        return self._over.hexdigest()


class SqlHeads:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def broken_off(self) -> list[str]:
        """The cases whose chains no longer contain their published head, in order."""
        await self._tx.settle(cases, journal)
        return sorted(row.ref for row in await self._tx.all(_broken_off()))

    async def underway(self) -> str | None:
        """The chain up to which a publication has come that was begun and is not finished, empty at first: what is kept up
        to there is newer than what was published last. None when there is none."""
        row = await self._tx.first(select(publishing))
        return row.after if row else None

    async def begin(self, at: datetime) -> None:
        """Begins a publication, unless one is under way."""
        if await self.underway() is None:
            await self._tx.run(insert(publishing).values(began_at=at, after=""))

    async def go_on(self, most: int) -> bool:
        """Keeps the heads of the next chains of the publication under way as they are now. Whether there may be more.

        A chain that no longer contains its published head keeps that one: what was cut off stays missed. Whoever goes on
        at the same time waits for us, and takes the next ones.
        """
        await self._tx.settle(cases, journal)
        underway = await self._tx.first(select(publishing).with_for_update())
        if underway is None:
            return False
        rows = await self._tx.all(_ends(underway.after, most))
        sound = [row for row in rows if row.known_hash is None or row.known_hash == row.hash_there]
        newer = [{"ref": row.ref, "n": row.n, "hash": row.hash} for row in sound if row.hash != row.known_hash]
        if newer:
            put = self._tx.insert(heads)
            changed = {"n": put.excluded.n, "hash": put.excluded.hash}
            await self._tx.run(put.on_conflict_do_update(index_elements=[heads.c.ref], set_=changed), newer)
        if rows:
            await self._tx.run(update(publishing).values(after=rows[-1].ref))
        return len(rows) == most

    async def finish(self, at: datetime, *, after: str, count: int, digest: str) -> Publication | None:
        """Makes what is kept the newest publication: these were its `digest()` when it had come up to `after`. None when
        others have finished it since, or gone on."""
        done = delete(publishing).where(publishing.c.after == after).returning(publishing.c.after)
        if not await self._tx.all(done):
            return None
        made = self._tx.insert(publications).values(at=at, count=count, digest=digest).returning(publications.c.n)
        return Publication(await self._tx.scalar(made), at, count, digest)

    async def last(self) -> Publication | None:
        """What was published last."""
        row = await self._tx.first(select(publications).order_by(publications.c.n.desc()).limit(1))
        return Publication(row.n, row.at, row._mapping["count"], row.digest) if row else None

    async def digest(self) -> tuple[int, str]:
        """How many published heads are kept, and the digest over them: the last publication's, unless somebody changed
        them."""
        digest = Digest()
        async for head in self.all():
            digest.add(head)
        return digest.count, str(digest)

    async def all(self) -> AsyncGenerator[Head, None]:
        """The published heads, in order. Sorted once, and read bit by bit: only where nothing is written."""
        await self._tx.settle(heads)
        everything = select(heads).order_by(self._ref).execution_options(yield_per=_PAGE)
        async with self._tx.connection.stream(everything) as found:
            async for row in found:
                yield Head(row.ref, row.n, row.hash)

    @property
    def _ref(self) -> ColumnElement[str]:
        """Sorted byte by byte, whatever the language of the database."""
        return heads.c.ref.collate("C") if self._tx.on_postgresql else heads.c.ref


def _ends(after: str, most: int) -> Select[tuple[str, int, str, str | None, str | None]]:
    """The ends of the next chains, their published heads, and what is on record in the place of these."""
    refs = select(journal.c.ref, func.max(journal.c.n).label("n")).where(journal.c.ref > after)
    last = refs.group_by(journal.c.ref).order_by(journal.c.ref).limit(most).subquery()
    there = journal.alias()
    return (
        select(
            journal.c.ref,
            journal.c.n,
            journal.c.hash,
            heads.c.hash.label("known_hash"),
            there.c.hash.label("hash_there"),
        )
        .join(last, and_(journal.c.ref == last.c.ref, journal.c.n == last.c.n))
        .outerjoin(heads, heads.c.ref == journal.c.ref)
        .outerjoin(there, and_(there.c.ref == heads.c.ref, there.c.n == heads.c.n))
        .order_by(journal.c.ref)
    )


def _broken_off() -> Select[tuple[str]]:
    entries = journal.alias()
    goes_on = and_(entries.c.ref == heads.c.ref, entries.c.n == heads.c.n)
    lost = or_(entries.c.hash.is_(None), entries.c.hash != heads.c.hash)
    return select(heads.c.ref).outerjoin_from(heads, entries, goes_on).where(lost)
