"""Splitting a screen that is too long for one message, at the ends of paragraphs, lines or words."""

from __future__ import annotations

from dataclasses import replace

from bot.screens.rich import boundary
from bot.screens.screen import MAX_TEXT, Entity, Screen, utf16_length


def pages(screen: Screen, limit: int = MAX_TEXT) -> tuple[Screen, ...]:
    """The screen as messages of at most `limit` UTF-16 units, in order, nothing left out but the space at a split.

    The buttons are on the last one. An entity that lies across a split goes on, except a time, which stays plain text.
    """
    if screen.size <= limit:
        return (screen,)
    found: list[Screen] = []
    start = 0
    while start < len(screen.text):
        end = _end(screen.text, start, limit)
        if page := _page(screen, start, end):
            found.append(page)
        start = end
    return (*found[:-1], replace(found[-1], buttons=screen.buttons))


def _end(text: str, start: int, limit: int) -> int:
    rest = text[start:]
    most = boundary(rest, limit)
    if most == len(rest):
        return len(text)
    first_line = rest.find("\n", 0, most)
    if start == 0 and first_line >= 0 and utf16_length(rest[first_line + 1 :]) <= limit:
        return first_line + 1  # the line that says who speaks; their words follow whole
    for mark in ("\n\n", "\n", " "):
        if (at := rest.rfind(mark, most // 2, most)) >= 0:
            return start + at + len(mark)
    return start + most


def _page(screen: Screen, start: int, end: int) -> Screen | None:
    text = screen.text[start:end]
    kept = text.strip()
    if not kept:
        return None
    first = utf16_length(screen.text[:start] + text[: len(text) - len(text.lstrip())])
    last = first + utf16_length(kept)
    entities = tuple(part for entity in screen.entities if (part := _within(entity, first, last)))
    return Screen(kept, entities)


def _within(entity: Entity, first: int, last: int) -> Entity | None:
    begin, end = max(entity.offset, first), min(entity.end, last)
    if begin >= end or (entity.type == "date_time" and end - begin < entity.length):
        return None
    return replace(entity, offset=begin - first, length=end - begin)
