"""What people do in the world, one function a deed: start, send, edit, press, share, make topics, block; refusals are
`Refused`."""

import re
from collections.abc import Sequence
from mimetypes import guess_type
from typing import Any

from bot.playground.errors import BotApiError, Refused
from bot.playground.files import Upload
from bot.playground.keyboards import pressable
from bot.playground.methods.chats import bot_member
from bot.playground.methods.media import film_shape, stored_content
from bot.playground.methods.sending import snippet
from bot.playground.methods.topics import COLOURS, topic_name
from bot.playground.people import Chat, Message, Topic, User
from bot.playground.text import CAPTION_LIMIT, TEXT_LIMIT, Entity, formatted
from bot.playground.world import ANONYMOUS, World

ALBUM_LIMIT = 10
KINDS = ("photo", "video", "document", "voice", "audio", "animation", "video_note")
PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


def start(world: World, user: User, *, payload: str | None = None) -> Message:
    """Opens the chat with the bot, or opens it again, by /start or by a deep link."""
    if payload is not None and not PAYLOAD.fullmatch(payload):
        raise Refused("a start payload is 1 to 64 letters, digits, - and _")
    if user.is_blocked:
        unblock(world, user)
    if not user.is_started:
        user.is_started = True
        world.user_changed(user)
    return send_text(world, user, f"/start {payload}" if payload else "/start")


def send_text(
    world: World,
    user: User,
    text: str,
    *,
    chat_id: int | None = None,
    reply_to: int | None = None,
    thread_id: int | None = None,
    entities: list[Entity] | None = None,
    is_anonymous: bool = False,
) -> Message:
    """Says something to the bot, or in a group; there administrators can do so without showing who they are."""
    chat = _place(world, user, chat_id)
    if user.id == chat.id and not user.is_started:
        user.is_started = True
        world.user_changed(user)
    content = _said(text, "text", "entities", limit=TEXT_LIMIT, entities=entities)
    if not content:
        raise Refused("an empty message cannot be sent")
    content = {**_reply(chat, reply_to, thread_id), **content}
    thread = _thread(world, chat, thread_id)
    if is_anonymous:
        if user.id not in chat.administrators:
            raise Refused("only administrators of a group can be anonymous there")
        return world.post(chat, ANONYMOUS, {"sender_chat": chat.as_api(), **content}, thread_id=thread)
    return world.post(chat, user.as_api(), content, thread_id=thread)


async def send_files(
    world: World,
    user: User,
    files: Sequence[Upload],
    *,
    kind: str | None = None,
    caption: str = "",
    chat_id: int | None = None,
    reply_to: int | None = None,
    thread_id: int | None = None,
) -> list[Message]:
    """Sends files; two or more become an album, the caption on its first. As Telegram's apps do, each message
    of an album is an update of its own."""
    if not 1 <= len(files) <= ALBUM_LIMIT:
        raise Refused(f"send 1 to {ALBUM_LIMIT} files")
    if kind is not None and kind not in KINDS:
        raise Refused(f"kind must be one of {', '.join(KINDS)}")
    chat, thread = _place(world, user, chat_id), None
    said = _said(caption, "caption", "caption_entities", limit=CAPTION_LIMIT)
    thread, reply = _thread(world, chat, thread_id), _reply(chat, reply_to, thread_id)
    kinds = [kind or _kind_of(file) for file in files]
    if len(files) > 1:
        kinds = _album_kinds(kinds)
    try:
        contents = [
            await stored_content(world, each, _typed(file), _shape(each))
            for each, file in zip(kinds, files, strict=True)
        ]
    except BotApiError as err:
        raise Refused(err.description) from err
    album = {"media_group_id": world.next_album_id()} if len(files) > 1 else {}
    return [
        world.post(chat, user.as_api(), {**reply, **album, **content, **(said if i == 0 else {})}, thread_id=thread)
        for i, content in enumerate(contents)
    ]


