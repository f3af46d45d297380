"""Talking to and fro: start, text, buttons, edits, replies, blocks, through the real python-telegram-bot."""

import pytest
from telegram import (
    Bot,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MessageEntity,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden

from .conftest import Clock, Raw, Sim

NOT_MODIFIED = (
    "Message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
KEYBOARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Approve", callback_data="1:approve:A7K", api_kwargs={"style": "success"})],
        [InlineKeyboardButton("Terms", url="https://example.org/terms")],
        [InlineKeyboardButton("Copy", copy_text=CopyTextButton("A7K-Q2M"))],
    ]
)


async def test_start_arrives_as_update_with_command_entity(bot: Bot, sim: Sim) -> None:
    await sim.post("/users/1001/start", payload="order-17")

    (update,) = await bot.get_updates(timeout=2)

    assert update.message is not None
    assert update.message.text == "/start order-17"
    assert update.message.entities == (MessageEntity("bot_command", 0, 6),)
    assert update.message.from_user is not None
    assert update.message.from_user.language_code == "es"
    assert update.message.chat.type == "private"


async def test_message_reaches_the_user_as_the_bot_sent_it(bot: Bot, sim: Sim, ana: int, clock: Clock) -> None:
    sent = await bot.send_message(
        ana,
        "Due soon",
        entities=[MessageEntity("bold", 0, 3)],
        reply_markup=KEYBOARD,
        protect_content=True,
    )

    shown = (await sim.messages(ana))[-1]

    assert shown == {
        "message_id": sent.message_id,
        "from": {
            "id": 7000000001,
            "is_bot": True,
            "first_name": "Aftersales desk",
            "username": "AftersalesDemoBot",
        },
        "chat": {"id": 1001, "type": "private", "first_name": "Ana", "username": "ana"},
        "date": int(clock.now.timestamp()),
        "text": "Due soon",
        "entities": [{"type": "bold", "offset": 0, "length": 3}],
        "has_protected_content": True,
        "reply_markup": {
            "inline_keyboard": [
                [{"text": "Approve", "callback_data": "1:approve:A7K", "style": "success"}],
                [{"text": "Terms", "url": "https://example.org/terms"}],
                [{"text": "Copy", "copy_text": {"text": "A7K-Q2M"}}],
            ]
        },
    }
    assert sent.has_protected_content is True
    assert sent.date == clock.now


async def test_date_time_entity_is_kept(bot: Bot, ana: int) -> None:
    entity = MessageEntity("date_time", 3, 8, unix_time=1772366400, date_time_format="wDT")

    sent = await bot.send_message(ana, "by tomorrow", entities=[entity])

    assert sent.entities == (entity,)


async def test_press_and_answer(bot: Bot, sim: Sim, ana: int) -> None:
    sent = await bot.send_message(ana, "Well?", reply_markup=KEYBOARD)
    pressed = await sim.post(f"/users/{ana}/press", message_id=sent.message_id, data="1:approve:A7K")

    *_, update = await bot.get_updates(timeout=2)

    query = update.callback_query
    assert query is not None
    assert (query.id, query.data, query.from_user.id) == (pressed["callback_query_id"], "1:approve:A7K", ana)
    assert query.message == sent
    assert await query.answer("Approved", show_alert=True)


async def test_answering_twice_or_a_made_up_query_is_refused(bot: Bot, sim: Sim, ana: int) -> None:
    sent = await bot.send_message(ana, "Well?", reply_markup=KEYBOARD)
    pressed = await sim.post(f"/users/{ana}/press", message_id=sent.message_id, row=0, column=0)
    await bot.answer_callback_query(pressed["callback_query_id"])

    for callback_query_id in (pressed["callback_query_id"], "12345"):
        with pytest.raises(BadRequest, match="Query is too old and response timeout expired"):
            await bot.answer_callback_query(callback_query_id)


@pytest.mark.parametrize("button", [{"data": "other"}, {"row": 5, "column": 0}, {"row": 1, "column": 0}, {}])
async def test_only_a_button_on_the_message_can_be_pressed(
    bot: Bot, sim: Sim, ana: int, button: dict[str, object]
) -> None:
    sent = await bot.send_message(ana, "Well?", reply_markup=KEYBOARD)

    status, body = await sim.refused("POST", f"/users/{ana}/press", {"message_id": sent.message_id, **button})

    assert status == 400
    assert "button" in body["error"]


