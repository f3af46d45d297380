"""Durations as packs write them: "48h", "7d", "90s", "30m"."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse(text: object) -> timedelta:
    """A positive whole number and a unit of s, m, h or d. Raises ValueError for anything else."""
    if isinstance(text, timedelta):
        return text
    match = re.fullmatch(r"(\d{1,7})\s*([smhd])", str(text).strip())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"not a duration such as 48h or 7d: {text!r}")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


Duration = Annotated[timedelta, BeforeValidator(parse)]
