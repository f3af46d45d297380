"""Everybody we know."""

from dataclasses import replace

from conversations.messages import Person, Sender
from storage.database import Database

ANN = Sender(address=7_000_000_001, name="Ann", language="de")


async def test_greet_makes_a_person_once_and_follows_the_messenger(db: Database) -> None:
    async with db.work() as work:
        first = await work.people.greet(ANN)
        again = await work.people.greet(replace(ANN, name="Anna", language="fr"))
        silent = await work.people.greet(replace(ANN, name="Anna", language=""))

    assert first == Person(id=first.id, address=ANN.address, name="Ann", language="de")
    assert again == replace(first, name="Anna", language="fr")
    assert silent == again
