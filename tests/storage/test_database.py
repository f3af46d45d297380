"""The database as a whole: addresses, units of work, readers, waiting."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from conversations.messages import Notice, Outgoing, Person, Sender
from conversations.phrase import Phrase
from storage.database import Database, driver_url
from storage.errors import StorageError, TryAgain
from storage.queues import RawUpdate
from storage.work import SqlWork

ANN = Sender(address=101, name="Ann")
LONG = 60.0
LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00Z")


def notice(words: str) -> Outgoing:
    return Outgoing(to=1, body=Notice(lines=(Phrase(words),)))


async def said(db: Database) -> list[Any]:
    return [item.payload for lease in await db.outbox.lease(9, 9, LONG) for item in lease.items]


# --- addresses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("sqlite:///var/a.db", "sqlite+aiosqlite:///var/a.db"),
        ("sqlite+aiosqlite:////var/a.db", "sqlite+aiosqlite:////var/a.db"),
        ("postgresql://u:p@h:5/d", "postgresql+asyncpg://u:p@h:5/d"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql+psycopg://h/d", "postgresql+asyncpg://h/d"),
    ],
)
def test_an_address_gets_our_driver(given: str, meant: str) -> None:
    assert driver_url(given).render_as_string(hide_password=False) == meant


@pytest.mark.parametrize("given", ["mysql://h/d", "sqlite://", "sqlite:///:memory:"])
def test_an_address_we_cannot_serve_is_refused(given: str) -> None:
    with pytest.raises(StorageError):
        driver_url(given)


async def test_open_makes_a_private_file_and_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "a.db"

    async with Database(f"sqlite:///{file}"):
        pass

    assert file.stat().st_mode & 0o777 == 0o600


async def test_sqlite_keeps_every_commit_and_every_reference(sqlite_db: Database) -> None:
    async with sqlite_db._writer.connect() as connection:
        settings = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


# --- units of work ---------------------------------------------------------------------------------------------


async def _diligence(work: SqlWork, db: Database) -> str:
    """What the database itself says of how this transaction will end."""
    return str(await work._tx.scalar(text("PRAGMA synchronous" if db.is_sqlite else "SHOW synchronous_commit")))


async def test_only_what_is_hasty_does_not_wait_for_the_disk(db: Database, noon: datetime) -> None:
    waits, hastens = ("2", "1") if db.is_sqlite else ("on", "off")
    found = []
    for is_hasty in (False, True, True, False):
        async with db.work(is_hasty=is_hasty) as work:
            await work.alarms.set("A7KQ2M" if is_hasty else "B3XN8P", noon)
            found.append(await _diligence(work, db))

    assert found == [waits, hastens, hastens, waits]
    assert set(await db.alarms.due(noon, 9, LONG)) == {"A7KQ2M", "B3XN8P"}


async def test_an_exception_undoes_all_of_a_work(db: Database, noon: datetime) -> None:
    async def fail(work: SqlWork) -> None:
        person = await work.people.greet(ANN)
        await work.alarms.set("A7KQ2M", noon)
        await work.outbox.add(notice("never"))
        await work.guesses.add(person.id, noon)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await _in_work(db, fail)

    async with db.reading() as work:
        assert await work.people.at_address(ANN.address) is None
        assert await work.guesses.count(1, noon) == 0
    assert await db.alarms.next_at() is None
    assert await said(db) == []


async def test_a_cancelled_work_is_undone_and_the_next_goes_on(db: Database, noon: datetime) -> None:
    async def hang(work: SqlWork) -> None:
        await work.marks.set("never", noon)
        await asyncio.Event().wait()

    task = asyncio.create_task(_in_work(db, hang))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with db.work() as work:
        assert await work.marks.get("never") is None
        await work.marks.set("then", noon)


async def test_a_savepoint_is_undone_alone_with_what_was_said_in_it(db: Database, noon: datetime) -> None:
    async def fail(work: SqlWork) -> None:
        async with work.savepoint():
            await work.marks.set("inside", noon)
            await work.outbox.add(notice("inside"))
            raise ZeroDivisionError

    async with db.work() as work:
        await work.marks.set("before", noon)
        await work.outbox.add(notice("before"))
        with pytest.raises(ZeroDivisionError):
            await fail(work)
        async with work.savepoint():
            await work.outbox.add(notice("after"))
        await work.marks.set("after", noon)

    async with db.reading() as work:
        marks = [await work.marks.get(name) for name in ("before", "inside", "after")]
    assert marks == [noon, None, noon]
    assert await said(db) == [notice("before"), notice("after")]


async def test_a_savepoint_survives_an_error_of_the_database(db: Database, noon: datetime) -> None:
    async with db.work() as work:
        with pytest.raises(DBAPIError):
            async with work.savepoint():
                await work._tx.run(text("SELECT * FROM nowhere"))
        await work.marks.set("after", noon)

    async with db.reading() as work:
        assert await work.marks.get("after") == noon


async def test_works_at_the_same_time_lose_nothing(db: Database, people: tuple[Person, Person, Person]) -> None:
    async def one(number: int) -> None:
        async with db.work() as work:
            person = await work.people.greet(Sender(address=1_000 + number % 5, name="Somebody"))
            await work.guesses.add(person.id, datetime.fromisoformat("2026-03-01T12:00:00Z"))
            await work.outbox.add(notice(str(number)))

    await asyncio.gather(*(one(number) for number in range(40)))

    [lease] = await db.outbox.lease(9, 99, LONG)
    assert {item.payload for item in lease.items} == {notice(str(number)) for number in range(40)}
    async with db.reading() as work:
        found = [await work.people.at_address(1_000 + number) for number in range(5)]
        counts = [await work.guesses.count(p.id, LONG_AGO) for p in found if p]
    assert counts == [8] * 5


async def test_a_deadlock_asks_to_try_again_and_undoes_one_only(postgres_url: str, noon: datetime) -> None:
    both_hold_one = asyncio.Barrier(2)

    async def take(db: Database, first: str, second: str) -> str:
        try:
            async with db.work() as work:
                await work.marks.set(first, noon)
                await both_hold_one.wait()
                await work.marks.set(second, noon + timedelta(hours=1))
        except TryAgain:
            return "again"
        return "done"

    async with Database(postgres_url) as db:
        got = await asyncio.gather(take(db, "a", "b"), take(db, "b", "a"))

    assert sorted(got) == ["again", "done"]


async def test_a_server_that_is_not_there_asks_to_try_again(tmp_path: Path) -> None:
    with pytest.raises(TryAgain):
        await Database(f"postgresql:///nowhere?host={tmp_path}").open()


# --- readers ---------------------------------------------------------------------------------------------------


async def test_a_reader_cannot_write(db: Database) -> None:
    async def write() -> None:
        async with db.reading() as work:
            await work.marks.set("never", datetime.fromisoformat("2026-03-01T12:00:00Z"))

    with pytest.raises(DBAPIError):
        await write()


async def test_a_reader_does_not_wait_for_a_writer_and_sees_one_moment(db: Database, noon: datetime) -> None:
    async with db.work() as writing:
        await writing.marks.set("new", noon)
        async with db.reading() as work:
            during = await work.marks.get("new")
    async with db.reading() as work:
        before = await work.marks.get("other")
        async with db.work() as writing:
            await writing.marks.set("other", noon)
        still = await work.marks.get("other")

    assert (during, before, still) == (None, None, None)


async def test_another_process_may_use_the_file_too(sqlite_db: Database, tmp_path: Path, noon: datetime) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import asyncio, sys\n"
        "from storage.database import Database\n"
        "from storage.queues import RawUpdate\n"
        "async def main():\n"
        "    async with Database(sys.argv[1]) as db:\n"
        "        for number in range(20):\n"
        "            await db.inbox.put([RawUpdate(number, 'there', {})])\n"
        "asyncio.run(main())\n"
    )
    url = sqlite_db.url.render_as_string()

    process = await asyncio.create_subprocess_exec(sys.executable, str(program), url, stderr=subprocess.PIPE)
    for number in range(100, 120):
        await sqlite_db.inbox.put([RawUpdate(number, "here", {})])
    _, problems = await process.communicate()

    assert (process.returncode, problems) == (0, b"")
    leases = {lease.lane: len(lease.items) for lease in await sqlite_db.inbox.lease(9, 99, LONG)}
    assert leases == {"here": 20, "there": 20}


# --- waiting ---------------------------------------------------------------------------------------------------


async def _say(db: Database) -> None:
    async with db.work() as work:
        await work.outbox.add(notice("Hello"))


async def _set_alarm(db: Database) -> None:
    async with db.work() as work:
        await work.alarms.set("A7KQ2M", datetime.fromisoformat("2026-03-01T12:00:00Z"))


async def _receive(db: Database) -> None:
    await db.inbox.put([RawUpdate(1, "ann", {})])


@pytest.mark.parametrize(("queue", "commit"), [("outbox", _say), ("alarms", _set_alarm), ("inbox", _receive)])
async def test_waiting_ends_with_a_commit_for_the_queue(
    sqlite_db: Database, queue: str, commit: Callable[[Database], Coroutine[Any, Any, None]]
) -> None:
    waiting = asyncio.create_task(sqlite_db.wait(queue, timeout=3_600))
    await asyncio.sleep(0)

    await commit(sqlite_db)

    await asyncio.wait_for(waiting, timeout=10)


async def test_a_commit_before_the_wait_counts_once(sqlite_db: Database) -> None:
    await _say(sqlite_db)

    await asyncio.wait_for(sqlite_db.wait("outbox", timeout=3_600), timeout=10)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sqlite_db.wait("outbox", timeout=3_600), timeout=0.05)


async def test_waiting_ends_by_itself(sqlite_db: Database) -> None:
    await sqlite_db.wait("fetches", timeout=0.01)


async def test_a_work_undone_wakes_nobody(sqlite_db: Database) -> None:
    async def fail(work: SqlWork) -> None:
        await work.outbox.add(notice("never"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await _in_work(sqlite_db, fail)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sqlite_db.wait("outbox", timeout=3_600), timeout=0.05)


async def _in_work(db: Database, do: Callable[[SqlWork], Coroutine[Any, Any, None]]) -> None:
    async with db.work() as work:
        await do(work)
