"""No query that a role or a worker can trigger reads through a big table: the plans PostgreSQL makes for the statements
that the collections really send, with enough rows that it would rather use an index if there is one.

A new method of a collection has to be called here too, or to stand in `OPERATOR` with the reason why it may read a lot.
"""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import event

from conversations.cases.case import Case
from conversations.cases.orders import Order
from conversations.cases.states import State
from storage.database import Database

from .calls import CALLS, OPERATOR, WORKERS, tried
from .crowds import GROWING, ROWS, crowd

#: The most rows that a statement may look at, found or not: a list, twice over.
MOST = 250


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    parameters: Any


@asynccontextmanager
async def overheard(db: Database) -> AsyncIterator[list[Statement]]:
    """The statements that are sent meanwhile, through SQLAlchemy or straight to asyncpg; of many rows at once, the first."""
    heard: list[Statement] = []
    engine = db._writer.sync_engine

    def sent(_: Any, __: Any, sql: str, parameters: Any, ___: Any, is_many: bool) -> None:
        heard.append(Statement(sql, tuple(parameters[0] if is_many else parameters)))

    def sent_straight(query: Any) -> None:
        heard.append(Statement(query.query, tuple(query.args[0] if isinstance(query.args, list) else query.args)))

    def listen(connection: Any, *_: Any) -> None:
        connection.driver_connection.add_query_logger(sent_straight)

    def leave(connection: Any, *_: Any) -> None:
        connection.driver_connection.remove_query_logger(sent_straight)

    listeners = (engine, "before_cursor_execute", sent), (engine, "checkout", listen), (engine, "checkin", leave)
    for each in listeners:
        event.listen(*each)
    try:
        yield heard
        await asyncio.sleep(0)  # asyncpg tells of a statement soon after it
    finally:
        for each in listeners:
            event.remove(*each)


@pytest.fixture
async def crowded(postgres_url: str, case: Case, order: Order) -> AsyncIterator[Database]:
    async with Database(postgres_url) as db:
        await crowd(db, case, order)
        yield db


async def _plan(db: Database, statement: Statement) -> dict[str, Any]:
    """What PostgreSQL did to carry it out, which is undone."""
    async with db._writer.connect() as connection, connection.begin() as transaction:
        explain = f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF, SUMMARY OFF) {statement.sql}"
        found = (await connection.exec_driver_sql(explain, statement.parameters)).scalar_one()
        await transaction.rollback()
    plan: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _looked_at(node: dict[str, Any]) -> int:
    """The rows of a growing table that a node had before it: those it gave on, and those it left out."""
    if "Scan" not in node["Node Type"] or node.get("Relation Name") not in GROWING:
        return 0
    left_out = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + left_out) * node["Actual Loops"])


async def _trouble(db: Database, name: str, statements: list[Statement]) -> list[str]:
    found = []
    for statement in statements:
        if statement.sql.lstrip().partition(" ")[0].upper() not in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            continue
        nodes = list(_nodes(await _plan(db, statement)))
        read_through = {n["Relation Name"] for n in nodes if n["Node Type"] == "Seq Scan"} & GROWING
        looked_at = sum(_looked_at(node) for node in nodes)
        if read_through or looked_at > MOST:
            found.append(f"{name} reads {looked_at} rows, through {sorted(read_through)}: {statement.sql}")
    return found


async def test_no_query_reads_through_a_table(crowded: Database) -> None:
    trouble = []
    for name, call in CALLS.items():
        async with overheard(crowded) as statements:
            await tried(crowded, call)
        assert statements, name
        trouble += await _trouble(crowded, name, list(statements))
    async with crowded.serving():
        for name, look in WORKERS.items():
            async with overheard(crowded) as statements:
                await look(crowded)
            assert statements, name
            trouble += await _trouble(crowded, name, list(statements))

    assert trouble == []


async def test_an_unindexed_query_would_be_found(crowded: Database) -> None:
    """The measure itself: these are what the tests above look for."""
    through = Statement("SELECT * FROM cases WHERE turn = 2", ())
    much = Statement("SELECT max(turn) FROM cases WHERE store = 'Lumen' AND ended_at IS NULL", ())

    assert [found.partition(":")[0] for found in await _trouble(crowded, "it", [through])] == [
        f"it reads {ROWS} rows, through ['cases']"
    ]
    assert len(await _trouble(crowded, "it", [much])) == 1


async def test_every_method_is_called_here(sqlite_db: Database) -> None:
    async with sqlite_db.reading() as work:
        collections = {name: each for name, each in vars(work).items() if not name.startswith("_")}
    queues = {name: getattr(sqlite_db, name) for name in ("inbox", "outbox", "fetches", "checks", "alarms")}

    of_work = {f"{name}.{method}" for name, each in collections.items() for method in _methods(each)}
    of_workers = {f"{name}.{method}" for name, each in queues.items() for method in _methods(each)}

    assert of_work == CALLS.keys() | OPERATOR.keys()
    shared = {
        "lease",
        "dead",
        "revive",
        "purge",
        "backlog",
        "reclaim",
    }  # one code for all queues: called on one, or on each
    assert {each for each in of_workers if each.partition(".")[2] not in shared} <= WORKERS.keys()


def _methods(collection: object) -> set[str]:
    return {name for name, _ in inspect.getmembers(type(collection), inspect.iscoroutinefunction) if name[0] != "_"}


def test_the_state_names_of_the_queue_are_states() -> None:
    assert {State.ESCALATED.value, State.BREACHED.value} == {"escalated", "breached"}
