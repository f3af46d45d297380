"""The heads of all chains are published once a day, to the operator and in the log."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from bot.clock import AdjustableClock
from bot.policies import load
from bot.workers import heads as worker_of_heads
from bot.workers.heads import HeadsWorker
from conversations.cases.case import Case, open_case
from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.cases.facts import MessagePassedOn
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey
from conversations.cases.roles import Role
from conversations.messages import Notice, Person, Room, Sender
from conversations.policy import assess
from storage.database import Database
from storage.errors import TryAgain
from storage.heads import Head, SqlHeads
from storage.tables import journal

OPERATOR = 900


async def told(db: Database) -> list[Notice]:
    """What is on its way to the operator."""
    leased = await db.outbox.lease(10, 100, 30)
    async with db.work() as work:
        for lane in leased:
            await work.outbox.finish(lane, done=[item.id for item in lane.items])
    return [item.payload.body for lane in leased for item in lane.items]


async def test_heads_are_published_once_a_day(sqlite_db: Database, kept_case: Case, clock: AdjustableClock) -> None:
    one, other = (HeadsWorker(sqlite_db, clock, operator=OPERATOR) for _ in range(2))

    with capture_logs() as logged:
        made = await one.publish_if_due(asyncio.Event())
    assert made is not None
    assert (made.n, made.at, made.count) == (1, clock(), 1)
    [notice] = await told(sqlite_db)
    assert [line.params for line in notice.lines[:2]] == [{"n": 1, "count": 1}, {"digest": made.digest}]
    assert [(entry["event"], entry["digest"]) for entry in logged] == [("heads published", made.digest)]

    assert await other.publish_if_due(asyncio.Event()) is None
    await clock.advance(timedelta(hours=23, minutes=59))
    assert await other.publish_if_due(asyncio.Event()) is None
    await clock.advance(timedelta(minutes=1))
    again = await other.publish_if_due(asyncio.Event())
    assert again is not None
    assert (again.n, again.digest) == (2, made.digest)


async def test_the_arbitrators_are_told_in_their_room(
    sqlite_db: Database, kept_case: Case, clock: AdjustableClock
) -> None:
    """Whoever could cut a record short may well be the operator."""
    async with sqlite_db.work() as work:
        who = await work.people.greet(Sender(address=7, name="Ruth"))
        group = await work.people.greet(Sender(address=-1007, name="Arbitrators"))
        told_of = Room(role=Role.ARBITRATOR, linked_by=who.id, linked_at=clock(), confirmed_at=clock())
        await work.rooms.keep(group.id, told_of)

    made = await HeadsWorker(sqlite_db, clock, operator=None).publish_if_due(asyncio.Event())

    assert made is not None
    [notice] = await told(sqlite_db)
    assert notice.lines[1].params == {"digest": made.digest}


async def test_a_record_cut_short_is_named_to_the_operator(
    sqlite_db: Database, kept_case: Case, clock: AdjustableClock
) -> None:
    worker = HeadsWorker(sqlite_db, clock, operator=OPERATOR)
    await worker.publish_if_due(asyncio.Event())
    await told(sqlite_db)
    async with sqlite_db._writer.begin() as connection:
        await connection.execute(delete(journal).where(journal.c.n > 1))
    await clock.advance(timedelta(days=1))

    await worker.publish_if_due(asyncio.Event())

    [notice] = await told(sqlite_db)
    assert notice.lines[-1].params == {"n": 1, "names": ("A7K-Q2M",)}


async def test_without_an_operator_only_the_log_has_it(
    sqlite_db: Database, kept_case: Case, clock: AdjustableClock
) -> None:
    worker = HeadsWorker(sqlite_db, clock, operator=None)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    async with asyncio.timeout(15):
        while True:
            async with sqlite_db.reading() as work:
                if await work.heads.last() is not None:
                    break
            await asyncio.sleep(0.01)
    stop.set()
    await running

    assert await told(sqlite_db) == []


@pytest.fixture
async def records(sqlite_db: Database, kept_case: Case, clock: AdjustableClock, monkeypatch: pytest.MonkeyPatch) -> int:
    """Seven of them, looked at two at a time."""
    monkeypatch.setattr(worker_of_heads, "BATCH", 2)
    async with sqlite_db.work() as work:
        for n in range(6):
            await work.cases.add(replace(kept_case, ref=f"C{n}"))
            await work.journal.add(f"C{n}", [MessagePassedOn("one")], who=Role.BUYER, person=1, at=clock())
    return 7


async def test_a_publication_that_was_cut_short_goes_on_from_there_and_is_still_one(
    sqlite_db: Database, records: int, clock: AdjustableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between two batches; another process goes on, and reads no chain again."""
    looked_at: list[str | None] = []
    go_on = SqlHeads.go_on

    async def counted(self: SqlHeads, most: int) -> bool:
        looked_at.append(await self.underway())
        return await go_on(self, most)

    async def killed(self: SqlHeads, most: int) -> bool:
        if len(looked_at) == 2:
            raise asyncio.CancelledError
        return await counted(self, most)

    worker = HeadsWorker(sqlite_db, clock, operator=OPERATOR)
    assert await worker.begin_if_due()
    monkeypatch.setattr(SqlHeads, "go_on", killed)
    with pytest.raises(asyncio.CancelledError):
        await worker.publish(asyncio.Event())
    assert await told(sqlite_db) == []
    async with sqlite_db.reading() as work:
        assert await work.heads.last() is None

    monkeypatch.setattr(SqlHeads, "go_on", counted)
    other = HeadsWorker(sqlite_db, clock, operator=OPERATOR)
    made = await other.publish_if_due(asyncio.Event())

    assert made is not None and (made.n, made.count) == (1, records)
    assert looked_at == ["", "C0", "C2", "C4"]  # A7KQ2M is the first
    assert len(await told(sqlite_db)) == 1
    assert await other.publish_if_due(asyncio.Event()) is None
    assert await worker.publish_if_due(asyncio.Event()) is None


