"""Groups in the playground: who administers one, what the bot may do there, and what Telegram tells of it."""

import pytest
from telegram import Bot, ChatMemberAdministrator, ChatMemberMember
from telegram.error import BadRequest, Forbidden

from bot.playground import World

from .conftest import Sim

ANA, WEI = 1001, 1002


async def test_group_is_made_and_shown_with_its_administrators(bot: Bot, sim: Sim) -> None:
    made = await sim.post("/groups", title="The desk", administrators=[ANA], members=[WEI], is_forum=True)

    assert (made["members"], made["administrators"], made["is_forum"]) == ([ANA, WEI], [ANA], True)
    assert (await sim.get("/state"))["groups"] == [made]
    ana, wei = [await bot.get_chat_member(made["id"], user) for user in (ANA, WEI)]
    assert isinstance(ana, ChatMemberAdministrator)
    assert isinstance(wei, ChatMemberMember)


async def test_only_an_administrator_removes_the_bot_and_takes_it_in_again(bot: Bot, sim: Sim) -> None:
    group = (await sim.post("/groups", title="The desk", administrators=[ANA], members=[WEI]))["id"]
    status, _ = await sim.refused("POST", f"/users/{WEI}/bot", {"chat_id": group, "status": "kicked"})
    assert status == 403

    for status, topics in (("kicked", True), ("administrator", False)):
        told = await sim.post(f"/users/{ANA}/bot", chat_id=group, status=status, can_manage_topics=topics)
        assert told["bot_status"] == status
        if status == "kicked":
            with pytest.raises(Forbidden, match="kicked"):
                await bot.send_message(group, "Hello")

    left, back = await bot.get_updates(timeout=2, allowed_updates=["my_chat_member"])
    assert left.my_chat_member is not None
    assert left.my_chat_member.new_chat_member.status == "kicked"
    assert back.my_chat_member is not None
    we = back.my_chat_member.new_chat_member
    assert isinstance(we, ChatMemberAdministrator)
    assert we.can_manage_topics is False


async def test_topics_need_the_right_to_manage_them(bot: Bot, sim: Sim) -> None:
    forum = (await sim.post("/groups", title="Forum", administrators=[ANA], is_forum=True))["id"]
    await sim.post(f"/users/{ANA}/bot", chat_id=forum, status="administrator", can_manage_topics=False)

    with pytest.raises(BadRequest, match="rights"):
        await bot.create_forum_topic(forum, "A7K-Q2M")


async def test_what_answers_nothing_in_a_topic_seems_to_answer_what_opened_it(bot: Bot, sim: Sim) -> None:
    forum = (await sim.post("/groups", title="Forum", administrators=[ANA], is_forum=True))["id"]
    topic = await bot.create_forum_topic(forum, "A7K-Q2M")

    await sim.post(f"/users/{ANA}/send", text="hm", chat_id=forum, thread_id=topic.message_thread_id)

    (update,) = await bot.get_updates(timeout=2)
    assert update.message is not None
    assert update.message.reply_to_message is not None
    assert update.message.reply_to_message.forum_topic_created is not None


async def test_administrator_can_write_as_the_group(bot: Bot, sim: Sim) -> None:
    group = (await sim.post("/groups", title="The desk", administrators=[ANA], members=[WEI]))["id"]
    said = {"text": "/link", "chat_id": group, "is_anonymous": True}

    await sim.post(f"/users/{ANA}/send", **said)
    status, _ = await sim.refused("POST", f"/users/{WEI}/send", said)

    assert status == 400
    (update,) = await bot.get_updates(timeout=2)
    assert update.message is not None
    assert update.message.sender_chat is not None
    assert (update.message.sender_chat.id, update.message.from_user and update.message.from_user.username) == (
        group,
        "GroupAnonymousBot",
    )


async def test_basic_group_is_upgraded_once(bot: Bot, sim: Sim, world: World) -> None:
    basic = (await sim.post("/groups", title="Small", administrators=[ANA], members=[WEI], is_basic=True))["id"]
    status, _ = await sim.refused("POST", f"/users/{WEI}/upgrade", {"chat_id": basic})
    assert status == 403

    upgraded = await sim.post(f"/users/{ANA}/upgrade", chat_id=basic)

    assert (world.chats[basic].migrated_to, upgraded["administrators"]) == (upgraded["id"], [ANA])
    status, _ = await sim.refused("POST", f"/users/{ANA}/upgrade", {"chat_id": basic})
    assert status == 403


async def test_group_has_commands_of_its_own(bot: Bot, sim: Sim, world: World) -> None:
    group = (await sim.post("/groups", title="The desk", administrators=[ANA]))["id"]
    assert (await sim.get(f"/chats/{group}/commands"))["commands"] == []
    world.profile.commands[("chat", group, 0), ""] = [{"command": "cases", "description": "All your cases"}]
    assert (await sim.get(f"/chats/{group}/commands"))["commands"] == [
        {"command": "cases", "description": "All your cases"}
    ]
    status, _ = await sim.refused("GET", "/chats/-1/commands")
    assert status == 404
