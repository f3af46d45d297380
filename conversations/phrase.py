"""Text that is not in any language yet: a message id and the values to put into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

#: What a phrase may carry: `str` (somebody's own words or a name; never translated, always isolated from the
#: direction of the text around it), `int`, `Decimal`, `datetime` (aware), `timedelta`, `Money`, another `Phrase`,
#: or a tuple of these (rendered as a list in the reader's language).
Param = Any


@dataclass(frozen=True, slots=True, init=False)
class Phrase:
    """An English message id with named places, `Phrase("{count} of {total} answered", count=1, total=2)`.

    Extraction collects the literal; `locales` renders it. The id is the English text, so a missing translation
    is still readable.
    """

    msgid: str
    plural: str | None
    params: Mapping[str, Param]

    def __init__(self, msgid: str, /, **params: Param) -> None:
        self._fill(msgid, None, params)

    @classmethod
    def counted(cls, one: str, many: str, /, n: int, **params: Param) -> Phrase:
        """A phrase whose form follows the number `n` (also available as a place, `{n}`)."""
        return cls.restore(one, many, {"n": n, **params})

    @classmethod
    def restore(cls, msgid: str, plural: str | None, params: Mapping[str, Param]) -> Phrase:
        """Puts a phrase together again from its stored parts."""
        phrase = object.__new__(cls)
        phrase._fill(msgid, plural, params)
        return phrase

    def _fill(self, msgid: str, plural: str | None, params: Mapping[str, Param]) -> None:
        object.__setattr__(self, "msgid", msgid)
        object.__setattr__(self, "plural", plural)
        object.__setattr__(self, "params", MappingProxyType(dict(params)))

    def __hash__(self) -> int:
        return hash((self.msgid, self.plural, tuple(sorted(self.params))))

    def __reduce__(self) -> tuple[Any, ...]:
        return (Phrase.restore, (self.msgid, self.plural, dict(self.params)))
