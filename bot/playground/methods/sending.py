"""Sending text, places and contacts, and what all sending has in common: address, thread, reply, keyboard."""

from typing import Annotated, Any

from pydantic import Field

from bot.playground.errors import bad_request
from bot.playground.methods.table import method
from bot.playground.parameters import (
    AnyMarkup,
    ChatId,
    Decoded,
    Entities,
    JsonObject,
    Parameters,
    ReplyParameters,
)
from bot.playground.people import Chat, Message
from bot.playground.text import formatted, formatted_text, utf16_length
from bot.playground.world import World

ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


class Sending(Parameters):
    """What every sending method takes."""

    chat_id: ChatId
    message_thread_id: int | None = None
    disable_notification: bool = False
    protect_content: bool = False
    message_effect_id: str | None = None
    reply_parameters: Annotated[ReplyParameters | None, Decoded] = None
    reply_markup: AnyMarkup = None


class SendMessage(Sending):
    text: str
    parse_mode: str | None = None
    entities: Entities = None
    link_preview_options: JsonObject = None


class SendLocation(Sending):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    horizontal_accuracy: float | None = Field(default=None, ge=0, le=1500)
    live_period: int | None = None
    heading: int | None = None
    proximity_alert_radius: int | None = None


class SendContact(Sending):
    phone_number: str = Field(min_length=1)
    first_name: str = Field(min_length=1)
    last_name: str | None = None
    vcard: str | None = None


class SendChatAction(Parameters):
    chat_id: ChatId
    message_thread_id: int | None = None
    action: str


@method
def send_message(world: World, p: SendMessage) -> Message:
    text, entities = formatted_text(p.text, p.entities, parse_mode=p.parse_mode)
    content: Message = {"text": text}
    if entities:
        content["entities"] = entities
    if p.link_preview_options:
        content["link_preview_options"] = p.link_preview_options
    return deliver(world, p, content)


@method
def send_location(world: World, p: SendLocation) -> Message:
    location = p.model_dump(
        include={
            "latitude",
            "longitude",
            "horizontal_accuracy",
            "live_period",
            "heading",
            "proximity_alert_radius",
        },
        exclude_none=True,
    )
    return deliver(world, p, {"location": location})


@method
def send_contact(world: World, p: SendContact) -> Message:
    contact = p.model_dump(include={"phone_number", "first_name", "last_name", "vcard"}, exclude_none=True)
    return deliver(world, p, {"contact": contact})


@method
def send_chat_action(world: World, p: SendChatAction) -> bool:
    chat = world.open_chat(p.chat_id)
    thread_of(world, chat, p.message_thread_id)
    if p.action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.events.publish("action", world.event_of(chat, action=p.action))
    return True


def deliver(world: World, p: Sending, content: Message) -> Message:
    """Sends one message of the bot's with everything `Sending` asks for."""
    chat = world.open_chat(p.chat_id)
    thread_id = thread_of(world, chat, p.message_thread_id)
    content = {**_reply(world, chat, p.reply_parameters), **content}
    if p.protect_content:
        content["has_protected_content"] = True
    if p.message_effect_id and chat.is_private:
        content["effect_id"] = p.message_effect_id
    _attach_markup(chat, content, p.reply_markup)
    return world.post(chat, world.bot_user, content, thread_id=thread_id)


def thread_of(world: World, chat: Chat, thread_id: int | None) -> int | None:
    """The thread to send to; refuses threads that are not there. The General topic (1) is
    none: Telegram knows it only as "no thread"."""
    if thread_id is None:
        return None
    if world.topic(chat, thread_id).is_closed and chat.bot_status != "administrator":
        raise bad_request("TOPIC_CLOSED")
    return thread_id


def snippet(message: Message) -> Message:
    """A message as it appears inside an answer to it: without the one it answers itself."""
    return {name: value for name, value in message.items() if name not in ("reply_to_message", "quote")}


def _attach_markup(chat: Chat, content: Message, markup: dict[str, Any] | None) -> None:
    """Inline keyboards belong to the message, reply keyboards to what the user has before them."""
    if markup is None:
        return
    if "inline_keyboard" in markup:
        content["reply_markup"] = markup
    elif "keyboard" in markup:
        chat.keyboard = markup
    elif markup.get("remove_keyboard"):
        chat.keyboard = None


def _reply(world: World, chat: Chat, reply: ReplyParameters | None) -> Message:
    if reply is None:
        return {}
    target_chat = chat if reply.chat_id is None else world.chat(reply.chat_id)
    target = target_chat.messages.get(reply.message_id)
    if target is None:
        if reply.allow_sending_without_reply:
            return {}
        raise bad_request("message to be replied not found")
    if target_chat is not chat:
        origin = {"type": "user", "date": target["date"], "sender_user": target["from"]}
        return {"external_reply": {"origin": origin}}
    fields: Message = {"reply_to_message": snippet(target)}
    if reply.quote:
        fields["quote"] = _quote(target, reply)
    return fields


def _quote(target: Message, reply: ReplyParameters) -> dict[str, Any]:
    """The quoted part; the Bot API fails the message "if the quote isn't found in the original message"."""
    quoted, entities = formatted(reply.quote or "", reply.quote_entities, parse_mode=reply.quote_parse_mode)
    whole = target.get("text") or target.get("caption") or ""
    found = whole.find(quoted) if quoted else -1
    if found < 0 or len(quoted) > 1024:
        raise bad_request("wrong quote: it isn't found in the original message")
    quote: dict[str, Any] = {"text": quoted, "position": utf16_length(whole[:found]), "is_manual": True}
    if entities:
        quote["entities"] = entities
    return quote
