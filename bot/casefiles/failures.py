"""What can keep a case file from being made."""

from __future__ import annotations


class CaseFileFailed(Exception):
    """The case file could not be made. The message tells the operator why, and quotes nobody's words."""


class MissingGlyphs(CaseFileFailed):
    """The fonts of this machine lack signs of our own words: the file would have holes in it."""

    def __init__(self, signs: set[str]) -> None:
        self.signs = "".join(sorted(signs))
        codes = " ".join(f"U+{ord(sign):04X}" for sign in self.signs[:20])
        super().__init__(f"no font here has {codes}; Debian's fonts-noto-core and fonts-noto-cjk have them")
