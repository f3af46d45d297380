"""What happened, case by case: append only, each entry chained to the one before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from conversations.cases.facts import EntryErased, Fact
from conversations.cases.roles import Role
from conversations.ports import Entry
from storage import codec
from storage.chain import START, Contents, Ring, first_broken, forge
from storage.prepared import Prepared
from storage.tables import cases, heads, journal
from storage.transaction import Transaction

#: What an entry holds in place of contents that were erased: all of it, so that none of it can be changed unseen.
_ERASED: dict[str, Any] = {
    "who": Role.CLOCK.value,
    "person": 0,
    "what": EntryErased.__name__,
    "data": {},
    "salt": "",
}


_IN = select(journal).where(journal.c.ref == bindparam("ref"))
_ENTRIES, _LAST = Prepared(_IN.order_by(journal.c.n)), Prepared(_IN.order_by(journal.c.n.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it stands in its chain; `contents` are None when they were erased."""

    ring: Ring
    contents: Contents | None


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

    async def erase(self, ref: str, numbers: Collection[int]) -> None:
        """Takes the contents of entries off the record, and the salt with them, so that nobody can find them by trying.
        Their seals stay, and with them the chain."""
        await self._tx.settle(journal)
        named = journal.c.ref == ref, journal.c.n.in_(numbers)
        await self._tx.run(update(journal).where(*named).values(_ERASED))

    async def chain(self, ref: str) -> Sequence[Link]:
        """The entries in order, as links of their chain."""
        return [_link(row) for row in await self._rows(ref)]

    async def verify(self, ref: str) -> int | None:
        """The number of the first entry that is not as it was written, or is missing, as far as the chain and its
        published head can tell; None when the record is sound."""
        return (await self.verify_many([ref]))[ref]

    async def verify_many(self, refs: Sequence[str]) -> dict[str, int | None]:
        """The same for many cases at once."""
        await self._tx.settle(cases, journal)
        chains: dict[str, list[Link]] = {ref: [] for ref in refs}
        found = select(journal).where(journal.c.ref.in_(refs)).order_by(journal.c.ref, journal.c.n)
        for row in await self._tx.all(found):
            chains[row.ref].append(_link(row))
        published = {row.ref: row for row in await self._tx.all(select(heads).where(heads.c.ref.in_(refs)))}
        known = {row.ref for row in await self._tx.all(select(cases.c.ref).where(cases.c.ref.in_(refs)))}
        return {ref: _first_flaw(chain, published.get(ref), is_case=ref in known) for ref, chain in chains.items()}

    async def is_missed(self, ref: str) -> bool:
        """Whether there is, or was once published, a record of that case: it may be gone from the cases."""
        await self._tx.settle(journal)
        of_entries = select(journal.c.ref).where(journal.c.ref == ref)
        return await self._tx.first(of_entries.union(select(heads.c.ref).where(heads.c.ref == ref))) is not None

    async def refs(self) -> Sequence[str]:
        """Every case that has a record, or should have one, in order."""
        await self._tx.settle(cases, journal)
        named = select(cases.c.ref).union(select(journal.c.ref), select(heads.c.ref)).subquery()
        return sorted(row.ref for row in await self._tx.all(select(named.c.ref)))

    async def _last(self, ref: str) -> tuple[int, str] | None:
        last = await self._tx.first(_LAST, {"ref": ref})
        return (last.n, last.hash) if last else None

    async def _rows(self, ref: str) -> Sequence[Row[Any]]:
        await self._tx.settle(journal)
        return await self._tx.all(_ENTRIES, {"ref": ref})


def _first_flaw(chain: Sequence[Link], head: Row[Any] | None, *, is_case: bool) -> int | None:
    broken = first_broken([(link.ring, link.contents) for link in chain])
    if broken is not None:
        return broken
    if head is not None and len(chain) < head.n:
        return len(chain) + 1
    if head is not None and chain[head.n - 1].ring.hash != head.hash:
        return int(head.n)
    return 1 if is_case and not chain else None  # every case begins with an entry


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


def _link(row: Row[Any]) -> Link:
    ring = Ring(ref=row.ref, n=row.n, at=row.at, salt=row.salt, seal=row.seal, prev=row.prev, hash=row.hash)
    is_erased = all(getattr(row, name) == value for name, value in _ERASED.items())
    contents = Contents(who=row.who, person=row.person, what=row.what, data=row.data)
    return Link(ring, None if is_erased else contents)
