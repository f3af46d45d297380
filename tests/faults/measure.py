"""How much is tried, and what was counted meanwhile."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from faults_points import POINTS


@dataclass(frozen=True)
class Measure:
    """AFTERSALES_FAULTS=full tries everything (`make faults`): AFTERSALES_FAULTS_SEEDS times (25), one bot killed a story, or
    several in each of AFTERSALES_FAULTS_PARTS stories."""

    is_full: bool
    seeds: int
    parts: int  # stories a seed: as many as there are points, or fewer, in which several bots are killed one after the other
    parts_on_postgresql: Sequence[int]
    updates: int  # in the storm, about
    junk: int  # malformed updates


def _measure() -> Measure:
    if os.environ.get("AFTERSALES_FAULTS") == "full":
        seeds = int(os.environ.get("AFTERSALES_FAULTS_SEEDS", "25"))
        parts = int(os.environ.get("AFTERSALES_FAULTS_PARTS", str(len(POINTS))))
        return Measure(True, seeds, parts, range(parts), 5000, 1000)
    return Measure(False, 1, 5, (1,), 100, 150)


MEASURE = _measure()


@dataclass
class Record:
    """What became of the bots that were killed."""

    kills: Counter[str] = field(default_factory=Counter)  # by database
    points: Counter[str] = field(default_factory=Counter)
    served_after: list[float] = field(default_factory=list)
    sent: int = 0
    repeated: int = 0

    def add(self, kind: str, points: Sequence[str], served_after: Sequence[float], *, sent: int, repeated: int) -> None:
        self.kills[kind] += len(points)
        self.points.update(points)
        self.served_after += served_after
        self.sent += sent
        self.repeated += repeated

    def __str__(self) -> str:
        share = 100 * self.repeated / self.sent
        return (
            f"{self.kills.total()} SIGKILLs ({', '.join(f'{n} on {kind}' for kind, n in self.kills.items())}) at "
            f"{len(self.points)} points: 0 updates lost, 0 effects twice, {self.repeated} of {self.sent} notifications "
            f"repeated ({share:.2f} %), serving again after {sorted(self.served_after)[len(self.served_after) // 2]:.2f} s "
            f"(median), {max(self.served_after):.2f} s at most"
        )
