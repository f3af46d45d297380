"""Which bot is killed where: every point once a seed, one or several in a story, each at a passing that the seed draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from faults_points import (
    EARLY,
    LATE,
    OF_DEADLINES,
    OF_EVIDENCE,
    OF_HOUSEKEEPING,
    OF_SWEEPS,
    OF_UPDATES,
    ORDINARY,
    POINTS,
    SERVED,
)

#: At which passing at the most a bot is killed. The story passes most points more often than that, even when interrupted.
_OFTEN, _ONCE_A_STEP, _SELDOM = 8, 3, 2
_LATEST = {
    **dict.fromkeys((*OF_EVIDENCE, *OF_SWEEPS, *OF_DEADLINES), _SELDOM),
    **dict.fromkeys((*OF_HOUSEKEEPING, *OF_UPDATES), _ONCE_A_STEP),
    **dict.fromkeys(LATE, 1),
    "in the middle of a migration": 30,
    "before start commits": 2,
    "after start commits": 2,
}

#: The same for a bot that is killed alone, where it does not depend on how often the story passes the point.
_ALONE = {**{point: _LATEST[point] for point in EARLY}, **dict.fromkeys(LATE, 12)}

Plan = Sequence[tuple[str, int]]


def plan(seed: int, part: int, parts: int, passings: Mapping[str, int]) -> Plan:
    """The points of one story and at which passing of each a bot is killed, more or less in the order in which they come
    about. What a story ends before is for another story.

    `passings` says how often an undisturbed story passes each point: a bot that is killed alone may be killed at any of
    them but the very last, which depend on chance.
    """
    random = Random(seed)
    early, points = list(EARLY), [*ORDINARY, *SERVED, *LATE]
    if parts == len(POINTS):
        [point] = [*early, *points][part::parts]
        latest = _ALONE.get(point, passings[point] * 3 // 4)
        return [(point, random.randint(1, max(latest, 1)))]
    random.shuffle(points)
    first, *others = points[part::parts]
    chosen = [*(early if part == 0 else ()), first, *sorted(others, key=_comes)]
    return [(point, random.randint(1, _latest(point, passings))) for point in chosen]


def _latest(point: str, passings: Mapping[str, int]) -> int:
    latest = _LATEST.get(point, _OFTEN)
    return latest if point in (*EARLY, *LATE) else max(1, min(latest, passings[point] // 3))


def _comes(point: str) -> int:
    return 0 if point in OF_EVIDENCE else 2 if point in OF_SWEEPS else 1
