"""A case to be kept in a database."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.policies import load
from conversations.cases.case import Case, open_case
from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey
from conversations.cases.states import State
from conversations.messages import Sender
from conversations.policy import assess
from storage.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = OrderKey("Lumen", "A-100")


Keep = Callable[..., Awaitable[Case]]


@pytest.fixture
def a_case(sqlite_db: Database) -> Keep:
    """Keeps a case of Ann's, who is at 101, with whatever is changed about it; one with an end is closed."""
    return _cases_in(sqlite_db)


@pytest.fixture
def cases_in() -> Callable[[Database], Keep]:
    """The same, for the database that it is given."""
    return _cases_in


def _cases_in(db: Database) -> Keep:
    lamp = Item(no="1", title="Lamp", quantity=1, unit_price=Money(4_000, "USD"))
    nothing = Money(0, "USD")
    order = Order(
        key=KEY,
        items=(lamp,),
        purchased_at=NOON - timedelta(days=9),
        delivered_at=NOON - timedelta(days=3),
        code="SECRET",
        discount=nothing,
        shipping=nothing,
    )
    claim = Claim(order=KEY, items=(Claimed("1", 1),), remedy=Remedy.RETURN, reason=Reason.CHANGED_MIND)

    async def make(ref: str, **changes: Any) -> Case:
        pack = load("tmall_global")
        async with db.work() as work:
            await work.orders.put(order)
            ann = await work.people.greet(Sender(address=101, name="Ann", language="en"))
            opened = open_case(
                claim,
                assess(claim, order, pack, NOON),
                ref=ref,
                buyer=ann.id,
                paid=Money(4_000, "USD"),
                policy=pack.id,
                policy_hash=pack.hash,
                limits=pack.limits,
                now=NOON,
            ).case
            if "ended_at" in changes:
                opened = replace(opened, position=replace(opened.position, state=State.CLOSED), due_at=None)
            made = replace(opened, **changes)
            await work.cases.add(made)
        return made

    return make
