"""What a rendered phrase consists of: text, and the places that a screen may show in a richer way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time; `text` says it in the reader's language, in UTC, for where nothing better can be shown."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """Text to be copied letter by letter, such as a case's reference."""

    text: str


Part = str | Moment | Code


def text_of(parts: tuple[Part, ...]) -> str:
    """The parts as one plain string."""
    return "".join(part if isinstance(part, str) else part.text for part in parts)


def joined(parts: list[Part]) -> tuple[Part, ...]:
    """The same parts with neighbouring strings put together and empty ones left out."""
    result: list[Part] = []
    for part in parts:
        if isinstance(part, str) and result and isinstance(result[-1], str):
            result[-1] += part
        elif part != "":
            result.append(part)
    return tuple(result)
