"""Where in the chat something goes, against the playground: into its slot, to the bottom, in as many parts as it takes."""

from dataclasses import replace

import pytest

from bot.messenger import DeliveryError, Place
from bot.playground import World
from bot.playground.people import User
from bot.screens import Screen
from bot.telegram.sender import TelegramMessenger
from bot.workers.outbox import OutboxHandler
from bot.workers.saying import SCREENFUL
from conversations.messages import Body, Outgoing, Person, Placing
from storage.database import Database

from .deliveries import BUTTONS, card, carry, chat, deliver, notice, pending, question, say, texts, try_again


def live(words: str, buyer: Person) -> Outgoing:
    """A card as it changes in its place."""
    body = replace(card(words), choices=BUTTONS)
    return Outgoing(to=buyer.id, body=body, slot="card:A7KQ2M", placing=Placing.REPLACE)


def cards(world: World, user: User) -> list[tuple[int, str, bool]]:
    """Where in the chat which cards are, and whether they have buttons."""
    found = [
        (i, message["text"].split("\n")[0], "reply_markup" in message) for i, message in enumerate(chat(world, user))
    ]
    return [(i, words[len("You said \u2068") : -1], has) for i, words, has in found if words.endswith("!\u2069")]


async def test_question_is_edited_in_place_and_sent_anew_when_it_is_gone(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    def asked(words: str) -> Outgoing:
        return Outgoing(to=buyer.id, body=question(words), slot="question", placing=Placing.REPLACE, ref="A")

    for words in ("one", "two"):
        await say(sqlite_db, asked(words), to=buyer)
        await deliver(handler, sqlite_db)
    [message] = chat(world, ana)

    assert texts(world, ana) == ["You said two"]

    world.remove(world.chats[ana.id], message["message_id"])
    await say(sqlite_db, asked("three"), to=buyer)
    await deliver(handler, sqlite_db)
    await say(sqlite_db, asked("four"), to=buyer)
    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["You said four"]
    async with sqlite_db.reading() as work:
        assert await work.posts.case_of(ana.id, chat(world, ana)[0]["message_id"]) == "A"


async def test_card_is_shown_anew_at_the_bottom_when_more_than_a_screenful_came_after_it(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    async def told(*bodies: Body | Outgoing) -> None:
        await say(sqlite_db, *bodies, to=buyer)
        while await pending(sqlite_db):
            await deliver(handler, sqlite_db)

    await told(live("one!", buyer), *(notice(str(n)) for n in range(SCREENFUL - 1)))
    await told(live("two!", buyer))
    assert cards(world, ana) == [(0, "two!", True)]

    await told(notice("last"), live("three!", buyer))
    assert cards(world, ana) == [(0, "two!", False), (SCREENFUL + 1, "three!", True)]

    await told(live("four!", buyer))
    assert cards(world, ana) == [(0, "two!", False), (SCREENFUL + 1, "four!", True)]
    async with sqlite_db.reading() as work:
        assert await work.posts.in_slot(ana.id, "card:A7KQ2M") == chat(world, ana)[-1]["message_id"]


async def test_what_was_sent_in_the_same_turn_counts_before_it_is_written_down(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    asked = replace(live("two!", buyer), body=card("two!"))
    await say(sqlite_db, replace(asked, body=card("one!"), placing=Placing.BELOW), to=buyer)
    await say(sqlite_db, *(notice(str(n)) for n in range(SCREENFUL)), to=buyer)
    await say(sqlite_db, asked, to=buyer)

    [leased] = await sqlite_db.outbox.lease(1, 2 * SCREENFUL, 60)
    await carry(handler, leased)

    assert [i for i, _, _ in cards(world, ana)] == [0, SCREENFUL + 1]


async def test_question_stays_where_it_is_however_much_came_after_it(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    asked = Outgoing(to=buyer.id, body=question("one!"), slot="question", placing=Placing.REPLACE)
    await say(sqlite_db, asked, *(notice(str(n)) for n in range(SCREENFUL)), to=buyer)
    await say(sqlite_db, replace(asked, body=question("two!")), to=buyer)

    while await pending(sqlite_db):
        await deliver(handler, sqlite_db)

    assert cards(world, ana) == [(0, "two!", True)]


async def test_message_at_the_bottom_takes_the_buttons_along(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    for words in ("one", "two"):
        below = Outgoing(to=buyer.id, body=question(words), slot="question", placing=Placing.BELOW)
        await say(sqlite_db, below, to=buyer)
        await deliver(handler, sqlite_db)

    assert [("reply_markup" in message) for message in chat(world, ana)] == [False, True]
    async with sqlite_db.reading() as work:
        assert await work.posts.in_slot(ana.id, "question") == chat(world, ana)[-1]["message_id"]


async def test_notice_is_the_last_word_in_its_slot(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    asked = Outgoing(to=buyer.id, body=question("one"), slot="question", placing=Placing.REPLACE)

    for body in (question("one"), notice("two"), question("three")):
        await say(sqlite_db, replace(asked, body=body), to=buyer)
    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["You said two", "You said three"]


async def test_notice_that_stays_gives_way_to_the_next_in_its_slot(
    handler: OutboxHandler, sqlite_db: Database, world: World, wei: User, seller: Person
) -> None:
    for words in ("one", "two"):
        body = replace(notice(words), stays=True)
        await say(sqlite_db, Outgoing(to=seller.id, body=body, slot="album:7", placing=Placing.REPLACE), to=seller)
        await deliver(handler, sqlite_db)

    assert len(chat(world, wei)) == 1 and "two" in texts(world, wei)[0]


async def test_long_text_goes_on_behind_the_part_that_was_sent(
    handler: OutboxHandler,
    sqlite_db: Database,
    messenger: TelegramMessenger,
    world: World,
    ana: User,
    buyer: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Even in another process: what goes on has only the database to tell it what was sent."""
    send = messenger.send

    async def once(place: Place, screen: Screen, *, answers: int | None = None) -> tuple[int, ...]:
        if chat(world, ana):
            raise DeliveryError("the line is down")
        return await send(place, screen, answers=answers)

    await say(sqlite_db, notice("first " * 900 + "last"), to=buyer)
    with monkeypatch.context() as patched:
        patched.setattr(messenger, "send", once)
        await deliver(handler, sqlite_db)
    assert await pending(sqlite_db) == 1 and len(chat(world, ana)) == 1
    leased = await try_again(handler, sqlite_db)

    assert len(chat(world, ana)) == 2
    assert " ".join(texts(world, ana)).count("first") == 900
    assert await pending(sqlite_db) == 0
    async with sqlite_db.reading() as work:
        assert await work.posts.in_slot(ana.id, f"part:{leased.items[0].id}:0") is None
