"""Statements that are made once, when their module is loaded, and sent again and again with other values.

SQLAlchemy takes some 300 µs to build a small statement and 80 to send one that it has sent before; SQLite answers it in five. So
what the hot path says is prepared. SQLite in this thread gets the text as it is, and so does asyncpg (`storage.postgres`); SQLite in
another thread gets it from SQLAlchemy as always.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, Dialect, SelectBase, TupleType, UpdateBase, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.visitors import iterate

if TYPE_CHECKING:
    from storage.postgres import Text

Values = Mapping[str, Any]
Convert = Callable[[Any], Any]


def any_of(name: str) -> BindParameter[Any]:
    """The place of a list of values: `column.in_(any_of("names"))`."""
    return bindparam(name, expanding=True)


@dataclass(frozen=True, slots=True)
class _Place:
    """What stands in one place of a text: the value of that name (of a list the one with that number, and of a tuple in it
    one part), or, without a name, the same each time."""

    name: str
    at: tuple[int, ...] = ()
    convert: Convert | None = None
    always: Any = None

    def of(self, values: Values) -> Any:
        if not self.name:
            return self.always
        value = values[self.name]
        for number in self.at:
            value = value[number]
        return value if self.convert is None else self.convert(value)


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as the driver takes it, for lists of certain lengths."""

    sql: str
    places: tuple[_Place, ...]

    def fill(self, values: Values) -> list[Any]:
        return [place.of(values) for place in self.places]


class Prepared:
    """A statement with named places (`bindparam`), lists among them (`any_of`)."""

    def __init__(self, statement: SelectBase | UpdateBase) -> None:
        self.statement = statement
        self.is_select = statement.is_select
        self._columns = list(statement.exported_columns)
        self._row: Any = namedtuple("Row", [str(column.key) for column in self._columns], rename=True)  # type: ignore[misc]
        places = [place for place in iterate(statement) if isinstance(place, BindParameter)]
        self._lists = sorted({place.key for place in places if place.expanding and place.required})
        self._reads: list[Convert | None] = []
        self._texts: dict[tuple[int, ...], _Text] = {}
        self.on_postgresql: Text | None = None

    def padded(self, values: Values) -> Values:
        """The values, with each list made as long as a power of two by repeating its last: few texts serve all lengths, and
        an IN means the same."""
        return {**values, **{name: _padded(values[name]) for name in self._lists}} if self._lists else values

    def send(self, driver: sqlite3.Connection, dialect: Dialect, values: Sequence[Values]) -> list[Any]:
        """Sends it once with each of the values to SQLite in this thread. Gives the rows that come back, in order."""
        values = [self.padded(each) for each in values]
        text = self._text(dialect, values[0])
        with _as_others_raise(text.sql):
            if not self._columns:
                driver.executemany(text.sql, map(text.fill, values))
                return []
            found = [row for each in values for row in driver.execute(text.sql, text.fill(each)).fetchall()]
        if not any(self._reads):
            return list(map(self._row._make, found))
        return [
            self._row._make(
                [read(value) if read is not None else value for read, value in zip(self._reads, row, strict=True)]
            )
            for row in found
        ]

    def _text(self, dialect: Dialect, values: Values) -> _Text:
        lengths = tuple([len(values[name]) for name in self._lists])
        if (text := self._texts.get(lengths)) is None:
            text = self._texts[lengths] = self._made(dialect, values)
        return text

    def _made(self, dialect: Dialect, values: Values) -> _Text:
        compiled = self.statement.compile(dialect=dialect)
        self._reads = [_reader(column.type, dialect) for column in self._columns]
        made = compiled.construct_expanded_state(values)
        places: dict[str, _Place] = {}
        for name, place in compiled.binds.items():
            if name not in made.parameter_expansion:
                places[name] = _place(
                    name if place.required else "", (), place.type, dialect, made.parameters.get(name)
                )
                continue
            for part, at in zip(made.parameter_expansion[name], _numbers(place.type, len(values[name])), strict=True):
                kind = place.type.types[at[1]] if isinstance(place.type, TupleType) else place.type
                places[part] = _place(name, at, kind, dialect)
        return _Text(made.statement, tuple(places[name] for name in made.positiontup or ()))


def _place(name: str, at: tuple[int, ...], kind: Any, dialect: Dialect, always: Any = None) -> _Place:
    convert: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return _Place(name, at, convert, convert(always) if convert and not name else always)


def _numbers(kind: Any, length: int) -> list[tuple[int, ...]]:
    """Of a list of values, or of tuples, where each is that the driver gets."""
    if not isinstance(kind, TupleType):
        return [(n,) for n in range(length)]
    return [(n, part) for n in range(length) for part in range(len(kind.types))]


def _padded(values: Sequence[Any]) -> Sequence[Any]:
    lacking = (1 << (len(values) - 1).bit_length()) - len(values) if values else 0
    return [*values, *[values[-1]] * lacking] if lacking else values


def _reader(kind: Any, dialect: Dialect) -> Convert | None:
    read: Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return read


@contextmanager
def _as_others_raise(sql: str) -> Iterator[None]:
    """The driver's errors as SQLAlchemy raises them, without the values: they are people's words."""
    try:
        yield
    except sqlite3.Error as err:
        raise DBAPIError.instance(sql, None, err, sqlite3.Error, hide_parameters=True) from err
