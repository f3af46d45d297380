"""The heartbeat tells an absence from a short stop, and from a clock that was moved by hand."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import AdjustableClock
from bot.policies import load
from bot.workers.deadlines import DeadlinesWorker
from bot.workers.heartbeat import ALIVE, EVERY, Heartbeat
from conversations.cases.case import Case, open_case
from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.cases.clocks import Outage
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey
from conversations.cases.states import State
from conversations.desk import Desk, Settings
from conversations.messages import Sender
from conversations.policy import assess
from storage.backup import back_up, restore
from storage.database import Database

from .conftest import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


async def alive(db: Database) -> datetime | None:
    async with db.reading() as work:
        return await work.marks.get(ALIVE)


async def outages(db: Database) -> list[Outage]:
    async with db.reading() as work:
        return [*await work.clocks.outages(since=datetime(1970, 1, 1, tzinfo=UTC))]


async def kept_case(db: Database) -> Case:
    """A case opened at noon that waits for its seller, with its alarm."""
    mug = Item(no="1", title="Mug", quantity=1, unit_price=Money(2000, "USD"))
    order = Order(
        key=OrderKey("Acme", "1"),
        items=(mug,),
        purchased_at=NOON - 9 * DAY,
        delivered_at=NOON - 2 * DAY,
        code="K7Q2",
        discount=Money(0, "USD"),
        shipping=Money(0, "USD"),
    )
    claim = Claim(order=order.key, items=(Claimed("1", 1),), remedy=Remedy.RETURN, reason=Reason.CHANGED_MIND)
    pack = load("tmall_global")
    async with db.work() as work:
        buyer = await work.people.greet(Sender(address=1, name="Ana"))
        await work.orders.put(order)
        case = open_case(
            claim,
            assess(claim, order, pack, NOON),
            ref="A7KQ2M",
            buyer=buyer.id,
            paid=Money(2000, "USD"),
            policy=pack.id,
            policy_hash=pack.hash,
            limits=pack.limits,
            now=NOON,
        ).case
        await work.cases.add(case)
        assert case.due_at is not None
        await work.alarms.set(case.ref, case.due_at)
    return case


async def test_the_first_sign_of_life_finds_no_outage(db: Database) -> None:
    await Heartbeat(db, AdjustableClock(NOON)).beat()

    assert (await alive(db), await outages(db)) == (NOON, [])


@pytest.mark.parametrize(
    ("away", "found"),
    [
        (15 * timedelta(seconds=1), []),
        (5 * MINUTE, []),
        (6 * MINUTE, [Outage(NOON, NOON + 6 * MINUTE)]),
        (3 * DAY, [Outage(NOON, NOON + 3 * DAY)]),
    ],
)
async def test_a_start_finds_out_how_long_the_service_was_away(
    db: Database, away: timedelta, found: list[Outage]
) -> None:
    await Heartbeat(db, AdjustableClock(NOON)).beat()

    await Heartbeat(db, AdjustableClock(NOON + away)).beat()

    assert (await alive(db), await outages(db)) == (NOON + away, found)


async def test_one_of_several_processes_finds_it_and_starting_again_finds_nothing_more(db: Database) -> None:
    await Heartbeat(db, AdjustableClock(NOON)).beat()

    back = [Heartbeat(db, AdjustableClock(NOON + 2 * HOUR + n * timedelta(seconds=1))) for n in range(4)]
    await asyncio.gather(*(heartbeat.beat() for heartbeat in back))
    for n in range(4):  # it crashes and starts again
        await Heartbeat(db, AdjustableClock(NOON + 2 * HOUR + n * MINUTE)).beat()

    [gap] = await outages(db)
    assert gap.began_at == NOON
    assert NOON + 2 * HOUR <= gap.ended_at <= NOON + 2 * HOUR + 3 * timedelta(seconds=1)


async def test_as_long_as_one_process_lives_the_service_was_not_away(db: Database) -> None:
    clock = AdjustableClock(NOON)
    here = Heartbeat(db, clock)
    await Heartbeat(db, AdjustableClock(NOON)).beat()
    for n in range(1, 9):
        await Heartbeat(db, AdjustableClock(NOON + 4 * n * MINUTE)).beat()

    await Heartbeat(db, AdjustableClock(NOON + 33 * MINUTE)).beat()
    await here.beat()  # whose clock is behind

    assert (await alive(db), await outages(db)) == (NOON + 33 * MINUTE, [])


async def test_a_clock_moved_by_hand_is_no_outage(sqlite_db: Database) -> None:
    clock = AdjustableClock(NOON)
    heartbeat = Heartbeat(sqlite_db, clock)
    await heartbeat.beat()

    await clock.advance(7 * DAY)
    assert heartbeat.is_due
    await heartbeat.beat()
    await clock.advance(7 * DAY)
    await clock.advance(7 * DAY)
    await heartbeat.beat()

    assert (await alive(sqlite_db), await outages(sqlite_db)) == (NOON + 21 * DAY, [])
    assert not heartbeat.is_due


async def test_a_process_that_stood_still_was_away_though_it_never_stopped(sqlite_db: Database) -> None:
    clock = _Standing()
    heartbeat = Heartbeat(sqlite_db, clock)
    await heartbeat.beat()

    clock.now = NOON + HOUR
    await heartbeat.beat()

    assert await outages(sqlite_db) == [Outage(NOON, NOON + HOUR)]


class _Standing:
    """A clock as a suspended computer's: it goes on, and nobody moved it."""

    def __init__(self) -> None:
        self.jump = asyncio.Event()
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


