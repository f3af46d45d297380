"""The threads (topics) of chats: which is about which case, and how it was left."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from storage.tables import threads
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread in which we speak of a case, by the messenger's number; `holds_card`: the case's card is in it."""

    number: int
    name: str
    is_closed: bool = False
    holds_card: bool = False


class SqlThreads:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def of(self, address: int, ref: str) -> Thread | None:
        """The thread of a case in a chat."""
        await self._tx.settle(threads)
        found = select(threads).where(threads.c.address == address, threads.c.ref == ref)
        row = await self._tx.first(found)
        if row is None:
            return None
        return Thread(number=row.thread, name=row.name, is_closed=row.is_closed, holds_card=row.holds_card)

    async def has(self, address: int, ref: str) -> bool:
        """Whether the case has a thread in that chat."""
        return await self.of(address, ref) is not None

    async def keep(self, address: int, ref: str, thread: Thread) -> None:
        """Remembers the thread of a case in a chat, in the place of the one before."""
        row = {"address": address, "ref": ref, "thread": thread.number, "name": thread.name}
        self._tx.pending.write(threads, {**row, "is_closed": thread.is_closed, "holds_card": thread.holds_card})

    async def case_of(self, address: int, number: int) -> str | None:
        """The case that a thread of a chat is about; None for a thread of somebody else's making."""
        await self._tx.settle(threads)
        found = select(threads.c.ref).where(threads.c.address == address, threads.c.thread == number)
        row = await self._tx.first(found)
        return str(row.ref) if row else None
