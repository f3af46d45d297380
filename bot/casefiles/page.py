"""From the case file in phrases to what the template sets: plain strings in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any, Final

from babel import Locale

from bot.casefiles.fonts import Fonts
from bot.casefiles.signs import Signs, without_idle_marks
from conversations.casefile import CaseFile, Part
from conversations.phrase import Phrase
from locales import negotiate, plain

_REPLACED: Final = Phrase("Signs that this document has no font for stand as their code points in brackets.")
_NO_PICTURE: Final = Phrase("No picture to show here: see the file itself.")


def page(file: CaseFile, language: str, fonts: Fonts) -> dict[str, Any]:
    """The file as JSON for the template. MissingGlyphs when our own words cannot be set."""
    tag = negotiate(language)
    locale = Locale.parse(tag)
    signs = Signs(fonts.signs)
    rtl = locale.text_direction == "rtl"

    def said(phrase: Phrase) -> str:
        return without_idle_marks(signs.fit(plain(phrase, tag)), rtl=rtl)

    parts = [_part(part, said) for part in file.parts]
    made = {
        "lang": locale.language,
        "region": {"zh_Hans": "CN", "zh_Hant": "TW"}.get(tag, locale.territory),
        "rtl": rtl,
        "fonts": fonts.families_for(tag),
        "ref": file.ref,
        "made": list(file.at.astimezone(UTC).timetuple()[:6]),
        "title": said(file.title),
        "lines": [said(line) for line in file.lines],
        "parts": parts,
        "no_picture": said(_NO_PICTURE),
        "note": said(_REPLACED) if signs.has_replaced else "",
    }
    signs.require_all()
    return made


def _part(part: Part, said: Callable[[Phrase], str]) -> dict[str, Any]:
    return {
        "heading": said(part.heading),
        "lines": [said(line) for line in part.lines],
        "rows": [[said(cell) for cell in row] for row in part.rows],
        "shares": part.shares,
        "pictures": [item.name for item in part.exhibits],
    }