def edit(world: World, user: User, message_id: int, text: str, *, chat_id: int | None = None) -> Message:
    """Changes the text or caption of one's own message."""
    chat = _place(world, user, chat_id)
    message = _message(chat, message_id)
    if message["from"]["id"] != user.id:
        raise Refused("only one's own messages can be edited")
    if "text" in message:
        said = _said(text, "text", "entities", limit=TEXT_LIMIT)
        if not said:
            raise Refused("an empty message cannot be sent")
    elif any(kind in message for kind in KINDS):
        said = _said(text, "caption", "caption_entities", limit=CAPTION_LIMIT)
    else:
        raise Refused("there is nothing to edit in this message")
    old = ("text", "entities", "caption", "caption_entities")
    edited = {name: value for name, value in message.items() if name not in old}
    edited |= {**said, "edit_date": world.now()}
    world.replace(chat, edited)
    world.updates.put("edited_message", edited)
    return edited


def press(
    world: World,
    user: User,
    message_id: int,
    *,
    data: str | None = None,
    row: int | None = None,
    column: int | None = None,
    chat_id: int | None = None,
) -> str:
    """Presses a callback button that is on the message now, by its data or place; returns the query's id."""
    chat = _place(world, user, chat_id)
    message = _message(chat, message_id)
    if data is None:
        data = _data_at(message, row, column)
    if not pressable(message.get("reply_markup"), data=data):
        raise Refused("there is no such button on that message now")
    callback_id = world.open_callback(user.id)
    query = {
        "id": callback_id,
        "from": user.as_api(),
        "message": message,
        "chat_instance": world.chat_instance(chat),
        "data": data,
    }
    world.updates.put("callback_query", query)
    return callback_id


def share_contact(world: World, user: User) -> Message:
    """Shares the person's own (fictional) number."""
    chat = _place(world, user, None)
    contact: dict[str, Any] = {
        "phone_number": f"+120255501{user.id % 100:02d}",
        "first_name": user.first_name,
        "user_id": user.id,
    }
    if user.last_name:
        contact["last_name"] = user.last_name
    chat.keyboard = None
    return world.post(chat, user.as_api(), {"contact": contact})


def react(world: World, user: User, message_id: int, emoji: str | None, *, chat_id: int | None = None) -> None:
    """Puts a reaction on a message, or takes all off."""
    chat = _place(world, user, chat_id)
    _message(chat, message_id)
    chosen = [{"type": "emoji", "emoji": emoji}] if emoji else []
    update = {
        "chat": chat.as_api(),
        "message_id": message_id,
        "user": user.as_api(),
        "date": world.now(),
        "old_reaction": [],
        "new_reaction": chosen,
    }
    world.updates.put("message_reaction", update)
    world.events.publish("reaction", world.event_of(chat, message_id=message_id, reaction=chosen))


def open_topic(world: World, user: User, name: str) -> Topic:
    """Makes a topic of one's own in the chat with the bot, which is told."""
    chat = _place(world, user, None)
    if not world.has_topics(chat):
        raise Refused("the chat has no topics")
    try:
        name = topic_name(name)
    except BotApiError as err:
        raise Refused(err.description) from err
    return world.open_topic(chat, user.as_api(), name, COLOURS[0])


def delete_topic(world: World, user: User, thread_id: int) -> None:
    """Deletes a topic of the chat with the bot, whoever made it. The bot is not told."""
    chat = _place(world, user, None)
    world.remove_topic(chat, _topic(world, chat, thread_id))


def block(world: World, user: User) -> None:
    """Blocks the bot; nothing when it is blocked already."""
    if not user.is_blocked:
        user.is_blocked = True
        _tell_membership(world, user, "member", "kicked")


def unblock(world: World, user: User) -> None:
    """Ends a block; nothing when there is none."""
    if user.is_blocked:
        user.is_blocked = False
        _tell_membership(world, user, "kicked", "member")


def set_bot_status(world: World, user: User, chat_id: int, status: str, *, topics: bool = True) -> Chat:
    """An administrator of a group removes the bot, takes it in again, or changes what it may do there."""
    chat = _place(world, user, chat_id)
    if user.id not in chat.administrators:
        raise Refused("only administrators of a group can do that", status=403)
    old = bot_member(world, chat.bot_status, topics=chat.may_manage_topics)
    chat.bot_status, chat.may_manage_topics = status, topics
    update = {
        "chat": chat.as_api(),
        "from": user.as_api(),
        "date": world.now(),
        "old_chat_member": old,
        "new_chat_member": bot_member(world, status, topics=topics),
    }
    world.updates.put("my_chat_member", update)
    world.events.publish("group", {"group": chat.as_control()})
    return chat


