"""When to try again: how long to wait after each failure, and when to give up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Waits `first` seconds after the first failure, each time `factor` times longer, at most `longest`.

    `attempts` is how often something is tried in all; 0: for ever. `unsure` is how often something is tried that may
    have succeeded each time; 0: as often as anything else.
    """

    first: float
    factor: float
    longest: float
    attempts: int
    unsure: int = 0

    def delay(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row (at least 1)."""
        exponent = min(max(failures, 1) - 1, 64)
        return min(self.first * self.factor**exponent, self.longest)

    def gives_up(self, failures: int, *, maybe_done: bool = False) -> bool:
        """Whether this many failures are enough; `maybe_done` when the last of them may have been none."""
        limits = [self.attempts, self.unsure if maybe_done else 0]
        return any(limit and failures >= limit for limit in limits)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Waits so long, or until it is time to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def first_of(*waits: Awaitable[Any]) -> None:
    """Returns when one of them is done. Tasks given to it go on; anything else that is not done is cancelled."""
    own = {asyncio.ensure_future(wait) for wait in waits if not isinstance(wait, asyncio.Task)}
    theirs = {wait for wait in waits if isinstance(wait, asyncio.Task)}
    try:
        await asyncio.wait(own | theirs, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in own:
            task.cancel()
        await asyncio.gather(*own, return_exceptions=True)
