"""Which words recur in the claims about a product, in whatever language: those said there and not elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

#: A word counts when so many claims have it, and so large a part of them (in percent).
LEAST_CLAIMS: Final = 3
LEAST_PERCENT: Final = 20

#: And when it is so much more common there than in the store's other claims: "the" and "is" are as common everywhere.
MORE_COMMON: Final = 2

#: How many words are named.
MOST_WORDS: Final = 3

_WORD = re.compile(r"[^\W\d_]{3,24}")
#: Scripts that put no spaces between words: two signs in a row say most.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]{2,}")


def recurring(claims: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """The words that tell these claims from the others, the most frequent first."""
    here, there = _counts(claims), _counts(others)
    telling = [
        (word, count)
        for word, count in here.items()
        if count >= LEAST_CLAIMS
        and count * 100 >= LEAST_PERCENT * len(claims)
        and count * len(others) >= MORE_COMMON * there[word] * len(claims)
    ]
    return tuple(word for word, _ in sorted(telling, key=lambda it: (-it[1], it[0]))[:MOST_WORDS])


def _counts(claims: Sequence[str]) -> Counter[str]:
    """In how many of the claims each word is."""
    return Counter(word for claim in claims for word in set(_words(claim.casefold())))


def _words(text: str) -> Iterable[str]:
    for run in _UNSPACED.findall(text):
        yield from (run[i : i + 2] for i in range(len(run) - 1))
    yield from _WORD.findall(_UNSPACED.sub(" ", text))
