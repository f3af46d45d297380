"""Which bot is killed where: every point once a seed, several in a story, each at a passing that the seed draws."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from faults_points import EARLY, LATE, OF_EVIDENCE, OF_HOUSEKEEPING, OF_SWEEPS, ORDINARY, SERVED

#: Stories a seed.
PARTS = 5

#: In how many passings of a point one is drawn; the story passes most much more often, even when it is interrupted.
_DRAWN = {**dict.fromkeys(OF_EVIDENCE, 2), **dict.fromkeys(OF_SWEEPS, 2), **dict.fromkeys(OF_HOUSEKEEPING, 3)}
_EARLY = {"in the middle of a migration": 30, "before start commits": 2, "after start commits": 2}

Plan = Sequence[tuple[str, int]]


def plan(seed: int, part: int) -> Plan:
    """The points of one story and at which passing of each a bot is killed, in the order in which they come about."""
    random = Random(seed)
    points = [*ORDINARY, *SERVED, *LATE]
    random.shuffle(points)
    chosen = sorted(points[part::PARTS], key=_comes)
    plan = [(point, 1 if point in LATE else random.randint(1, _DRAWN.get(point, 6))) for point in chosen]
    early = [(point, random.randint(1, _EARLY[point])) for point in EARLY] if part == 0 else []
    return [*early, *_reachable(plan)]


def _comes(point: str) -> int:
    """Points of evidence and of deadlines are passed late in the story, so they are waited for last."""
    return next((i for i, group in enumerate((OF_HOUSEKEEPING, (), OF_EVIDENCE, OF_SWEEPS)) if point in group), 1)


def _reachable(plan: Plan) -> Plan:
    """Of several points of evidence the first may be waited for longer: what it interrupts passes the others again."""
    seen = False
    reachable = []
    for point, nth in plan:
        reachable.append((point, 1 if seen and point in OF_EVIDENCE else nth))
        seen = seen or point in OF_EVIDENCE
    return reachable
