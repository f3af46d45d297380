"""Statements that are made once, when their module is loaded, and sent again and again with other values.

SQLAlchemy takes some 300 µs to build a small statement and 80 to send one that it has sent before; SQLite answers it in five. So
what the hot path says is prepared. SQLite in this thread gets the text as it is, and so does asyncpg (`storage.postgres`); SQLite in
another thread gets it from SQLAlchemy as always.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, Dialect, SelectBase, TupleType, UpdateBase, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.visitors import iterate

if TYPE_CHECKING:
    from storage.postgres import Text

Values = Mapping[str, Any]
Convert = Callable[[Any], Any]
Take = Callable[[Values], Any]


def any_of(name: str) -> BindParameter[Any]:
    """The place of a list of values: `column.in_(any_of("names"))`."""
    return bindparam(name, expanding=True)


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as the driver takes it, for lists of certain lengths; `takes` get what stands in each of its places."""

    sql: str
    takes: tuple[Take, ...]

    def fill(self, values: Values) -> list[Any]:
        return [take(values) for take in self.takes]


class Prepared:
    """A statement with named places (`bindparam`), lists among them (`any_of`)."""

    def __init__(self, statement: SelectBase | UpdateBase) -> None:
        self.statement = statement
        self.is_select = statement.is_select
        self._columns = list(statement.exported_columns)
        self._row: Any = namedtuple("Row", [str(column.key) for column in self._columns], rename=True)  # type: ignore[misc]
        places = [place for place in iterate(statement) if isinstance(place, BindParameter)]
        self._lists = sorted({place.key for place in places if place.expanding and place.required})
        self._reads: list[tuple[int, Convert]] = []
        self._texts: dict[tuple[int, ...], _Text] = {}
        self.on_postgresql: Text | None = None

    def padded(self, values: Values) -> Values:
        """The values, with each list made as long as a power of two by repeating its last: few texts serve all lengths, and
        an IN means the same."""
        return {**values, **{name: _padded(values[name]) for name in self._lists}} if self._lists else values

    def send(self, driver: sqlite3.Connection, dialect: Dialect, values: Sequence[Values]) -> list[Any]:
        """Sends it once with each of the values to SQLite in this thread. Gives the rows that come back, in order.

        The driver's errors come as SQLAlchemy raises them, without the values: they are people's words.
        """
        if self._lists:
            values = [self.padded(each) for each in values]
        text = self._text(dialect, values[0])
        try:
            if not self._columns:
                driver.executemany(text.sql, map(text.fill, values))
                return []
            found = [row for each in values for row in driver.execute(text.sql, text.fill(each)).fetchall()]
        except sqlite3.Error as err:
            raise DBAPIError.instance(text.sql, None, err, sqlite3.Error, hide_parameters=True) from err
        return [self._row._make(row) for row in (map(self._read, found) if self._reads else found)]

    def _read(self, row: tuple[Any, ...]) -> list[Any]:
        values = list(row)
        for number, read in self._reads:
            values[number] = read(values[number])
        return values

    def _text(self, dialect: Dialect, values: Values) -> _Text:
        lengths = tuple([len(values[name]) for name in self._lists])
        if (text := self._texts.get(lengths)) is None:
            text = self._texts[lengths] = self._made(dialect, values)
        return text

    def _made(self, dialect: Dialect, values: Values) -> _Text:
        compiled = self.statement.compile(dialect=dialect)
        reads = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in self._columns]
        self._reads = [(number, read) for number, read in enumerate(reads) if read is not None]
        made = compiled.construct_expanded_state(values)
        takes: dict[str, Take] = {}
        for place, name in compiled.bind_names.items():
            if not place.required:
                takes[name] = _always(made.parameters[name], place.type, dialect)
            elif name not in made.parameter_expansion:
                takes[name] = _value_of(name, (), place.type, dialect)
            else:
                for part, at in zip(
                    made.parameter_expansion[name], _numbers(place.type, len(values[name])), strict=True
                ):
                    kind = place.type.types[at[1]] if isinstance(place.type, TupleType) else place.type
                    takes[part] = _value_of(name, at, kind, dialect)
        return _Text(made.statement, tuple(takes[name] for name in made.positiontup or ()))


def _value_of(name: str, at: tuple[int, ...], kind: Any, dialect: Dialect) -> Take:
    """The value of that name; of a list the one with the number, and of a tuple in it one part."""
    take: Take
    match at:
        case ():
            take = itemgetter(name)
        case (number,):
            take = lambda values: values[name][number]  # noqa: E731
        case (number, part):
            take = lambda values: values[name][number][part]  # noqa: E731
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    return take if convert is None else lambda values: convert(take(values))


def _always(value: Any, kind: Any, dialect: Dialect) -> Take:
    """The same value each time, though the driver may get another: see `storage.columns.clock`."""
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    return (lambda _: value) if convert is None else lambda _: convert(value)


def _numbers(kind: Any, length: int) -> list[tuple[int, ...]]:
    """Of a list of values, or of tuples, where each is that the driver gets."""
    if not isinstance(kind, TupleType):
        return [(n,) for n in range(length)]
    return [(n, part) for n in range(length) for part in range(len(kind.types))]


def _padded(values: Sequence[Any]) -> Sequence[Any]:
    lacking = (1 << (len(values) - 1).bit_length()) - len(values) if values else 0
    return [*values, *[values[-1]] * lacking] if lacking else values
