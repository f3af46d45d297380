"""Our bot as `aftersales run` runs it, without Telegram's limits on sending, which are not what is measured.

What it is told beyond the server stands in the environment (AFTERSALES_*), as always. BENCH_PROFILE names a file for what
cProfile saw, to be read with `python -m pstats`.
"""

from __future__ import annotations

import cProfile
import os

from bot import log
from bot.commands.running import serve
from bot.settings import Settings
from bot.workers.pace import UNLIMITED


def main() -> None:
    settings = Settings.load()
    log.configure("WARNING")
    if file := os.environ.get("BENCH_PROFILE"):
        profile = cProfile.Profile()
        profile.runcall(serve, settings, limits=UNLIMITED)
        profile.dump_stats(file)
    else:
        serve(settings, limits=UNLIMITED)


if __name__ == "__main__":
    main()
