"""What both databases share: the types of columns (instants in UTC, text that every database takes), and what time it is."""

from __future__ import annotations

from datetime import UTC, datetime
from time import time
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, DateTime, Dialect, Float, Integer, Text, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. SQLite has no time zones, so there it is written without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text without the two things PostgreSQL refuses, NUL and lone surrogates: a person may well send them."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.replace("\0", "").encode("utf-8", "replace").decode()


#: JSON as text, in the order it was written: PostgreSQL's `json`, not `jsonb`, so that a hash over it stays true.
Doc = JSON

#: A messenger's ids outgrow 32 bits. SQLite numbers rows by itself only in a column it calls INTEGER.
Serial: Any = BigInteger().with_variant(Integer, "sqlite")


class clock(FunctionElement[datetime]):
    """The database's own time, `ahead` seconds on: a number, or a place for one.

    In PostgreSQL it is the time of the statement, because `clock_timestamp()` would keep it from using an index. SQLite lives in
    this process, so there it is this process's (`now_there`).
    """

    name = "clock"
    type = Instant()
    inherit_cache = True

    def __init__(self, ahead: float | ColumnElement[float] = 0) -> None:
        super().__init__(ahead if isinstance(ahead, ColumnElement) else literal(float(ahead), Float))


@compiles(clock, "postgresql")
def _clock_on_postgresql(element: clock, compiler: Any, **options: Any) -> str:
    ahead = compiler.process(element.clauses, **options)
    return f"(statement_timestamp() + make_interval(secs => {ahead}))"


@compiles(clock, "sqlite")
def _clock_on_sqlite(element: clock, compiler: Any, **options: Any) -> str:
    return f"clock({compiler.process(element.clauses, **options)})"


def now_there(ahead: float) -> str:
    """The function that `clock` calls on SQLite: an instant as its column keeps it."""
    return datetime.fromtimestamp(time() + ahead, UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
