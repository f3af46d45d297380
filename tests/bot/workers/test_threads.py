"""Cases in topics of their own, by the outbox against the playground: opened, found again, closed, deleted, switched off."""

from dataclasses import replace
from typing import Any

import pytest

from bot.messenger import DeliveryError, Place
from bot.playground import World, acting
from bot.playground.people import User
from bot.screens import Screen
from bot.telegram.sender import TelegramMessenger
from bot.workers.outbox import OutboxHandler
from bot.workers.pace import UNLIMITED, Pace
from bot.workers.saying import SCREENFUL
from bot.workers.threads import LOOK_AGAIN, Threads
from conversations.cases.case import Case
from conversations.messages import Mark, Outgoing, Person, Receipt
from storage.database import Database
from storage.errors import TryAgain
from storage.threads import SqlThreads, Thread

from .deliveries import inject
from .topics import ISOLATES, NAME, REF, MakeCase, about, asked, card, deliver, notice, shown


async def test_what_is_about_a_case_is_in_its_topic_and_all_else_outside(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, case: Case
) -> None:
    hello = replace(about(notice("hello")), ref="")

    await deliver(handler, sqlite_db, buyer, hello, about(card("one")), about(notice("two")), hello)
    await deliver(handler, sqlite_db, buyer, about(card("three")))

    chat = world.chats[ana.id]
    [thread] = chat.topics
    assert shown(chat) == [
        (None, "You said hello"),
        (thread, f"created: {NAME}"),
        (thread, "You said three [Yes]"),
        (thread, "You said two"),
        (None, "You said hello"),
    ]
    assert (asked(world, "getMe"), asked(world, "createForumTopic")) == (1, 1)
    async with sqlite_db.reading() as work:
        assert await work.threads.of(ana.id, REF) == Thread(number=thread, name=NAME, holds_card=True)


async def test_each_case_has_one_of_its_own(
    handler: OutboxHandler,
    sqlite_db: Database,
    world: World,
    ana: User,
    wei: User,
    buyer: Person,
    seller: Person,
    case: Case,
    a_case: MakeCase,
) -> None:
    await a_case("B2BB2B")

    said = (about(notice("a")), about(notice("b"), ref="B2BB2B"), about(notice("c")))
    await deliver(handler, sqlite_db, buyer, *said)
    await deliver(handler, sqlite_db, seller, *said)

    for user in (ana, wei):
        assert [topic.name for topic in world.chats[user.id].topics.values()] == [NAME, "B2B-B2B · Lamp"]


async def test_what_is_no_case_yet_has_no_topic(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, case: Case
) -> None:
    await deliver(handler, sqlite_db, buyer, about(notice("a"), ref="N0SUCH"))

    assert shown(world.chats[ana.id]) == [(None, "You said a")]


async def test_chat_without_topics_stays_as_it_is(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, case: Case
) -> None:
    world.topics_in_private = False

    await deliver(handler, sqlite_db, buyer, about(card("one")), replace(about(notice("two")), thread=77))

    assert shown(world.chats[ana.id]) == [(None, "You said one [Yes]"), (None, "You said two")]
    assert (asked(world, "getMe"), asked(world, "createForumTopic")) == (1, 0)


async def test_card_moves_into_the_topic_when_topics_are_switched_on(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, case: Case
) -> None:
    world.topics_in_private = False
    await deliver(handler, sqlite_db, buyer, about(card("one")))
    world.topics_in_private = True
    handler._delivery._threads._known.clear()  # a minute has passed

    await deliver(handler, sqlite_db, buyer, about(notice("two")))
    await deliver(handler, sqlite_db, buyer, about(card("three")))
    await deliver(handler, sqlite_db, buyer, about(card("four")))

    chat = world.chats[ana.id]
    [thread] = chat.topics
    assert shown(chat) == [
        (None, "You said one"),  # its buttons went with the card
        (thread, f"created: {NAME}"),
        (thread, "You said two"),
        (thread, "You said four [Yes]"),
    ]


async def test_deleted_topic_is_opened_anew_once_with_the_card_in_it(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, case: Case
) -> None:
    await deliver(handler, sqlite_db, buyer, about(card("one")))
    chat = world.chats[ana.id]
    acting.delete_topic(world, ana, next(iter(chat.topics)))

    await deliver(handler, sqlite_db, buyer, about(notice("two")), about(card("three")), about(notice("four")))

    [thread] = chat.topics
    assert shown(chat) == [
        (thread, f"created: {NAME}"),
        (thread, "You said two"),
        (thread, "You said three [Yes]"),
        (thread, "You said four"),
    ]
    assert await sqlite_db.outbox.dead() == []


