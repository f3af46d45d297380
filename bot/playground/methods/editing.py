"""Changing what was sent: edits, deletions, pins, reactions, and answers to button presses."""

from typing import Annotated, Any

from bot.playground.errors import bad_request
from bot.playground.methods.albums import InputMedia
from bot.playground.methods.media import caption_fields, media_content
from bot.playground.methods.table import method
from bot.playground.parameters import ChatId, Decoded, Entities, InlineMarkup, JsonObject, Parameters
from bot.playground.people import Chat, Message
from bot.playground.text import formatted_text
from bot.playground.world import World

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
DELETABLE_SECONDS = 48 * 3600
MEDIA = ("photo", "video", "document", "audio", "animation", "voice", "video_note")
CAPTIONED = ("photo", "video", "document", "audio", "animation", "voice")
CAPTION_FIELDS = ("caption", "caption_entities", "show_caption_above_media", "has_media_spoiler")
CALLBACK_TEXT_LIMIT = 200
#: The emoji that a reaction may be, as ReactionTypeEmoji lists them.
REACTIONS = frozenset(
    [
        "❤",
        "👍",
        "👎",
        "🔥",
        "🥰",
        "👏",
        "😁",
        "🤔",
        "🤯",
        "😱",
        "🤬",
        "😢",
        "🎉",
        "🤩",
        "🤮",
        "💩",
        "🙏",
        "👌",
        "🕊",
        "🤡",
        "🥱",
        "🥴",
        "😍",
        "🐳",
        "❤\u200d🔥",
        "🌚",
        "🌭",
        "💯",
        "🤣",
        "⚡",
        "🍌",
        "🏆",
        "💔",
        "🤨",
        "😐",
        "🍓",
        "🍾",
        "💋",
        "🖕",
        "😈",
        "😴",
        "😭",
        "🤓",
        "👻",
        "👨\u200d💻",
        "👀",
        "🎃",
        "🙈",
        "😇",
        "😨",
        "🤝",
        "✍",
        "🤗",
        "🫡",
        "🎅",
        "🎄",
        "☃",
        "💅",
        "🤪",
        "🗿",
        "🆒",
        "💘",
        "🙉",
        "🦄",
        "😘",
        "💊",
        "🙊",
        "😎",
        "👾",
        "🤷\u200d♂",
        "🤷",
        "🤷\u200d♀",
        "😡",
    ]
)


class Editing(Parameters):
    """Which message, and its new keyboard: an edit without one takes the old one away."""

    chat_id: ChatId | None = None
    message_id: int | None = None
    inline_message_id: str | None = None
    reply_markup: InlineMarkup = None


class EditMessageText(Editing):
    text: str
    parse_mode: str | None = None
    entities: Entities = None
    link_preview_options: JsonObject = None


class EditMessageCaption(Editing):
    caption: str = ""
    parse_mode: str | None = None
    caption_entities: Entities = None
    show_caption_above_media: bool = False


class EditMessageMedia(Editing):
    media: Annotated[InputMedia, Decoded]


class EditMessageReplyMarkup(Editing):
    pass


class DeleteMessage(Parameters):
    chat_id: ChatId
    message_id: int


class DeleteMessages(Parameters):
    chat_id: ChatId
    message_ids: Annotated[list[int], Decoded]


class AnswerCallbackQuery(Parameters):
    callback_query_id: str
    text: str = ""
    show_alert: bool = False
    url: str | None = None
    cache_time: int = 0


class SetMessageReaction(Parameters):
    chat_id: ChatId
    message_id: int
    reaction: Annotated[list[dict[str, Any]] | None, Decoded] = None
    is_big: bool = False


class PinChatMessage(Parameters):
    chat_id: ChatId
    message_id: int
    disable_notification: bool = False


class UnpinChatMessage(Parameters):
    chat_id: ChatId
    message_id: int | None = None


@method
def edit_message_text(world: World, p: EditMessageText) -> Message:
    chat, message = _own_message(world, p)
    text, entities = formatted_text(p.text, p.entities, parse_mode=p.parse_mode)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    changes: Message = {"text": text, "entities": entities or None}
    if p.link_preview_options:
        changes["link_preview_options"] = p.link_preview_options
    return _edited(world, chat, message, {**changes, "reply_markup": p.reply_markup})


@method
def edit_message_caption(world: World, p: EditMessageCaption) -> Message:
    chat, message = _own_message(world, p)
    fields = caption_fields(p)
    if not any(kind in message for kind in CAPTIONED):
        raise bad_request("there is no caption in the message to edit")
    changes = {name: fields.get(name) for name in CAPTION_FIELDS[:3]}
    return _edited(world, chat, message, {**changes, "reply_markup": p.reply_markup})


@method
async def edit_message_media(world: World, p: EditMessageMedia) -> Message:
    _, message = _own_message(world, p)
    if "media_group_id" in message and p.media.type not in ("photo", "video"):
        raise bad_request("can't edit the media of an album to this type")
    if not any(kind in message for kind in (*MEDIA, "text")):
        raise bad_request("message can't be edited")
    content = await media_content(world, p.media.type, p.media.media, p.media.shape())
    chat, message = _own_message(world, p)  # it may have changed while the picture was decoded
    fields = caption_fields(p.media)
    changes: Message = dict.fromkeys((*MEDIA, "text", "entities", "link_preview_options"))
    changes |= {name: fields.get(name) for name in CAPTION_FIELDS}
    return _edited(world, chat, message, {**changes, **content, "reply_markup": p.reply_markup})


