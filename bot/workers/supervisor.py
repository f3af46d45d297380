"""Keeps the workers running: one that crashes is logged and started again, a little later each time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot import log
from bot.operating.metrics import FAILURES
from bot.workers.retry import RetryPolicy, pause

LOG = log.get(__name__)

RESTART: Final = RetryPolicy(first=0.2, factor=2, longest=30, attempts=0)

#: A worker that ran this many seconds before it crashed is started again as if it were the first time.
STEADY: Final = 60.0

#: Runs until its event is set, and returns soon after.
Run = Callable[[asyncio.Event], Awaitable[None]]


class Supervisor:
    """Runs named workers side by side."""

    def __init__(self, workers: Mapping[str, Run]) -> None:
        self._workers = workers
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._down: set[str] = set()

    @property
    def is_well(self) -> bool:
        """Whether every worker is at work right now."""
        return bool(self._tasks) and not self._down and not any(task.done() for task in self._tasks)

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._keep_running(name, run), name=name) for name, run in self._workers.items()
        ]

    async def stop(self, *, seconds: float) -> None:
        """Lets every worker finish what it has begun, for so long; what is not finished by then is interrupted: its
        lease runs out and somebody does it again."""
        self._stop.set()
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=seconds)
        for task in late:
            LOG.warning("interrupted", worker=task.get_name())
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep_running(self, name: str, run: Run) -> None:
        loop = asyncio.get_running_loop()
        crashes = 0
        while not self._stop.is_set():
            began = loop.time()
            try:
                await run(self._stop)
                if self._stop.is_set():
                    return
                LOG.error("worker ended by itself", worker=name)
            except Exception as err:
                FAILURES.labels(name).inc()
                LOG.error("worker crashed", worker=name, **log.failure(err))
            crashes = 1 if loop.time() - began > STEADY else crashes + 1
            self._down.add(name)
            await pause(self._stop, RESTART.delay(crashes))
            self._down.discard(name)
