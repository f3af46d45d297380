"""What came of the trials, as JSON files and as tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench.contestants import ROOT

OUT: Final = ROOT / "build" / "bench"

#: What others are measured against.
STOCK, TUNED = "echo", "tuned"

Found = Mapping[str, Any]


def keep(found: Found, *, out: Path = OUT) -> Path:
    """Writes an outcome into a file of its own, named by what was tried; an older one of the same is replaced."""
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"{key(found)}.json"
    file.write_text(json.dumps(found, indent=1) + "\n")
    return file


def key(found: Found) -> str:
    """What tells one trial from another."""
    more = [f"delay-{found['delay_ms']:g}ms"] if found["delay_ms"] else []
    more += [f"{found['replicas']}-replicas"] if found["replicas"] > 1 else []
    return "-".join([found["name"], found["script"], *more])


def kept(out: Path = OUT) -> list[Found]:
    return [json.loads(file.read_text()) for file in sorted(out.glob("*.json"))]


def table(outcomes: Sequence[Found]) -> str:
    """One line a trial, with its ratios to the stock and the tuned echo of the same run where these are there."""
    base = {
        found["name"]: found["saturation"]["updates_per_s"] for found in outcomes if found["name"] in (STOCK, TUNED)
    }
    columns: dict[str, Callable[[Found], str]] = {
        "bot": lambda f: f["about"] + (f", {f['script']}" if f["script"] == "claim" else ""),
        "updates/s": lambda f: f"{f['saturation']['updates_per_s']:,.0f}",
        "× stock": lambda f: _ratio(f, base.get(STOCK)),
        "× tuned": lambda f: _ratio(f, base.get(TUNED)),
        "calls an update": lambda f: f"{f['saturation']['calls_per_update']:.1f}",
        "CPU an update": lambda f: _cpu(f["saturation"]),
        "p50 / p95 / p99 at half load": lambda f: _times(f["half"]),
        "at 30/s": lambda f: _times(f["light"]),
        "memory": lambda f: f"{f['memory_mb']:.0f} MB",
    }
    rows = [[make(found) for make in columns.values()] for found in outcomes]
    return "\n".join(_line(row) for row in [list(columns), ["---"] * len(columns), *rows])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _ratio(found: Found, base: float | None) -> str:
    return f"{found['saturation']['updates_per_s'] / base:.2f}" if base else ""


def _cpu(load: Found) -> str:
    database = f" + {load['database_ms']:.2f} (database)" if load["database_ms"] else ""
    return f"{load['cpu_ms']:.2f}{database} ms"


def _times(load: Found | None) -> str:
    return " / ".join(f"{each:.1f}" for each in load["first"].values()) + " ms" if load else ""
