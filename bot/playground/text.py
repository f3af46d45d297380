"""Text as Telegram treats it: lengths in UTF-16 units, entities checked, trimmed and found; knows no message."""

import re
from typing import Any

from bot.playground.errors import bad_request
from bot.playground.markdown import parse_markdown
from bot.playground.markup_html import parse_html

Entity = dict[str, Any]
Formatted = tuple[str, list[Entity]]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
DETECTED = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})
STYLES = frozenset(
    {
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    }
)
KNOWN_ENTITIES = DETECTED | STYLES
DATE_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]»”])"
    r"|(?P<email>(?<![\w.])[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<mention>(?<!\w)@[A-Za-z]\w{3,31}\b)"
    r"|(?P<bot_command>(?<![\w/.@>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?\b)"
    r"|(?P<hashtag>(?<!\w)\#\w*[^\W\d]\w*)"
)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, the unit of all entity offsets."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def formatted(text: str, entities: list[Entity] | None, *, parse_mode: str | None = None) -> Formatted:
    """Text as it will be stored: markup parsed or entities checked, trimmed, links and commands found.

    Raises Telegram's error for markup it cannot parse and for entities outside the text.
    """
    if parse_mode:
        text, given = _parsed(text, parse_mode)
    else:
        given = [_checked(entity) for entity in entities or ()]
    text, given = _trimmed(text, given)
    return text, _with_found(text, given)


def check_length(text: str, limit: int, *, error: str) -> None:
    """Refuses text of more than `limit` characters."""
    if len(text) > limit:
        raise bad_request(error)


def formatted_text(text: str, entities: list[Entity] | None, *, parse_mode: str | None) -> Formatted:
    """A message's text, 1 to 4096 characters after parsing."""
    result = formatted(text, entities, parse_mode=parse_mode)
    if not result[0]:
        raise bad_request("message text is empty")
    check_length(result[0], TEXT_LIMIT, error="message is too long")
    return result


def formatted_caption(text: str, entities: list[Entity] | None, *, parse_mode: str | None) -> Formatted:
    """A caption, 0 to 1024 characters after parsing."""
    result = formatted(text, entities, parse_mode=parse_mode)
    check_length(result[0], CAPTION_LIMIT, error="message caption is too long")
    return result


def _parsed(text: str, parse_mode: str) -> Formatted:
    match parse_mode.lower():
        case "html":
            return parse_html(text)
        case "markdownv2":
            return parse_markdown(text)
        case "markdown":
            return parse_markdown(text, is_legacy=True)
    raise bad_request("unsupported parse_mode")


def _checked(entity: Any) -> Entity:
    if not isinstance(entity, dict):
        raise bad_request("can't parse entities: expected an Object")
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if not isinstance(kind, str) or kind not in KNOWN_ENTITIES:
        raise bad_request("can't parse entities: unsupported entity type specified")
    if not _is_count(offset) or not _is_count(length):
        raise bad_request('can\'t parse entities: fields "offset" and "length" must be of type Number')
    match kind:
        case "text_link" if not isinstance(entity.get("url"), str):
            raise bad_request("can't parse entities: can't find field \"url\"")
        case "text_mention" if not isinstance(entity.get("user"), dict):
            raise bad_request("can't parse entities: can't find field \"user\"")
        case "custom_emoji" if not isinstance(entity.get("custom_emoji_id"), str):
            raise bad_request("can't parse entities: can't find field \"custom_emoji_id\"")
        case "date_time":
            _check_date_time(entity)
    return entity


def _check_date_time(entity: Entity) -> None:
    if not _is_count(entity.get("unix_time")):
        raise bad_request("can't parse entities: can't find field \"unix_time\"")
    style = entity.get("date_time_format", "")
    if not isinstance(style, str) or not DATE_TIME_FORMAT.fullmatch(style):
        raise bad_request("can't parse entities: invalid date_time_format specified")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _trimmed(text: str, entities: list[Entity]) -> Formatted:
    """Drops space at both ends and moves the entities along; checks that they lie within the text."""
    if entities:
        _check_bounds(text, entities)
    body = text.strip()
    if len(body) == len(text) or not entities:
        return body, _sorted([entity for entity in entities if entity["length"]])
    dropped = utf16_length(text[: len(text) - len(text.lstrip())])
    end = utf16_length(body)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - dropped)
        stop = min(end, entity["offset"] + entity["length"] - dropped)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    return body, _sorted(kept)


def _check_bounds(text: str, entities: list[Entity]) -> None:
    end = utf16_length(text)
    inside = _inside_pairs(text) if end != len(text) else frozenset()
    for entity in entities:
        start, stop = entity["offset"], entity["offset"] + entity["length"]
        if stop > end:
            raise bad_request(
                f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {stop}"
            )
        if start in inside or stop in inside:
            raise bad_request(
                f"entity beginning at UTF-16 offset {start} begins or ends in a middle of a UTF-16 symbol"
            )


def _inside_pairs(text: str) -> frozenset[int]:
    """UTF-16 offsets that fall between the halves of a surrogate pair."""
    inside, position = [], 0
    for character in text:
        if ord(character) > 0xFFFF:
            inside.append(position + 1)
            position += 1
        position += 1
    return frozenset(inside)


def _sorted(entities: list[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _with_found(text: str, given: list[Entity]) -> list[Entity]:
    """Adds the links, mentions, commands and tags Telegram finds by itself outside of code and links."""
    if not ("/" in text or "@" in text or "#" in text):
        return given
    taken = [(e["offset"], e["offset"] + e["length"]) for e in given if _hides_links(e["type"])]
    found = []
    for match in FOUND.finditer(text):
        start = utf16_length(text[: match.start()])
        stop = start + utf16_length(match.group())
        if any(start < right and left < stop for left, right in taken):
            continue
        assert match.lastgroup is not None
        found.append({"type": match.lastgroup, "offset": start, "length": stop - start})
    return _sorted([*given, *found]) if found else given


def _hides_links(kind: str) -> bool:
    return kind in DETECTED or kind in ("code", "pre", "text_link", "text_mention")
