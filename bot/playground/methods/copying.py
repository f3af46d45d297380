"""Copying and forwarding messages: a copy carries no trace of its author, a forward names them."""

from typing import Annotated

from bot.playground.errors import bad_request
from bot.playground.methods.editing import CAPTIONED, MEDIA
from bot.playground.methods.media import caption_fields
from bot.playground.methods.sending import Sending, deliver
from bot.playground.methods.table import method
from bot.playground.parameters import ChatId, Decoded, Entities
from bot.playground.people import Chat, Message
from bot.playground.world import World

COPIED = (*MEDIA, "text", "entities", "caption", "caption_entities", "location", "contact", "has_media_spoiler")
CONTENT = frozenset({*MEDIA, "text", "location", "contact"})


class CopyMessage(Sending):
    from_chat_id: ChatId
    message_id: int
    caption: str | None = None
    parse_mode: str | None = None
    caption_entities: Entities = None
    show_caption_above_media: bool = False


class CopyMessages(Sending):
    from_chat_id: ChatId
    message_ids: Annotated[list[int], Decoded]
    remove_caption: bool = False


class ForwardMessage(Sending):
    from_chat_id: ChatId
    message_id: int


@method
def copy_message(world: World, p: CopyMessage) -> dict[str, int]:
    content = _copy(world, p.from_chat_id, p.message_id)
    if p.caption is not None and any(kind in content for kind in CAPTIONED):
        content = {name: value for name, value in content.items() if not name.startswith("caption")}
        content |= caption_fields(p)
    return {"message_id": deliver(world, p, content)["message_id"]}


@method
def copy_messages(world: World, p: CopyMessages) -> list[dict[str, int]]:
    """Albums stay albums; messages that cannot be found or copied are skipped."""
    if not 1 <= len(p.message_ids) <= 100 or sorted(set(p.message_ids)) != p.message_ids:
        raise bad_request("message identifiers must be 1 to 100, in strictly increasing order")
    world.open_chat(p.chat_id)
    source = _source(world, p.from_chat_id)
    found = [source.messages[each] for each in p.message_ids if each in source.messages]
    found = [message for message in found if CONTENT & message.keys()]
    if not found:
        raise bad_request("there are no messages to copy")
    albums: dict[str, str] = {}
    copies = []
    for message in found:
        content = _content(message)
        if p.remove_caption:
            content = {name: value for name, value in content.items() if not name.startswith("caption")}
        album = message.get("media_group_id")
        if album is not None:
            content["media_group_id"] = albums.setdefault(album, world.next_album_id())
        copies.append({"message_id": deliver(world, p, content)["message_id"]})
    return copies


@method
def forward_message(world: World, p: ForwardMessage) -> Message:
    message = _source(world, p.from_chat_id).messages.get(p.message_id)
    if message is None:
        raise bad_request("message to forward not found")
    if message.get("has_protected_content") or not CONTENT & message.keys():
        raise bad_request("the message can't be forwarded")
    origin = message.get("forward_origin") or {
        "type": "user",
        "date": message["date"],
        "sender_user": message["from"],
    }
    return deliver(world, p, {"forward_origin": origin, **_content(message)})


def _source(world: World, chat_id: int | str) -> Chat:
    """The chat to copy from; of groups those that the bot is in."""
    chat = world.chat(chat_id)
    return chat if chat.is_private else world.open_chat(chat_id)


def _copy(world: World, chat_id: int | str, message_id: int) -> Message:
    message = _source(world, chat_id).messages.get(message_id)
    if message is None:
        raise bad_request("message to copy not found")
    if not CONTENT & message.keys():
        raise bad_request("message can't be copied")
    return _content(message)


def _content(message: Message) -> Message:
    return {name: message[name] for name in COPIED if name in message}
