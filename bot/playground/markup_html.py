"""Reads the HTML parse mode of the Bot API into text and entities; the supported tags are one table."""

import html
import re
from typing import Any

from bot.playground.errors import BotApiError, bad_request

Entity = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
PIECE = re.compile(r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?P<attributes>[^<>]*)>|(?P<stray><)")
ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot);|#(\d{1,7});|#x([0-9a-fA-F]{1,6});)")


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Text and entities; raises "can't parse entities" for unknown, unclosed or crossed tags."""
    text: list[str] = []
    position = 0
    entities: list[Entity] = []
    open_tags: list[tuple[str, Entity]] = []
    last = 0

    def add(piece: str) -> None:
        nonlocal position
        plain = _unescaped(piece)
        text.append(plain)
        position += len(plain.encode("utf-16-le", "surrogatepass")) // 2

    for tag in PIECE.finditer(source):
        add(source[last : tag.start()])
        last = tag.end()
        name = (tag["name"] or "").lower()
        if tag["stray"] or name not in TAGS:
            raise _error(f'unsupported start tag "{name}" at byte offset {_bytes(source, tag.start())}')
        if not tag["close"]:
            open_tags.append((name, _opened(name, tag["attributes"], position)))
            continue
        if not open_tags or open_tags[-1][0] != name:
            raise _error(f"unexpected end tag at byte offset {_bytes(source, tag.start())}")
        entity = open_tags.pop()[1]
        entity["length"] = position - entity["offset"]
        if not _is_language_of_pre(entity, open_tags) and entity["length"] and entity["type"]:
            entities.append(entity)
    add(source[last:])
    if open_tags:
        raise _error(f'can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(text), entities


def _opened(name: str, attributes: str, offset: int) -> Entity:
    values = {
        key.lower(): html.unescape(double or single or bare)
        for key, double, single, bare in ATTRIBUTE.findall(attributes)
    }
    entity: Entity = {"type": TAGS[name], "offset": offset, "length": 0}
    match name:
        case "span" if values.get("class") != "tg-spoiler":
            raise _error('tag "span" must have class "tg-spoiler"')
        case "a":
            url = values.get("href", "")
            if not url:
                entity["type"] = ""
            entity["url"] = url
        case "blockquote" if "expandable" in values:
            entity["type"] = "expandable_blockquote"
        case "tg-emoji":
            entity["custom_emoji_id"] = values.get("emoji-id", "")
        case "tg-time":
            entity |= date_time(values.get("unix", ""), values.get("format", ""))
        case "code" if values.get("class", "").startswith("language-"):
            entity["language"] = values["class"].removeprefix("language-")
    return entity


def date_time(unix: str, style: str) -> Entity:
    """The fields of a date_time entity from its markup."""
    if not unix.isdigit():
        raise _error("invalid unix time specified")
    if not re.fullmatch(r"r|w?[dD]?[tT]?", style):
        raise _error("invalid date-time format specified")
    fields: Entity = {"unix_time": int(unix)}
    if style:
        fields["date_time_format"] = style
    return fields


def _is_language_of_pre(entity: Entity, open_tags: list[tuple[str, Entity]]) -> bool:
    """`<pre><code class="language-x">` is one entity: the language moves to the pre."""
    language = entity.pop("language", None) if entity["type"] == "code" else None
    if open_tags and open_tags[-1][0] == "pre" and entity["type"] == "code":
        if language:
            open_tags[-1][1]["language"] = language
        return True
    return False


def _unescaped(piece: str) -> str:
    return REFERENCE.sub(lambda reference: html.unescape(reference.group()), piece) if "&" in piece else piece


def _bytes(source: str, index: int) -> int:
    return len(source[:index].encode("utf-8", "surrogatepass"))


def _error(reason: str) -> BotApiError:
    return bad_request(f"can't parse entities: {reason}")
