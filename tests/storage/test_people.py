"""Everybody we know, and their roles."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conversations.cases.roles import Role
from conversations.messages import Person, Sender
from conversations.ports import Application
from storage.database import Database

ANN = Sender(address=7_000_000_001, name="Ann", language="de")


async def test_greet_makes_a_person_once_and_follows_the_messenger(db: Database) -> None:
    async with db.work() as work:
        first = await work.people.greet(ANN)
        again = await work.people.greet(replace(ANN, name="Anna", language="fr"))
        silent = await work.people.greet(replace(ANN, name="Anna", language=""))

        nameless = await work.people.greet(Sender(address=ANN.address, name=""))

    assert first == Person(id=first.id, address=ANN.address, name="Ann", language="de")
    assert nameless == silent
    assert again == replace(first, name="Anna", language="fr")
    assert silent == again


async def test_greet_keeps_a_chosen_language(db: Database) -> None:
    async with db.work() as work:
        person = await work.people.greet(ANN)
        await work.people.save(replace(person, language="ja", has_chosen_language=True))

    async with db.work() as work:
        again = await work.people.greet(replace(ANN, language="fr"))

    assert (again.language, again.has_chosen_language) == ("ja", True)


async def test_greet_takes_names_no_database_takes(db: Database) -> None:
    async with db.work() as work:
        person = await work.people.greet(replace(ANN, name="An\0n\ud83d"))

    async with db.reading() as work:
        assert (await work.people.get(person.id)).name == "Ann?"


async def test_get_of_an_unknown_id_is_a_key_error(db: Database) -> None:
    async with db.reading() as work:
        with pytest.raises(KeyError):
            await work.people.get(99)


async def test_save_keeps_everything_and_roles_come_and_go(db: Database) -> None:
    async with db.work() as work:
        person = await work.people.greet(ANN)
        grown = replace(
            person,
            is_reachable=False,
            is_arbitrator=True,
            stores=frozenset({"Lumen", "Nest"}),
            open_ref="A7KQ2M",
        )
        await work.people.save(grown)
    async with db.work() as work:
        before = await work.people.get(person.id)
        await work.people.save(replace(before, is_arbitrator=False, stores=frozenset({"Nest"})))

    async with db.reading() as work:
        after = await work.people.get(person.id)
        stores = [store.name for store in await work.orders.stores()]
    assert before == grown
    assert after == replace(grown, is_arbitrator=False, stores=frozenset({"Nest"}))
    assert stores == ["Lumen", "Nest"]


async def test_save_leaves_what_somebody_else_changed_meanwhile(db: Database) -> None:
    async with db.work() as work:
        person = await work.people.greet(ANN)
    async with db.work() as work:
        await work.people.save(replace(person, is_reachable=False))
    async with db.work() as work:
        seen = await work.people.get(person.id)
        await work.people.save(replace(seen, open_ref="A7KQ2M"))

    async with db.reading() as work:
        assert await work.people.get(person.id) == replace(person, is_reachable=False, open_ref="A7KQ2M")


async def test_sellers_and_arbitrators_are_found_by_role(db: Database, people: tuple[Person, Person, Person]) -> None:
    ann, ben, cho = people

    async with db.reading() as work:
        assert await work.people.sellers_of("Lumen") == [ben]
        assert await work.people.sellers_of("Nest") == []
        assert await work.people.arbitrators() == [cho]
        assert await work.people.at_address(ann.address) == ann
        assert await work.people.at_address(1) is None
        assert await work.people.of_ids([ann.id, cho.id, 99]) == {ann.id: ann, cho.id: cho}


async def test_applications_wait_until_they_are_settled(db: Database, people: tuple[Person, Person, Person]) -> None:
    one, other, _ = people
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    sells = Application(person=one.id, role=Role.SELLER, store="Lumen", at=noon + timedelta(hours=1))
    decides = Application(person=one.id, role=Role.ARBITRATOR, store="", at=noon + timedelta(hours=2))
    theirs = Application(person=other.id, role=Role.SELLER, store="Lumen", at=noon)
    async with db.work() as work:
        for application in (sells, decides, theirs, replace(sells, at=noon + timedelta(hours=9))):
            await work.people.apply(application)
        assert await work.people.applications() == [theirs, sells, decides]

        assert await work.people.settle(one.id) == [decides, sells]
        assert await work.people.settle(one.id) == []
        assert await work.people.applications() == [theirs]


async def test_with_roles_are_those_who_have_any(db: Database) -> None:
    async with db.work() as work:
        seller, arbitrator, _ = [await work.people.greet(Sender(address=n, name="X")) for n in (1, 2, 3)]
        await work.people.save(replace(seller, stores=frozenset({"Lumen"})))
        await work.people.save(replace(arbitrator, is_arbitrator=True))

        assert [person.id for person in await work.people.with_roles()] == [seller.id, arbitrator.id]
