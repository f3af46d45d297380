"""The text of every policy a case was judged under, so that a verdict can be explained when the pack has changed."""

from __future__ import annotations

from sqlalchemy import select

from storage.tables import packs
from storage.transaction import Transaction


class SqlPacks:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def keep(self, pack: str, hash: str, text: str) -> None:
        """Keeps a pack's text under its content hash. Idempotent."""
        if await self.text(hash) is None:
            self._tx.pending.write(packs, {"id": pack, "hash": hash, "text": text})
            self._tx.pending.know(packs, hash, text)

    async def text(self, hash: str) -> str | None:
        async def load() -> str | None:
            row = await self._tx.first(select(packs.c.text).where(packs.c.hash == hash))
            return str(row.text) if row else None

        return await self._tx.look(packs, hash, load)
