"""Text with entities as a value: put together, marked, and cut without breaking what it holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.screens.screen import Entity, utf16_length
from locales import Code, Moment, Part

#: How Telegram shows a time: weekday, long date, short time, in the reader's own zone.
TIME_FORMAT = "wDt"

ELLIPSIS = "…"

_FSI, _PDI = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Rich:
    """A piece of text and the entities on it."""

    text: str = ""
    entities: tuple[Entity, ...] = ()

    @property
    def size(self) -> int:
        return utf16_length(self.text)

    def __add__(self, more: Rich | str) -> Rich:
        more = Rich(more) if isinstance(more, str) else more
        return joined("", (self, more))

    def marked(self, type: str) -> Rich:
        """The whole piece as an entity of this type, around those it has; nothing happens to an empty one."""
        return Rich(self.text, (Entity(type, 0, self.size), *self.entities)) if self.text else self

    def clipped(self, limit: int) -> Rich:
        """At most `limit` UTF-16 units of it, ending in "…" if anything was cut.

        Characters made of several code points stay whole, isolates that were opened are closed, and an entity that
        would lose a part of its text is cut with it; a time is dropped, since half of it would mislead.
        """
        if self.size <= limit:
            return self
        keep = boundary(self.text, limit - 1)
        kept = self.text[:keep].rstrip()
        while (closing := _open_isolates(kept)) and utf16_length(kept) + closing + 1 > limit:
            keep = boundary(kept, utf16_length(kept) - 1)
            kept = kept[:keep].rstrip()
        end = utf16_length(kept)
        entities = (
            replace(entity, length=min(entity.length, end - entity.offset))
            for entity in self.entities
            if entity.offset < end and (entity.end <= end or entity.type != "date_time")
        )
        return Rich(kept + _PDI * closing + ELLIPSIS, tuple(entities))


def rich(parts: Iterable[Part]) -> Rich:
    """Rendered parts as text; instants become `date_time` entities and things to copy `code`."""
    return joined("", map(_piece, parts))


def _piece(part: Part) -> Rich:
    match part:
        case str():
            return Rich(part)
        case Code(text):
            return Rich(text).marked("code")
        case Moment(text, at):
            return Rich(text, (Entity("date_time", 0, utf16_length(text), int(at.timestamp()), TIME_FORMAT),))


def with_code(text: Rich, code: str) -> Rich:
    """A heading in bold with `code`, if it is there, to be copied from it: the two kinds cannot overlap."""
    before, found, after = text.text.partition(code)
    if not found or not code or text.entities:
        return text.marked("bold")
    return Rich(before).marked("bold") + Rich(found).marked("code") + Rich(after).marked("bold")


def joined(separator: str, pieces: Iterable[Rich]) -> Rich:
    """The pieces one after another; empty ones leave no gap."""
    texts: list[str] = []
    entities: list[Entity] = []
    offset, gap = 0, utf16_length(separator)
    for piece in pieces:
        if piece.text:
            entities += [entity.moved(offset) for entity in piece.entities]
            texts.append(piece.text)
            offset += piece.size + gap
    return Rich(separator.join(texts), tuple(entities))


def boundary(text: str, limit: int) -> int:
    """The index of the last place within `limit` UTF-16 units where no character is torn."""
    size = index = 0
    if utf16_length(start := text[:limit]) == len(start):  # most often
        size = index = len(start)
    while index < len(text) and size + (width := 1 + (text[index] > "\uffff")) <= limit:
        size += width
        index += 1
    whole = index
    while 0 < whole < len(text) and _sticks(text, whole):
        whole -= 1
    return whole or index  # a heap of combining marks without end is torn where it has to be


def _sticks(text: str, index: int) -> bool:
    """Whether the code point at `index` belongs to the one before it."""
    char, before = text[index], text[index - 1]
    if before == "\u200d" or char == "\u200d" or unicodedata.category(char) in ("Mn", "Me", "Mc"):
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":  # skin tones, tags of flags
        return True
    return _is_flag_half(char) and _flag_halves_before(text, index) % 2 == 1


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_halves_before(text: str, index: int) -> int:
    count = 0
    while count < index and _is_flag_half(text[index - count - 1]):
        count += 1
    return count


def _open_isolates(text: str) -> int:
    """How many isolates are open at the end; each paragraph has its own."""
    paragraph = text.rsplit("\n", 1)[-1]
    return max(0, paragraph.count(_FSI) - paragraph.count(_PDI))
