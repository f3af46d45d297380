"""The catalogues as they are read: a `.po` becomes a lookup in memory, once; nothing has to be compiled."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from locales.negotiation import ROOT


@cache
def translations(tag: str) -> GNUTranslations:
    """The catalogue of a shipped language. What it lacks reads as its message id, in English."""
    path = ROOT / tag / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalog = read_po(file, locale=tag, domain="messages")
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


def translated(msgid: str, plural: str | None, n: int, tag: str) -> str:
    """The text of a message in a shipped language, its places still open. `n` chooses among plural forms."""
    if not msgid:
        return ""
    catalogue = translations(tag)
    return catalogue.gettext(msgid) if plural is None else catalogue.ngettext(msgid, plural, n)
