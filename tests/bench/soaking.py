"""A great many updates to one process, and what memory it takes meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from tests.bench import usage
from tests.bench.contestants import Contestant, running
from tests.bench.databases import new_database, settle
from tests.bench.machine import seen_now
from tests.bench.scripts import Script
from tests.bench.server import BotApiServer
from tests.bench.trial import Failed, is_up

#: How often memory is looked at in the course of it, and seconds without an answer after which it is given up.
LOOKS: Final = 20
PATIENCE: Final = 60.0


async def soak(
    who: Contestant, script: Script, updates: int, *, log: Path, server: tuple[str, int] | None, chats: int = 200
) -> dict[str, Any]:
    """Megabytes at equal distances, the last of them at the end."""
    machine = seen_now()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(new_database(server[0] if server else None))
        await settle(url, chats)
        api = await stack.enter_async_context(BotApiServer(script, chats=chats))
        bot = await stack.enter_async_context(running(who, api=api.url, database_url=url, log=log))
        await is_up(api, bot, 0)
        api.crowd.close_loop()
        tally, began, memory = api.crowd.tally, perf_counter(), list[float]()
        for look in range(1, LOOKS + 1):
            last, at = -1, perf_counter()
            while tally.answered < updates * look // LOOKS:
                if tally.answered > last:
                    last, at = tally.answered, perf_counter()
                    tally.first.clear()
                    tally.whole.clear()
                elif perf_counter() - at > PATIENCE:
                    raise Failed(f"nobody is answered any more after {last} updates: see {log}")
                await asyncio.sleep(0.05)
            memory.append(round(usage.memory(bot.pids), 1))
        return {
            "name": f"{who.name}-soak",
            "about": who.about,
            "script": script.name,
            "updates": updates,
            "seconds": round(perf_counter() - began, 1),
            "memory_mb": memory,
            "machine": machine,
        }