async def test_killed_before_it_is_told_it_is_told_once(
    sqlite_db: Database, records: int, clock: AdjustableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = HeadsWorker(sqlite_db, clock, operator=OPERATOR)

    async def lost(*_: object) -> None:
        raise TryAgain("the database is gone")

    with monkeypatch.context() as patched:
        patched.setattr(worker, "_tell", lost)
        with pytest.raises(TryAgain):
            await worker.publish_if_due(asyncio.Event())
    async with sqlite_db.reading() as work:
        assert await work.heads.last() is None

    made = await worker.publish_if_due(asyncio.Event())

    assert made is not None and (made.n, made.count) == (1, records)
    assert len(await told(sqlite_db)) == 1


async def test_when_it_is_time_to_stop_it_stops_between_batches(
    sqlite_db: Database, records: int, clock: AdjustableClock
) -> None:
    worker, stop = HeadsWorker(sqlite_db, clock, operator=OPERATOR), asyncio.Event()
    stop.set()
    assert await worker.begin_if_due()

    assert await worker.publish(stop) is None
    async with sqlite_db.reading() as work:
        assert (await work.heads.underway(), await work.heads.last()) == ("", None)


async def test_of_two_that_publish_together_one_does_and_it_is_what_is_kept(
    sqlite_db: Database, records: int, clock: AdjustableClock
) -> None:
    workers = [HeadsWorker(sqlite_db, clock, operator=OPERATOR) for _ in range(2)]

    made = await asyncio.gather(*(worker.publish_if_due(asyncio.Event()) for worker in workers))

    [one] = [each for each in made if each is not None]
    async with sqlite_db.reading() as work:
        assert await work.heads.last() == one
        assert await work.heads.digest() == (records, one.digest)


async def test_a_chain_that_comes_while_the_digest_is_counted_is_not_lost(
    sqlite_db: Database, records: int, kept_case: Case, clock: AdjustableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process goes on meanwhile: then ours is not the end of it."""
    worker, heads = HeadsWorker(sqlite_db, clock, operator=OPERATOR), SqlHeads.all

    async def slow(self: SqlHeads) -> AsyncGenerator[Head, None]:
        async for head in heads(self):
            yield head
        async with sqlite_db.work() as work:
            await work.cases.add(replace(kept_case, ref="Z1"))
            await work.journal.add("Z1", [MessagePassedOn("one")], who=Role.BUYER, person=1, at=clock())
            await work.heads.go_on(2)

    with monkeypatch.context() as patched:
        patched.setattr(SqlHeads, "all", slow)
        assert await worker.publish_if_due(asyncio.Event()) is None
    made = await worker.publish_if_due(asyncio.Event())

    assert made is not None and made.count == records + 1
    async with sqlite_db.reading() as work:
        assert await work.heads.digest() == (made.count, made.digest)


@pytest.fixture
async def kept_case(sqlite_db: Database, clock: AdjustableClock, buyer: Person) -> Case:
    """A case with two entries on record."""
    mug = Item(no="1", title="Mug", quantity=1, unit_price=Money(2000, "USD"))
    order = Order(
        key=OrderKey("Acme", "1"),
        items=(mug,),
        purchased_at=clock() - timedelta(days=9),
        delivered_at=clock() - timedelta(days=2),
        code="K7Q2",
        discount=Money(0, "USD"),
        shipping=Money(0, "USD"),
    )
    pack = load("tmall_global")
    claim = Claim(order=order.key, items=(Claimed("1", 1),), remedy=Remedy.RETURN, reason=Reason.CHANGED_MIND)
    opened = open_case(
        claim,
        assess(claim, order, pack, clock()),
        ref="A7KQ2M",
        buyer=buyer.id,
        paid=order.paid,
        policy=pack.id,
        policy_hash=pack.hash,
        limits=pack.limits,
        now=clock(),
    )
    facts = (*opened.facts, MessagePassedOn("one"))
    async with sqlite_db.work() as work:
        await work.orders.put(order)
        await work.cases.add(opened.case)
        await work.journal.add(opened.case.ref, facts, who=Role.BUYER, person=buyer.id, at=clock())
    return opened.case
