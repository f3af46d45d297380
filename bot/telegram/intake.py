"""From the wire to the inbox: keeps raw updates before they are acknowledged, however odd they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, Protocol

import orjson

from bot import log
from bot.telegram.updates import Myself, is_id, is_overheard, lane_of
from bot.workers.together import Together
from storage.errors import TryAgain
from storage.queues import RawUpdate

LOG = log.get(__name__)

#: The most updates put in at once that arrived one by one; those that come meanwhile go into the next lot.
LOT: Final = 64

#: Levels of an update that are kept: as many as orjson writes. Real ones have about ten.
DEEPEST: Final = 253


class Inbox(Protocol):
    """Where updates are kept."""

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        """Commits the updates, in order; those already known are left out. Returns how many were new."""


class Intake:
    """Puts updates into the inbox as they came; their meaning is read there, one by one. Of what members of a group say to
    each other nothing is kept but that it came. `me` is whom it may be addressed to."""

    def __init__(self, inbox: Inbox, me: Myself | None = None) -> None:
        self._inbox = inbox
        self._me = me or Myself(0)

    async def put(self, updates: Sequence[Any]) -> int | None:
        """Commits all of them, and returns the highest update_id (None: nothing that has one).

        What has no usable update_id cannot be kept, told apart or confirmed; it is logged and passed over.
        """
        kept = [raw for update in updates if (raw := self._raw(update)) is not None]
        if len(kept) < len(updates):
            LOG.error("updates without an id passed over", count=len(updates) - len(kept))
        if not kept:
            return None
        await self._inbox.put(kept)
        return max(raw.update_id for raw in kept)

    def _raw(self, update: Any) -> RawUpdate | None:
        number = update.get("update_id") if isinstance(update, dict) else None
        if number is None or not is_id(number):
            return None
        payload: dict[str, Any] = {"update_id": number} if is_overheard(update, self._me) else _kept(update)
        return RawUpdate(update_id=int(number), lane=lane_of(update), payload=payload)


class Gathering:
    """Takes updates that arrive one by one, and puts those together that arrive while others are being put in: a commit costs
    more than an update."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._together = Together(self._put, most=LOT)

    async def put(self, update: Any) -> None:
        """Returns when it is committed. Raises what `Intake.put` does."""
        if (trouble := await self._together.call(update)) is not None:
            raise trouble

    async def _put(self, updates: Sequence[Any]) -> Sequence[Exception | None]:
        """What went wrong with each: one that cannot be kept does not keep others out."""
        try:
            await self._intake.put(updates)
        except TryAgain:
            raise
        except Exception as err:
            return [err] if len(updates) == 1 else [trouble for each in updates for trouble in await self._put([each])]
        return [None] * len(updates)


def _kept(update: Any) -> Any:
    """The update as the database keeps it; hardly any has something in it that it would not."""
    try:
        text = orjson.dumps(update)
    except TypeError:
        return _storable(update)
    return _storable(update) if b"null" in text or b"\\u0000" in text else update


def _storable(value: Any, depth: int = 0) -> Any:
    """The value without what no database keeps in JSON: NUL characters, halves of surrogate pairs, numbers that are none,
    and depths that no update has. One such value must not keep a whole batch from being committed, again and again."""
    match value:
        case str():
            return _clean(value)
        case dict():
            return {_clean(key): _storable(each, depth + 1) for key, each in value.items()} if depth < DEEPEST else None
        case list():
            return [_storable(each, depth + 1) for each in value] if depth < DEEPEST else None
        case float():
            return value if math.isfinite(value) else None
        case _:
            return value


def _clean(text: str) -> str:
    return text if text.isascii() and "\0" not in text else text.replace("\0", "").encode("utf-8", "replace").decode()
