"""What was posted in which chat: by us, and copied there from another chat."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select, tuple_, update

from storage.prepared import Prepared, any_of
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


_IN_SLOTS = Prepared(
    select(posts.c.address, posts.c.slot, posts.c.message)
    .where(tuple_(posts.c.address, posts.c.slot).in_(any_of("places")))
    .order_by(posts.c.message)
)
#: No message has that number.
_NONE = 0
#: All but the one that holds it now.
_FREE = Prepared(
    update(posts)
    .where(posts.c.address == bindparam("at"), posts.c.slot == bindparam("held"), posts.c.message != bindparam("by"))
    .values(slot="")
)
_LATER = (
    select(posts.c.message)
    .where(posts.c.address == bindparam("address"), posts.c.message > bindparam("message"))
    .order_by(posts.c.message)
    .limit(bindparam("limit"))
)
_AFTER, _AFTER_ABOUT = Prepared(_LATER), Prepared(_LATER.where(posts.c.ref == bindparam("ref")))
_KNOWN = Prepared(
    select(posts.c.message).where(posts.c.address == bindparam("address"), posts.c.message == bindparam("message"))
)
_COPY = Prepared(
    select(posts.c.message)
    .where(
        posts.c.address == bindparam("to"),
        posts.c.origin_address == bindparam("address"),
        posts.c.origin_message == bindparam("message"),
    )
    .order_by(posts.c.message.desc())
    .limit(1)
)
_HAS_CASE = select(posts.c.ref).where(posts.c.ref != "").limit(1)
_POSTED = Prepared(_HAS_CASE.where(posts.c.address == bindparam("address"), posts.c.message == bindparam("message")))
_RELAYED = Prepared(
    _HAS_CASE.where(posts.c.origin_address == bindparam("address"), posts.c.origin_message == bindparam("message"))
)


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
            free = [
                {"at": address, "held": slot, "by": holder[1] if holder else _NONE}
                for (address, slot), holder in sorted(holders.items())
            ]
            await self._tx.run(_FREE, free)
        for row in rows.values():
            self._tx.pending.write(posts, row)

    async def in_slots(self, places: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
        """The messages that slots hold, by address and slot."""
        if not places:
            return {}
        rows = await self._tx.all(_IN_SLOTS, {"places": sorted(places)})
        return {(row.address, row.slot): row.message for row in rows}

    async def in_slot(self, address: int, slot: str) -> int | None:
        """The message that the slot holds."""
        await self._tx.settle(posts)
        return (await self.in_slots([(address, slot)])).get((address, slot))

    async def after(self, address: int, message: int, *, ref: str = "", limit: int) -> set[int]:
        """Up to `limit` messages of ours (about the case `ref`) that came after that one in a chat; those that came
        first."""
        await self._tx.settle(posts)
        if ref:
            rows = await self._tx.all(
                _AFTER_ABOUT, {"address": address, "message": message, "ref": ref, "limit": limit}
            )
        else:
            rows = await self._tx.all(_AFTER, {"address": address, "message": message, "limit": limit})
        return {int(row.message) for row in rows}

    async def copy_of(self, address: int, message: int, *, to: int) -> int | None:
        """The copy of a message in the chat `to`, the latest if there are several."""
        await self._tx.settle(posts)
        found = await self._tx.scalar(_COPY, {"to": to, "address": address, "message": message})
        return None if found is None else int(found)

    async def case_of(self, address: int, message: int) -> str | None:
        """The case that a message of ours, or one relayed from this chat, is about."""
        await self._tx.settle(posts)
        for about in (_POSTED, _RELAYED):
            if ref := await self._tx.scalar(about, {"address": address, "message": message}):
                return str(ref)
        return None

    async def knows(self, address: int, message: int) -> bool:
        """Whether it is a message of ours that has been written down."""
        await self._tx.settle(posts)
        return await self._tx.first(_KNOWN, {"address": address, "message": message}) is not None


def _row(address: int, message: int, slot: str, ref: str, origin: tuple[int, int] | None) -> dict[str, Any]:
    return {
        "address": address,
        "message": message,
        "slot": slot,
        "ref": ref,
        "origin_address": origin[0] if origin else None,
        "origin_message": origin[1] if origin else None,
    }
