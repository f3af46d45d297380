"""The processes that serve a database: what one commits wakes the others, turns pass on, the dead hold nothing."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from storage import presence
from storage.database import Database
from storage.errors import TryAgain
from storage.presence import QUEUES
from storage.queues import RawUpdate
from storage.tables import processes
from tests.sessions import cut_off

LONG = 3_600.0


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[Database]:
    async with Database(url) as db, db.serving():
        yield db


async def within(wait: Awaitable[Any], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        await wait


async def patiently(ask: Callable[[], Awaitable[Any]]) -> Any:
    """As our workers ask a database that was away."""
    async with asyncio.timeout(15):
        while True:
            try:
                return await ask()
            except TryAgain:
                await asyncio.sleep(0.01)


async def numbers(db: Database) -> list[int]:
    async with db._transaction() as tx:
        return [row.n for row in await tx.all(select(processes.c.n).order_by(processes.c.n))]


async def die(db: Database) -> None:
    """As the others see it when the process is killed: its locks are gone, and it says nothing more."""
    theirs = db._presence
    theirs._beat = _stand_still  # type: ignore[method-assign]
    if db._line is not None:
        db._line._drop()
    else:
        for descriptor in theirs._locks._mine.values():  # type: ignore[attr-defined]
            os.close(descriptor)
        theirs._locks._mine.clear()  # type: ignore[attr-defined]


async def _stand_still() -> None:
    await asyncio.Event().wait()


# --- hearing ---------------------------------------------------------------------------------------------------


async def _receive(db: Database) -> None:
    await db.inbox.put([RawUpdate(1, "ann", {})])


async def _set_alarm(db: Database) -> None:
    async with db.work() as work:
        await work.alarms.set("A7KQ2M", datetime.fromisoformat("2026-03-01T12:00:00Z"))


@pytest.mark.parametrize("is_serving", [True, False], ids=["a server", "a command"])
@pytest.mark.parametrize(("queue", "commit"), [("inbox", _receive), ("alarms", _set_alarm)])
async def test_what_another_process_commits_is_heard(
    postgres_url: str, queue: str, commit: Callable[[Database], Awaitable[None]], is_serving: bool
) -> None:
    async with serving(postgres_url) as one, Database(postgres_url) as other:
        waiting = asyncio.create_task(one.wait(queue, LONG))
        if is_serving:
            async with other.serving():
                await commit(other)
                await within(waiting)
        else:
            await commit(other)
            await within(waiting)


async def test_after_a_lost_line_it_hears_again_and_everybody_is_woken_once(postgres_url: str) -> None:
    async with serving(postgres_url) as one, serving(postgres_url) as other:
        waiting = [asyncio.create_task(one.wait(queue, LONG)) for queue in QUEUES]
        await cut_off(postgres_url)
        await within(asyncio.gather(*waiting))

        again = asyncio.create_task(one.wait("inbox", LONG))
        await asyncio.sleep(0)
        assert not again.done()
        await _until(lambda: other.patience == one.patience > 1)
        await patiently(lambda: _receive(other))
        await within(again)


async def test_a_worker_is_patient_only_while_it_hears(postgres_url: str, sqlite_db: Database) -> None:
    async with Database(postgres_url) as db:
        deaf = db.patience
        async with db.serving():
            hearing = db.patience
    async with sqlite_db.serving():
        alone = sqlite_db.patience

    assert deaf == alone < hearing


# --- turns -----------------------------------------------------------------------------------------------------


async def test_one_at_a_time_and_the_next_when_it_ends(database_url: str) -> None:
    async with serving(database_url) as one, serving(database_url) as other:
        first, second = one.turn("poll"), other.turn("poll")
        await within(first.begin())
        waiting = asyncio.create_task(second.begin())
        for db in (one, other):
            await db._presence._beat()
        assert (first.is_ours, second.is_ours) == (True, False)

        first.end()
        await within(waiting)

        assert (first.is_ours, second.is_ours) == (False, True)


async def test_turns_with_other_names_are_others(database_url: str) -> None:
    async with serving(database_url) as one, serving(database_url) as other:
        await within(one.turn("poll one bot").begin())
        await within(other.turn("poll another").begin())


async def test_who_dies_loses_the_turn_and_another_has_it(database_url: str) -> None:
    async with serving(database_url) as one, serving(database_url) as other:
        await within(one.turn("poll").begin())
        waiting = asyncio.create_task(other.turn("poll").begin())

        await die(one)

        await within(waiting)


async def test_a_process_that_stops_gives_its_turn_up(database_url: str) -> None:
    async with serving(database_url) as other:
        async with serving(database_url) as one:
            await within(one.turn("poll").begin())
            waiting = asyncio.create_task(other.turn("poll").begin())
        await within(waiting)


async def test_who_loses_the_line_knows_before_another_can_begin(postgres_url: str) -> None:
    async with serving(postgres_url) as one, serving(postgres_url) as other:
        turn = one.turn("poll")
        await within(turn.begin())
        seen: list[bool] = []

        async def follow() -> None:
            await other.turn("poll").begin()
            seen.append(turn.is_ours)

        following = asyncio.create_task(follow())
        await die(one)
        await within(asyncio.gather(turn.lost(), following))

    assert seen == [False]


# --- the dead --------------------------------------------------------------------------------------------------


async def leased_everywhere(db: Database, noon: datetime) -> None:
    await db.inbox.put([RawUpdate(1, "ann", {"n": 1})])
    async with db.work() as work:
        await work.alarms.set("A7KQ2M", noon)
    assert [leased.lane for leased in await db.inbox.lease(9, 9, LONG)] == ["ann"]
    assert await db.alarms.due(noon, 9, LONG) == ["A7KQ2M"]
    assert await db.inbox.lease(9, 9, LONG) == []
    assert await db.alarms.due(noon, 9, LONG) == []


async def _leased_by(db: Database) -> list[tuple[str, int]]:
    """What it can lease as soon as there is something."""
    async with asyncio.timeout(15):
        while not (leased := await db.inbox.lease(9, 9, LONG)):
            await db.wait("inbox", 0.1)
    return [(each.lane, each.attempts) for each in leased]


async def test_what_the_dead_held_is_free_for_the_living(database_url: str, noon: datetime) -> None:
    async with serving(database_url) as one, serving(database_url) as other:
        await leased_everywhere(one, noon)
        await die(one)

        assert await _leased_by(other) == [("ann", 2)]
        assert await other.alarms.due(noon, 9, LONG) == ["A7KQ2M"]


async def test_what_the_dead_said_last_may_be_carried_out_late(database_url: str, noon: datetime) -> None:
    """The server ends what it was told by a process that is dead already."""
    async with serving(database_url) as one:
        await leased_everywhere(one, noon)
        await die(one)
        async with serving(database_url) as other:
            assert await _leased_by(other) == [("ann", 2)]
            await other.inbox.put([RawUpdate(2, "ben", {})])
            assert [leased.lane for leased in await one.inbox.lease(9, 9, LONG)] == ["ben"]

            assert await _leased_by(other) == [("ben", 2)]


async def test_the_dead_are_forgotten_in_time(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "BURIED", presence.MISSED)
    async with serving(database_url) as one, serving(database_url) as other:
        await die(one)
        async with asyncio.timeout(15):
            while await numbers(other) != [2]:
                await other.wait("inbox", 0.1)


async def test_what_the_dead_held_is_free_at_once_for_who_starts(database_url: str, noon: datetime) -> None:
    async with serving(database_url) as one:
        await leased_everywhere(one, noon)
        await die(one)
        async with serving(database_url) as other:
            assert [leased.lane for leased in await other.inbox.lease(9, 9, LONG)] == ["ann"]
            assert await other.alarms.due(noon, 9, LONG) == ["A7KQ2M"]


async def test_who_stops_gives_everything_back(database_url: str, noon: datetime) -> None:
    async with Database(database_url) as db:
        async with db.serving():
            await leased_everywhere(db, noon)

        assert [leased.lane for leased in await db.inbox.lease(9, 9, LONG)] == ["ann"]
        assert await db.alarms.due(noon, 9, LONG) == ["A7KQ2M"]
        assert await numbers(db) == []


async def test_the_living_keep_what_they_hold(database_url: str, noon: datetime) -> None:
    async with serving(database_url) as one, serving(database_url) as other:
        await leased_everywhere(one, noon)
        for _ in range(12):
            await other._presence._beat()

        assert await other.inbox.lease(9, 9, LONG) == []
        assert await other.alarms.due(noon, 9, LONG) == []
        assert await numbers(other) == [1, 2]


async def test_who_was_cut_off_keeps_its_number_when_it_comes_back_soon(postgres_url: str, noon: datetime) -> None:
    async with serving(postgres_url) as one:
        await leased_everywhere(one, noon)
        await cut_off(postgres_url)
        await within(one.wait("inbox", LONG))

        assert await patiently(lambda: numbers(one)) == [1]
        assert await patiently(lambda: one.inbox.lease(9, 9, LONG)) == []


async def test_what_was_leased_without_knowing_is_given_back(database_url: str, noon: datetime) -> None:
    async with serving(database_url) as db:
        await db.inbox.put([RawUpdate(1, "ann", {}), RawUpdate(2, "ben", {})])
        [known] = await db.inbox.lease(1, 9, LONG)
        [unknown] = await db.inbox.lease(1, 9, LONG)
        async with db.work() as work:
            await work.alarms.set("A7KQ2M", noon)
        await db.alarms.due(noon, 9, LONG)

        await db.inbox.reclaim({known.lane})
        await db.alarms.reclaim()

        assert [leased.lane for leased in await db.inbox.lease(9, 9, LONG)] == [unknown.lane]
        assert await db.alarms.due(noon, 9, LONG) == ["A7KQ2M"]


async def _until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 - the world tells nobody
            await asyncio.sleep(0.01)
