"""The heads of all chains are published once a day, to the operator and in the log."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from bot.clock import AdjustableClock
from bot.policies import load
from bot.workers.heads import HeadsWorker
from conversations.cases.case import Case, open_case
from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.cases.facts import MessagePassedOn
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey
from conversations.cases.roles import Role
from conversations.messages import Notice, Person
from conversations.policy import assess
from storage.database import Database
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
        made = await one.publish_if_due()
    assert made is not None
    assert (made.n, made.at, made.count) == (1, clock(), 1)
    [notice] = await told(sqlite_db)
    assert [line.params for line in notice.lines[:2]] == [{"n": 1, "count": 1}, {"digest": made.digest}]
    assert [(entry["event"], entry["digest"]) for entry in logged] == [("heads published", made.digest)]

    assert await other.publish_if_due() is None
    await clock.advance(timedelta(hours=23, minutes=59))
    assert await other.publish_if_due() is None
    await clock.advance(timedelta(minutes=1))
    again = await other.publish_if_due()
    assert again is not None
    assert (again.n, again.digest) == (2, made.digest)


async def test_a_record_cut_short_is_named_to_the_operator(
    sqlite_db: Database, kept_case: Case, clock: AdjustableClock
) -> None:
    worker = HeadsWorker(sqlite_db, clock, operator=OPERATOR)
    await worker.publish_if_due()
    await told(sqlite_db)
    async with sqlite_db._writer.begin() as connection:
        await connection.execute(delete(journal).where(journal.c.n > 1))
    await clock.advance(timedelta(days=1))

    await worker.publish_if_due()

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
