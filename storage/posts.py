"""What was posted in which chat: by us, and copied there from another chat."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select, tuple_, update

from storage.tables import posts
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message of ours in a chat. `frees` is a slot that holds nothing any more; `origin` is what it is a copy of."""

    address: int = field(kw_only=False)
    message: int = field(kw_only=False)
    slot: str = ""
    frees: str = ""
    ref: str = ""
    origin: tuple[int, int] | None = None


class SqlPosts:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def record(
        self, address: int, message: int, *, slot: str = "", ref: str = "", origin: tuple[int, int] | None = None
    ) -> None:
        """Remembers a message of ours. A slot holds one message: it takes the place of the one before.

        `origin` is the chat and message it is a copy of.
        """
        await self.keep([Posted(address, message, slot=slot, ref=ref, origin=origin)])

    async def keep(self, posted: Sequence[Posted]) -> None:
        """Remembers many at once, in their order."""
        rows: dict[tuple[int, int], dict[str, Any]] = {}
        holders: dict[tuple[int, str], tuple[int, int] | None] = {}
        for post in posted:
            key = (post.address, post.message)
            for slot in filter(None, (post.slot, post.frees)):
                if (before := holders.get((post.address, slot))) is not None:
                    rows[before]["slot"] = ""
                holders[post.address, slot] = key if slot == post.slot else None
            rows[key] = _row(post.address, post.message, post.slot, post.ref, post.origin)
        if holders:
            await self._tx.settle(posts)
            freed = update(posts).where(posts.c.address == bindparam("at"), posts.c.slot == bindparam("held"))
            held = [{"at": address, "held": slot} for address, slot in sorted(holders)]
            await self._tx.run(freed.values(slot=""), held)
        for row in rows.values():
            self._tx.pending.write(posts, row)

    async def in_slots(self, places: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
        """The messages that slots hold, by address and slot."""
        if not places:
            return {}
        held = tuple_(posts.c.address, posts.c.slot).in_(sorted(places))
        rows = await self._tx.all(select(posts.c.address, posts.c.slot, posts.c.message).where(held))
        return {(row.address, row.slot): row.message for row in sorted(rows, key=lambda row: row.message)}

    async def in_slot(self, address: int, slot: str) -> int | None:
        """The message that the slot holds."""
        return await self._message(posts.c.address == address, posts.c.slot == slot)

    async def after(self, address: int, message: int, *, ref: str = "", limit: int) -> set[int]:
        """Up to `limit` messages of ours (about the case `ref`) that came after that one in a chat; those that came
        first."""
        await self._tx.settle(posts)
        later = [posts.c.address == address, posts.c.message > message]
        if ref:
            later.append(posts.c.ref == ref)
        rows = await self._tx.all(select(posts.c.message).where(*later).order_by(posts.c.message).limit(limit))
        return {int(row.message) for row in rows}

    async def copy_of(self, address: int, message: int, *, to: int) -> int | None:
        """The copy of a message in the chat `to`, the latest if there are several."""
        return await self._message(
            posts.c.address == to, posts.c.origin_address == address, posts.c.origin_message == message
        )

    async def case_of(self, address: int, message: int) -> str | None:
        """The case that a message of ours, or one relayed from this chat, is about."""
        posted = (posts.c.address == address) & (posts.c.message == message)
        relayed = (posts.c.origin_address == address) & (posts.c.origin_message == message)
        await self._tx.settle(posts)
        for about in (posted, relayed):
            row = await self._tx.first(select(posts.c.ref).where(about, posts.c.ref != "").limit(1))
            if row:
                return str(row.ref)
        return None

    async def knows(self, address: int, message: int) -> bool:
        """Whether it is a message of ours that has been written down."""
        return await self._message(posts.c.address == address, posts.c.message == message) is not None

    async def _message(self, *conditions: Any) -> int | None:
        await self._tx.settle(posts)
        row = await self._tx.first(select(posts.c.message).where(*conditions).order_by(posts.c.message.desc()).limit(1))
        return int(row.message) if row else None


def _row(address: int, message: int, slot: str, ref: str, origin: tuple[int, int] | None) -> dict[str, Any]:
    return {
        "address": address,
        "message": message,
        "slot": slot,
        "ref": ref,
        "origin_address": origin[0] if origin else None,
        "origin_message": origin[1] if origin else None,
    }
