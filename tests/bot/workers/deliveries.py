"""What tests of the outbox share: things to say, how they are said, and the chats of the playground as they look then."""

import asyncio
import io
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from bot.playground import World
from bot.playground.faults import Faults
from bot.playground.people import User
from bot.workers.ledger import Hand
from bot.workers.outbox import OutboxHandler, OutboxWorker
from conversations.messages import Body, Card, Choice, Notice, Outgoing, Person, Question
from conversations.phrase import Phrase
from storage.database import Database
from storage.lanes import Leased
from storage.tables import lanes

GO = asyncio.Event()
BUTTONS = ((Choice(Phrase("Yes"), "v1:yes"),),)


class Menus:
    """Remembers whose menu was looked after. `go` holds it up."""

    def __init__(self) -> None:
        self.kept: list[int] = []
        self.go = asyncio.Event()
        self.go.set()

    async def keep(self, person: Person) -> None:
        self.kept.append(person.id)
        await self.go.wait()


def notice(words: str) -> Notice:
    return Notice(lines=(Phrase("You said {words}", words=words),), choices=BUTTONS)


def question(words: str) -> Question:
    return Question(prompt=Phrase("You said {words}", words=words), choices=BUTTONS)


def card(words: str) -> Card:
    said = Phrase("You said {words}", words=words)
    return Card(ref="A7KQ2M", title=said, state=said, turn=None, due_at=None, default=None)


async def say(db: Database, *bodies: Body | Outgoing, to: Person) -> None:
    async with db.work() as work:
        for body in bodies:
            await work.outbox.add(body if isinstance(body, Outgoing) else Outgoing(to=to.id, body=body))


@contextmanager
def losing_answers(db: Database) -> Iterator[None]:
    """Meanwhile what is committed is kept, and nobody hears of it."""
    dialect = db._writer.dialect
    commit = dialect.do_commit

    def lose(connection: Any) -> None:
        commit(connection)
        raise sqlite3.OperationalError("database is locked")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialect, "do_commit", lose)
        yield


@asynccontextmanager
async def at_work(worker: OutboxWorker) -> AsyncIterator[None]:
    """Meanwhile it works; then it is told to stop, and ends."""
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    await asyncio.sleep(0)  # it has begun
    yield
    stop.set()
    await running


async def carry(handler: OutboxHandler, leased: Leased[Outgoing], *, stop: asyncio.Event = GO) -> None:
    """Says what was leased."""
    await handler.carry(Hand(leased, list(leased.items)), stop)


async def deliver(handler: OutboxHandler, db: Database, *, attempts: int = 1) -> None:
    """One lease of one person's messages."""
    [leased] = await db.outbox.lease(1, 10, 60)
    await carry(handler, replace(leased, attempts=attempts))


async def dead(db: Database) -> list[str]:
    return [letter.reason for letter in await db.outbox.dead()]


async def pending(db: Database) -> int:
    return (await db.outbox.backlog()).pending


def chat(world: World, user: User) -> list[dict[str, Any]]:
    return list(world.chats[user.id].messages.values())


def texts(world: World, user: User) -> list[str]:
    return [message["text"].replace("\u2068", "").replace("\u2069", "") for message in chat(world, user)]


def inject(world: World, *rules: dict[str, Any]) -> None:
    world.inject(Faults.model_validate({"rules": list(rules)}))


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(buffer, "JPEG")
    return buffer.getvalue()


async def lease_now(db: Database) -> Leased[Outgoing] | None:
    """Leases a lane as if the time of its next try had come."""
    async with db._transaction() as tx:
        await tx.run(update(lanes).where(lanes.c.ready_at.is_not(None)).values(ready_at=tx.clock(-1)))
    found = await db.outbox.lease(1, 10, 60)
    return found[0] if found else None


async def try_again(handler: OutboxHandler, db: Database) -> Leased[Outgoing]:
    """The next try, by whichever process: all it knows is what the database tells it."""
    leased = await lease_now(db)
    assert leased is not None
    await carry(handler, leased)
    return leased
