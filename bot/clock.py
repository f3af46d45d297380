"""Business time: what deadlines and windows are judged by. Leases and retries do not use it; they keep real time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time when called, as an aware UTC datetime.

    `jump` is set when the clock is moved by hand. A waiter takes it *before* reading the time: then no move is missed.
    """

    @property
    def jump(self) -> asyncio.Event: ...

    def __call__(self) -> datetime: ...


class SystemClock:
    """The computer's clock; it never jumps."""

    def __init__(self) -> None:
        self.jump = asyncio.Event()

    def __call__(self) -> datetime:
        return datetime.now(UTC)


class AdjustableClock:
    """Real time plus an offset that only grows; frozen at `at` when given, so that tests say exactly when."""

    def __init__(self, at: datetime | None = None) -> None:
        if at is not None and at.tzinfo is None:
            raise ValueError("the time must be aware")
        self.jump = asyncio.Event()
        self._frozen_at = at
        self._offset = timedelta()

    def __call__(self) -> datetime:
        return (self._frozen_at or datetime.now(UTC)).astimezone(UTC) + self._offset

    async def advance(self, by: timedelta) -> datetime:
        """Moves on, wakes whoever waits for deadlines, and returns the new time. ValueError for a step back."""
        if by < timedelta():
            raise ValueError("business time never goes back")
        self._offset += by
        self.jump, jumped = asyncio.Event(), self.jump
        jumped.set()
        return self()
