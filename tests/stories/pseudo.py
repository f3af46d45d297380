"""A pseudo-locale: English in brackets, which tells our texts from those that were written into the code as they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from gettext import NullTranslations
from typing import Final

OPEN, CLOSE = "⟦", "⟧"

#: Somebody's own words and other values, which are never ours, stand in isolates.
_ISOLATED: Final = re.compile("\u2068[^\u2069]*\u2069")
_INNERMOST: Final = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")


class _Bracketed(NullTranslations):
    """A catalogue whose every text is the message itself in brackets."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{OPEN}{msgid1 if n == 1 else msgid2}{CLOSE}"


def bracketing(read: Callable[[str], NullTranslations]) -> Callable[[str], NullTranslations]:
    """The catalogues as `read` gives them, but for English."""
    return lambda tag: _Bracketed() if tag == "en" else read(tag)


def unbracketed(text: str) -> str:
    """What is left of a text without everything in brackets and without words that are not ours."""
    text = _ISOLATED.sub("", text)
    while OPEN in text and _INNERMOST.search(text):
        text = _INNERMOST.sub("", text)
    return text
