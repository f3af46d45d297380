"""A process with the whole bot imported, which forks a bot of its own for each order: 10 ms instead of two seconds.

Orders come as lines of JSON on stdin, what happens goes out as lines of JSON on stdout: `{"born": pid}`, `{"died": pid, "status": …}`. When
stdin ends, everybody dies.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import points

from bot import compose, log
from bot.settings import Settings
from bot.workers.pace import UNLIMITED


class SharedClock:
    """Business time as a file says it, read anew at SIGUSR1. What passed while nobody was alive was moved by hand, too."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._now = self._read()
        self.jump = asyncio.Event()
        self.jump.set()

    def __call__(self) -> datetime:
        return self._now

    def _read(self) -> datetime:
        return datetime.fromisoformat(self._file.read_text())

    def move(self) -> None:
        self._now = self._read()
        self.settle()

    def settle(self) -> None:
        self.jump, jumped = asyncio.Event(), self.jump
        jumped.set()


async def run(order: dict[str, Any]) -> None:
    """The bot as `aftersales run` runs it, but for its clock and its pace."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    clock = SharedClock(Path(order["clock"]))
    loop.add_signal_handler(signal.SIGUSR1, clock.move)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    application = await compose.build(Settings.load(order["settings"]), clock=clock, limits=UNLIMITED)
    await application.start()
    clock.settle()
    await stop.wait()
    await application.stop()


def live(order: dict[str, Any]) -> None:
    """A bot's whole life; how often it passed each point is its last will."""
    output = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    passes = points.Passing(order.get("point"), order.get("nth", 1))
    points.install(passes)
    log.configure("INFO", as_json=True)
    asyncio.run(run(order))
    Path(order["will"]).write_text(json.dumps(passes.counts))


def tell(**what: int) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def main() -> None:
    alive: set[int] = set()

    def reap(*_: Any) -> None:
        for pid in list(alive):
            dead, status = os.waitpid(pid, os.WNOHANG)
            if dead:
                alive.discard(pid)
                tell(died=pid, status=status)

    signal.signal(signal.SIGCHLD, reap)
    tell(born=os.getpid())
    for line in sys.stdin:
        order = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            try:
                live(order)
            except BaseException:
                import traceback

                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        alive.add(pid)
        tell(born=pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
