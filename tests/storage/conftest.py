"""An order, its buyer and a case, to be kept in a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conversations.cases.case import Case, open_case
from conversations.cases.claim import Claim, Claimed, Ground, Reason, Remedy
from conversations.cases.deadlines import Limits
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.verdict import Finding, Outcome, Verdict
from conversations.messages import Notice, Outgoing, Person, Sender
from conversations.phrase import Phrase
from storage.database import Database
from storage.heads import Publication

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = OrderKey("Lumen", "A-100")


async def publish(db: Database, at: datetime, *, most: int = 1000) -> Publication:
    """A publication of the heads, as the worker makes one."""
    async with db.work() as work:
        await work.heads.begin(at)
    is_more = True
    while is_more:
        async with db.work() as work:
            is_more = await work.heads.go_on(most)
    async with db.reading() as work:
        after = await work.heads.underway()
        count, digest = await work.heads.digest()
    assert after is not None
    async with db.work() as work:
        made = await work.heads.finish(at, after=after, count=count, digest=digest)
    assert made is not None
    return made


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def order() -> Order:
    lamp = Item(no="1", title="Lamp 灯", quantity=2, unit_price=Money(4_000, "USD"), exchangeable=True)
    return Order(
        key=KEY,
        items=(lamp,),
        purchased_at=NOON - timedelta(days=9),
        delivered_at=NOON - timedelta(days=3),
        code="SECRET",
        discount=Money(0, "USD"),
        shipping=Money(500, "USD"),
    )


@pytest.fixture
def case() -> Case:
    """A fresh case of buyer 1 on that order."""
    limits = Limits(
        waits={state: timedelta(hours=48) for state in State},
        rounds=3,
        files=10,
        rating=timedelta(days=30),
        caps={"USD": 10_000},
        return_shipping={"USD": 2_000},
    )
    found = Phrase("{days} days are left, until {end}", days=4, end=NOON + timedelta(days=4), price=Money(1, "USD"))
    verdict = Verdict(
        ground=Ground.QUALITY,
        outcome=Outcome.ELIGIBLE,
        findings=(Finding("window", True, found, "§1", Outcome.ELIGIBLE),),
        return_shipping=Role.SELLER,
        goods_back=False,
        instead=(Remedy.EXCHANGE,),
    )
    claim = Claim(order=KEY, items=(Claimed("1", 1),), remedy=Remedy.REFUND, reason=Reason.FAULTY, words="It hums")
    return open_case(
        claim,
        verdict,
        ref="A7KQ2M",
        buyer=1,
        paid=Money(4_250, "USD"),
        policy="tmall_global",
        policy_hash="f00d",
        limits=limits,
        now=NOON,
    ).case


@pytest.fixture
async def people(db: Database) -> tuple[Person, Person, Person]:
    """A buyer, a seller and an arbitrator, in this order and with the ids 1, 2 and 3."""
    async with db.work() as work:
        ann = await work.people.greet(Sender(address=101, name="Ann", language="de"))
        ben = await work.people.greet(Sender(address=102, name="Ben", language="zh"))
        cho = await work.people.greet(Sender(address=103, name="Cho"))
        ben = replace(ben, stores=frozenset({KEY.store}))
        cho = replace(cho, is_arbitrator=True)
        await work.people.save(ben)
        await work.people.save(cho)
    return ann, ben, cho


@pytest.fixture
async def opened(db: Database, people: tuple[Person, Person, Person], order: Order, case: Case) -> Case:
    """That case, kept together with its people and its order."""
    async with db.work() as work:
        await work.orders.put(order)
        await work.cases.add(case)
    return case


@pytest.fixture
async def sent(db: Database) -> int:
    """One message in the outbox; the fixture is how many there are."""
    async with db.work() as work:
        await work.outbox.add(Outgoing(to=1, body=Notice(lines=(Phrase("Hello"),))))
    return 1
