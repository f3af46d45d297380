"""The figures of a case follow it; a migration fills the same for the cases there were before it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from conversations.cases.case import THE_CLOCK, Actor, Case, Moved, act
from conversations.cases.facts import CaseOpened, MessagePassedOn
from conversations.cases.lifecycle import Act
from conversations.cases.money import Money
from conversations.cases.orders import Order
from conversations.cases.ratings import Rating
from conversations.cases.roles import Role
from conversations.cases.terms import Kind, Terms
from conversations.messages import Sender
from storage import migrations
from storage.database import Database, _migrator
from storage.errors import connected
from storage.tables import hearings, outcome_products, outcomes
from storage.work import SqlWork

BUYER, SELLER = Actor(Role.BUYER, 1), Actor(Role.SELLER, 2)
CHO, DAN = Actor(Role.ARBITRATOR, 3), Actor(Role.ARBITRATOR, 4)
HOUR = timedelta(hours=1)


def terms(case: Case, kind: Kind, amount: int) -> Terms:
    currency = case.paid.currency
    return Terms(
        kind=kind,
        amount=Money(amount, currency),
        items=case.claim.items,
        goods_back=False,
        shipping=None,
        shipping_amount=Money(0, currency),
    )


def paths(case: Case) -> dict[str, list[tuple[str, Actor, dict[str, Any]]]]:
    """Ways a case can go, by the reference that it gets."""
    small, large = terms(case, Kind.COMPENSATION, 500), terms(case, Kind.REFUND, 3000)
    paid = [("refund", SELLER, {"number": "T1"}), ("confirm_refund", BUYER, {})]
    refused = [("refuse", SELLER, {"text": "no"}), ("escalate", BUYER, {}), ("take", CHO, {})]
    ruled = [*refused, ("rule", CHO, {"terms": large, "text": "E1 shows it"})]
    appealed = [*ruled, ("appeal", SELLER, {"text": "new"}), ("take", DAN, {})]
    offer = ("offer", SELLER, {"terms": small})
    return {
        "PPPPPP": [("approve", SELLER, {}), *paid],
        "QQQQQQ": [("approve", THE_CLOCK, {}), ("breach", THE_CLOCK, {}), *paid],
        "RRRRRR": [("refuse", SELLER, {"text": "no"}), ("close", THE_CLOCK, {})],
        "SSSSSS": [offer, ("offer", BUYER, {"terms": large}), offer, ("accept", BUYER, {}), *paid],
        "TTTTTT": [offer, ("decline", BUYER, {}), ("withdraw", BUYER, {})],
        "UUUUUU": [("offer", SELLER, {"terms": small}), ("offer", BUYER, {"terms": large}), ("lapse", THE_CLOCK, {})],
        "VVVVVV": [*ruled, ("stand", THE_CLOCK, {}), *paid],
        "WWWWWW": [*appealed, ("rule", DAN, {"terms": small, "text": "E2 shows it"}), *paid],
        "XXXXXX": [*appealed, ("rule", DAN, {"terms": large, "text": "E1 shows it"})],
        "YYYYYY": [*refused, ("release", THE_CLOCK, {}), ("take", DAN, {}), ("release", DAN, {})],
        "ZZZZZZ": [*refused, ("ask", CHO, {"party": Role.SELLER, "text": "When?"}), ("silent", THE_CLOCK, {})],
        "AAAAAA": [*refused, ("rule", CHO, {"terms": terms(case, Kind.DISMISSAL, 0), "text": "no"})],
        "BBBBBB": [*refused, ("withdraw", BUYER, {})],
    }


async def told(work: SqlWork, case: Case, facts: tuple[Any, ...], actor: Actor, at: Any) -> None:
    """As the desk keeps it."""
    await work.cases.save(case)
    await work.outcomes.note(case, facts, who=actor.role, at=at)
    await work.journal.add(case.ref, facts, who=actor.role, person=actor.person, at=at)


async def live(work: SqlWork, case: Case, path: list[tuple[str, Actor, dict[str, Any]]]) -> Case:
    """A case goes its way, an hour after each move the next."""
    await work.cases.add(case)
    opened = CaseOpened(case.claim, case.verdict.ground, case.verdict.outcome, case.policy, case.policy_hash)
    await told(work, case, (opened,), BUYER, case.opened_at)
    at = case.opened_at
    for move, actor, what in path:
        at += HOUR
        moved = act(case, Act(move=move, **what), actor, now=at)
        assert isinstance(moved, Moved), moved
        case = moved.case
        await told(work, case, moved.facts, actor, at)
    return case


async def everything(db: Database) -> list[list[tuple[Any, ...]]]:
    async with db._writer.connect() as connection:
        found = []
        for table in (outcomes, hearings, outcome_products):
            rows = await connection.execute(select(table).order_by(*table.primary_key.columns))
            found.append([tuple(row) for row in rows])
        return found


@pytest.fixture
async def lived(blank_url: str, order: Order, case: Case) -> Any:
    """A database in which cases have gone all those ways."""
    async with Database(blank_url) as db:
        await db.migrate()
        async with db.work() as work:
            for address in range(101, 105):
                await work.people.greet(Sender(address=address, name="N"))
            await work.orders.put(order)
            for ref, path in paths(case).items():
                left = await live(work, replace(case, ref=ref), path)
                if left.ended_at:
                    rated = replace(left, rating=Rating(stars=4, outcome=2, at=left.ended_at))
                    await told(work, rated, (MessagePassedOn("late"),), SELLER, left.ended_at)
        yield db


async def test_a_migration_fills_what_the_desk_would_have_written(lived: Database) -> None:
    written = await everything(lived)
    assert [len(rows) for rows in written] == [13, 10, 13]

    engine = _migrator(lived.url)
    async with connected(engine) as connection, connection.begin():
        await connection.run_sync(migrations.downgrade, "0007")
    await engine.dispose()
    await lived.migrate()

    for filled, kept in zip(await everything(lived), written, strict=True):
        assert [row for row in filled if row not in kept] == [row for row in kept if row not in filled] == []


async def test_a_case_that_was_never_noted_is_taken_up_as_it_stands(db: Database, opened: Case) -> None:
    async with db.work() as work:
        await work.outcomes.note(opened, (MessagePassedOn("hi"),), who=Role.BUYER, at=opened.opened_at)
        assert await work.outcomes.get(opened.ref) is None
        await work.outcomes.note(opened, (MessagePassedOn("hello"),), who=Role.SELLER, at=opened.opened_at + HOUR)
        row = await work.outcomes.get(opened.ref)

    assert row is not None
    assert (row.state, row.answer_seconds, row.kept) == ("awaiting_seller", 3600, 0)


async def test_products_go_by_sku_or_else_by_title(db: Database, opened: Case, order: Order) -> None:
    with_sku = replace(order, items=tuple(replace(item, sku="LAMP-1") for item in order.items))
    async with db.work() as work:
        await work.outcomes.note(opened, (MessagePassedOn("a"),), who=Role.SELLER, at=opened.opened_at)
        await work.orders.put(with_sku)
        other = replace(opened, ref="BBBBBB")
        await work.cases.add(other)
        await work.outcomes.note(other, (MessagePassedOn("a"),), who=Role.SELLER, at=opened.opened_at)

    _, _, products = await everything(db)
    assert [row[:3] for row in products] == [("A7KQ2M", "Lamp 灯", "Lamp 灯"), ("BBBBBB", "LAMP-1", "Lamp 灯")]
