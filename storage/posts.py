"""What was posted in which chat: by us, and copied there from another chat."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from storage.tables import posts
from storage.transaction import Transaction


class SqlPosts:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def record(
        self, address: int, message: int, *, slot: str = "", ref: str = "", origin: tuple[int, int] | None = None
    ) -> None:
        """Remembers a message of ours. A slot holds one message: it takes the place of the one before.

        `origin` is the chat and message it is a copy of.
        """
        if slot:
            await self.clear_slot(address, slot)
        row = self._tx.insert(posts).values(
            address=address,
            message=message,
            slot=slot,
            ref=ref,
            origin_address=origin[0] if origin else None,
            origin_message=origin[1] if origin else None,
        )
        again = {name: row.excluded[name] for name in ("slot", "ref", "origin_address", "origin_message")}
        await self._tx.run(row.on_conflict_do_update(index_elements=[posts.c.address, posts.c.message], set_=again))

    async def in_slot(self, address: int, slot: str) -> int | None:
        """The message that the slot holds."""
        return await self._message(posts.c.address == address, posts.c.slot == slot)

    async def clear_slot(self, address: int, slot: str) -> None:
        await self._tx.run(update(posts).where(posts.c.address == address, posts.c.slot == slot).values(slot=""))

    async def copy_of(self, address: int, message: int, *, to: int) -> int | None:
        """The copy of a message in the chat `to`, the latest if there are several."""
        return await self._message(
            posts.c.address == to, posts.c.origin_address == address, posts.c.origin_message == message
        )

    async def case_of(self, address: int, message: int) -> str | None:
        """The case that a message of ours, or one relayed from this chat, is about."""
        posted = (posts.c.address == address) & (posts.c.message == message)
        relayed = (posts.c.origin_address == address) & (posts.c.origin_message == message)
        for about in (posted, relayed):
            row = await self._tx.first(select(posts.c.ref).where(about, posts.c.ref != "").limit(1))
            if row:
                return str(row.ref)
        return None

    async def _message(self, *conditions: Any) -> int | None:
        row = await self._tx.first(select(posts.c.message).where(*conditions).order_by(posts.c.message.desc()).limit(1))
        return int(row.message) if row else None
