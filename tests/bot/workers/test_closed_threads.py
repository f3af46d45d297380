"""Topics that are closed: at the end of a case, by somebody else, or not at all; against the playground."""

import asyncio
from dataclasses import replace

from bot.playground import World
from bot.playground.people import Chat, User
from bot.workers.outbox import OutboxHandler
from conversations.cases.case import Case
from conversations.cases.roles import Role
from conversations.messages import Outgoing, Person, Placing, Question, Room, card_slot
from conversations.phrase import Phrase
from storage.database import Database

from .conftest import NOON, PlainDesk
from .deliveries import inject
from .topics import ISOLATES, NAME, REF, about, asked, card, deliver, notice, shown

TOPIC_CLOSED = {"kind": "400", "method": "sendMessage", "description": "Bad Request: TOPIC_CLOSED"}


async def test_topic_of_an_ended_case_says_so_until_the_case_goes_on(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, case: Case
) -> None:
    rating = Question(prompt=Phrase("How satisfied are you?"))
    await deliver(handler, sqlite_db, buyer, about(card("one")))

    await deliver(handler, sqlite_db, buyer, about(card("over", is_over=True)), about(notice("all done")))
    await deliver(handler, sqlite_db, buyer, about(rating), about(card("still over", is_over=True)))

    [topic] = world.chats[ana.id].topics.values()
    assert topic.name.translate(ISOLATES) == f"Closed · {NAME}"
    assert asked(world, "editForumTopic") == 1

    await deliver(handler, sqlite_db, buyer, about(card("again")))
    assert topic.name == NAME
    gone = replace(about(notice("no longer yours")), slot=card_slot(REF))
    await deliver(handler, sqlite_db, buyer, gone)
    assert topic.name.translate(ISOLATES) == f"Closed · {NAME}"


async def test_topic_of_a_forum_is_closed_and_opened_for_whoever_is_asked(
    handler: OutboxHandler, sqlite_db: Database, world: World, forum: tuple[Chat, Person]
) -> None:
    chat, group = forum
    await deliver(handler, sqlite_db, group, about(card("one")))
    [topic] = chat.topics.values()

    await deliver(handler, sqlite_db, group, about(card("over", is_over=True)), about(notice("all done")))
    assert (topic.is_closed, topic.name) == (True, NAME)
    await deliver(handler, sqlite_db, group, about(Question(prompt=Phrase("What do you answer?"))))
    assert topic.is_closed is False
    await deliver(handler, sqlite_db, group, about(card("over now", is_over=True)))
    assert topic.is_closed is True


async def test_topic_that_somebody_else_closed_is_reopened_or_left(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, forum: tuple[Chat, Person]
) -> None:
    chat, group = forum
    await deliver(handler, sqlite_db, group, about(notice("one")))
    [topic] = chat.topics.values()
    closed = TOPIC_CLOSED | {"times": 1}

    inject(world, closed)
    topic.is_closed = True
    await deliver(handler, sqlite_db, group, about(notice("two")))
    assert topic.is_closed is False

    refused = {"kind": "400", "method": "reopenForumTopic", "description": "Bad Request: not enough rights"}
    inject(world, closed, refused)
    await deliver(handler, sqlite_db, group, about(notice("three")))
    assert shown(chat)[-1] == (None, "You said three")
    theirs = world.open_topic(chat, ana.as_api(), "Theirs", 0).thread_id
    inject(world, closed)
    await deliver(handler, sqlite_db, group, Outgoing(to=0, body=notice("four"), thread=theirs))
    assert shown(chat)[-1] == (None, "You said four")


async def test_topic_that_was_reopened_for_a_late_word_is_closed_again_with_the_next_card(
    handler: OutboxHandler, sqlite_db: Database, world: World, forum: tuple[Chat, Person]
) -> None:
    chat, group = forum
    await deliver(handler, sqlite_db, group, about(card("over", is_over=True)))
    [topic] = chat.topics.values()
    inject(world, TOPIC_CLOSED | {"times": 1})

    await deliver(handler, sqlite_db, group, about(notice("late")))
    assert topic.is_closed is False
    await deliver(handler, sqlite_db, group, about(card("over, and rated", is_over=True)))
    assert topic.is_closed is True


async def test_where_we_may_write_neither_in_topics_nor_outside_no_word_about_a_case_gets_lost(
    handler: OutboxHandler, sqlite_db: Database, world: World, desk: PlainDesk, forum: tuple[Chat, Person]
) -> None:
    """The group's General topic is closed, and topics of our own are not ours to make."""
    chat, group = forum
    chat.may_manage_topics = False
    async with sqlite_db.work() as work:
        await work.rooms.keep(
            group.id, Room(role=Role.SELLER, store="Acme", linked_by=group.id, linked_at=NOON, confirmed_at=NOON)
        )
    inject(world, TOPIC_CLOSED)

    await deliver(handler, sqlite_db, group, Outgoing(to=0, body=notice("about nothing")))
    assert desk.told == []
    assert [letter.reason for letter in await sqlite_db.outbox.dead()] == ["Topic_closed"]
    await deliver(handler, sqlite_db, group, about(notice("one")))

    assert desk.told == [group.id]
    assert [[out.body for out in given] for _, given in desk.forwarded] == [[notice("one")]]
    assert len(await sqlite_db.outbox.dead()) == 1


async def test_topic_that_we_may_not_close_stays_open(
    handler: OutboxHandler, sqlite_db: Database, world: World, forum: tuple[Chat, Person]
) -> None:
    chat, group = forum
    await deliver(handler, sqlite_db, group, about(card("one")))
    inject(world, {"kind": "400", "method": "closeForumTopic", "description": "Bad Request: not enough rights"})

    await deliver(handler, sqlite_db, group, about(card("over", is_over=True)))

    assert shown(chat)[-1][1] == "You said over [Yes]"
    assert await sqlite_db.outbox.dead() == []


async def test_closing_that_fails_is_tried_again_and_nothing_is_said_twice(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, case: Case
) -> None:
    await deliver(handler, sqlite_db, buyer, about(card("one")))
    inject(world, {"kind": "500", "method": "editForumTopic", "times": 1})
    below = about(card("over", is_over=True), placing=Placing.BELOW)

    await deliver(handler, sqlite_db, buyer, below)
    assert [text for _, text in shown(world.chats[ana.id])] == [f"created: {NAME}", "You said one [Yes]"]
    await asyncio.sleep(0.6)
    await deliver(handler, sqlite_db, buyer)

    assert [text for _, text in shown(world.chats[ana.id])] == [
        f"created: {NAME}",
        "You said one",
        f"edited: Closed · {NAME}",
        "You said over [Yes]",
    ]