async def test_long_text_is_whole_in_the_new_topic_when_the_old_one_goes_while_it_is_sent(
    handler: OutboxHandler,
    sqlite_db: Database,
    messenger: TelegramMessenger,
    world: World,
    ana: User,
    buyer: Person,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send, chat, long = messenger.send, world.chats[ana.id], "first " * 900 + "last"

    async def once(place: Place, screen: Screen, *, answers: int | None = None) -> tuple[int, ...]:
        sent = await send(place, screen, answers=answers)
        if asked(world, "sendMessage") == 1:  # the first part is there
            acting.delete_topic(world, ana, place.thread)
        return sent

    monkeypatch.setattr(messenger, "send", once)
    await deliver(handler, sqlite_db, buyer, about(notice(long)))

    [thread] = chat.topics
    _, *parts = chat.messages.values()
    assert {part["message_thread_id"] for part in parts} == {thread} and len(parts) == 2
    assert "".join(part["text"] for part in parts).translate(ISOLATES).count("first") == 900


async def test_topics_switched_off_leave_all_outside(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, case: Case
) -> None:
    await deliver(handler, sqlite_db, buyer, about(card("one")))
    world.switch_topics(False)  # and it takes us a while to look again

    await deliver(handler, sqlite_db, buyer, about(notice("two")), about(notice("three")))

    chat = world.chats[ana.id]
    assert shown(chat)[2:] == [(None, "You said two"), (None, "You said three")]
    assert asked(world, "createForumTopic") == 2
    assert await sqlite_db.outbox.dead() == []


async def test_topic_that_cannot_be_opened_keeps_nothing_back(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, case: Case
) -> None:
    inject(
        world, {"kind": "400", "method": "createForumTopic", "description": "Bad Request: TOPICS_TOO_MUCH", "times": 1}
    )

    await deliver(handler, sqlite_db, buyer, about(notice("one")))
    await deliver(handler, sqlite_db, buyer, about(notice("two")))

    [thread] = world.chats[ana.id].topics
    assert shown(world.chats[ana.id]) == [
        (None, "You said one"),
        (thread, f"created: {NAME}"),
        (thread, "You said two"),
    ]


async def test_answer_goes_where_the_person_is_and_reaches_into_no_other_topic(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, case: Case
) -> None:
    mine = acting.open_topic(world, ana, "Mine").thread_id
    asked = acting.send_text(world, ana, "where is it?", thread_id=mine)["message_id"]
    here = Outgoing(to=0, body=notice("here"), thread=mine, answers=asked)
    chat = world.chats[ana.id]

    await deliver(handler, sqlite_db, buyer, here, replace(here, body=notice("there"), ref=REF))

    thread = max(chat.topics)
    assert shown(chat)[-3:] == [(mine, "You said here"), (thread, f"created: {NAME}"), (thread, "You said there")]
    *_, one, _, two = chat.messages.values()
    assert [each.get("reply_to_message", {}).get("message_id") for each in (one, two)] == [asked, None]

    acting.delete_topic(world, ana, mine)
    await deliver(handler, sqlite_db, buyer, here)
    assert shown(chat)[-1] == (None, "You said here")


async def test_card_is_buried_only_by_what_is_in_its_topic(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, case: Case
) -> None:
    hello = replace(about(notice("hello")), ref="")
    await deliver(handler, sqlite_db, buyer, about(card("one")), *[hello] * SCREENFUL)
    await deliver(handler, sqlite_db, buyer, about(card("two")))
    chat = world.chats[ana.id]
    assert shown(chat)[1][1] == "You said two [Yes]"

    await deliver(handler, sqlite_db, buyer, *[about(notice("news"))] * SCREENFUL)
    await deliver(handler, sqlite_db, buyer, about(card("three")))

    assert (shown(chat)[1][1], shown(chat)[-1][1]) == ("You said two", "You said three [Yes]")


async def test_whoever_waits_for_an_answer_does_not_wait_for_topics(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, case: Case
) -> None:
    message = acting.send_text(world, ana, "hello")["message_id"]

    await deliver(handler, sqlite_db, buyer, about(Receipt(message=message, mark=Mark.TAKEN)))

    assert (asked(world, "getMe"), asked(world, "setMessageReaction")) == (0, 1)


class Ticking:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_whether_there_are_topics_is_asked_once_a_minute(
    sqlite_db: Database, messenger: TelegramMessenger, world: World, ana: User, buyer: Person, case: Case
) -> None:
    clock = Ticking()
    threads = Threads(sqlite_db, messenger, Pace(UNLIMITED), clock=clock)
    inject(world, {"kind": "500", "method": "getMe", "times": 1})
    with pytest.raises(DeliveryError):  # nothing is known yet: better later than in the wrong place
        await threads.place(buyer, about(notice("x")))

    place = await threads.place(buyer, about(notice("x")))
    world.topics_in_private = False
    clock.now += LOOK_AGAIN - 1
    assert await threads.place(buyer, about(notice("x"))) == place
    assert asked(world, "getMe") == 2
    inject(world, {"kind": "500", "method": "getMe", "times": 1})
    clock.now += 2
    assert await threads.place(buyer, about(notice("x"))) == place  # as it was known last
    clock.now += LOOK_AGAIN
    assert await threads.place(buyer, about(notice("x"))) == Place(ana.id)


async def test_not_knowing_where_the_card_is_holds_nothing_up(
    handler: OutboxHandler,
    sqlite_db: Database,
    world: World,
    ana: User,
    buyer: Person,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await deliver(handler, sqlite_db, buyer, about(notice("one")))

    async def keep(*args: Any) -> None:
        raise TryAgain("away")

    with monkeypatch.context() as patched:
        patched.setattr(SqlThreads, "keep", keep)
        await deliver(handler, sqlite_db, buyer, about(card("two")))
    await deliver(handler, sqlite_db, buyer, about(card("three")))

    assert [text for _, text in shown(world.chats[ana.id])][2:] == ["You said two", "You said three [Yes]"]
