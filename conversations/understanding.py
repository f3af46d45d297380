"""Plain words: what somebody may mean who writes to us without a command. Words are data, one lexicon a language.

Guesses only: whoever wrote is asked, or loses nothing by a wrong one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from conversations.cases.claim import Reason, Remedy

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The words of a language. An entry is how a word or a group of words begins; parts joined by "+" must all occur,
    and a part that ends in a full stop is whole words.

    `harsh` are insults; `status` is how people ask where their case stands.
    """

    remedies: Mapping[Remedy, tuple[str, ...]] = field(default_factory=dict)
    reasons: Mapping[Reason, tuple[str, ...]] = field(default_factory=dict)
    harsh: tuple[str, ...] = ()
    status: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody seems to want, and why, as far as their words tell."""

    remedy: Remedy | None
    reason: Reason | None


def wish(text: str, lexicons: Iterable[Lexicon]) -> Wish | None:
    """What a sentence asks for, by the first of the lexicons that knows any of it. None when none does."""
    folded = fold(text)
    for lexicon in lexicons:
        found = Wish(_best(folded, lexicon.remedies), _best(folded, lexicon.reasons))
        if found != Wish(None, None):
            return found
    return None


#: A longer message may ask where things stand, but says more than that.
_LONGEST_QUESTION = 80


def asks_where_it_stands(text: str, lexicons: Iterable[Lexicon]) -> bool:
    """Whether a short message does nothing but ask how the case is going."""
    folded = fold(text)
    return len(text) <= _LONGEST_QUESTION and any(_weight(folded, lexicon.status) for lexicon in lexicons)


#: Fewer capitals may be a name or a number of an order; a third in small letters is no shouting.
_LEAST_CAPITALS, _SHARE_OF_CAPITALS = 12, 0.7
_MANY_MARKS = re.compile(r"[!?！？]{3,}")


def is_heated(text: str, lexicons: Iterable[Lexicon]) -> bool:
    """Whether a message shouts or insults, so that its sender may want to say it otherwise."""
    cased = [char for char in text if char.lower() != char.upper()]
    capitals = sum(char.isupper() for char in cased)
    if capitals >= _LEAST_CAPITALS and capitals >= _SHARE_OF_CAPITALS * len(cased):
        return True
    folded = fold(text)
    return bool(_MANY_MARKS.search(text)) or any(_weight(folded, lexicon.harsh) for lexicon in lexicons)


def mentioned(text: str, titles: Sequence[str]) -> tuple[int, ...]:
    """Which of these things a text names, by words they have in common; none when that tells nothing apart."""
    folded = fold(text)
    hits = [sum(_finds(folded, word) for word in _telling_words(title)) for title in titles]
    most = max(hits, default=0)
    found = tuple(i for i, count in enumerate(hits) if count == most and most > 0)
    return found if len(found) < len(titles) else ()


#: Letters that are often typed as others, but do not decompose into them; in Arabic the last ones of words, and the
#: stroke that only makes a word longer.
_PLAIN = {"ı": "i", "đ": "d", "ø": "o", "ł": "l", "’": "'", "ة": "ه", "ى": "ي", "ـ": ""}


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The text without case, accents and widths, as people write who are in a hurry."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(_PLAIN.get(char, char) for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.split())


def _best(folded: str, entries: Mapping[T, tuple[str, ...]]) -> T | None:
    """What is named by the most letters; the first of equals."""
    weights = {meaning: _weight(folded, words) for meaning, words in entries.items()}
    best = max(weights, key=lambda meaning: weights[meaning], default=None)
    return best if best is not None and weights[best] else None


def _weight(folded: str, entries: Iterable[str]) -> int:
    return sum(len(entry) for entry in entries if all(_finds(folded, fold(part)) for part in entry.split("+")))


def _finds(folded: str, part: str) -> bool:
    return _pattern(part).search(folded) is not None


@lru_cache(maxsize=16384)
def _pattern(part: str) -> re.Pattern[str]:
    """Words begin at a space or a sign; but not in scripts that write without spaces, nor in Arabic, which puts its
    articles before."""
    is_joined = part[:1] >= "\u2e80" or "\u0600" <= part[:1] <= "\u06ff"
    words = part.removesuffix(".")
    return re.compile(("" if is_joined else r"(?<!\w)") + re.escape(words) + (r"(?!\w)" if words != part else ""))


_WORD = re.compile(r"[^\W\d_]+")
#: Shorter words are articles, prepositions and units.
_SHORTEST_WORD = 3


def _telling_words(title: str) -> set[str]:
    """The words of a title that could name it; pairs of characters where no spaces part words."""
    words: set[str] = set()
    for word in _WORD.findall(fold(title)):
        if word[0] >= "\u2e80":
            words |= {word[i : i + 2] for i in range(len(word) - 1)}
        elif len(word) >= _SHORTEST_WORD:
            words.add(word)
    return words
