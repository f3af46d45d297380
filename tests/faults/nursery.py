"""Where bots are born, live and die: the process of `child.py` as the tests see it."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class Bot:
    """A process that runs the bot."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.status: int | None = None  # as `waitpid` gives it

    @property
    def is_dead(self) -> bool:
        return self.status is not None

    @property
    def was_killed(self) -> bool:
        return self.status is not None and os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGKILL

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def look_at_the_clock(self) -> None:
        self._signal(signal.SIGUSR1)

    def _signal(self, number: int) -> None:
        if not self.is_dead:
            with suppress(ProcessLookupError):  # it died just now
                os.kill(self.pid, number)

    async def death(self, seconds: float = 60) -> None:
        """Returns when it is dead."""
        async with asyncio.timeout(seconds):
            while not self.is_dead:  # noqa: ASYNC110 - a thread tells
                await asyncio.sleep(0.002)


class Nursery:
    """Bears bots one by one; a thread hears of their deaths."""

    def __init__(self) -> None:
        self._bots: dict[int, Bot] = {}
        self._born: queue.Queue[int] = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "child.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self._born.get(timeout=120)

    def bear(self, order: Mapping[str, Any]) -> Bot:
        """A bot with these orders: see `child.py`."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._bots[self._born.get(timeout=60)]

    def close(self) -> None:
        """Everybody dies."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            match json.loads(line):
                case {"born": pid}:
                    self._bots[pid] = Bot(pid)
                    self._born.put(pid)
                case {"died": pid, "status": status}:
                    self._bots[pid].status = status
