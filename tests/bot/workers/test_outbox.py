"""The outbox against the playground: in what order, what becomes of what cannot be sent, and what is handed over."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.playground import World, acting
from bot.playground.people import User
from bot.workers import outbox
from bot.workers.outbox import MISTAKES, PERHAPS, RETRY, OutboxHandler, OutboxWorker
from conversations.messages import Notice, Outgoing, Person, Placing, Toast
from conversations.phrase import Phrase
from storage.database import Database
from storage.errors import TryAgain

from .conftest import NOON, PlainDesk, until
from .deliveries import (
    Menus,
    at_work,
    carry,
    chat,
    dead,
    deliver,
    inject,
    lease_now,
    losing_answers,
    notice,
    pending,
    question,
    say,
    texts,
    try_again,
)


async def test_messages_arrive_in_order(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, menus: Menus
) -> None:
    await say(sqlite_db, *(notice(str(n)) for n in range(4)), to=buyer)

    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["You said 0", "You said 1", "You said 2", "You said 3"]
    assert await pending(sqlite_db) == 0
    assert menus.kept == [buyer.id]


async def test_everybody_reads_their_own_language(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, wei: User, buyer: Person, seller: Person
) -> None:
    help_text = Notice(lines=(Phrase("What you can do here"),))
    await say(sqlite_db, help_text, to=buyer)
    await say(sqlite_db, help_text, to=replace(seller))

    await deliver(handler, sqlite_db)
    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["What you can do here"]
    assert texts(world, wei) != texts(world, ana)


async def test_press_is_answered_before_anything_is_sent(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    await say(sqlite_db, notice("one"), notice("two"), Toast(query="1"), to=buyer)

    await deliver(handler, sqlite_db)

    methods = [request["method"] for request in world.requests.after(0)]
    assert methods == ["answerCallbackQuery", "sendMessage", "sendMessage"]
    assert await pending(sqlite_db) == 0 and await dead(sqlite_db) == []


async def test_person_who_blocked_us_is_parked_and_the_desk_told_once(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, desk: PlainDesk
) -> None:
    acting.block(world, ana)
    await say(sqlite_db, notice("one"), notice("two"), to=buyer)

    await deliver(handler, sqlite_db)

    assert desk.told == [buyer.id]
    assert await pending(sqlite_db) == 0
    assert [reason.partition(":")[0] for reason in await dead(sqlite_db)] == ["unreachable", "unreachable"]
    assert texts(world, ana) == []


async def test_person_who_came_back_hears_us_again(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, desk: PlainDesk
) -> None:
    async with sqlite_db.work() as work:
        await work.people.save(replace(buyer, is_reachable=False))
    await say(sqlite_db, notice("one"), to=buyer)

    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["You said one"]


@pytest.mark.parametrize("kind", ["429", "500", "502", "drop_before"])
async def test_passing_trouble_is_waited_out_in_order(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, kind: str
) -> None:
    inject(world, {"method": "sendMessage", "kind": kind, "times": 1})
    await say(sqlite_db, notice("one"), notice("two"), to=buyer)

    await deliver(handler, sqlite_db)

    assert texts(world, ana) == []
    assert await pending(sqlite_db) == 2
    assert await sqlite_db.outbox.lease(1, 10, 60) == []  # later
    assert await dead(sqlite_db) == []


async def test_what_was_sent_is_written_down_before_what_fails(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    await say(sqlite_db, notice("one"), notice("two"), to=buyer)
    [leased] = await sqlite_db.outbox.lease(1, 10, 60)
    await carry(handler, replace(leased, items=leased.items[:1]))
    inject(world, {"method": "sendMessage", "kind": "500"})

    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["You said one"]
    assert await pending(sqlite_db) == 1


async def test_message_that_may_have_arrived_is_repeated_so_often_and_counted(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    inject(world, {"method": "sendMessage", "kind": "drop_after"})
    await say(sqlite_db, notice("one"), to=buyer)
    [leased] = await sqlite_db.outbox.lease(1, 10, 0)

    while await pending(sqlite_db):
        await carry(handler, leased)
        if found := await lease_now(sqlite_db):
            leased = found

    assert texts(world, ana) == ["You said one"] * RETRY.unsure
    assert handler.repeats == RETRY.unsure - 1
    assert [reason.startswith(PERHAPS) for reason in await dead(sqlite_db)] == [True]


async def test_edit_that_may_have_arrived_is_no_repeat(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    asked = Outgoing(to=buyer.id, body=question("one"), slot="question", placing=Placing.REPLACE)
    await say(sqlite_db, asked, to=buyer)
    await deliver(handler, sqlite_db)
    inject(world, {"method": "editMessageText", "kind": "drop_after", "times": 1})
    await say(sqlite_db, replace(asked, body=question("two")), to=buyer)

    await deliver(handler, sqlite_db)
    await try_again(handler, sqlite_db)

    assert texts(world, ana) == ["You said two"]
    assert handler.repeats == 0
    assert await pending(sqlite_db) == 0


async def test_message_nobody_could_send_is_a_dead_letter_and_the_next_goes_on(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, desk: PlainDesk
) -> None:
    inject(world, {"method": "sendMessage", "kind": "400", "times": 1})
    await say(sqlite_db, notice("one"), notice("two"), to=buyer)

    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["You said two"]
    assert await dead(sqlite_db) == ["Injected by the playground"]
    assert desk.told == []


async def test_message_is_given_up_after_a_day_of_trying(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    inject(world, {"method": "sendMessage", "kind": "500", "times": 1})
    await say(sqlite_db, notice("one"), notice("two"), to=buyer)

    await deliver(handler, sqlite_db, attempts=RETRY.attempts)

    assert texts(world, ana) == ["You said two"]
    assert len(await dead(sqlite_db)) == 1


async def test_mistake_of_ours_is_not_sent_for_ever(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumble(*_: object) -> list[Any]:
        raise KeyError("no such phrase")

    await say(sqlite_db, notice("one"), to=buyer)
    with monkeypatch.context() as patched:
        patched.setattr(handler._delivery, "deliver", stumble)
        await deliver(handler, sqlite_db, attempts=MISTAKES - 1)
        assert await pending(sqlite_db) == 1
        leased = await lease_now(sqlite_db)
        assert leased is not None
        await carry(handler, replace(leased, attempts=MISTAKES))

    assert await pending(sqlite_db) == 0
    assert await dead(sqlite_db) == ["KeyError: 'no such phrase'"]


async def test_group_that_moved_is_followed(
    handler: OutboxHandler, sqlite_db: Database, world: World, buyer: Person
) -> None:
    group = world.add_group("Operators", is_basic=True)
    moved = world.upgrade_group(group)
    async with sqlite_db.work() as work:
        await work.people.save(replace(buyer, address=group.id))
    await say(sqlite_db, notice("one"), to=buyer)

    await deliver(handler, sqlite_db)
    await deliver(handler, sqlite_db)

    assert [message["text"] for message in moved.messages.values() if "text" in message] == ["You said \u2068one\u2069"]


async def test_when_it_is_time_to_stop_the_rest_waits(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    stop = asyncio.Event()
    stop.set()
    await say(sqlite_db, notice("one"), notice("two"), to=buyer)
    [leased] = await sqlite_db.outbox.lease(1, 10, 60)

    await carry(handler, leased, stop=stop)

    assert texts(world, ana) == ["You said one"]
    assert len(await sqlite_db.outbox.lease(1, 10, 60)) == 1  # given back


async def test_messages_of_the_clock_are_no_different(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    due = Notice(lines=(Phrase("Until {at}", at=NOON),))
    await say(sqlite_db, due, to=buyer)

    await deliver(handler, sqlite_db)

    [message] = chat(world, ana)
    [entity] = message["entities"]
    assert (entity["type"], entity["unix_time"]) == ("date_time", int(NOON.timestamp()))


# --- handed over -----------------------------------------------------------------------------------------------


async def test_what_is_put_in_is_said_without_a_look_and_what_comes_meanwhile_goes_along(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    async with at_work(OutboxWorker(sqlite_db, handler)):
        for number in range(20):
            await say(sqlite_db, notice(str(number)), to=buyer)
            await asyncio.sleep(0)
        await until(lambda: len(texts(world, ana)) == 20)

    assert texts(world, ana) == [f"You said {number}" for number in range(20)]
    assert await pending(sqlite_db) == 0


async def test_what_others_left_behind_is_said_too(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    await say(sqlite_db, notice("one"), to=buyer)
    async with at_work(OutboxWorker(sqlite_db, handler)):
        await until(lambda: texts(world, ana) == ["You said one"])

    assert await pending(sqlite_db) == 0


async def test_more_than_can_be_said_at_once_is_said_as_soon_as_there_is_room(
    handler: OutboxHandler,
    sqlite_db: Database,
    world: World,
    ana: User,
    wei: User,
    buyer: Person,
    seller: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody tells of the second lane again, and the next look is far away."""
    monkeypatch.setattr(outbox, "WIDTH", 1)
    monkeypatch.setattr(Database, "patience", 600.0)
    for person in (buyer, seller):
        await say(sqlite_db, notice("one"), to=person)
    async with at_work(OutboxWorker(sqlite_db, handler)):
        await until(lambda: texts(world, ana) == ["You said one"] and len(texts(world, wei)) == 1)

    assert await pending(sqlite_db) == 0


