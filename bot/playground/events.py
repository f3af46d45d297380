"""Broadcast of what happens in the world to whoever watches; a reader that falls behind is dropped, never waited for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

Event = tuple[str, dict[str, Any]]
READER_LIMIT = 2_000


class Events:
    """Every reader gets every event published after it began to listen, in order, or is cut off."""

    def __init__(self) -> None:
        self._readers: set[asyncio.Queue[Event | None]] = set()

    @property
    def has_readers(self) -> bool:
        return bool(self._readers)

    def publish(self, kind: str, data: dict[str, Any]) -> None:
        """Hands one event to all readers without waiting."""
        for reader in tuple(self._readers):
            try:
                reader.put_nowait((kind, data))
            except asyncio.QueueFull:
                self._cut(reader)

    def close(self) -> None:
        """Ends all readers; new ones may come."""
        for reader in tuple(self._readers):
            self._cut(reader)

    def _cut(self, reader: asyncio.Queue[Event | None]) -> None:
        self._readers.discard(reader)
        with suppress(asyncio.QueueEmpty):
            while True:
                reader.get_nowait()
        reader.put_nowait(None)

    async def listen(self, *, heartbeat: float) -> AsyncIterator[Event | None]:
        """Yields events, and None after each `heartbeat` seconds without any; ends when the reader is cut off."""
        reader: asyncio.Queue[Event | None] = asyncio.Queue(READER_LIMIT)
        self._readers.add(reader)
        try:
            while True:
                try:
                    event = await asyncio.wait_for(reader.get(), heartbeat)
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                yield event
        finally:
            self._readers.discard(reader)
