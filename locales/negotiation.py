"""Which shipped language suits a reader, from whatever tag a messenger or a person gave."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global

FALLBACK = "en"
ROOT = Path(__file__).parent

#: Names that the readers of a language would not choose themselves, or that the locale data lacks.
_OWN_NAMES = {"id": "Bahasa Indonesia", "pt_BR": "Português (Brasil)"}

#: Codes still in use for what is now named otherwise; Android sends `in` and `iw`.
_ALIASES = {"in": "id", "iw": "he", "ji": "yi", "cmn": "zh", "yue": "zh_Hant", "nb": "no", "fil": "tl", "mo": "ro"}

_SUBTAG = re.compile(r"[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Language:
    """A language the bot speaks: its tag, and its name in itself."""

    tag: str
    name: str


@cache
def languages() -> tuple[Language, ...]:
    """All shipped languages, English first: those that have a catalogue."""
    tags = sorted(path.parent.parent.name for path in ROOT.glob("*/LC_MESSAGES/messages.po"))
    tags.sort(key=lambda tag: tag != FALLBACK)
    return tuple(Language(tag, own_name(tag)) for tag in tags)


def own_name(tag: str) -> str:
    """The name of a shipped language as its readers write it."""
    if tag in _OWN_NAMES:
        return _OWN_NAMES[tag]
    locale = Locale.parse(tag)
    name = locale.languages.get(tag) or locale.get_display_name() or tag
    return name[:1].upper() + name[1:]


@lru_cache(maxsize=1024)
def negotiate(tag: str) -> str:
    """The shipped language nearest to `tag`, which may be any spelling of a tag, or junk; English if none is near."""
    return best(tag, tuple(language.tag for language in languages()))


@lru_cache(maxsize=1024)
def best(tag: str, shipped: tuple[str, ...]) -> str:
    """The same over a given list: exactly this locale, then language and script, then the language alone."""
    wanted = _parsed(tag)
    if wanted is None:
        return FALLBACK
    offered = {code: likely for code in shipped if (likely := _parsed(code))}
    for length in (3, 2, 1):
        for code, likely in offered.items():
            if likely[:length] == wanted[:length]:
                return code
    return FALLBACK


def _parsed(tag: str) -> tuple[str, str, str] | None:
    """Language, script and territory of a tag, the latter two as likely as can be told; None for junk."""
    without_encoding = re.split("[.@]", tag.strip()[:64])[0]
    subtags = without_encoding.replace("_", "-").split("-")
    if not all(_SUBTAG.fullmatch(subtag) for subtag in subtags) or not 2 <= len(subtags[0]) <= 3:
        return None
    language, *rest = subtags
    language = _ALIASES.get(language.lower(), language.lower())
    script = territory = ""
    for subtag in rest:
        if len(subtag) == 1:  # an extension or something private: nothing that names a language follows
            break
        if len(subtag) == 4 and subtag.isalpha() and not script and not territory:
            script = subtag.title()
        elif (len(subtag) == 2 and subtag.isalpha()) or (len(subtag) == 3 and subtag.isdigit()):
            territory = territory or subtag.upper()
    if "_" in language:
        language, implied = language.split("_")
        script = script or implied
    return _likely(language, script, territory)


def _likely(language: str, script: str, territory: str) -> tuple[str, str, str] | None:
    if not language.isalpha():
        return None
    known = get_global("likely_subtags")
    for key in ((language, script, territory), (language, territory), (language, script), (language,)):
        if full := known.get("_".join(filter(None, key))):
            guessed = str(full).split("_")
            return (language, script or guessed[1], territory or guessed[-1])
    try:
        Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return None
    return (language, script, territory)
