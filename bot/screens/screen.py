"""A screen: text with entities and buttons, ready for a messenger that counts in UTF-16 units; and its limits."""

from __future__ import annotations

from dataclasses import dataclass, replace

#: Telegram's limits for a message, a caption and the answer to a press, in UTF-16 units.
MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_TOAST = 200


def utf16_length(text: str) -> int:
    """The length in UTF-16 code units, in which Telegram counts offsets."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Entity:
    """What a stretch of text is. `offset` and `length` in UTF-16 units; `unix_time` in seconds, for a `date_time`."""

    type: str
    offset: int
    length: int
    unix_time: int | None = None
    date_time_format: str | None = None

    @property
    def end(self) -> int:
        return self.offset + self.length

    def moved(self, by: int) -> Entity:
        """The same, so much further on."""
        return Entity(self.type, self.offset + by, self.length, self.unix_time, self.date_time_format) if by else self


@dataclass(frozen=True, slots=True)
class Button:
    """A button, its `do` to come back when pressed; `style` is "", "primary", "success" or "danger"."""

    label: str
    do: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """What a person sees of one message."""

    text: str
    entities: tuple[Entity, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()

    @property
    def size(self) -> int:
        """The length of the text in UTF-16 units."""
        return utf16_length(self.text)

    def without(self, type: str) -> Screen:
        """The same without one kind of entity, for a messenger that does not know it; the text stays."""
        return replace(self, entities=tuple(entity for entity in self.entities if entity.type != type))
