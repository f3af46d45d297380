"""A phrase in a reader's language: the catalogue's text with each place filled as that language writes it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from babel import Locale

from conversations.cases.money import Money
from conversations.phrase import Param, Phrase
from locales import values
from locales.negotiation import negotiate
from locales.parts import Code, Moment, Part, joined, text_of
from locales.translations import translated
from locales.wording import isolated

#: A place in a message. Names only: a catalogue can neither format nor look into a value.
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")

#: A command of ours. Messengers make it a link only where its name follows the slash at once, so nothing is put between.
_COMMAND = re.compile(r"[a-z][a-z0-9_]*")

#: Stands for an item while the language puts commas and an "and" around it.
_ITEM = "\ue000{}\ue001"
_ITEMS = re.compile("\ue000([0-9]+)\ue001")


def render(phrase: Phrase, language: str) -> tuple[Part, ...]:
    """The phrase in the shipped language nearest to `language`. A place without a value stays as it is written."""
    tag = negotiate(language)
    return joined(_phrase(phrase, tag, _locale(tag)))


def plain(phrase: Phrase, language: str) -> str:
    """The phrase as one string."""
    return text_of(render(phrase, language))


@cache
def _locale(tag: str) -> Locale:
    return Locale.parse(tag)


def _phrase(phrase: Phrase, tag: str, locale: Locale) -> list[Part]:
    count = phrase.params.get("n", 1)
    text = translated(phrase.msgid, phrase.plural, count if isinstance(count, int) else 1, tag)
    parts: list[Part] = []
    before = ""
    for i, piece in enumerate(PLACE.split(text)):
        if i % 2 == 0:
            parts.append(before := piece)
        elif piece not in phrase.params:
            parts.append(f"{{{piece}}}")
        elif before.endswith("/") and _is_command(value := phrase.params[piece]):
            parts.append(value)
        else:
            parts.extend(_value(phrase.params[piece], tag, locale))
    return parts


def _is_command(value: Param) -> bool:
    return isinstance(value, str) and _COMMAND.fullmatch(value) is not None


def _value(value: Param, tag: str, locale: Locale) -> list[Part]:
    match value:
        case Phrase():
            return _phrase(value, tag, locale)
        case Moment() | Code():
            return [value]
        case Money():
            return [values.money(value, locale)]
        case datetime():
            at = value if value.tzinfo else value.replace(tzinfo=UTC)
            return [Moment(values.instant(at, locale), at)]
        case date():
            return [values.day(value, locale)]
        case timedelta():
            return [values.span(value, locale)]
        case int() | Decimal():
            return [values.number(value, locale)]
        case tuple() | list():
            return _list([_value(item, tag, locale) for item in value], locale)
        case _:
            return [isolated(str(value))]


def _list(items: list[list[Part]], locale: Locale) -> list[Part]:
    text = values.enumeration([_ITEM.format(n) for n in range(len(items))], locale)
    parts: list[Part] = []
    for i, piece in enumerate(_ITEMS.split(text)):
        parts.extend([piece] if i % 2 == 0 else items[int(piece)])
    return parts
