"""What the bench ran on, and how busy that was with other things."""

from __future__ import annotations

import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, Final

#: Packages whose versions say what was compared.
PACKAGES: Final = (
    "python-telegram-bot",
    "aiohttp",
    "httptools",
    "httpx",
    "SQLAlchemy",
    "asyncpg",
    "aiosqlite",
    "uvloop",
)

#: Seconds of looking at how busy the machine is with what is not the bench, and the share of it that is too much.
_LOOK, NOISY = 0.5, 0.1


def seen_now() -> dict[str, Any]:
    """The machine, the versions, the time, and `busy`: the share of its cores that others use at this moment."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: version(name) for name in PACKAGES},
        "busy": _busy(),
    }


def _cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _busy() -> float:
    before, began = _worked(), perf_counter()
    sleep(_LOOK)
    return round((_worked() - before) / (perf_counter() - began) / (os.cpu_count() or 1), 2)


def _worked() -> float:
    """Seconds that all cores together have not been idle."""
    user, nice, system, _idle, _wait, *more = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + sum(more[:3])) / os.sysconf("SC_CLK_TCK")
