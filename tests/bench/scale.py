"""A database in which a great many cases are open already, each with its order, buyer, journal, messages and deadline. The ends
of their records have been published today.

The same SQL makes them on both databases, table by table, with references unchecked: a million takes minutes.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot import policies
from conversations.cases.case import open_case
from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.policy import assess
from storage import codec
from storage.database import driver_url
from tests.bench.databases import STORES, order

#: Ids and chats that nobody of the crowd has.
_ID, _CHAT = "(10000000 + i)", "(10000000000 + i)"
_STORE, _REF = f"('Store ' || (i % {STORES}))", "('S' || (1000000 + i))"

_SERIES: Final = "WITH RECURSIVE series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < {cases}) "

#: `@later` is the deadline of case i, `@json(… @end)` makes JSON of text. Two entries of the journal and two messages a case.
_INSERTS: Final = (
    f"""INSERT INTO people (id, address, name, language, has_chosen_language, is_reachable, open_ref)
    @series SELECT {_ID}, {_CHAT}, 'Person ' || i, 'en', false, true, {_REF} FROM series""",
    f"""INSERT INTO orders (store, number, purchased_at, doc)
    @series SELECT {_STORE}, 'S' || i, @now, @json(replace(:order, '@number', 'S' || i) @end) FROM series""",
    f"INSERT INTO bindings (store, number, person) @series SELECT {_STORE}, 'S' || i, {_ID} FROM series",
    f"""INSERT INTO cases (ref, store, order_number, buyer, state, turn, opened_at, due_at, doc)
    @series SELECT {_REF}, {_STORE}, 'S' || i, {_ID}, 'awaiting_seller', 1, @now, @later,
        @json(replace(:case, '@ref', {_REF}) @end) FROM series""",
    f"""INSERT INTO journal (ref, n, at, who, person, what, data, salt, seal, prev, hash)
    @series SELECT {_REF}, n, @now, 'buyer', {_ID}, 'ClaimWithdrawn', '{{}}', 'a salt', 'a seal', 'before', 'a hash'
    FROM series CROSS JOIN (SELECT 1 AS n UNION ALL SELECT 2) twice""",
    f"INSERT INTO heads (ref, n, hash) @series SELECT {_REF}, 2, 'a hash' FROM series",
    "INSERT INTO marks (name, at) VALUES ('heads published', @now)",
    f"INSERT INTO alarms (ref, at) @series SELECT {_REF}, @later FROM series",
    f"""INSERT INTO posts (address, message, slot, ref)
    @series SELECT {_CHAT}, n, CASE n WHEN 1 THEN 'card:' || {_REF} ELSE '' END, {_REF}
    FROM series CROSS JOIN (SELECT 1 AS n UNION ALL SELECT 2) twice""",
)


async def fill(url: str, cases: int) -> None:
    """Adds so many open cases, whose deadlines are a day from now and later."""
    now = datetime.now(UTC)
    values = _documents(now)
    if driver_url(url).get_backend_name() == "sqlite":
        _fill_sqlite(str(driver_url(url).database), cases, now, values)
    else:
        await _fill_postgresql(url, cases, now, values)


def _fill_sqlite(file: str, cases: int, now: datetime, values: dict[str, str]) -> None:
    at = f"{now:%Y-%m-%d %H:%M:%S}"
    words = {
        "@series": _SERIES.format(cases=cases),
        "@now": f"'{at}.000000'",
        "@later": f"strftime('%Y-%m-%d %H:%M:%S.000000', '{at}', '+1 day', '+' || i || ' seconds')",
        "@json": "",
        "@end": "",
    }
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        for insert in _INSERTS:
            connection.execute(_said(insert, words), values)


async def _fill_postgresql(url: str, cases: int, now: datetime, values: dict[str, str]) -> None:
    at = f"timestamptz '{now.isoformat()}'"
    words = {
        "@series": "",
        "FROM series": f"FROM generate_series(1, {cases}) series(i)",
        "@now": at,
        "@later": f"({at} + interval '1 day' + i * interval '1 second')",
        "@json": "CAST",
        "@end": "AS json",
    }
    engine = create_async_engine(driver_url(url), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("SET session_replication_role = replica"))  # no checks of references
        for insert in _INSERTS:
            sql = _said(insert, words)
            await connection.execute(text(sql), {name: each for name, each in values.items() if f":{name}" in sql})
        await connection.execute(text("SELECT setval('people_id_seq', (SELECT max(id) FROM people))"))
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))  # as its own housekeeping does in the course of time
    await engine.dispose()


def _said(insert: str, words: dict[str, str]) -> str:
    for word, meant in words.items():
        insert = insert.replace(word, meant)
    return insert


def _documents(now: datetime) -> dict[str, str]:
    """An order and a case as the bot would have kept them, with a place for what differs."""
    pack, bought = policies.load("tmall_global"), order("Store 0", "@number", now - timedelta(hours=1))
    claim = Claim(order=bought.key, items=(Claimed("1", 1),), remedy=Remedy.RETURN, reason=Reason.CHANGED_MIND)
    opened = open_case(
        claim,
        assess(claim, bought, pack, now),
        ref="@ref",
        buyer=1,
        paid=bought.paid_for("1", 1),
        policy=pack.id,
        policy_hash=pack.hash,
        limits=pack.limits,
        now=now,
    ).case
    return {"order": json.dumps(codec.encode(bought)), "case": json.dumps(codec.encode(opened))}
