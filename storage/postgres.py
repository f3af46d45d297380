"""PostgreSQL without a detour: prepared statements go to asyncpg as they are, in the transaction that SQLAlchemy began.

What a unit of work asks took twice the processor time when SQLAlchemy had asyncpg send it. Connections, transactions, savepoints
and all other statements stay SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, NoReturn

from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    Dialect,
    Insert,
    TupleType,
    any_,
    bindparam,
    func,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.operators import in_op
from sqlalchemy.sql.visitors import iterate, replacement_traverse
from sqlalchemy.util import await_only

from storage.prepared import Always, Prepared, Take, Text, Values, converted

#: What stands in the URL of such an engine.
DRIVER = "postgresql+direct"


class DirectDialect(PGDialect_asyncpg):
    """The dialect of asyncpg, for connections that are asked directly as well."""

    driver = "direct"
    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """At once, and not with SQLAlchemy's first statement: another may come first."""
        await_only(dbapi_connection._start_transaction())

    def do_ping(self, dbapi_connection: Any) -> bool:
        """Costs no round trips, three as it comes: asyncpg hears when a server goes away. What happens in the very moment is
        found by the first statement, as it is by any other."""
        return not dbapi_connection.driver_connection.is_closed()


class Session:
    """asyncpg's connection under one of SQLAlchemy's, while that is in a transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        assert connection.sync_connection is not None
        there = connection.sync_connection.connection
        self._connection = connection
        self._adapted: Any = there.dbapi_connection
        self._driver: Any = there.driver_connection

    async def send(self, prepared: Prepared, values: Sequence[Values]) -> list[Any]:
        """Sends it once with each of the values, an INSERT with all of them in one go. Gives the rows that come back, in order."""
        if len(values) > 1 and isinstance(prepared.statement, Insert):
            text = prepared.many_on_postgresql or _text_of_many(prepared, self._connection.dialect)
            prepared.many_on_postgresql = text
            values = [{name: [each[name] for each in values] for name in values[0]}]
        else:
            text = prepared.on_postgresql = prepared.on_postgresql or _text(prepared, self._connection.dialect)
        filled = text.fill(values)
        try:
            if prepared.has_rows or len(filled) == 1:
                return text.rows([row for each in filled for row in await self._driver.fetch(text.sql, *each)])
            await self._driver.executemany(text.sql, filled)
            return []
        except BaseException as err:
            await self._raise(err, text.sql)

    async def _raise(self, err: BaseException, sql: str) -> NoReturn:
        """As SQLAlchemy does it, without the values: they are people's words. A connection that broke, or was left in the
        middle of something, is nobody's again."""
        is_over = self._driver.is_closed() or not isinstance(err, Exception)
        if is_over:
            await self._connection.invalidate(err)
        kind = self._adapted.dbapi.Error
        try:
            self._adapted._handle_exception(err)
        except kind as known:
            raise DBAPIError.instance(
                sql, None, known, kind, hide_parameters=True, connection_invalidated=is_over
            ) from known
        raise err


def _text(prepared: Prepared, dialect: Dialect) -> Text:
    """As asyncpg takes it. Lists are arrays, so that one text serves all lengths."""
    statement, parts = _with_arrays(prepared.statement)
    if isinstance(statement, Insert) and not prepared.has_rows:
        statement = statement.inline()  # else it would give the key of the new row
    compiled: Any = statement.compile(dialect=dialect)
    places = (compiled.binds[name] for name in compiled.positiontup)
    return prepared.text(str(compiled), (_take(place, parts, dialect) for place in places), dialect)


def _text_of_many(prepared: Prepared, dialect: Dialect) -> Text:
    """An INSERT of one row as one of many: each place gets the values of all rows, in their order. Sending them one by
    one takes several times as long. Two of them that update the same row are refused."""
    one: Any = prepared.statement  # of which SQLAlchemy shows to nobody what it inserts, and what it does on a conflict
    values = {one.table.c[getattr(column, "key", column)]: value for column, value in one._values.items()}
    kinds: dict[str, Any] = {}
    for column, value in values.items():
        for place in iterate(value):
            if isinstance(place, BindParameter) and place.required:  # one that is all of a value has its column's type
                kinds[place.key] = column.type if place is value else place.type
    arrays = [bindparam(name, type_=ARRAY(kind)) for name, kind in kinds.items()]
    rows = func.unnest(*arrays).table_valued(*kinds, with_ordinality="ordinality").render_derived(name="rows")

    def replace(element: Any, **_: Any) -> Any:
        if not isinstance(element, BindParameter) or not element.required:
            return None
        return type_coerce(rows.c[element.key], kinds[element.key])

    asked = [type_coerce(replacement_traverse(value, {}, replace), column.type) for column, value in values.items()]
    many: Any = insert(one.table).from_select([*values], select(*asked).order_by(rows.c.ordinality))
    many._post_values_clause = one._post_values_clause
    many = many.returning(*one._returning) if one._returning else many.inline()
    compiled = many.compile(dialect=dialect)
    takes = (
        _take_all(name, kinds[name], dialect) if name in kinds else _take(compiled.binds[name], {}, dialect)
        for name in compiled.positiontup
    )
    return prepared.text(str(compiled), takes, dialect)


def _with_arrays(statement: Any) -> tuple[Any, dict[str, tuple[str, int]]]:
    """The statement with arrays for its lists; and of which list of tuples, and which part of each, an array is."""
    parts: dict[str, tuple[str, int]] = {}

    def replace(element: Any, **_: Any) -> Any:
        if not isinstance(element, BinaryExpression) or element.operator is not in_op:
            return None
        place = element.right
        if not isinstance(place, BindParameter) or not place.required:
            return None
        if not isinstance(place.type, TupleType):
            return element.left == any_(bindparam(place.key, type_=ARRAY(place.type)))
        arrays = []
        for number, kind in enumerate(place.type.types):
            name = f"{place.key}_{number}"
            parts[name] = place.key, number
            arrays.append(bindparam(name, type_=ARRAY(kind)))
        named = func.unnest(*arrays).table_valued(*parts).render_derived()
        return element.left.in_(select(*named.columns))

    return replacement_traverse(statement, {}, replace), parts


def _take_all(name: str, kind: Any, dialect: Dialect) -> Take:
    """One by one, since SQLAlchemy takes a list that is a value for more of the array."""
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    return itemgetter(name) if convert is None else lambda values: [convert(value) for value in values[name]]


def _take(place: Any, parts: dict[str, tuple[str, int]], dialect: Dialect) -> Take | Always:
    if not place.required:
        return Always(place.value, place.type, dialect)
    if place.key not in parts:
        return converted(itemgetter(place.key), place.type, dialect)
    name, part = parts[place.key]
    return converted(lambda values: [each[part] for each in values[name]], place.type, dialect)


registry.register("postgresql.direct", __name__, DirectDialect.__name__)