async def test_edit_replaces_text_and_takes_keyboard_away(bot: Bot, sim: Sim, ana: int) -> None:
    sent = await bot.send_message(ana, "Well?", reply_markup=KEYBOARD)

    edited = await bot.edit_message_text("Approved.", ana, sent.message_id)

    shown = (await sim.messages(ana))[-1]
    assert (shown["message_id"], shown["text"]) == (sent.message_id, "Approved.")
    assert "reply_markup" not in shown
    assert edited.edit_date is not None  # type: ignore[union-attr]


async def test_edit_to_the_same_is_not_modified(bot: Bot, ana: int) -> None:
    sent = await bot.send_message(ana, "Well?", reply_markup=KEYBOARD)

    with pytest.raises(BadRequest) as caught:
        await bot.edit_message_text("Well?", ana, sent.message_id, reply_markup=KEYBOARD)
    assert caught.value.message == NOT_MODIFIED
    with pytest.raises(BadRequest) as caught:
        await bot.edit_message_reply_markup(ana, sent.message_id, reply_markup=KEYBOARD)
    assert caught.value.message == NOT_MODIFIED
    assert await bot.edit_message_reply_markup(ana, sent.message_id)


async def test_only_own_messages_can_be_edited(raw: Raw, sim: Sim, ana: int) -> None:
    theirs = (await sim.post(f"/users/{ana}/send", text="Mine"))["messages"][0]["message_id"]

    assert (
        await raw.refusal("editMessageText", chat_id=ana, message_id=theirs, text="x")
        == "Bad Request: message can't be edited"
    )
    assert (
        await raw.refusal("editMessageText", chat_id=ana, message_id=9999, text="x")
        == "Bad Request: message to edit not found"
    )
    assert (
        await raw.refusal("editMessageText", chat_id=ana, text="x")
        == "Bad Request: message identifier is not specified"
    )


async def test_text_and_caption_edits_do_not_mix(raw: Raw, ana: int) -> None:
    sent = await raw.result("sendMessage", chat_id=ana, text="words")

    description = await raw.refusal("editMessageCaption", chat_id=ana, message_id=sent["message_id"], caption="x")

    assert description == "Bad Request: there is no caption in the message to edit"


async def test_users_edit_arrives_as_edited_message(bot: Bot, sim: Sim, ana: int) -> None:
    sent = (await sim.post(f"/users/{ana}/send", text="It is brokn"))["messages"][0]

    await sim.post(f"/users/{ana}/edit", message_id=sent["message_id"], text="It is broken")

    *_, update = await bot.get_updates(timeout=2)
    assert update.edited_message is not None
    assert (update.edited_message.message_id, update.edited_message.text) == (
        sent["message_id"],
        "It is broken",
    )


async def test_update_keeps_what_was_sent_before_an_edit(bot: Bot, sim: Sim, ana: int) -> None:
    sent = (await sim.post(f"/users/{ana}/send", text="before"))["messages"][0]
    await sim.post(f"/users/{ana}/edit", message_id=sent["message_id"], text="after")

    _, first, second = await bot.get_updates(timeout=2)

    assert first.message is not None
    assert second.edited_message is not None
    assert (first.message.text, second.edited_message.text) == ("before", "after")


async def test_replies_both_ways(bot: Bot, sim: Sim, ana: int) -> None:
    question = await bot.send_message(ana, "Which order?")
    answer = (await sim.post(f"/users/{ana}/send", text="the first one", reply_to=question.message_id))["messages"][0]

    reply = await bot.send_message(ana, "Thanks", reply_parameters=ReplyParameters(answer["message_id"], quote="first"))

    assert answer["reply_to_message"]["text"] == "Which order?"
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.text == "the first one"
    assert reply.quote is not None
    assert (reply.quote.text, reply.quote.position) == ("first", 4)
    assert "reply_to_message" not in (await sim.messages(ana))[-1]["reply_to_message"]


async def test_wrong_reply_and_wrong_quote_are_refused(raw: Raw, sim: Sim, ana: int) -> None:
    message_id = (await sim.messages(ana))[0]["message_id"]

    missing = {"message_id": 9999}
    wrong_quote = {"message_id": message_id, "quote": "never said"}

    assert (
        await raw.refusal("sendMessage", chat_id=ana, text="x", reply_parameters=missing)
        == "Bad Request: message to be replied not found"
    )
    assert (await raw.refusal("sendMessage", chat_id=ana, text="x", reply_parameters=wrong_quote)).startswith(
        "Bad Request: wrong quote"
    )
    allowed = {**missing, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await raw.result("sendMessage", chat_id=ana, text="x", reply_parameters=allowed)


async def test_bot_cannot_write_first(bot: Bot) -> None:
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(1002, "Hello")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(555, "Hello")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message("@nobody", "Hello")


async def test_block_and_return(bot: Bot, sim: Sim, ana: int) -> None:
    await sim.post(f"/users/{ana}/block")
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ana, "Hello")
    status, _ = await sim.refused("POST", f"/users/{ana}/send", {"text": "x"})
    assert status == 403

    await sim.post(f"/users/{ana}/start")

    assert await bot.send_message(ana, "Welcome back")
    updates = await bot.get_updates(timeout=2)
    told = [u.my_chat_member.new_chat_member.status for u in updates if u.my_chat_member]
    assert told == ["kicked", "member"]


