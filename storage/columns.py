"""What both databases share: the types of columns (instants in UTC, text that every database takes), and what time it is."""

from __future__ import annotations

from datetime import UTC, datetime
from time import time
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Float, Integer, Text, bindparam, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


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


class Ahead(TypeDecorator[float]):
    """Seconds from now on. SQLite lives in this process and has no clock of its own: it is told the instant, as its columns
    keep one."""

    impl = Float
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Float())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if dialect.name != "sqlite":
            return value
        return datetime.fromtimestamp(time() + value, UTC).isoformat(" ", "microseconds").removesuffix("+00:00")


class clock(FunctionElement[datetime]):
    """The database's own time, `ahead` seconds on: a number, or the name of the place for one.

    In PostgreSQL it is the time of the statement, because `clock_timestamp()` would keep it from using an index. In SQLite it is
    a value: see `Ahead`.
    """

    name = "clock"
    type = Instant()
    inherit_cache = True

    def __init__(self, ahead: float | str = 0) -> None:
        super().__init__(bindparam(ahead, type_=Ahead) if isinstance(ahead, str) else literal(float(ahead), Ahead))


@compiles(clock, "postgresql")
def _clock_on_postgresql(element: clock, compiler: Any, **options: Any) -> str:
    ahead = compiler.process(element.clauses, **options)
    return f"(statement_timestamp() + make_interval(secs => {ahead}))"


@compiles(clock, "sqlite")
def _clock_on_sqlite(element: clock, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))
