"""Durations as packs write them: "48h", "7d", "90s", "30m"."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=3653)


def parse(text: object) -> timedelta:
    """A positive whole number and a unit of s, m, h or d, ten years at most. Raises ValueError for anything else."""
    if isinstance(text, timedelta):
        return text
    match = re.fullmatch(r"([0-9]{1,7})\s*([smhd])", str(text).strip())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"not a duration such as 48h or 7d: {text!r}")
    span = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if span > _LONGEST:
        raise ValueError(f"longer than ten years: {text!r}")
    return span


def spell(span: timedelta) -> str:
    """The duration as a pack would write it, in the largest unit that leaves nothing over."""
    seconds = int(span.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


Duration = Annotated[timedelta, BeforeValidator(parse), PlainSerializer(spell, return_type=str, when_used="json")]