async def test_contact_is_the_users_own(bot: Bot, sim: Sim, ana: int) -> None:
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("Share", request_contact=True)]])
    await bot.send_message(ana, "Your number?", reply_markup=keyboard)
    before = (await sim.get(f"/users/{ana}/messages"))["keyboard"]

    await sim.post(f"/users/{ana}/contact")

    *_, update = await bot.get_updates(timeout=2)
    assert update.message is not None
    assert update.message.contact is not None
    assert update.message.contact.user_id == ana
    assert before["keyboard"] == [[{"text": "Share", "request_contact": True}]]
    assert (await sim.get(f"/users/{ana}/messages"))["keyboard"] is None


async def test_reply_keyboard_is_no_part_of_the_message(bot: Bot, sim: Sim, ana: int) -> None:
    sent = await bot.send_message(ana, "Pick", reply_markup=ReplyKeyboardMarkup([["A", "B"]]))
    await bot.send_message(ana, "Done", reply_markup=ReplyKeyboardRemove())

    assert sent.reply_markup is None
    assert (await sim.get(f"/users/{ana}/messages"))["keyboard"] is None


async def test_delete_for_everybody_within_two_days(bot: Bot, sim: Sim, ana: int, clock: Clock) -> None:
    one, two, three = [await bot.send_message(ana, text) for text in ("one", "two", "three")]
    start = (await sim.messages(ana))[0]["message_id"]

    assert await bot.delete_message(ana, one.message_id)
    assert await bot.delete_messages(ana, [two.message_id, start, 9999])

    assert [message["message_id"] for message in await sim.messages(ana)] == [three.message_id]
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ana, one.message_id)
    await sim.post("/clock", advance_seconds=48 * 3600)
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_message(ana, three.message_id)


async def test_pins_come_and_go(bot: Bot, ana: int) -> None:
    card = await bot.send_message(ana, "The card")

    await bot.pin_chat_message(ana, card.message_id)

    pinned = (await bot.get_chat(ana)).pinned_message
    assert pinned is not None
    assert pinned.message_id == card.message_id
    await bot.unpin_chat_message(ana, card.message_id)
    assert (await bot.get_chat(ana)).pinned_message is None
    with pytest.raises(BadRequest, match="Message to unpin not found"):
        await bot.unpin_chat_message(ana, card.message_id)


async def test_places_contacts_actions_and_reactions(bot: Bot, sim: Sim, ana: int) -> None:
    place = await bot.send_location(ana, 31.23, 121.47)
    card = await bot.send_contact(ana, "+12025550100", "Courier")

    assert place.location is not None
    assert (place.location.latitude, place.location.longitude) == (31.23, 121.47)
    assert card.contact is not None
    assert card.contact.first_name == "Courier"
    assert await bot.send_chat_action(ana, "typing")
    assert await bot.set_message_reaction(ana, place.message_id, "👍")
    with pytest.raises(BadRequest, match="Reaction_invalid"):
        await bot.set_message_reaction(ana, place.message_id, ReactionTypeEmoji("✅"))
    with pytest.raises(BadRequest, match="Wrong parameter action in request"):
        await bot.send_chat_action(ana, "dancing")


async def test_reactions_only_come_when_asked_for(bot: Bot, sim: Sim, ana: int) -> None:
    sent = await bot.send_message(ana, "Rate us")
    await sim.post(f"/users/{ana}/react", message_id=sent.message_id, emoji="👎")
    (start,) = await bot.get_updates(allowed_updates=["message", "message_reaction"])
    await sim.post(f"/users/{ana}/react", message_id=sent.message_id, emoji="👍")

    (update,) = await bot.get_updates(offset=start.update_id + 1, timeout=2)

    assert update.message_reaction is not None
    assert [r.to_dict() for r in update.message_reaction.new_reaction] == [{"type": "emoji", "emoji": "👍"}]


async def test_chat_and_member_lookups(bot: Bot, ana: int) -> None:
    me = await bot.get_me()

    assert (me.id, me.username) == (7000000001, "AftersalesDemoBot")
    assert (await bot.get_chat(ana)).first_name == "Ana"
    assert (await bot.get_chat_member(ana, ana)).status == "member"
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.get_chat(1002)