@method
def edit_message_reply_markup(world: World, p: EditMessageReplyMarkup) -> Message:
    chat, message = _own_message(world, p)
    return _edited(world, chat, message, {"reply_markup": p.reply_markup})


@method
def delete_message(world: World, p: DeleteMessage) -> bool:
    chat = world.chat(p.chat_id)
    if p.message_id not in chat.messages:
        raise bad_request("message to delete not found")
    if not _is_deletable(world, chat, chat.messages[p.message_id]):
        raise bad_request("message can't be deleted for everyone")
    world.remove(chat, p.message_id)
    return True


@method
def delete_messages(world: World, p: DeleteMessages) -> bool:
    """Those that cannot be found or deleted are skipped."""
    chat = world.chat(p.chat_id)
    if not 1 <= len(p.message_ids) <= 100:
        raise bad_request("message identifiers must be from 1 to 100")
    for message_id in p.message_ids:
        message = chat.messages.get(message_id)
        if message is not None and _is_deletable(world, chat, message):
            world.remove(chat, message_id)
    return True


@method
def answer_callback_query(world: World, p: AnswerCallbackQuery) -> bool:
    if len(p.text) > CALLBACK_TEXT_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    callback = world.close_callback(p.callback_query_id)
    answer = {
        "user_id": callback.user_id,
        "callback_query_id": p.callback_query_id,
        "text": p.text,
        "show_alert": p.show_alert,
        "url": p.url,
    }
    world.events.publish("answer", answer)
    return True


@method
def set_message_reaction(world: World, p: SetMessageReaction) -> bool:
    chat = world.open_chat(p.chat_id)
    if p.message_id not in chat.messages:
        raise bad_request("message to react not found")
    reaction = p.reaction or []
    if any(each.get("emoji", "❤") not in REACTIONS for each in reaction):
        raise bad_request("REACTION_INVALID")
    if len(reaction) > 1 or any(not _is_reaction(each) for each in reaction):
        raise bad_request("REACTION_INVALID")
    world.events.publish("reaction", world.event_of(chat, message_id=p.message_id, reaction=reaction))
    return True


@method
def pin_chat_message(world: World, p: PinChatMessage) -> bool:
    chat = world.open_chat(p.chat_id)
    message = chat.messages.get(p.message_id)
    if message is None:
        raise bad_request("message to pin not found")
    chat.pinned.pop(p.message_id, None)
    chat.pinned[p.message_id] = None
    pinned = {name: value for name, value in message.items() if name != "reply_to_message"}
    world.post(chat, world.bot_user, {"pinned_message": pinned})
    return True


@method
def unpin_chat_message(world: World, p: UnpinChatMessage) -> bool:
    chat = world.open_chat(p.chat_id)
    target = p.message_id if p.message_id is not None else next(reversed(chat.pinned), None)
    if target is None or target not in chat.pinned:
        raise bad_request("message to unpin not found")
    del chat.pinned[target]
    return True


def _own_message(world: World, p: Editing) -> tuple[Chat, Message]:
    """The message to edit and its chat; only the bot's own messages can be edited."""
    if p.inline_message_id is not None:
        raise bad_request("message to edit not found")
    if p.chat_id is None:
        raise bad_request("chat_id is empty")
    if p.message_id is None:
        raise bad_request("message identifier is not specified")
    chat = world.open_chat(p.chat_id)
    message = chat.messages.get(p.message_id)
    if message is None:
        raise bad_request("message to edit not found")
    if not world.is_own(message) or "forward_origin" in message:
        raise bad_request("message can't be edited")
    return chat, message


def _edited(world: World, chat: Chat, message: Message, changes: Message) -> Message:
    """Applies changes, None taking a field away, unless nothing would change."""
    changed = {name: value for name, value in changes.items() if message.get(name) != value}
    if not changed:
        raise bad_request(NOT_MODIFIED)
    edited = {**message, **changed}
    if changed.keys() != {"reply_markup"}:
        edited["edit_date"] = world.now()
    edited = {name: value for name, value in edited.items() if value is not None}
    world.replace(chat, edited)
    return edited


def _is_deletable(world: World, chat: Chat, message: Message) -> bool:
    if "forum_topic_created" in message or "supergroup_chat_created" in message:
        return False
    if not world.is_own(message) and not chat.is_private and chat.bot_status != "administrator":
        return False
    return world.now() - int(message["date"]) < DELETABLE_SECONDS


def _is_reaction(reaction: dict[str, Any]) -> bool:
    match reaction.get("type"):
        case "emoji":
            return isinstance(reaction.get("emoji"), str) and bool(reaction["emoji"])
        case "custom_emoji":
            return isinstance(reaction.get("custom_emoji_id"), str)
    return False
