"""The privacy worker and housekeeping: what outlived its time goes, and one that fails keeps nothing else waiting."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import AdjustableClock
from bot.policies import load
from bot.workers import privacy as privacy_worker
from bot.workers.housekeeping import HousekeepingWorker
from bot.workers.privacy import PrivacyWorker
from conversations.cases.evidence import File, FileKind
from conversations.cases.roles import Role
from conversations.desk import Desk, Settings
from conversations.messages import Notice, Outgoing, Sender
from conversations.phrase import Phrase
from conversations.policy.retention import Retention
from conversations.ports import OpenDialog, Wishes
from storage.database import Database
from storage.evidence_files import FolderStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHORT = Retention(done=timedelta(days=1), dialogs=timedelta(seconds=1), guesses=timedelta(hours=1))


class StubbornDesk(Desk):
    """Cannot forget in a case of the name BROKEN."""

    async def outdate(self, ref: str, *args: Any, **kwargs: Any) -> frozenset[str]:
        if ref == "BROKEN":
            raise RuntimeError(ref)
        return await super().outdate(ref, *args, **kwargs)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "evidence")


@pytest.fixture
def clock() -> AdjustableClock:
    return AdjustableClock(NOON)


@pytest.fixture
def worker(sqlite_db: Database, clock: AdjustableClock, store: FolderStore) -> PrivacyWorker:
    desk = StubbornDesk(Settings(pack=load("tmall_global")))
    return PrivacyWorker(sqlite_db, desk, clock, Retention(), stores=[store])


async def _met(db: Database, address: int, **wishes: Any) -> int:
    async with db.work() as work:
        person = await work.people.greet(Sender(address=address, name=f"N{address}"))
        await work.privacy.keep(person.id, Wishes(**wishes))
        return person.id


async def _names(db: Database) -> list[str]:
    async with db.reading() as work:
        return [person.name for person in (await work.people.of_ids(range(1, 9))).values()]


async def test_everybody_who_asked_goes_however_many(
    sqlite_db: Database, worker: PrivacyWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy_worker, "BATCH", 2)
    for address in (1, 2, 3):
        await _met(sqlite_db, address, forget_at=NOON)
    await _met(sqlite_db, 4)

    await worker.round(asyncio.Event())

    assert await _names(sqlite_db) == ["", "", "", "N4"]


async def test_nobody_goes_while_something_is_to_be_said_to_them(sqlite_db: Database, worker: PrivacyWorker) -> None:
    person = await _met(sqlite_db, 1, forget_at=NOON)
    async with sqlite_db.work() as work:
        await work.outbox.add(Outgoing(to=person, body=Notice(lines=(Phrase("Goodbye"),))))

    await worker.round(asyncio.Event())
    assert await _names(sqlite_db) == ["N1"]

    [leased] = await sqlite_db.outbox.lease(1, 1, 30)
    async with sqlite_db.work() as work:
        await work.outbox.finish(leased, done=[leased.items[0].id])
    await worker.round(asyncio.Event())
    assert await _names(sqlite_db) == [""]


async def test_wrong_codes_count_for_their_hour_before_they_are_forgotten(
    sqlite_db: Database, worker: PrivacyWorker, clock: AdjustableClock
) -> None:
    """Else whoever is locked out would be forgotten, and guess on."""
    person = await _met(sqlite_db, 1, forget_at=NOON)
    async with sqlite_db.work() as work:
        await work.guesses.add(person, NOON)

    await worker.round(asyncio.Event())
    assert await _names(sqlite_db) == ["N1"]
    await clock.advance(timedelta(hours=1, seconds=1))
    await worker.round(asyncio.Event())
    assert await _names(sqlite_db) == [""]


async def test_what_outlived_its_time_goes_and_a_case_that_fails_keeps_no_other(
    sqlite_db: Database, worker: PrivacyWorker, clock: AdjustableClock, store: FolderStore, a_case: Any
) -> None:
    refs = ("AAAAAA", "BROKEN", "CCCCCC")
    names = {}
    for ref in refs:
        await a_case(ref, ended_at=NOON)
        names[ref] = await store.put(ref.encode())
        file = File(kind=FileKind.PHOTO, file_id="f", unique_id="u", size=9)
        async with sqlite_db.work() as work:
            [shown] = await work.evidence.add(ref, [file], by=Role.BUYER, at=NOON)
            await work.evidence.save(ref, replace(shown, sha256=names[ref]))
    await clock.advance(timedelta(days=366))

    await worker.round(asyncio.Event())

    async with sqlite_db.reading() as work:
        now = clock()
        assert await work.privacy.outdated("evidence", now, now, most=9) == ["BROKEN"]
        assert await work.privacy.outdated("texts", now, now, most=9) == list(refs)
    assert await store.get(names["BROKEN"]) == b"BROKEN"
    assert sorted(p.name for p in _files(store)) == [names["BROKEN"]]


async def test_the_worker_wakes_when_somebody_asks(sqlite_db: Database, worker: PrivacyWorker) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    await _met(sqlite_db, 1, forget_at=NOON)
    async with asyncio.timeout(20):
        while await _names(sqlite_db) != [""]:  # noqa: ASYNC110 - nothing announces that somebody was erased
            await asyncio.sleep(0.01)
    stop.set()
    await running


async def test_housekeeping_forgets_dialogs_and_codes(sqlite_db: Database, clock: AdjustableClock) -> None:
    person = await _met(sqlite_db, 1)
    async with sqlite_db.work() as work:
        await work.guesses.add(person, NOON - timedelta(hours=2))
        await work.guesses.add(person, NOON)
        await work.dialogs.keep(person, (OpenDialog(name="intake", ref="", step="", answers={}),))

    await HousekeepingWorker(sqlite_db, clock, SHORT).round(asyncio.Event())

    async with sqlite_db.reading() as work:
        assert await work.guesses.count(person, NOON - timedelta(days=1)) == 1
        assert len(await work.dialogs.of(person)) == 1  # by the database's clock it is a moment old


def _files(store: FolderStore) -> list[Path]:
    return [path for path in store._folder.rglob("*") if path.is_file()]
