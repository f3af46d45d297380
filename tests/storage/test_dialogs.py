"""The conversations under way."""

import asyncio

from conversations.messages import Person
from conversations.ports import OpenDialog
from storage.database import Database

INTAKE = OpenDialog(name="intake", ref="", step="reason", answers={"items": [["1", 2]], "used": False, "words": None})
OFFER = OpenDialog(name="offer", ref="A7KQ2M", step="amount", answers={})


async def test_the_stack_is_kept_in_order(db: Database, people: tuple[Person, Person, Person]) -> None:
    ann, ben, _ = people

    async with db.work() as work:
        await work.dialogs.keep(ann.id, (INTAKE,))
        await work.dialogs.keep(ann.id, (INTAKE, OFFER))

    async with db.reading() as work:
        assert await work.dialogs.of(ann.id) == (INTAKE, OFFER)
        assert await work.dialogs.of(ben.id) == ()


async def test_an_empty_stack_is_gone(db: Database, people: tuple[Person, Person, Person]) -> None:
    ann, _, _ = people

    async with db.work() as work:
        await work.dialogs.keep(ann.id, (INTAKE,))
        await work.dialogs.keep(ann.id, ())
        assert await work.dialogs.of(ann.id) == ()


async def test_two_who_add_to_a_stack_wait_for_each_other(db: Database, people: tuple[Person, Person, Person]) -> None:
    ann, _, _ = people

    async def ask(ref: str) -> None:
        async with db.work() as work:
            stack = await work.dialogs.of(ann.id)
            await asyncio.sleep(0)
            await work.dialogs.keep(ann.id, (*stack, OpenDialog(name="answer", ref=ref, step="words", answers={})))

    await asyncio.gather(*(ask(f"REF{number}") for number in range(8)))

    async with db.reading() as work:
        assert {dialog.ref for dialog in await work.dialogs.of(ann.id)} == {f"REF{number}" for number in range(8)}
