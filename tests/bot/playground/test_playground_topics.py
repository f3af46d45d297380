"""Groups and forum topics, in forums and in private chats."""

from typing import Any

import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.playground import World
from bot.playground.people import Chat

from .conftest import Sim


@pytest.fixture
def forum(world: World) -> Chat:
    return world.add_group("Arbitration", members=(world.users[1002],), is_forum=True)


async def test_topic_lives_and_ends(bot: Bot, sim: Sim, forum: Chat) -> None:
    topic = await bot.create_forum_topic(forum.id, "Case A7K-Q2M")
    sent = await bot.send_message(forum.id, "New case", message_thread_id=topic.message_thread_id)

    assert (topic.name, sent.is_topic_message, sent.message_thread_id) == (
        "Case A7K-Q2M",
        True,
        topic.message_thread_id,
    )
    assert await bot.edit_forum_topic(forum.id, topic.message_thread_id, name="A7K-Q2M: ruled")
    assert await bot.close_forum_topic(forum.id, topic.message_thread_id)
    assert await bot.reopen_forum_topic(forum.id, topic.message_thread_id)
    with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
        await bot.reopen_forum_topic(forum.id, topic.message_thread_id)
    assert await bot.delete_forum_topic(forum.id, topic.message_thread_id)
    for gone in (topic.message_thread_id, 1):
        with pytest.raises(BadRequest, match="Message thread not found"):
            await bot.send_message(forum.id, "x", message_thread_id=gone)
    with pytest.raises(BadRequest, match=r"(?i)topic_id_invalid"):
        await bot.edit_forum_topic(forum.id, topic.message_thread_id, name="x")
    assert (await sim.get(f"/chats/{forum.id}/messages"))["messages"] == []


async def test_member_speaks_in_a_topic(bot: Bot, sim: Sim, forum: Chat) -> None:
    topic = await bot.create_forum_topic(forum.id, "Case")

    await sim.post("/users/1002/send", text="/take A7K", chat_id=forum.id, thread_id=topic.message_thread_id)

    (update,) = await bot.get_updates(timeout=2)
    assert update.message is not None
    assert (update.message.chat.id, update.message.chat.is_forum, update.message.message_thread_id) == (
        forum.id,
        True,
        topic.message_thread_id,
    )


async def test_nobody_but_administrators_speaks_in_a_closed_topic(bot: Bot, sim: Sim, forum: Chat) -> None:
    thread = (await bot.create_forum_topic(forum.id, "Case")).message_thread_id
    await bot.close_forum_topic(forum.id, thread)

    body = {"text": "hello?", "chat_id": forum.id, "thread_id": thread}
    assert (await sim.refused("POST", "/users/1002/send", body))[1]["error"] == "the topic is closed"
    assert await bot.send_message(forum.id, "x", message_thread_id=thread)
    forum.bot_status = "member"
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(forum.id, "x", message_thread_id=thread)


async def test_button_in_a_group_is_pressed_by_a_member_only(bot: Bot, sim: Sim, forum: Chat) -> None:
    keyboard: dict[str, Any] = {"inline_keyboard": [[{"text": "Take", "callback_data": "take"}]]}
    sent = await bot.do_api_request(
        "sendMessage", api_kwargs={"chat_id": forum.id, "text": "x", "reply_markup": keyboard}
    )
    body = {"message_id": sent["message_id"], "data": "take", "chat_id": forum.id}

    await sim.post("/users/1002/press", **body)

    (update,) = await bot.get_updates(timeout=2)
    assert update.callback_query is not None
    assert (await sim.refused("POST", "/users/1001/press", body))[0] == 404


async def test_topics_in_private_chats_are_a_switch(bot: Bot, ana: int, world: World, sim: Sim) -> None:
    with pytest.raises(BadRequest, match="The chat is not a forum"):
        await bot.create_forum_topic(ana, "Case")

    world.topics_in_private = True

    assert (await bot.get_me()).has_topics_enabled is True
    thread = (await bot.create_forum_topic(ana, "Case")).message_thread_id
    answer = await sim.post(f"/users/{ana}/send", text="hello", thread_id=thread)
    assert answer["messages"][0]["message_thread_id"] == thread
    with pytest.raises(BadRequest, match="The chat is not a supergroup forum"):
        await bot.close_forum_topic(ana, thread)

    assert await sim.post("/topics", is_on=False) == {"has_topics": False}

    assert (await bot.get_me()).has_topics_enabled is False
    assert (await sim.get(f"/users/{ana}/messages"))["topics"] == []
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(ana, "x", message_thread_id=thread)
    assert (await sim.refused("POST", f"/users/{ana}/send", {"text": "x", "thread_id": thread}))[0] == 404
    assert (await sim.refused("POST", f"/users/{ana}/topics", {"name": "Mine"}))[1]["error"] == "the chat has no topics"


async def test_people_make_topics_of_their_own_and_delete_any(bot: Bot, ana: int, world: World, sim: Sim) -> None:
    world.topics_in_private = True
    thread = (await bot.create_forum_topic(ana, "Case")).message_thread_id
    await bot.send_message(ana, "inside", message_thread_id=thread)

    mine = (await sim.post(f"/users/{ana}/topics", name="Mine"))["message_thread_id"]

    assert (await sim.get(f"/users/{ana}/messages"))["topics"] == [
        {"thread_id": thread, "name": "Case", "is_closed": False},
        {"thread_id": mine, "name": "Mine", "is_closed": False},
    ]
    [told] = [u.message for u in await bot.get_updates(timeout=2) if u.message and u.message.forum_topic_created]
    assert (told.message_thread_id, told.forum_topic_created.name) == (mine, "Mine")
    assert (await sim.refused("POST", f"/users/{ana}/topics", {"name": " "}))[0] == 400

    await sim._json("DELETE", f"/users/{ana}/topics/{thread}")

    assert [each.get("message_thread_id") for each in world.chats[ana].messages.values()] == [None, mine]
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(ana, "x", message_thread_id=thread)
    assert (await sim.refused("DELETE", f"/users/{ana}/topics/{thread}"))[0] == 404


async def test_group_that_becomes_a_supergroup_names_its_new_id(bot: Bot, world: World) -> None:
    group = world.add_group("Sellers", is_basic=True)
    assert await bot.send_message(group.id, "before")

    upgraded = world.upgrade_group(group)

    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(group.id, "x")
    assert caught.value.new_chat_id == upgraded.id
    assert await bot.send_message(upgraded.id, "after")
    told = [u.message.migrate_to_chat_id for u in await bot.get_updates(timeout=2) if u.message]
    assert told == [upgraded.id, None]


async def test_bot_outside_a_group_may_not_write(bot: Bot, forum: Chat) -> None:
    forum.bot_status = "kicked"
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(forum.id, "x")
    forum.bot_status = "left"
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(forum.id, "x")


async def test_membership_lookups_in_a_group(bot: Bot, forum: Chat, world: World) -> None:
    assert (await bot.get_chat_member(forum.id, world.bot_id)).status == "administrator"
    assert (await bot.get_chat_member(forum.id, 1002)).status == "member"
    assert (await bot.get_chat_member(forum.id, 1001)).status == "left"
    assert (await bot.get_chat(forum.id)).is_forum is True