async def test_signs_of_life_are_given_every_few_seconds(sqlite_db: Database) -> None:
    heartbeat = Heartbeat(sqlite_db, AdjustableClock(NOON))
    assert heartbeat.is_due

    await heartbeat.beat()

    assert not heartbeat.is_due
    heartbeat._beaten_at -= EVERY
    assert heartbeat.is_due


@pytest.mark.parametrize(
    ("last", "back", "due"),
    [
        (47 * HOUR, 49 * HOUR, 51 * HOUR),  # it ran out while we were away: as long again
        (46 * HOUR, 47.5 * HOUR, 49 * HOUR),  # it would have run out soon after
        (40 * HOUR, 47.5 * HOUR, 55 * HOUR),
        (2 * HOUR, 300 * HOUR, 324 * HOUR),  # a day is the most
    ],
)
async def test_the_first_beat_gives_time_before_any_default_applies(
    db: Database, last: timedelta, back: timedelta, due: timedelta
) -> None:
    await kept_case(db)
    await Heartbeat(db, AdjustableClock(NOON + last)).beat()
    clock = AdjustableClock(NOON + back)
    desk = Desk(Settings(pack=load("tmall_global")))
    stop = asyncio.Event()
    worker = asyncio.create_task(DeadlinesWorker(db, desk, clock, Heartbeat(db, clock)).run(stop))
    seen: list[Case] = []

    async def watch(is_so: Callable[[Case], bool]) -> None:
        async with asyncio.timeout(15):
            while not seen or not is_so(seen[-1]):
                await asyncio.sleep(0.01)
                async with db.reading() as work:
                    case = await work.cases.get("A7KQ2M")
                assert case is not None
                seen.append(case)

    await watch(lambda case: case.due_at == NOON + due)
    assert {case.state for case in seen} == {State.AWAITING_SELLER}

    await clock.advance(due - back)
    await watch(lambda case: case.state is not State.AWAITING_SELLER)
    stop.set()
    await worker
    assert len(await outages(db)) == 1


async def test_a_deadline_far_off_stays_as_it_was(sqlite_db: Database) -> None:
    case = await kept_case(sqlite_db)
    await Heartbeat(sqlite_db, AdjustableClock(NOON)).beat()

    await Heartbeat(sqlite_db, AdjustableClock(NOON + 5 * HOUR)).beat()

    assert await sqlite_db.alarms.next_at() == case.due_at


async def test_deadlines_missed_while_a_backup_was_put_back_give_time_and_fire_once(
    db: Database, migrated_file: Path, tmp_path: Path
) -> None:
    await kept_case(db)
    await Heartbeat(db, AdjustableClock(NOON + 2 * HOUR)).beat()
    await back_up(db, tmp_path / "evidence", tmp_path / "backup.tar")
    back = NOON + 5 * DAY
    desk = Desk(Settings(pack=load("tmall_global")))
    async with Database(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'restored.db')}") as restored:
        await restore(restored, tmp_path / "evidence", tmp_path / "backup.tar")
        clock = AdjustableClock(back)
        heartbeat = Heartbeat(restored, clock)

        async def ring() -> State:
            """Everything that is due rings, as often as it will."""
            await heartbeat.beat()
            while refs := await restored.alarms.due(clock(), 20, 0):
                for ref in refs:
                    async with restored.work() as work:
                        await desk.expire(ref, work, clock())
            async with restored.reading() as work:
                case = await work.cases.get("A7KQ2M")
            assert case is not None
            return case.state

        assert await ring() is State.AWAITING_SELLER
        assert await outages(restored) == [Outage(NOON + 2 * HOUR, back)]
        await clock.advance(DAY)
        after = await ring()
        assert after is not State.AWAITING_SELLER
        assert await ring() is after
        async with restored.reading() as work:
            by_default = [
                entry.fact for entry in await work.journal.of("A7KQ2M") if getattr(entry.fact, "by_default", 0)
            ]
        assert len(by_default) == 1
