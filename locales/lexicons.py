"""The words that people are understood by: one `words.toml` beside each catalogue, written for its language.

Entries are how words begin, or whole words where they end in a full stop; parts joined by "+" must all occur.
`[[examples]]` say what must be understood, and are tested.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from conversations.cases.claim import Reason, Remedy
from conversations.understanding import Lexicon
from locales.negotiation import FALLBACK, ROOT, languages, negotiate


@cache
def lexicons(language: str) -> tuple[Lexicon, ...]:
    """The lexicons of all shipped languages: first that of the reader's, then English, then the others, since people
    write to strangers in whatever language they hope to be understood in."""
    own = negotiate(language)
    tags = dict.fromkeys((own, FALLBACK, *(each.tag for each in languages())))
    return tuple(lexicon(tag) for tag in tags)


@cache
def lexicon(tag: str) -> Lexicon:
    """The words of a shipped language."""
    words = read(tag)
    return Lexicon(
        remedies={Remedy(name): tuple(entries) for name, entries in words.get("remedies", {}).items()},
        reasons={Reason(name): tuple(entries) for name, entries in words.get("reasons", {}).items()},
        harsh=tuple(words.get("harsh", ())),
        status=tuple(words.get("status", ())),
    )


def read(tag: str) -> Mapping[str, Any]:
    """The file of a language; empty where there is none. Raises TOMLDecodeError for one that is broken."""
    path = ROOT / tag / "words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
