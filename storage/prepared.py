"""Statements that are made once, when their module is loaded, and sent again and again with other values.

SQLAlchemy takes some 300 µs to build a small statement and 80 to send one that it has sent before; SQLite answers it in five. So
what the hot path says is prepared. SQLite in this thread gets the text as it is, and so does asyncpg (`storage.postgres`); SQLite in
another thread gets it from SQLAlchemy as always.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Dialect, SelectBase, TupleType, UpdateBase, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.visitors import iterate

Values = Mapping[str, Any]
Convert = Callable[[Any], Any]
Take = Callable[[Values], Any]


def any_of(name: str) -> BindParameter[Any]:
    """The place of a list of values: `column.in_(any_of("names"))`."""
    return bindparam(name, expanding=True)


class Always:
    """A place that has the same value in all rows of a statement, though another each time it is sent: see
    `storage.columns.clock`."""

    def __init__(self, value: Any, kind: Any, dialect: Dialect) -> None:
        self._value = value
        self._convert = kind.dialect_impl(dialect).bind_processor(dialect)

    def now(self) -> Take:
        value = self._value if self._convert is None else self._convert(self._value)
        return lambda _: value


@dataclass(frozen=True, slots=True)
class Text:
    """A statement as a driver takes it: `takes` get what stands in each of its places, `make` makes a row of what comes back
    after `reads` have converted some of it, by number."""

    sql: str
    takes: tuple[Take | Always, ...]
    make: Callable[[Iterable[Any]], Any]
    reads: tuple[tuple[int, Convert], ...]

    def fill(self, rows: Sequence[Values]) -> list[list[Any]]:
        """What the driver gets, for each row."""
        takes = [take.now() if isinstance(take, Always) else take for take in self.takes]
        return [[take(values) for take in takes] for values in rows]

    def rows(self, found: Iterable[Iterable[Any]]) -> list[Any]:
        return [self.make(row) for row in (map(self._read, found) if self.reads else found)]

    def _read(self, row: Iterable[Any]) -> list[Any]:
        values = list(row)
        for number, read in self.reads:
            values[number] = read(values[number])
        return values


class Prepared:
    """A statement with named places (`bindparam`), lists among them (`any_of`)."""

    def __init__(self, statement: SelectBase | UpdateBase) -> None:
        self.statement = statement
        self.is_select = statement.is_select
        self._columns = list(statement.exported_columns)
        self.has_rows = bool(self._columns)
        self._row: Any = namedtuple("Row", [str(column.key) for column in self._columns], rename=True)  # type: ignore[misc]
        places = [place for place in iterate(statement) if isinstance(place, BindParameter)]
        self._lists = sorted({place.key for place in places if place.expanding and place.required})
        tuples = {place.key for place in places if isinstance(place.type, TupleType)}
        self._tuples = next((name for name in self._lists if name in tuples), None)
        self._texts: dict[tuple[int, ...], Text] = {}
        self.on_postgresql: Text | None = None
        self.many_on_postgresql: Text | None = None

    def padded(self, values: Values) -> Values:
        """The values, with each list made as long as a power of two by repeating its last: few texts serve all lengths, and
        an IN means the same."""
        return {**values, **{name: _padded(values[name]) for name in self._lists}} if self._lists else values

    def one_by_one(self, values: Sequence[Values]) -> Sequence[Values]:
        """For SQLite: a list of tuples is asked for one by one, since it reads the whole table when it gets several."""
        if (name := self._tuples) is None:
            return values
        return [{**each, name: [one]} for each in values for one in dict.fromkeys(each[name])]

    def send(self, driver: sqlite3.Connection, dialect: Dialect, values: Sequence[Values]) -> list[Any]:
        """Sends it once with each of the values to SQLite in this thread. Gives the rows that come back, in order.

        The driver's errors come as SQLAlchemy raises them, without the values: they are people's words.
        """
        if not values:
            return []
        if self._lists:
            values = [self.padded(each) for each in values]
        text = self._text(dialect, values[0])
        try:
            if not self.has_rows:
                driver.executemany(text.sql, text.fill(values))
                return []
            found = [row for filled in text.fill(values) for row in driver.execute(text.sql, filled).fetchall()]
        except sqlite3.Error as err:
            raise DBAPIError.instance(text.sql, None, err, sqlite3.Error, hide_parameters=True) from err
        return text.rows(found)

    def text(self, sql: str, takes: Iterable[Take | Always], dialect: Dialect) -> Text:
        """The statement as a driver takes it that speaks that dialect, spelled so and with these values in its places."""
        reads = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in self._columns]
        reading = tuple((number, read) for number, read in enumerate(reads) if read is not None)
        return Text(sql, tuple(takes), self._row._make, reading)

    def _text(self, dialect: Dialect, values: Values) -> Text:
        lengths = tuple([len(values[name]) for name in self._lists])
        if (text := self._texts.get(lengths)) is None:
            text = self._texts[lengths] = self._made(dialect, values)
        return text

    def _made(self, dialect: Dialect, values: Values) -> Text:
        compiled = self.statement.compile(dialect=dialect)
        made = compiled.construct_expanded_state(values)
        takes: dict[str, Take | Always] = {}
        for place, name in compiled.bind_names.items():
            if not place.required:
                takes[name] = Always(made.parameters[name], place.type, dialect)
            elif name not in made.parameter_expansion:
                takes[name] = converted(itemgetter(name), place.type, dialect)
            else:
                for part, at in zip(
                    made.parameter_expansion[name], _numbers(place.type, len(values[name])), strict=True
                ):
                    kind = place.type.types[at[1]] if isinstance(place.type, TupleType) else place.type
                    takes[part] = converted(_one_of(name, at), kind, dialect)
        return self.text(made.statement, (takes[name] for name in made.positiontup or ()), dialect)


def converted(take: Take, kind: Any, dialect: Dialect) -> Take:
    """What `take` gets, as a driver of that dialect takes that kind of value."""
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    return take if convert is None else lambda values: convert(take(values))


def _one_of(name: str, at: tuple[int, ...]) -> Take:
    """Of a list of values the one with the number, and of a tuple in it one part."""
    number, *part = at
    if not part:
        return lambda values: values[name][number]
    [of_it] = part
    return lambda values: values[name][number][of_it]


def _numbers(kind: Any, length: int) -> list[tuple[int, ...]]:
    """Of a list of values, or of tuples, where each is that the driver gets."""
    if not isinstance(kind, TupleType):
        return [(n,) for n in range(length)]
    return [(n, part) for n in range(length) for part in range(len(kind.types))]


def _padded(values: Sequence[Any]) -> Sequence[Any]:
    lacking = (1 << (len(values) - 1).bit_length()) - len(values) if values else 0
    return [*values, *[values[-1]] * lacking] if lacking else values
