"""Signs that no font has: in our own words that is a fault and fails; in people's words they stand as their code points."""

from __future__ import annotations

import unicodedata
from collections.abc import Container
from typing import Final

from bot.casefiles.failures import MissingGlyphs
from locales.wording import FSI, PDI

#: What chooses between two looks of the sign before it; without the sign it says nothing.
_LOOKS: Final = frozenset(map(chr, range(0xFE00, 0xFE10)))


#: Strong directions (UAX #9), by whether the document runs from right to left: those that turn against it.
_AGAINST: Final = {False: frozenset({"R", "AL", "AN"}), True: frozenset({"L"})}
_MARKS: Final = str.maketrans("", "", FSI + PDI)


def without_idle_marks(text: str, *, rtl: bool) -> str:
    """The text without direction marks where nothing in it turns against the document: readers who copy it get it clean."""
    if any(unicodedata.bidirectional(sign) in _AGAINST[rtl] for sign in text):
        return text
    return text.translate(_MARKS)


class Signs:
    """Makes texts fit to be set. Remembers whether any sign had to be replaced, and which of ours are missing."""

    def __init__(self, known: Container[int]) -> None:
        self._known = known
        self._missing: set[str] = set()
        self.has_replaced = False

    def fit(self, text: str) -> str:
        """The text with every sign of somebody's words that no font has as "[U+1F600]".

        Somebody's words are those that a phrase isolates (`locales.wording`); all others are ours.
        """
        depth = 0
        out: list[str] = []
        for sign in text:
            depth += (sign == FSI) - (sign == PDI)
            if self._can_be_set(sign):
                out.append(sign)
            elif sign in _LOOKS:
                continue
            elif depth > 0:
                out.append(f"[U+{ord(sign):04X}]")
                self.has_replaced = True
            else:
                self._missing.add(sign)
        return "".join(out)

    def require_all(self) -> None:
        """Raises MissingGlyphs when any of our own words had a sign that no font has."""
        if self._missing:
            raise MissingGlyphs(self._missing)

    def _can_be_set(self, sign: str) -> bool:
        return sign == "\n" or ord(sign) in self._known or unicodedata.category(sign) == "Cf"
