"""A database, a playground, a desk that does what it is told in plain words, and an outbox between them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot

from bot.clock import AdjustableClock
from bot.playground import PlaygroundServer, World, create_app, serve
from bot.playground.people import Chat, User
from bot.telegram.client import connect
from bot.telegram.sender import TelegramMessenger
from bot.workers.delivery import Delivery
from bot.workers.outbox import OutboxHandler
from bot.workers.pace import UNLIMITED, Pace
from conversations.cases.case import Case
from conversations.desk.reporting import week_of
from conversations.messages import Incoming, Notice, Outgoing, Person, Said, Sender
from conversations.phrase import Phrase
from conversations.ports import Work
from storage.database import Database
from storage.evidence_files import FolderStore

from .deliveries import Menus
from .topics import REF, MakeCase

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class PlainDesk:
    """Implements bot.workers.desk.Desk: says back what it hears, and fails when asked to."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.rung: list[tuple[str, datetime]] = []
        self.filed: list[tuple[Any, ...]] = []
        self.copies: list[tuple[str, str]] = []
        self.told: list[int] = []
        self.vouched: list[tuple[int, bool | None, bool]] = []
        self.forwarded: list[tuple[int, list[Outgoing]]] = []
        self.digests: list[tuple[int, str, datetime]] = []
        self.tries: Counter[str] = Counter()

    async def receive(self, incoming: Incoming, work: Work, now: datetime) -> None:
        person = await work.people.greet(incoming.sender)
        content = incoming.content
        words = content.text if isinstance(content, Said) else type(content).__name__
        await work.outbox.add(Outgoing(to=person.id, body=Notice(lines=(Phrase("You said {words}", words=words),))))
        self.tries[words] += 1
        if words.startswith("fail") or not isinstance(content, Said):
            raise RuntimeError(f"could not do {words}")
        self.heard.append(words)

    async def expire(self, ref: str, work: Work, now: datetime) -> None:
        self.tries[ref] += 1
        if ref.startswith("FAIL"):
            raise RuntimeError(ref)
        self.rung.append((ref, now))
        await work.alarms.set(ref, now + timedelta(days=1) if ref.startswith("DAILY") else None)

    async def file(
        self,
        ref: str,
        n: int,
        work: Work,
        now: datetime,
        *,
        sha256: str = "",
        mime: str = "",
        copy: str = "",
        copy_mime: str = "",
        refused: str = "",
    ) -> None:
        self.copies.append((copy, copy_mime))
        self.filed.append((ref, n, sha256, mime, refused))
        for evidence in await work.evidence.of(ref):
            if evidence.n == n:
                await work.evidence.save(ref, replace(evidence, sha256=sha256, mime=mime, refused=refused))

    async def forget(self, ref: str, person: int, work: Work) -> frozenset[str]:
        return frozenset()

    async def outdate(self, ref: str, work: Work, *, words: bool = False, files: bool = False) -> frozenset[str]:
        return frozenset()

    async def digest(self, person: int, store: str, work: Work, now: datetime) -> None:
        self.tries[store] += 1
        if store.startswith("Fail"):
            raise RuntimeError(store)
        if await work.digests.done(person, store, week_of(now)):
            self.digests.append((person, store, now))

    async def unreachable(self, person: int, work: Work, now: datetime) -> None:
        self.told.append(person)
        found = await work.people.get(person)
        await work.people.save(replace(found, is_reachable=False))
        if found.room is not None:
            await work.rooms.keep(person, replace(found.room, left_at=now))

    async def vouch(
        self, group: int, work: Work, now: datetime, *, is_administrator: bool | None, lacks_topics: bool = False
    ) -> None:
        self.vouched.append((group, is_administrator, lacks_topics))

    async def forward(self, group: int, outgoing: Sequence[Outgoing], work: Work) -> None:
        self.forwarded.append((group, list(outgoing)))


async def until(condition: Callable[[], Any]) -> None:
    """Waits for the world to have become so; fails when it does not."""
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 - the world tells nobody
            await asyncio.sleep(0.01)


@pytest.fixture
def clock() -> AdjustableClock:
    return AdjustableClock(NOON)


@pytest.fixture
def desk() -> PlainDesk:
    return PlainDesk()


@pytest.fixture
def world(clock: AdjustableClock) -> World:
    return World(clock=clock)


@pytest.fixture
def ana(world: World) -> User:
    """Somebody who has started the bot."""
    user = world.add_user("Ana", language_code="en")
    user.is_started = True
    return user


@pytest.fixture
def wei(world: World) -> User:
    user = world.add_user("Wei", language_code="zh-hans")
    user.is_started = True
    return user


@pytest.fixture
async def server(world: World, clock: AdjustableClock) -> AsyncIterator[PlaygroundServer]:
    async with serve(create_app(world, advance=clock.advance)) as server:
        yield server


@pytest.fixture
async def bot(server: PlaygroundServer, world: World) -> AsyncIterator[Bot]:
    async with connect(world.token, server.url) as bot:
        yield bot


@pytest.fixture
def messenger(bot: Bot) -> TelegramMessenger:
    return TelegramMessenger(bot)


@pytest.fixture
async def buyer(sqlite_db: Database, ana: User) -> Person:
    """Ana as we know her."""
    async with sqlite_db.work() as work:
        return await work.people.greet(Sender(address=ana.id, name="Ana", language="en"))


@pytest.fixture
async def seller(sqlite_db: Database, wei: User) -> Person:
    async with sqlite_db.work() as work:
        return await work.people.greet(Sender(address=wei.id, name="Wei", language="zh-hans"))


@pytest.fixture
def originals(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "evidence")


@pytest.fixture
def copies(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "shown")


@pytest.fixture
def menus() -> Menus:
    return Menus()


@pytest.fixture
def handler(
    sqlite_db: Database,
    desk: PlainDesk,
    messenger: TelegramMessenger,
    clock: AdjustableClock,
    menus: Menus,
    copies: FolderStore,
    originals: FolderStore,
) -> OutboxHandler:
    delivery = Delivery(sqlite_db, messenger, Pace(UNLIMITED), copies=copies, originals=originals)
    return OutboxHandler(sqlite_db, desk, clock, delivery=delivery, keep_menu=menus.keep)


@pytest.fixture
async def case(a_case: MakeCase, world: World) -> Case:
    """One that is spoken of in topics."""
    world.topics_in_private = True
    return await a_case(REF)


@pytest.fixture
async def forum(world: World, ana: User, sqlite_db: Database, case: Case) -> tuple[Chat, Person]:
    """A forum, and how we know it."""
    group = world.add_group("Nordlicht", members=(ana,), is_forum=True)
    async with sqlite_db.work() as work:
        return group, await work.people.greet(Sender(address=group.id, name="Nordlicht", language="en"))
