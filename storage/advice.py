"""The suggestions that stores were given and that have not been looked at again yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import delete, select

from conversations.cases.figures import Suggestion
from storage.tables import suggestions
from storage.transaction import Transaction

_FIELDS = tuple(field.name for field in fields(Suggestion))
_KEY = ("store", "kind", "about", "days")


class SqlAdvice:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def of(self, store: str) -> Sequence[Suggestion]:
        """Oldest first."""
        mine = select(suggestions).where(suggestions.c.store == store)
        rows = await self._tx.all(mine.order_by(suggestions.c.made_at, *(suggestions.c[name] for name in _KEY)))
        return [
            Suggestion(**{**{name: getattr(row, name) for name in _FIELDS}, "words": tuple(row.words)}) for row in rows
        ]

    async def keep(self, suggestion: Suggestion) -> None:
        values: dict[str, Any] = {name: getattr(suggestion, name) for name in _FIELDS}
        put = self._tx.insert(suggestions).values({**values, "words": list(suggestion.words)})
        changed = {name: put.excluded[name] for name in _FIELDS if name not in _KEY}
        await self._tx.run(
            put.on_conflict_do_update(index_elements=[suggestions.c[name] for name in _KEY], set_=changed)
        )

    async def drop(self, suggestion: Suggestion) -> None:
        await self._tx.run(
            delete(suggestions).where(*(suggestions.c[name] == getattr(suggestion, name) for name in _KEY))
        )
