"""The worker that looks at groups, and the outbox in groups: paced, forwarded, followed; against the playground."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.clock import AdjustableClock
from bot.messenger import Sight
from bot.playground import World
from bot.playground.faults import Faults
from bot.playground.people import Chat, User
from bot.telegram.profile import Menus
from bot.telegram.sender import TelegramMessenger
from bot.workers.outbox import OutboxHandler
from bot.workers.pace import TELEGRAM, UNLIMITED, Pace
from bot.workers.rooms import RETRY, RoomsHandler
from conversations.cases.roles import Role
from conversations.messages import Body, Notice, Outgoing, Person, Room, Sender
from conversations.phrase import Phrase
from storage.database import Database

from .conftest import NOON, PlainDesk
from .deliveries import GO, carry


def notice(words: str, title: str = "") -> Notice:
    return Notice(lines=(Phrase("{words}", words=words),), title=Phrase("{words}", words=title) if title else None)


@pytest.fixture
def group(world: World, ana: User) -> Chat:
    return world.add_group("The desk", administrators=(ana,), is_forum=True)


async def keep(db: Database, group: Chat, ana: User, **what: object) -> Person:
    """The group as Ana linked it for the sellers of Lumen."""
    async with db.work() as work:
        who = await work.people.greet(Sender(address=ana.id, name="Ana"))
        await work.people.save(replace(who, stores=frozenset({"Lumen"})))
        found = await work.people.greet(Sender(address=group.id, name="The desk"))
        room = Room(role=Role.SELLER, store="Lumen", linked_by=who.id, linked_at=NOON, **what)  # type: ignore[arg-type]
        await work.rooms.keep(found.id, room)
        return await work.people.get(found.id)


async def say(db: Database, to: int, *bodies: Body, ref: str = "") -> None:
    async with db.work() as work:
        for body in bodies:
            await work.outbox.add(Outgoing(to=to, body=body, ref=ref))


def texts(group: Chat) -> list[str]:
    return [message["text"].strip("\u2068\u2069") for message in group.messages.values() if "text" in message]


# --- looking ---------------------------------------------------------------------------------------------------


@pytest.fixture
def rooms(sqlite_db: Database, desk: PlainDesk, messenger: TelegramMessenger, clock: AdjustableClock) -> RoomsHandler:
    return RoomsHandler(sqlite_db, desk, messenger, clock)


async def look(db: Database, rooms: RoomsHandler, number: int) -> None:
    async with db.work() as work:
        await work.rooms.check(number)
    [leased] = await db.checks.lease(1, 1, 30)
    await rooms.handle(leased, GO)


async def test_the_messenger_tells_how_things_stand(messenger: TelegramMessenger, world: World, ana: User) -> None:
    ben = world.add_user("Ben")
    forum = world.add_group("Forum", administrators=(ana,), members=(ben,), is_forum=True)
    plain = world.add_group("Plain", administrators=(ana,), is_basic=True)
    plain.bot_status = "member"

    seen = [await messenger.look_at(forum.id, who.id) for who in (ana, ben)]
    assert seen == [
        Sight(is_administrator=is_boss, has_threads=True, may_open_threads=True) for is_boss in (True, False)
    ]
    forum.may_manage_topics = False
    assert not (await messenger.look_at(forum.id, ana.id)).may_open_threads
    assert await messenger.look_at(plain.id, ana.id) == Sight(
        is_administrator=True, has_threads=False, may_open_threads=False
    )


async def test_the_desk_is_told_what_was_seen(
    sqlite_db: Database, desk: PlainDesk, rooms: RoomsHandler, group: Chat, ana: User
) -> None:
    found = await keep(sqlite_db, group, ana)
    group.may_manage_topics = False
    await look(sqlite_db, rooms, found.id)
    group.may_manage_topics = True
    group.administrators.clear()
    await look(sqlite_db, rooms, found.id)

    assert desk.vouched == [(found.id, True, True), (found.id, False, False)]
    assert (await sqlite_db.checks.backlog()).pending == 0


async def test_a_group_that_nobody_links_is_not_looked_at(
    sqlite_db: Database, desk: PlainDesk, rooms: RoomsHandler
) -> None:
    async with sqlite_db.work() as work:
        stranger = await work.people.greet(Sender(address=-4001, name="x"))
    await look(sqlite_db, rooms, stranger.id)
    assert (desk.vouched, (await sqlite_db.checks.backlog()).pending) == ([], 0)


async def test_trouble_is_waited_out_and_a_group_that_is_gone_is_given_up(
    sqlite_db: Database, desk: PlainDesk, rooms: RoomsHandler, world: World, group: Chat, ana: User
) -> None:
    found = await keep(sqlite_db, group, ana)
    world.inject(Faults.model_validate({"rules": [{"method": "getChat", "kind": "502"}]}))
    await look(sqlite_db, rooms, found.id)
    assert (await sqlite_db.checks.backlog()).pending == 1
    assert RETRY.delay(1) > 0
    world.inject(Faults())
    del world.chats[group.id]
    async with sqlite_db.work() as work:
        await work.rooms.check(found.id + 1000)
    await asyncio.sleep(RETRY.delay(1))
    for leased in await sqlite_db.checks.lease(4, 1, 30):
        if leased.lane == str(found.id):
            await rooms.handle(leased, GO)
    assert [letter.lane for letter in await sqlite_db.checks.dead()] == [str(found.id)]
    assert desk.vouched == [(found.id, None, False)]


# --- said in groups --------------------------------------------------------------------------------------------


async def deliver(db: Database, handler: OutboxHandler, most: int = 100) -> None:
    for leased in await db.outbox.lease(10, most, 30):
        await carry(handler, leased)
    await handler.ledger.written()


async def test_a_burst_of_notices_needs_few_messages_and_loses_none(
    sqlite_db: Database, handler: OutboxHandler, group: Chat, ana: User
) -> None:
    """Sixty notices about a case need no more messages than a group takes in a minute."""
    found = await keep(sqlite_db, group, ana, confirmed_at=NOON)
    await say(sqlite_db, found.id, *(notice(f"notice {n}", "Case A") for n in range(60)), ref="A")

    await deliver(sqlite_db, handler)

    sent = texts(group)
    assert len(sent) <= 20
    told = "\n".join(sent)
    assert [n for n in range(60) if f"notice {n}" not in told] == []
    assert (await sqlite_db.outbox.backlog()).pending == 0


async def test_a_group_is_written_to_at_its_pace_whichever_process_writes(sqlite_db: Database) -> None:
    """What is not merged waits: after a burst of four, sixteen a minute."""
    asked = list[float]()

    class Kept:
        async def take(self, counts: Sequence[int]) -> list[float]:
            asked.extend(await bucket.take(counts))
            return [0.0]

        async def hold(self, seconds: float) -> None: ...

    bucket = sqlite_db.pace("group -1", rate=TELEGRAM.group_rate, burst=TELEGRAM.group_burst)
    for _ in range(3):  # three processes, one after the other
        pace = Pace(UNLIMITED, groups=lambda address: Kept())
        for _ in range(10):
            await pace.turn(-1)
    await Pace(UNLIMITED, groups=lambda address: Kept()).turn(1)
    assert len(asked) == 30
    assert sum(wait < 60 for wait in asked) <= 20
    assert asked[:4] == [0.0] * 4


async def test_what_waits_for_a_group_that_was_left_goes_to_those_who_hear_now(
    sqlite_db: Database, handler: OutboxHandler, desk: PlainDesk, group: Chat, ana: User
) -> None:
    found = await keep(sqlite_db, group, ana, confirmed_at=NOON, left_at=NOON)
    await say(sqlite_db, found.id, notice("about it"), ref="A")
    await say(sqlite_db, found.id, notice("about nothing"))

    await deliver(sqlite_db, handler)

    assert [(to, [out.body for out in given]) for to, given in desk.forwarded] == [(found.id, [notice("about it")])]
    assert texts(group) == ["about nothing"]
    assert (await sqlite_db.outbox.backlog()).pending == 0


async def test_a_group_that_turns_out_to_be_closed_to_us_is_left_and_nothing_dropped(
    sqlite_db: Database, handler: OutboxHandler, desk: PlainDesk, group: Chat, ana: User
) -> None:
    found = await keep(sqlite_db, group, ana, confirmed_at=NOON)
    group.bot_status = "kicked"
    await say(sqlite_db, found.id, notice("one"), notice("two"), ref="A")

    await deliver(sqlite_db, handler)

    assert desk.told == [found.id]
    assert [[out.body for out in given] for _, given in desk.forwarded] == [[notice("one"), notice("two")]]
    assert (await sqlite_db.outbox.dead(), (await sqlite_db.outbox.backlog()).pending) == ([], 0)


async def test_a_group_has_a_menu_while_it_is_linked(
    sqlite_db: Database, messenger: TelegramMessenger, world: World, group: Chat, ana: User
) -> None:
    menus, scope = Menus(messenger), (("chat", group.id, 0), "")
    plain = await keep(sqlite_db, group, ana)
    await menus.keep(replace(plain, room=None))
    await menus.keep(plain)
    assert scope not in world.profile.commands
    assert plain.room is not None
    hearing = replace(plain, room=replace(plain.room, confirmed_at=datetime.now(UTC)), has_chosen_language=True)
    await menus.keep(replace(hearing, language="zh_Hans"))
    names = {command["command"]: command["description"] for command in world.profile.commands[scope]}
    assert {"cases", "reply", "refuse"} <= names.keys()
    assert not {"forget", "limit", "new", "queue"} & names.keys()
    await menus.keep(plain)
    assert scope not in world.profile.commands