async def test_what_was_handed_over_and_not_said_is_found_when_the_lease_is_over(
    sqlite_db: Database, buyer: Person
) -> None:
    handed: list[Any] = []
    with sqlite_db.taking_over("outbox", 0, handed.extend, lambda: None):
        await say(sqlite_db, notice("one"), to=buyer)

    [leased] = await sqlite_db.outbox.lease(1, 10, 60)

    assert [item.payload for item in leased.items] == [item.payload for item in handed[0].items]


async def test_what_another_process_puts_in_while_a_lane_is_given_back_is_said_at_once(
    handler: OutboxHandler,
    sqlite_db: Database,
    world: World,
    ana: User,
    buyer: Person,
    menus: Menus,
) -> None:
    menus.go.clear()
    async with at_work(OutboxWorker(sqlite_db, handler)):
        await say(sqlite_db, notice("one"), to=buyer)
        await until(lambda: menus.kept)  # the lane is given back, and we are not done with it
        async with Database(str(sqlite_db.url)) as another:
            await say(another, notice("two"), to=buyer)
        await asyncio.sleep(0.7)  # the worker has looked
        menus.go.set()
        await until(lambda: texts(world, ana) == ["You said one", "You said two"])

    assert await pending(sqlite_db) == 0


async def test_what_was_put_in_by_a_commit_whose_answer_was_lost_is_said_soon(
    handler: OutboxHandler,
    sqlite_db: Database,
    world: World,
    ana: User,
    buyer: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "YOUNG", 0.2)
    async with sqlite_db.serving(), at_work(OutboxWorker(sqlite_db, handler)):
        with losing_answers(sqlite_db), pytest.raises(TryAgain):
            await say(sqlite_db, notice("one"), to=buyer)
        await until(lambda: texts(world, ana) == ["You said one"])

    assert await pending(sqlite_db) == 0


async def test_what_is_answered_in_a_lane_under_way_keeps_its_slots(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    """Questions edited in place, one after the other, without a look at the database in between."""
    asked = Outgoing(to=buyer.id, body=question("0"), slot="question", placing=Placing.REPLACE)
    async with at_work(OutboxWorker(sqlite_db, handler)):
        for number in range(8):
            await say(sqlite_db, replace(asked, body=question(str(number))), to=buyer)
        await until(lambda: texts(world, ana) == ["You said 7"])

    async with sqlite_db.reading() as work:
        assert await work.posts.in_slot(ana.id, "question") == chat(world, ana)[0]["message_id"]
