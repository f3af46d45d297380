"""The unit of work: what everybody who comes will be asked about is there before it is asked for."""

from dataclasses import replace
from datetime import datetime

import pytest

from conversations.cases.case import Case
from conversations.cases.orders import Order, OrderKey
from conversations.messages import Person, Sender
from conversations.ports import OpenDialog
from storage.database import Database
from storage.tables import cases
from storage.transaction import Transaction

NOBODY = 404_404


def claim(**answers: object) -> OpenDialog:
    return OpenDialog(name="intake", ref="", step="number", answers=answers)


@pytest.fixture
async def buyer(db: Database, order: Order, case: Case, people: tuple[Person, Person, Person]) -> Person:
    """Has an order on which there is a case, and another."""
    buyer = people[0]
    async with db.work() as work:
        for each in (order, replace(order, key=OrderKey(order.key.store, "A-101"))):
            await work.orders.put(each)
            await work.orders.bind(each.key, buyer.id)
        await work.cases.add(case)
    return buyer


@pytest.mark.parametrize("opened", [None, claim(), claim(order=["Lumen", "A-100"])], ids=["speaks", "chooses", "chose"])
async def test_what_is_expected_is_asked_for_once(
    db: Database,
    order: Order,
    case: Case,
    buyer: Person,
    opened: OpenDialog | None,
    noon: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with db.work() as work:
        await work.dialogs.keep(buyer.id, (opened,) if opened else ())

    async with db.work() as work:
        await work.expect({buyer.address, NOBODY}, speaking=() if opened else {buyer.address, NOBODY})

        async def ask(*_: object, **__: object) -> None:
            raise AssertionError("asked again")

        monkeypatch.setattr(Transaction, "_send", ask)
        greeted = await work.people.greet(Sender(address=buyer.address, name=buyer.name, language=buyer.language))
        assert await work.people.at_address(NOBODY) is None
        assert await work.dialogs.of(greeted.id) == ((opened,) if opened else ())
        assert await work.guesses.count(greeted.id, noon) == 0
        if opened is None or not opened.answers:
            assert [each.key.number for each in await work.orders.of(greeted.id)] == ["A-100", "A-101"]
        if opened is not None:
            assert await work.orders.get(order.key) == order
            assert (await work.orders.store(order.key.store)).name == order.key.store
            assert await work.cases.of_order(order.key) == [case]
        monkeypatch.undo()


async def test_somebody_who_guessed_wrong_is_counted(db: Database, buyer: Person, noon: datetime) -> None:
    async with db.work() as work:
        await work.expect([buyer.address])
        assert await work.guesses.count(buyer.id, noon) == 0
        await work.guesses.add(buyer.id, noon)
        assert await work.guesses.count(buyer.id, noon) == 1

    async with db.work() as work:
        await work.expect([buyer.address])
        assert await work.guesses.count(buyer.id, noon) == 1


async def test_of_many_orders_none_is_looked_at_before_it_is_chosen(db: Database, order: Order, buyer: Person) -> None:
    more = [replace(order, key=OrderKey(order.key.store, f"B-{n}")) for n in range(5)]
    async with db.work() as work:
        for each in more:
            await work.orders.put(each)
            await work.orders.bind(each.key, buyer.id)
        await work.dialogs.keep(buyer.id, (claim(),))

    async with db.work() as work:
        await work.expect([buyer.address])
        assert len(await work.orders.of(buyer.id)) == 7
        assert not work._tx.pending.knows(cases, ("of", order.key))
