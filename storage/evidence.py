"""The exhibits of each case; their bytes are in `evidence_files`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from conversations.cases.evidence import Evidence, File
from conversations.cases.roles import Role
from storage import codec
from storage.prepared import Prepared
from storage.queues import FETCHES, Fetch
from storage.tables import evidence
from storage.transaction import Transaction

_OF = Prepared(select(evidence.c.doc).where(evidence.c.ref == bindparam("ref")).order_by(evidence.c.n))


class SqlEvidence:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def of(self, ref: str) -> Sequence[Evidence]:
        """In the order of their numbers."""
        return await self._tx.look(evidence, ref, lambda: self._load(ref))

    async def add(
        self, ref: str, files: Sequence[File], *, by: Role, at: datetime, caption: str = ""
    ) -> Sequence[Evidence]:
        """Numbers the files on and asks for each to be fetched and looked into."""
        if not files:
            return []
        known = await self.of(ref)
        last = max((exhibit.n for exhibit in known), default=0)
        new = [Evidence(n=n, by=by, at=at, file=file, caption=caption) for n, file in enumerate(files, start=last + 1)]
        self._tx.pending.know(evidence, ref, [*known, *new])
        for exhibit in new:
            self._tx.pending.add(evidence, {"ref": ref, "n": exhibit.n, "doc": codec.encode(exhibit)})
            self._tx.put(FETCHES, ref, codec.encode(Fetch(ref, exhibit.n)))
        return new

    async def save(self, ref: str, exhibit: Evidence) -> None:
        """KeyError when the case has no such exhibit."""
        known = await self.of(ref)
        if all(each.n != exhibit.n for each in known):
            raise KeyError(exhibit.n)
        self._tx.pending.know(evidence, ref, [exhibit if each.n == exhibit.n else each for each in known])
        self._tx.pending.write(evidence, {"ref": ref, "n": exhibit.n, "doc": codec.encode(exhibit)})

    async def _load(self, ref: str) -> Sequence[Evidence]:
        rows = await self._tx.all(_OF, {"ref": ref})
        return [codec.decode(Evidence, row.doc) for row in rows]
