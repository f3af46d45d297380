"""What processes have used: CPU time and memory, as Linux counts them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu(pids: Iterable[int]) -> float:
    """Seconds of CPU time, user and system, that those of the processes that live have used."""
    total = 0
    for pid in pids:
        if (stat := _read(pid, "stat")) is not None:
            fields = stat.rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def memory(pids: Iterable[int]) -> float:
    """Megabytes in memory, of all of the processes together."""
    statms = (_read(pid, "statm") for pid in pids)
    return sum(int(statm.split()[1]) * _PAGE for statm in statms if statm is not None) / 1e6


def family(pid: int) -> list[int]:
    """A process and the children it has now."""
    children = _read(pid, f"task/{pid}/children") or ""
    return [pid, *map(int, children.split())]


def _read(pid: int, name: str) -> str | None:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
