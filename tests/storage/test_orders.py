"""Orders, stores, and who may claim."""

from dataclasses import replace
from datetime import timedelta

from conversations.cases.case import Case
from conversations.cases.claim import Claimed
from conversations.cases.orders import Order, OrderKey, Store
from conversations.messages import Person, Sender
from storage.database import Database
from storage.signs import ALPHABET


async def test_put_tells_new_changed_and_same(db: Database, order: Order) -> None:
    later = replace(order, delivered_at=order.purchased_at + timedelta(days=8))

    async with db.work() as work:
        told = [await work.orders.put(given) for given in (order, order, later, later)]

    assert told == ["new", "same", "changed", "same"]
    async with db.reading() as work:
        assert await work.orders.get(order.key) == later
        assert await work.orders.stores() == [Store(name=order.key.store)]


async def test_put_generates_a_missing_code_once(db: Database, order: Order) -> None:
    codeless = replace(order, code="")

    async with db.work() as work:
        await work.orders.put(codeless)
        made = await work.orders.get(order.key)
        told = await work.orders.put(codeless)

    assert made is not None and len(made.code) == 8 and set(made.code) <= set(ALPHABET)
    assert told == "same"


async def test_put_keeps_the_code_when_the_file_gives_none(db: Database, order: Order) -> None:
    async with db.work() as work:
        await work.orders.put(order)
        await work.orders.put(replace(order, code="", shipping=order.discount))
        kept = await work.orders.get(order.key)

    assert kept == replace(order, shipping=order.discount)


async def test_put_keeps_a_line_that_a_case_claims(db: Database, order: Order, case: Case) -> None:
    shade = replace(order.items[0], no="7", title="Shade")
    bulb = replace(order.items[0], no="8", title="Bulb")
    cord = replace(order.items[0], no="9", title="Cord")

    async with db.work() as work:
        await work.people.greet(Sender(address=1, name="Mia"))
        await work.orders.put(replace(order, items=(*order.items, bulb, cord)))
        await work.cases.add(replace(case, claim=replace(case.claim, items=(Claimed("1", 1), Claimed("8", 1)))))
        told = [await work.orders.put(replace(order, items=(shade,))) for _ in range(2)]
        kept = await work.orders.get(order.key)

    assert told == ["changed", "same"]
    assert kept == replace(order, items=(shade, *order.items, bulb))


async def test_get_of_an_unknown_order_is_none(db: Database) -> None:
    async with db.work() as work:
        assert await work.orders.get(OrderKey("Lumen", "nowhere")) is None
        assert await work.orders.get(OrderKey("Lumen", "nowhere"), lock=True) is None


async def test_numbered_finds_the_order_of_every_store(db: Database, order: Order) -> None:
    twin = replace(order, key=OrderKey("Atlas", order.key.number))
    other = replace(order, key=OrderKey("Atlas", "A-101"))

    async with db.work() as work:
        for each in (order, other, twin):
            await work.orders.put(each)

    async with db.reading() as work:
        assert await work.orders.numbered(order.key.number) == [twin, order]
        assert await work.orders.numbered("nul \0 and half a pair \ud83d") == []
        assert await work.orders.all(store="Lumen") == [order]
        assert len(await work.orders.all(limit=2)) == 2


async def test_orders_of_a_buyer_are_those_bound_newest_first(
    db: Database, order: Order, people: tuple[Person, Person, Person]
) -> None:
    ann, ben, _ = people
    newer = replace(order, key=OrderKey("Lumen", "B-200"), purchased_at=order.purchased_at + timedelta(days=1))
    unbound = replace(order, key=OrderKey("Lumen", "C-300"))

    async with db.work() as work:
        for each in (order, newer, unbound):
            await work.orders.put(each)
        for key in (order.key, newer.key, order.key):
            await work.orders.bind(key, ann.id)

    async with db.reading() as work:
        assert await work.orders.of(ann.id) == [newer, order]
        assert await work.orders.of(ben.id) == []
        assert await work.orders.is_bound(order.key, ann.id)
        assert not await work.orders.is_bound(order.key, ben.id)
        assert not await work.orders.is_bound(unbound.key, ann.id)


async def test_a_store_has_the_address_that_was_set(db: Database) -> None:
    lumen = Store(name="Lumen", return_address="1 Harbour Road\nNingbo")

    async with db.work() as work:
        before = await work.orders.store("Lumen")
        await work.orders.set_store(replace(lumen, return_address="elsewhere"))
        await work.orders.set_store(lumen)
        after = await work.orders.store("Lumen")

    assert before == Store(name="Lumen")
    assert after == lumen


async def test_a_store_s_policy_and_its_address_are_set_apart(db: Database) -> None:
    async with db.work() as work:
        await work.orders.set_policy("Lumen", "files = 20\n")
        alone = await work.orders.store("Lumen")
        await work.orders.set_store(Store(name="Lumen", return_address="1 Harbour Road"))
        both = await work.orders.store("Lumen")
        listed = await work.orders.stores()
        await work.orders.set_policy("Lumen", "files = 30\n")
        changed = await work.orders.store("Lumen")
        await work.orders.set_policy("Lumen", "")
        cleared = await work.orders.store("Lumen")

    assert alone == Store(name="Lumen", policy="files = 20\n")
    assert both == Store(name="Lumen", return_address="1 Harbour Road", policy="files = 20\n")
    assert listed == [both]
    assert changed.policy == "files = 30\n"
    assert cleared == Store(name="Lumen", return_address="1 Harbour Road")


async def test_a_store_s_own_templates_are_kept_apart_from_the_rest(db: Database) -> None:
    async with db.work() as work:
        await work.orders.set_store(Store(name="Lumen", return_address="1 Harbour Road"))
        await work.orders.set_templates("Lumen", ("one", "two"))
        some = await work.orders.store("Lumen")
        await work.orders.set_templates("Lumen", ())
        none = await work.orders.store("Lumen")
        await work.orders.set_templates("New", ("three",))
        new = await work.orders.store("New")

    assert some == Store(name="Lumen", return_address="1 Harbour Road", templates=("one", "two"))
    assert none == Store(name="Lumen", return_address="1 Harbour Road")
    assert new == Store(name="New", templates=("three",))
