"""Which kinds of goods are not taken back without a fault."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Literal, Self

from pydantic import field_validator

from conversations.cases.claim import Ground
from conversations.cases.orders import Item
from conversations.cases.verdict import Finding
from conversations.phrase import Phrase
from conversations.policy.rules.rule import Need, Rule, Subject


class Why(StrEnum):
    """Why such goods cannot be sold again."""

    CUSTOM_MADE = "custom_made"
    PERISHABLE = "perishable"
    SEALED = "sealed"  # only once it has been opened
    DIGITAL = "digital"


class Exclusion(Rule):
    """Goods whose category bears one of the words are not taken back; sealed ones only when they were opened.

    It looks at claims without a reason alone: what is faulty or not as described is never excluded.
    """

    kind: Literal["exclusion"]
    grounds: tuple[Ground, ...] = (Ground.NO_REASON,)
    categories: Mapping[Why, tuple[str, ...]]

    @field_validator("grounds")
    @classmethod
    def _spares_faults(cls, grounds: tuple[Ground, ...]) -> tuple[Ground, ...]:
        if grounds != (Ground.NO_REASON,):
            raise ValueError("goods can be excluded on the ground no_reason only")
        return grounds

    @field_validator("categories")
    @classmethod
    def _have_words(cls, categories: Mapping[Why, tuple[str, ...]]) -> Mapping[Why, tuple[str, ...]]:
        for why, words in categories.items():
            if blank := [word for word in words if not plain(word)]:
                raise ValueError(f"{why}: {blank[0]!r} is not a word")
        return categories

    def applies(self, subject: Subject) -> bool:
        return super().applies(subject) and any(item.category for item in subject.items)

    def judge(self, subject: Subject) -> Finding:
        barred = [
            _BARRED[why](tuple(item.title for item in items))
            for why in Why
            if (items := self._of_kind(why, subject)) and (why is not Why.SEALED or subject.claim.is_opened)
        ]
        if not barred:
            return self._held(Phrase("Goods of this kind are taken back."))
        found = barred[0]
        for more in barred[1:]:
            found = Phrase("{found} {more}", found=found, more=more)
        return self._failed(found)

    @property
    def asks(self) -> Need | None:
        return Need.PACKAGING_INTACT if self.categories.get(Why.SEALED) else None

    def _of_kind(self, why: Why, subject: Subject) -> tuple[Item, ...]:
        words = self.categories.get(why, ())
        return tuple(item for item in subject.items if any(bears(item.category, word) for word in words))

    def _harsher_figures(self, house: Self) -> Iterator[str]:
        for why, words in self.categories.items():
            if more := [word for word in words if word not in house.categories.get(why, ())]:
                yield f"categories.{why}: a store can only remove exclusions, not add {', '.join(more)}"


_BARRED: Mapping[Why, Callable[[tuple[str, ...]], Phrase]] = {
    Why.CUSTOM_MADE: lambda items: Phrase("Made to order, so not taken back without a fault: {items}.", items=items),
    Why.PERISHABLE: lambda items: Phrase("Spoils quickly, so not taken back without a fault: {items}.", items=items),
    Why.SEALED: lambda items: Phrase("Its seal was opened, so not taken back without a fault: {items}.", items=items),
    Why.DIGITAL: lambda items: Phrase("Delivered as data, so not taken back without a fault: {items}.", items=items),
}


_PARTS = re.compile(r"[/>|,;&、／＞|，；＆|\\]")


def bears(category: str, word: str) -> bool:
    """Whether a category, such as "Beauty > Skin care" or "美容护肤/面膜", says so.

    What a thing is stands last in its name, so a word is looked for at the end of each part of the category: meat is
    not found in "Meat grinders", nor 水果 in 水果刀. A word written with a star, "custom*" or 定制*, is found anywhere
    in a part. It has to stand there whole, but for the scripts that put no blanks between words.
    """
    name = plain(word)
    edge = " " if all(sign < "⺀" for sign in name) else ""
    parts = (edge + plain(part) for part in _PARTS.split(category))
    if word.endswith("*"):
        return any(edge + name + edge in part + edge for part in parts)
    return any(part.endswith(edge + name) for part in parts)


def plain(text: str) -> str:
    """Letters and digits only, one blank between words, one case and one width."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()
