"""What a transaction has read, and what it is going to write: kept in memory, written in few statements, undone exactly.

A collection looks into `Pending` before it asks the database, and leaves its rows here instead of sending each one. Of several
changes of a row only the last is written.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, bindparam, delete, or_, update
from sqlalchemy.dialects.postgresql import insert

from storage.columns import Doc
from storage.prepared import Prepared

Key = tuple[Any, ...]

_ABSENT: Final = object()


class How(Enum):
    """How a row is written. A new one fails at the flush when there is one with its primary key."""

    NEW = auto()
    WHOLE = auto()
    PART = auto()
    GONE = auto()


@dataclass(frozen=True, slots=True)
class Row:
    """A row to write."""

    how: How
    values: Mapping[str, Any]


class Pending:
    """Everything here is a dictionary, and each change of one is noted, so that `undo_to` can take it back."""

    def __init__(self) -> None:
        self._known: dict[Table, dict[Hashable, Any]] = {}
        self._rows: dict[Table, dict[Key, Row]] = {}
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []

    # What was read

    def knows(self, table: Table, key: Hashable) -> bool:
        """Whether it was read or set before; that it is not there counts too."""
        return key in self._known.get(table, ())

    def known(self, table: Table, key: Hashable, default: Any = None) -> Any:
        return self._known.get(table, {}).get(key, default)

    def know(self, table: Table, key: Hashable, value: Any) -> None:
        self._set(self._known.setdefault(table, {}), key, value)

    def forget(self, table: Table, *keys: Hashable) -> None:
        """Forgets these, or all that was read of a table."""
        known = self._known.setdefault(table, {})
        for key in keys or list(known):
            self._set(known, key, _ABSENT)

    # What is to be written

    def add(self, table: Table, values: Mapping[str, Any]) -> None:
        """A row that is not there yet."""
        self._set(self._of(table), _key_of(table, values), Row(How.NEW, values))

    def write(self, table: Table, values: Mapping[str, Any]) -> None:
        """The whole row, in the place of the one with its primary key."""
        key = _key_of(table, values)
        before = self._of(table).get(key)
        is_new = before is not None and before.how is How.NEW
        self._set(self._of(table), key, Row(How.NEW if is_new else How.WHOLE, values))

    def change(self, table: Table, key: Key, values: Mapping[str, Any]) -> None:
        """Some columns of a row that is there."""
        rows = self._of(table)
        before = rows.get(key, Row(How.PART, {}))
        self._set(rows, key, Row(before.how, {**before.values, **values}))

    def delete(self, table: Table, key: Key) -> None:
        self._set(self._of(table), key, Row(How.GONE, {}))

    def has(self, table: Table) -> bool:
        """Whether something is to be written into it."""
        return bool(self._rows.get(table))

    @property
    def tables(self) -> list[Table]:
        """The tables with something to write, in one order always."""
        return sorted((table for table, rows in self._rows.items() if rows), key=lambda table: table.name)

    def take(self, table: Table) -> list[tuple[Key, Row]]:
        """Everything to write into a table, in the order of the keys: two transactions never wait for each other."""
        rows = self._of(table)
        taken = sorted(rows.items(), key=lambda item: tuple(map(str, item[0])))
        for key in list(rows):
            self._set(rows, key, _ABSENT)
        return taken

    # Undoing

    def mark(self) -> int:
        return len(self._undo)

    def undo_to(self, mark: int) -> None:
        while len(self._undo) > mark:
            kept, key, before = self._undo.pop()
            if before is _ABSENT:
                kept.pop(key, None)
            else:
                kept[key] = before

    def _of(self, table: Table) -> dict[Key, Row]:
        return self._rows.setdefault(table, {})

    def _set(self, kept: dict[Any, Any], key: Any, value: Any) -> None:
        self._undo.append((kept, key, kept.get(key, _ABSENT)))
        if value is _ABSENT:
            kept.pop(key, None)
        else:
            kept[key] = value


def statements(table: Table, taken: Sequence[tuple[Key, Row]]) -> Iterator[tuple[Prepared, list[Mapping[str, Any]]]]:
    """The few statements that write these rows, each with its values."""
    keys = [column.name for column in table.primary_key]
    groups: dict[tuple[How, tuple[str, ...]], list[Mapping[str, Any]]] = {}
    for key, row in taken:
        values = row.values
        if row.how in (How.PART, How.GONE):
            values = {**values, **{f"of_{name}": value for name, value in zip(keys, key, strict=True)}}
        groups.setdefault((row.how, tuple(sorted(row.values))), []).append(values)
    for (how, columns), rows in groups.items():
        yield _statement(table, how, columns), rows


def _key_of(table: Table, values: Mapping[str, Any]) -> Key:
    return tuple(values[column.name] for column in table.primary_key)


@lru_cache(maxsize=256)
def _statement(table: Table, how: How, columns: tuple[str, ...]) -> Prepared:
    places: dict[str, Any] = {name: bindparam(name) for name in columns}
    keys = [column.name for column in table.primary_key]
    it = [table.c[name] == bindparam(f"of_{name}") for name in keys]
    match how:
        case How.GONE:
            return Prepared(delete(table).where(*it))
        case How.PART:
            return Prepared(update(table).where(*it).values(places))
        case How.NEW:
            return Prepared(insert(table).values(places))
        case How.WHOLE:
            row = insert(table).values(places)
            newer = {name: row.excluded[name] for name in places if name not in keys}
            if not newer:
                return Prepared(row.on_conflict_do_nothing())
            return Prepared(row.on_conflict_do_update(index_elements=keys, set_=newer, where=_differs(table, newer)))


def _differs(table: Table, newer: Mapping[str, Any]) -> ColumnElement[bool] | None:
    """A row that is as it was is not written again; PostgreSQL cannot tell of JSON."""
    if any(isinstance(table.c[name].type, Doc) for name in newer):
        return None
    return or_(*(table.c[name].is_distinct_from(new) for name, new in newer.items()))
