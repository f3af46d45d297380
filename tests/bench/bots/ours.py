"""Our bot as `aftersales run` runs it, without Telegram's limits on sending, which are not what is measured.

What it is told beyond the server stands in the environment (AFTERSALES_*), as always.
"""

from __future__ import annotations

import asyncio

from bot import compose, log
from bot.settings import Settings
from bot.workers.pace import UNLIMITED


async def run() -> None:
    settings = Settings.load()
    log.configure("WARNING")
    application = await compose.build(settings, limits=UNLIMITED)
    await application.run()


if __name__ == "__main__":
    asyncio.run(run())
