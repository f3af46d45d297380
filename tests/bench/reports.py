"""How long a report takes beside very many cases, on a PostgreSQL of its own:

    python -m tests.bench.reports [CASES] [SECONDS]

seeds so many cases of 500 stores over two years (a million unless told otherwise), in the order in which they were opened, and
their products, orders and hearings; counts ahead what the bot counts ahead; then makes reports of a large, a middling and a
small store, for at most so many seconds, and prints how long they took, and how busy the machine was.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from datetime import UTC, datetime
from os import getloadavg

import click
from sqlalchemy import text

from bot.clock import SystemClock
from bot.workers.openings import OpeningsWorker
from conversations.desk.reporting import LENGTHS, findings_of
from conversations.reports import screens
from storage.database import Database
from tests.bench import usage
from tests.bench.databases import postgres_server

#: A store's number is the square of an even random number: few stores have many cases, many have few.
_SEED = (
    """
    INSERT INTO outcomes
    SELECT 'R' || n, 'Store ' || floor(500 * random() * random())::int,
           (ARRAY['return', 'exchange', 'refund'])[1 + n % 3], (ARRAY['quality', 'mismatch', 'no_reason'])[1 + n % 3],
           (ARRAY['changed_mind', 'faulty', 'damaged', 'wrong_item', 'not_as_described'])[1 + n % 5], 'USD',
           opened, 'settled', (random() * 172800)::bigint, opened + took * interval '1 second', took, 'refund',
           (random() * 3)::int, (random() * 0.7)::int, (random() * 2)::int, (random())::int, random() < 0.1, false,
           (random() * 9000)::bigint, (random() * 500)::bigint,
           CASE WHEN n % 10 = 0 THEN opened + interval '20 days' END,
           CASE WHEN n % 10 = 0 THEN 1 + took % 5 ELSE 0 END, CASE WHEN n % 10 = 0 THEN 1 + took % 4 ELSE 0 END
    FROM (
        SELECT n, now() - (CAST(:cases AS int) - n) * interval '730 days' / CAST(:cases AS int) AS opened,
               (random() * 900000)::bigint AS took
        FROM generate_series(1, CAST(:cases AS int)) AS n
    ) AS each
    """,
    """
    INSERT INTO outcome_products
    SELECT ref, 'P' || floor(200 * random() * random())::int, 'A product', store, reason, opened_at FROM outcomes
    """,
    """
    INSERT INTO hearings
    SELECT ref, 1, 1 + (answer_seconds % 20), store, opened_at + interval '3 days', opened_at + interval '5 days',
           172800, 'ruled', answer_seconds % 4 = 0, answer_seconds % 8 = 0
    FROM outcomes WHERE is_escalated
    """,
    """
    INSERT INTO orders
    SELECT 'Store ' || floor(500 * random() * random())::int, n::text, now() - random() * interval '730 days', '{}'
    FROM generate_series(1, :cases) AS n
    """,
)
_INDICES = """
    SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(:tables) AND indexname LIKE 'ix_%'
"""
_ALONE = ("outcomes", "outcome_products", "hearings")
_TABLES = (*_ALONE, "orders")


async def run(url: str, process: int, cases: int, seconds: float) -> None:
    async with Database(url) as db:
        await db.migrate()
        began = time.perf_counter()
        async with db._writer.begin() as connection:  # indices are made when all is there: that is ten times quicker
            indices = (await connection.execute(text(_INDICES), {"tables": list(_TABLES)})).all()
            for name, _ in indices:
                await connection.execute(text(f"DROP INDEX {name}"))
            for table in _ALONE:  # without a log to write, which is half of the work
                await connection.execute(text(f"ALTER TABLE {table} SET UNLOGGED"))
            for statement in _SEED:
                await connection.execute(text(statement), {"cases": cases} if ":cases" in statement else {})
            for _, definition in indices:
                await connection.execute(text(definition))
        async with db._writer.connect() as connection:
            outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in _TABLES:
                await outside.execute(text(f"VACUUM ANALYZE {table}"))
        click.echo(f"seeded {cases} cases in {time.perf_counter() - began:.0f} s")
        began, days = time.perf_counter(), 0
        while await OpeningsWorker(db, SystemClock()).count():
            days += 1
        click.echo(f"counted {days} midnights in {time.perf_counter() - began:.1f} s")
        until = time.perf_counter() + seconds
        for days in LENGTHS:
            for store in ("Store 0", "Store 50", "Store 400"):
                await _report(db, process, store, days, until)


async def _report(db: Database, process: int, store: str, days: int, until: float) -> None:
    took: list[float] = []
    family = usage.family(process)
    before = _busy(family)
    while len(took) < 20 and (len(took) < 3 or time.perf_counter() < until):
        began = time.perf_counter()
        async with db.reading() as work:
            findings = await findings_of(store, days, work, datetime.now(UTC))
        screens.report(findings)
        took.append(1000 * (time.perf_counter() - began))
    database, ours = (1000 * (after - was) / len(took) for after, was in zip(_busy(family), before, strict=True))
    click.echo(
        f"{store:>10} {days:>3} days: {findings.now.cases:>6} cases, median {statistics.median(took):6.1f} ms, "
        f"worst {max(took):6.1f} ms of {len(took)}; of a processor {ours:.0f} ms here and {database:.0f} ms in PostgreSQL; "
        f"load {getloadavg()[0]:.1f}"
    )


def _busy(family: list[int]) -> tuple[float, float]:
    """Seconds that PostgreSQL and we have used of a processor: what a report takes where nobody else wants one."""
    return usage.cpu(family), time.process_time()


def main() -> None:
    cases, seconds = [*sys.argv[1:], *("1000000", "60")[len(sys.argv) - 1 :]][:2]
    with postgres_server() as (url, process):
        asyncio.run(run(url, process, int(cases), float(seconds)))


if __name__ == "__main__":
    main()
