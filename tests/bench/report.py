"""What came of the trials: JSON files in build/bench, and the tables made of them, in .github/BENCHMARKS.md too."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from statistics import median_low
from typing import Any, Final

from tests.bench.contestants import CONTESTANTS, ROOT
from tests.bench.machine import NOISY

OUT: Final = ROOT / "build" / "bench"
DOCUMENT: Final = ROOT / ".github" / "BENCHMARKS.md"

#: What stands between these lines of the document is ours.
BEGIN, END = "<!-- python -m tests.bench report: begin -->", "<!-- python -m tests.bench report: end -->"

#: What others are measured against.
STOCK, TUNED = "echo", "tuned"

Found = Mapping[str, Any]


def keep(turns: Sequence[Found]) -> None:
    """Writes outcomes into a file for each trial, one a turn, named by what was tried; older ones of the same are replaced."""
    OUT.mkdir(parents=True, exist_ok=True)
    tried: dict[str, list[Found]] = {}
    for found in turns:
        tried.setdefault(_key(found), []).append(found)
    for key, same in tried.items():
        (OUT / f"{key}.json").write_text(json.dumps(same, indent=1) + "\n")


def _key(found: Found) -> str:
    more = [f"delay-{found['delay_ms']:g}ms"] if found.get("delay_ms") else []
    more += [f"{found['replicas']}-replicas"] if found.get("replicas", 1) > 1 else []
    more += [f"{found['cases']}-cases"] if found.get("cases") else []
    return "-".join([found["name"], found["script"], *more])


def kept() -> list[list[Found]]:
    """The turns of every trial that is there, in the order of the contestants."""
    order = list(CONTESTANTS)
    tried = [json.loads(file.read_text()) for file in OUT.glob("*.json")]
    return sorted(tried, key=lambda turns: (order.index(turns[0]["name"].removesuffix("-soak")), _key(turns[0])))


def _middle(values: Sequence[Any]) -> Any:
    """The median of every number, of turns that are shaped alike; of what is no number, the last."""
    last = values[-1]
    if isinstance(last, Mapping):
        return {name: _middle([value[name] for value in values]) for name in last}
    return median_low(values) if isinstance(last, int | float) else last


def write() -> None:
    """Puts the tables into the document, in the place of those that are there."""
    text = DOCUMENT.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{everything()}\n\n{END}{after}")


def everything() -> str:
    """All that is kept, as Markdown."""
    tried = kept()
    found: list[Found] = [_middle(turns) for turns in tried]
    trials = [each for each in found if "saturation" in each]
    parts = [_machine(tried)] if found else []
    far = [each for each in trials if each["delay_ms"]]
    scaled = [each for each in trials if each["cases"]]
    near = [each for each in trials if each not in far and each not in scaled]
    if near:
        parts += ["### Side by side", _table(near, _NEAR)]
    if far:
        parts += [f"### With {far[0]['delay_ms']:g} ms between a call and its answer", _table(far, _FAR)]
    if scaled:
        parts += ["### Cases that are open already", _table(scaled, _SCALED)]
    if soaked := [each for each in found if "updates" in each]:
        parts += ["### Memory over many updates", _table(soaked, _SOAKED)]
    return "\n\n".join(parts)


Column = Callable[[Found, float, float], str]


def _rate(found: Found) -> float:
    return float(found["saturation"]["updates_per_s"])


def _about(found: Found, *_: float) -> str:
    more = ", a whole claim" if found["script"] == "claim" and not found.get("cases") else ""
    more += f", {found['replicas']} replicas" if found.get("replicas", 1) > 1 else ""
    marks = [" ¹"] if found["machine"]["busy"] > NOISY else []
    marks += [" ²"] if found.get("unanswered") else []
    return "".join([found["about"], more, *marks])


def _cpu(found: Found, *_: float) -> str:
    load = found["saturation"]
    database = f" + {load['database_ms']:.2f}" if load["database_ms"] else ""
    return f"{load['cpu_ms']:.2f}{database} ms"


def _times(phase: str) -> Column:
    def times(found: Found, *_: float) -> str:
        load = found[phase]
        return " / ".join(f"{each:.1f}" for each in load["first"].values()) + " ms" if load else ""

    return times


_WHO: Final[dict[str, Column]] = {
    "bot": _about,
    "updates/s": lambda found, *_: f"{_rate(found):,.0f}",
}
_FAR: Final[dict[str, Column]] = {
    **_WHO,
    "× stock": lambda found, stock, _: f"{_rate(found) / stock:.2f}" if stock else "",
    "× tuned": lambda found, _, tuned: f"{_rate(found) / tuned:.2f}" if tuned else "",
    "calls an update": lambda found, *_: f"{found['saturation']['calls_per_update']:.1f}",
    "CPU an update (+ database)": _cpu,
    "memory": lambda found, *_: f"{found['memory_mb']:.0f} MB",
}
_NEAR: Final[dict[str, Column]] = {
    **_FAR,
    "p50 / p95 / p99 at half load": _times("half"),
    "at 30/s": _times("light"),
}
_SCALED: Final[dict[str, Column]] = {
    **_WHO,
    "cases": lambda found, *_: f"{found['cases']:,}",
    "CPU an update (+ database)": _cpu,
    "p50 / p95 / p99 at half load": _times("half"),
    "ready after": lambda found, *_: f"{found['ready_s']:.1f} s",
    "memory": lambda found, *_: f"{found['memory_mb']:.0f} MB",
}
_SOAKED: Final[dict[str, Column]] = {
    "bot": _about,
    "updates": lambda found, *_: f"{found['updates']:,}",
    "MB after 5 %, 50 %, 100 %": lambda f, *_: " / ".join(f"{f['memory_mb'][n]:.0f}" for n in (0, 9, -1)),
}


def _table(found: Sequence[Found], columns: Mapping[str, Column]) -> str:
    """One line a trial. The ratios are to the stock and the tuned echo among them."""
    base = {each["name"]: _rate(each) for each in found if each["name"] in (STOCK, TUNED)}
    stock, tuned = base.get(STOCK, 0.0), base.get(TUNED, 0.0)
    rows = [[make(each, stock, tuned) for make in columns.values()] for each in found]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(columns), ["---"] * len(columns), *rows])


def _machine(tried: Sequence[Sequence[Found]]) -> str:
    found = [turn for turns in tried for turn in turns]
    times = sorted({len(turns) for turns in tried})
    newest = max((each["machine"] for each in found), key=lambda machine: str(machine["at"]))
    packages = ", ".join(f"{name} {number}" for name, number in newest["packages"].items())
    oldest = min(str(each["machine"]["at"]) for each in found)
    said = (
        f"{newest['cores']} cores of {newest['cpu']}, {newest['memory_gb']} GB, {newest['system']}; "
        f"Python {newest['python']}, SQLite {newest['sqlite']}, {packages}. {oldest[:16]} to {newest['at'][:16]} UTC. "
        f"Medians of {' or '.join(map(str, times))} turns."
    )
    if any(each["machine"]["busy"] > NOISY for each in found):
        said += (
            f"\n\n¹ **Noisy**: when the trial began, others kept more than {NOISY:.0%} of the machine busy. Its ratios and "
            "times say little; the CPU an update says more."
        )
    if any(each.get("unanswered") for each in found):
        said += (
            "\n\n² Did not get through what had piled up before the next load began: its later times hold the earlier "
            "load's, and its first round may be all that was counted."
        )
    return said
