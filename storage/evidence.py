"""The exhibits of each case; their bytes are in `evidence_files`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from conversations.cases.evidence import Evidence, File
from conversations.cases.roles import Role
from storage import codec
from storage.queues import FETCHES, Fetch
from storage.tables import evidence
from storage.transaction import Transaction


class SqlEvidence:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def of(self, ref: str) -> Sequence[Evidence]:
        """In the order of their numbers."""
        rows = await self._tx.all(select(evidence.c.doc).where(evidence.c.ref == ref).order_by(evidence.c.n))
        return [codec.decode(Evidence, row.doc) for row in rows]

    async def add(
        self, ref: str, files: Sequence[File], *, by: Role, at: datetime, caption: str = ""
    ) -> Sequence[Evidence]:
        """Numbers the files on and asks for each to be fetched and looked into."""
        if not files:
            return []
        last = await self._tx.scalar(select(func.max(evidence.c.n)).where(evidence.c.ref == ref)) or 0
        new = [Evidence(n=n, by=by, at=at, file=file, caption=caption) for n, file in enumerate(files, start=last + 1)]
        rows = [{"ref": ref, "n": exhibit.n, "doc": codec.encode(exhibit)} for exhibit in new]
        await self._tx.run(self._tx.insert(evidence), rows)
        for exhibit in new:
            self._tx.put(FETCHES, ref, codec.encode(Fetch(ref, exhibit.n)))
        return new

    async def save(self, ref: str, exhibit: Evidence) -> None:
        """KeyError when the case has no such exhibit."""
        saved = await self._tx.run(
            update(evidence).where(evidence.c.ref == ref, evidence.c.n == exhibit.n).values(doc=codec.encode(exhibit))
        )
        if saved.rowcount != 1:
            raise KeyError(exhibit.n)
