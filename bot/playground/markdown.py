"""Reads the MarkdownV2 and the legacy Markdown parse modes of the Bot API into text and entities."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.playground.errors import BotApiError, bad_request
from bot.playground.markup_html import date_time

Entity = dict[str, Any]

RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
MARKS_V2 = {
    "*": "bold",
    "__": "underline",
    "_": "italic",
    "~": "strikethrough",
    "||": "spoiler",
}
MARKS_LEGACY = {"*": "bold", "_": "italic"}
FENCE = re.compile(r"```(?:([A-Za-z0-9+#-]*)\n)?(.*?)```", re.DOTALL)
CODE = re.compile(r"`((?:\\.|[^`\\])*)`", re.DOTALL)
TARGET = re.compile(r"\(((?:\\.|[^)\\])*)\)", re.DOTALL)


@dataclass(slots=True)
class _Reader:
    """Where the reading stands: what was written, what is open."""

    source: str
    is_legacy: bool
    index: int = 0
    position: int = 0
    text: list[str] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    open_marks: list[tuple[str, Entity]] = field(default_factory=list)

    def write(self, piece: str) -> None:
        self.text.append(piece)
        self.position += len(piece.encode("utf-16-le", "surrogatepass")) // 2

    def close(self, entity: Entity) -> None:
        entity["length"] = self.position - entity["offset"]
        if entity["length"]:
            self.entities.append(entity)


def parse_markdown(source: str, *, is_legacy: bool = False) -> tuple[str, list[Entity]]:
    """Text and entities; raises "can't parse entities" for unclosed marks and, in V2, unescaped reserved characters."""
    reader = _Reader(source, is_legacy)
    while reader.index < len(source):
        _step(reader)
    _end_quote(reader)
    if reader.open_marks:
        mark, entity = reader.open_marks[-1]
        raise _error(f"can't find end of {entity['type']} entity opened by '{mark}'")
    reader.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(reader.text), reader.entities


def _step(reader: _Reader) -> None:
    source, index = reader.source, reader.index
    character = source[index]
    if character == "\\" and index + 1 < len(source) and ord(source[index + 1]) <= 126:
        reader.write(source[index + 1])
        reader.index += 2
    elif character == "`":
        _code(reader)
    elif character == "[" or (source.startswith("![", index) and not reader.is_legacy):
        _open(reader, "![" if character == "!" else "[", "text_link")
    elif character == "]" and any(mark.endswith("[") for mark, _ in reader.open_marks):
        _link(reader)
    elif character == ">" and not reader.is_legacy and (index == 0 or source[index - 1] == "\n"):
        _quote(reader)
    elif (mark := _mark(reader)) is not None:
        _toggle(reader, mark)
    elif character in RESERVED and not reader.is_legacy:
        raise _error(f"character '{character}' is reserved and must be escaped with the preceding '\\'")
    else:
        if character == "\n" and not source.startswith(">", index + 1):
            _end_quote(reader)
        reader.write(character)
        reader.index += 1


def _mark(reader: _Reader) -> str | None:
    marks = MARKS_LEGACY if reader.is_legacy else MARKS_V2
    for length in (2, 1):
        mark = reader.source[reader.index : reader.index + length]
        if len(mark) == length and mark in marks:
            return mark
    return None


def _toggle(reader: _Reader, mark: str) -> None:
    marks = MARKS_LEGACY if reader.is_legacy else MARKS_V2
    if reader.open_marks and reader.open_marks[-1][0] == mark:
        reader.index += len(mark)
        reader.close(reader.open_marks.pop()[1])
    elif mark == "__" and reader.open_marks and reader.open_marks[-1][0] == "_":
        _toggle(reader, "_")
    elif mark == "||" and reader.open_marks and reader.open_marks[-1][0] == ">":
        reader.open_marks[-1][1]["type"] = "expandable_blockquote"
        reader.index += 2
    elif any(mark == opened for opened, _ in reader.open_marks):
        raise _error(f"can't find end of {reader.open_marks[-1][1]['type']} entity")
    else:
        _open(reader, mark, marks[mark])


def _open(reader: _Reader, mark: str, kind: str) -> None:
    reader.open_marks.append((mark, {"type": kind, "offset": reader.position, "length": 0}))
    reader.index += len(mark)


def _code(reader: _Reader) -> None:
    fence = FENCE.match(reader.source, reader.index)
    code = fence or CODE.match(reader.source, reader.index)
    if code is None:
        raise _error("can't find end of code entity")
    entity: Entity = {"type": "pre" if fence else "code", "offset": reader.position, "length": 0}
    if fence and fence[1]:
        entity["language"] = fence[1]
    reader.write(re.sub(r"\\([\\`])", r"\1", (fence[2] if fence else code[1])))
    reader.index = code.end()
    reader.close(entity)


def _link(reader: _Reader) -> None:
    mark, entity = reader.open_marks.pop()
    target = TARGET.match(reader.source, reader.index + 1)
    if not mark.endswith("["):
        raise _error(f"can't find end of {entity['type']} entity")
    if target is None:
        if mark == "![" or not reader.is_legacy:
            raise _error("can't find the address of an inline link")
        reader.index += 1
        return
    reader.index = target.end()
    address = re.sub(r"\\(.)", r"\1", target[1])
    if mark == "![":
        entity |= _special(address)
    else:
        entity["url"] = address
    reader.close(entity)


def _special(address: str) -> Entity:
    """`![…](tg://emoji?id=…)` and `![…](tg://time?unix=…&format=…)`."""
    parts = urlsplit(address)
    values = {name: found[0] for name, found in parse_qs(parts.query).items()}
    match (parts.scheme, parts.netloc):
        case ("tg", "emoji"):
            return {"type": "custom_emoji", "custom_emoji_id": values.get("id", "")}
        case ("tg", "time"):
            return {"type": "date_time", **date_time(values.get("unix", ""), values.get("format", ""))}
    raise _error("a custom emoji or a date and time must be addressed by a tg:// link")


def _quote(reader: _Reader) -> None:
    if any(mark == ">" for mark, _ in reader.open_marks):
        reader.index += 1
        return
    _open(reader, ">", "blockquote")


def _end_quote(reader: _Reader) -> None:
    if reader.open_marks and reader.open_marks[-1][0] == ">":
        reader.close(reader.open_marks.pop()[1])


def _error(reason: str) -> BotApiError:
    return bad_request(f"can't parse entities: {reason}")