def upgrade(world: World, user: User, chat_id: int) -> Chat:
    """An administrator turns a basic group into a supergroup."""
    chat = _place(world, user, chat_id)
    if chat.type != "group" or chat.migrated_to is not None or user.id not in chat.administrators:
        raise Refused("only an administrator of a basic group can do that", status=403)
    return world.upgrade_group(chat)


def _tell_membership(world: World, user: User, old: str, new: str) -> None:
    update = {
        "chat": world.chats[user.id].as_api(),
        "from": user.as_api(),
        "date": world.now(),
        "old_chat_member": bot_member(world, old),
        "new_chat_member": bot_member(world, new),
    }
    world.updates.put("my_chat_member", update)
    world.user_changed(user)


def _place(world: World, user: User, chat_id: int | None) -> Chat:
    """Where the person acts: their chat with the bot unless it is blocked, or a group they are in."""
    if chat_id is not None and chat_id != user.id:
        chat = world.chats.get(chat_id)
        if chat is None or user.id not in chat.members:
            raise Refused("the person is not in that chat", status=404)
        return chat
    if user.is_blocked:
        raise Refused("the person has blocked the bot", status=403)
    return world.chats[user.id]


def _message(chat: Chat, message_id: int) -> Message:
    found = chat.messages.get(message_id)
    if found is None:
        raise Refused("there is no such message", status=404)
    return found


def _reply(chat: Chat, reply_to: int | None, thread_id: int | None = None) -> Message:
    """What it answers. As in Telegram's own groups, what answers nothing in a topic seems to answer what opened it."""
    if reply_to is None and thread_id in chat.messages and not chat.is_private:
        reply_to = thread_id
    return {} if reply_to is None else {"reply_to_message": snippet(_message(chat, reply_to))}


def _thread(world: World, chat: Chat, thread_id: int | None) -> int | None:
    if thread_id is not None and _topic(world, chat, thread_id).is_closed:
        raise Refused("the topic is closed")
    return thread_id


def _topic(world: World, chat: Chat, thread_id: int) -> Topic:
    found = chat.topics.get(thread_id) if world.has_topics(chat) else None
    if found is None:
        raise Refused("there is no such topic", status=404)
    return found


def _said(text: str, name: str, entities_name: str, *, limit: int, entities: list[Entity] | None = None) -> Message:
    try:
        text, found = formatted(text, entities)
    except BotApiError as err:
        raise Refused(err.description) from err
    if len(text) > limit:
        raise Refused(f"at most {limit} characters")
    if not text:
        return {}
    return {name: text, entities_name: found} if found else {name: text}


def _data_at(message: Message, row: int | None, column: int | None) -> str:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    if row is None or column is None or not (0 <= row < len(rows) and 0 <= column < len(rows[row])):
        raise Refused("there is no such button on that message now")
    data = rows[row][column].get("callback_data")
    if data is None:
        raise Refused("that button does not call back")
    return str(data)


def _typed(file: Upload) -> Upload:
    """With the type its name suggests, when the sender named none."""
    if file.content_type in ("", "application/octet-stream"):
        return Upload(file.filename, file.data, guess_type(file.filename)[0] or "application/octet-stream")
    return file


def _kind_of(file: Upload) -> str:
    mime = _typed(file).content_type
    if mime in PHOTO_TYPES:
        return "photo"
    if mime == "image/gif":
        return "animation"
    if mime in ("audio/ogg", "audio/opus"):
        return "voice"
    family = mime.partition("/")[0]
    return family if family in ("video", "audio") else "document"


def _album_kinds(kinds: list[str]) -> list[str]:
    """Kinds that go in one album: photos and videos mix, all else travels as documents."""
    if set(kinds) <= {"photo", "video"} or set(kinds) == {"audio"}:
        return kinds
    return ["document"] * len(kinds)


def _shape(kind: str) -> dict[str, Any]:
    match kind:
        case "video" | "animation":
            return film_shape(1, 0, 0)
        case "video_note":
            return {"duration": 1, "length": 384}
        case "voice" | "audio":
            return {"duration": 1}
    return {}
