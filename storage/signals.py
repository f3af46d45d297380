"""Tells the workers of this process that something was committed for their queue, by this process or another."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable

#: Seconds. The loop's clock and the database's need not run quite alike.
_MARGIN = 0.02


class Signals:
    """One flag a queue: raised by a commit, lowered by who waited for it."""

    def __init__(self) -> None:
        self._flags: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def raise_for(self, queues: Iterable[str]) -> None:
        for queue in queues:
            self._flags[queue].set()

    def raise_later(self, queue: str, seconds: float) -> None:
        """In so many seconds, or a little more: what was put off is ready by then."""
        asyncio.get_running_loop().call_later(seconds + _MARGIN, self._flags[queue].set)

    async def wait(self, queue: str, timeout: float) -> None:  # noqa: ASYNC109 - running out of time is a normal end
        """Returns once something was committed for the queue since the last wait, at the latest after `timeout` s."""
        flag = self._flags[queue]
        try:
            async with asyncio.timeout(timeout):
                await flag.wait()
        except TimeoutError:
            return
        flag.clear()
