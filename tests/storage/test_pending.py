"""What a unit of work keeps back is what it would have written at once: compared with a plain model, savepoints and all."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from conversations.messages import Notice, Outgoing, Sender
from conversations.phrase import Phrase
from conversations.ports import OpenDialog
from storage.database import Database
from storage.tables import alarms, dialogs, marks
from storage.work import SqlWork

from .conftest import NOON

PEOPLE = 3
REFS = ("A", "B")


class Undone(Exception):
    """Leaves a savepoint."""


#: What can be done: a stack kept, an alarm set or taken away, a mark set at once, what waits written now.
STEP = st.one_of(
    st.tuples(st.just("stack"), st.integers(1, PEOPLE), st.integers(0, 3)),
    st.tuples(st.just("alarm"), st.sampled_from(REFS), st.integers(0, 3)),
    st.tuples(st.just("mark"), st.sampled_from(REFS), st.integers(1, 3)),
    st.tuples(st.just("settle"), st.just(0), st.just(0)),
)
#: Steps, and savepoints in savepoints; True when one is undone.
STEPS = st.recursive(
    st.lists(STEP, max_size=4), lambda inner: st.lists(st.one_of(STEP, st.tuples(st.booleans(), inner)), max_size=5)
)
Model = dict[tuple[str, Any], int]


def stack(depth: int) -> tuple[OpenDialog, ...]:
    return tuple(OpenDialog(name="intake", ref="", step=str(n), answers={}) for n in range(depth))


async def do(steps: list[Any], work: SqlWork, model: Model) -> None:
    for step in steps:
        match step:
            case ("stack", person, depth):
                await work.dialogs.keep(person, stack(depth))
                model["stack", person] = depth
            case ("alarm", ref, days):
                await work.alarms.set(ref, NOON + timedelta(days=days) if days else None)
                model["alarm", ref] = days
            case ("mark", ref, days):
                await work.marks.set(ref, NOON + timedelta(days=days))
                model["mark", ref] = days
            case ("settle", _, _):
                await work._tx.settle(dialogs, alarms)
            case (is_undone, inner):
                before = dict(model)
                try:
                    async with work.savepoint():
                        await do(inner, work, model)
                        if is_undone:
                            raise Undone
                except Undone:
                    model.clear()
                    model.update(before)
        await as_told(work, model)


async def as_told(work: SqlWork, model: Model) -> None:
    """The unit of work sees its own writes, and none that were undone."""
    for person in range(1, PEOPLE + 1):
        assert len(await work.dialogs.of(person)) == model.get(("stack", person), 0)


async def kept(work: SqlWork) -> Model:
    tx = work._tx
    found: Model = {("stack", row.person): len(row.stack) for row in await tx.all(select(dialogs))}
    found |= {("alarm", row.ref): (row.at - NOON).days for row in await tx.all(select(alarms))}
    return found | {("mark", row.name): (row.at - NOON).days for row in await tx.all(select(marks))}


@given(works=st.lists(STEPS, min_size=1, max_size=3))
def test_what_is_kept_back_is_what_would_have_been_written(
    works: list[list[Any]], migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("pending") / "test.db"
    file.write_bytes(migrated_file.read_bytes())

    async def live() -> tuple[Model, Model]:
        model: Model = {}
        async with Database(f"sqlite:///{file}") as db:
            async with db.work() as work:
                for number in range(PEOPLE):
                    await work.people.greet(Sender(address=number + 1, name="Ann"))
            for steps in works:
                async with db.work() as work:
                    await do(steps, work, model)
            async with db.reading() as work:
                return await kept(work), model

    found, model = asyncio.run(live())

    assert found == {key: value for key, value in model.items() if value}


async def test_savepoint_that_fails_takes_nothing_of_the_others_along(db: Database) -> None:
    """What the first left waiting is written inside of the second, and undone with it there; it is written all the same."""
    async with db.work() as work:
        ann = await work.people.greet(Sender(address=101, name="Ann"))
    async with db.work() as work:
        async with work.savepoint():
            await work.dialogs.keep(ann.id, stack(2))
        with suppress(Undone):
            async with work.savepoint():
                await work._tx.settle(dialogs)
                await work.dialogs.keep(ann.id, stack(1))
                await work.outbox.add(Outgoing(to=ann.id, body=Notice(lines=(Phrase("Hello"),))))
                raise Undone

    async with db.reading() as work:
        assert await work.dialogs.of(ann.id) == stack(2)
    assert await db.outbox.lease(9, 9, 60) == []
