"""Somebody's own words inside our sentence: cleaned of what could disturb the text around them, and isolated."""

from __future__ import annotations

import re
import unicodedata

FSI, PDI = "\u2068", "\u2069"

#: Characters that steer the direction of text (UAX #9): with one of these a name could break out of its isolation.
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

#: Format characters that some scripts, emoji and flags cannot do without: joiners, and the tags of flags.
_NEEDED = frozenset("\u200c\u200d") | {chr(code) for code in range(0xE0020, 0xE0080)}

_LINE_END = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")

#: What stands where somebody's words would be, but nothing visible is there.
NOTHING = "—"

#: Further lines of somebody's words are set in, so that they cannot pass for lines of ours.
INDENT = "\u2003"


def cleaned(words: str) -> str:
    """The words without direction marks, control and invisible format characters; line ends become "\\n"."""
    if words.isprintable():  # most often: none of these is in them
        return words.strip()
    lines = _LINE_END.sub("\n", words).replace("\t", " ")
    return "".join(map(_visible, lines)).strip()


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    if category in ("Cc", "Cf"):
        return char if char == "\n" or char in _NEEDED else ""
    return char


def isolated(words: str) -> str:
    """The words as they may stand inside a sentence of ours, whatever direction either has.

    An isolate ends with its paragraph, so each line gets its own.
    """
    clean = cleaned(words)
    if not any(unicodedata.category(char)[0] not in "CZM" for char in clean):
        return f"{FSI}{NOTHING}{PDI}"
    lines = [line.strip() for line in clean.split("\n")]
    return f"\n{INDENT}".join(f"{FSI}{line}{PDI}" if line else "" for line in lines)
