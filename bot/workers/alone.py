"""Runs a worker in one process at a time: the others wait, and one of them goes on as soon as this one ends."""

from __future__ import annotations

import asyncio
from typing import Final

from bot import log
from bot.workers.retry import first_of
from bot.workers.supervisor import Run
from storage.presence import Turn

LOG = log.get(__name__)

#: Seconds after which it is worth saying that we wait.
PATIENCE: Final = 2.0


def alone(turn: Turn, run: Run) -> Run:
    """The worker that waits for its turn, and is stopped when the turn is over: lost with the database, before another
    process can have it, or given up at the end."""

    async def take_turns(stop: asyncio.Event) -> None:
        try:
            while not stop.is_set():
                waiting = asyncio.create_task(turn.begin())
                await first_of(stop.wait(), waiting, asyncio.sleep(PATIENCE))
                if not turn.is_ours and not stop.is_set():
                    LOG.info("waiting for the turn: another process has it, or the database is away", turn=turn.name)
                    await first_of(stop.wait(), waiting)
                waiting.cancel()
                if turn.is_ours and not stop.is_set():
                    LOG.info("turn begins", turn=turn.name)
                    await _run_until_lost(turn, run, stop)
        finally:
            turn.end()

    return take_turns


async def _run_until_lost(turn: Turn, run: Run, stop: asyncio.Event) -> None:
    over = asyncio.Event()
    running: asyncio.Future[None] = asyncio.ensure_future(run(over))
    try:
        await first_of(stop.wait(), turn.lost(), asyncio.shield(running))
        if not turn.is_ours:
            LOG.warning("turn lost", turn=turn.name)
        over.set()
        await running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
