"""Raw updates of the Bot API into Incoming: what a person did, in private with us or in a group. Decides nothing about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError

from bot.messenger import Unreadable
from bot.telegram import shapes
from bot.telegram.buttons import Seals
from conversations.cases.evidence import File, FileKind
from conversations.messages import Group, Incoming, Left, Moved, Pressed, Returned, Said, Sender

#: What we ask Telegram for. Edits and blocks come only when named.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

#: The lane of updates that belong to no chat we can make out.
NO_LANE = "0"

#: Messages that Telegram writes about the chat; nobody said them.
SERVICE = frozenset(
    {
        "new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo",
        "group_chat_created", "supergroup_chat_created", "channel_chat_created", "message_auto_delete_timer_changed",
        "migrate_to_chat_id", "migrate_from_chat_id", "pinned_message", "connected_website", "write_access_allowed",
        "proximity_alert_triggered", "boost_added", "chat_background_set", "forum_topic_created", "forum_topic_edited",
        "forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden",
        "users_shared", "chat_shared", "successful_payment", "refunded_payment", "gift", "unique_gift",
        "video_chat_scheduled", "video_chat_started", "video_chat_ended", "video_chat_participants_invited",
        "direct_message_price_changed", "paid_message_price_changed",
    }
)  # fmt: skip


#: The types of chat that we take for a group.
GROUPS: Final = frozenset({"group", "supergroup"})

#: How the General topic of a forum arrives. It is addressed as no topic.
_GENERAL: Final = 1


@dataclass(slots=True)
class Myself:
    """The bot as messages in a group name it. Until its `username` is known, every command is taken for ours."""

    id: int
    username: str = ""

    @classmethod
    def of(cls, token: str, username: str | None) -> Myself:
        return cls(int(token.partition(":")[0]), username or "")

    def is_meant_by(self, command: str) -> bool:
        """Whether `/command` is ours, or `/command@name` names us."""
        name = command.split(maxsplit=1)[0].partition("@")[2]
        return not name or not self.username or name.lower() == self.username.lower()


def is_id(value: object) -> bool:
    """Whether it can be an id of the Bot API."""
    return type(value) is int and -shapes.LARGEST <= value <= shapes.LARGEST


def lane_of(update: Mapping[str, Any]) -> str:
    """The chat an update belongs to; updates of one chat are handled in order. Never fails, whatever the update is."""
    for name in ALLOWED_UPDATES:
        part = update.get(name)
        if isinstance(part, Mapping):
            for holder in (part.get("chat"), _inner(part, "message", "chat"), part.get("from")):
                if isinstance(holder, Mapping) and is_id(holder.get("id")):
                    return str(holder["id"])
    return NO_LANE


def is_overheard(update: Mapping[str, Any], me: Myself) -> bool:
    """Whether it is talk among the members of a group, and nothing of it addressed to us: it is no business of ours, and not
    kept. Never fails, whatever the update is."""
    for name in ("message", "edited_message"):
        part = update.get(name)
        kind = _inner(part, "chat", "type") if isinstance(part, Mapping) else None
        if isinstance(part, Mapping) and isinstance(kind, str) and kind in GROUPS:
            text, answered = part.get("text"), part.get("reply_to_message")
            is_command = isinstance(text, str) and text.startswith("/")
            is_answer = _inner(part, "reply_to_message", "from", "id") == me.id
            is_opening = isinstance(answered, Mapping) and "forum_topic_created" in answered
            has_moved = "migrate_to_chat_id" in part or "migrate_from_chat_id" in part
            return not (is_command or (is_answer and not is_opening) or has_moved)
    return False


def read(
    update: Mapping[str, Any], *, received_at: datetime, seals: Seals, me: Myself | None = None
) -> Incoming | None:
    """What a person did, or None for what we do not react to: channels, other bots, service messages, talk in a group.

    `received_at` dates what Telegram does not (a press); `seals` tells whether a button is ours; `me` is whom messages in
    a group may be for. Raises Unreadable.
    """
    me = me or Myself(0)
    try:
        parsed = shapes.Update.model_validate(update)
    except ValidationError as err:
        places = {".".join(str(part) for part in each["loc"]) + ": " + each["type"] for each in err.errors()}
        raise Unreadable("; ".join(sorted(places))[:500]) from None
    if message := parsed.message:
        return _said(message, me, is_edit=False)
    if message := parsed.edited_message:
        return _said(message, me, is_edit=True)
    if press := parsed.callback_query:
        return _pressed(press, received_at, seals)
    if membership := parsed.my_chat_member:
        return _membership(membership)
    return None


def _said(message: shapes.Message, me: Myself, *, is_edit: bool) -> Incoming | None:
    if message.chat.type in GROUPS:
        return _said_in_group(message, me, is_edit=is_edit)
    if message.chat.type != "private" or message.sender is None or message.sender.is_bot or _is_service(message):
        return None
    return Incoming(
        sender=_sender(message.sender, message.chat),
        at=_stamp(message, is_edit),
        content=_words(message, message.reply_to_message, is_edit=is_edit),
    )


def _said_in_group(message: shapes.Message, me: Myself, *, is_edit: bool) -> Incoming | None:
    """A command that is not another bot's, an answer to us, an edit of one, or that the group has moved."""
    at, chat, who = _stamp(message, is_edit), message.chat, message.sender
    if message.migrate_to_chat_id is not None:
        return Incoming(sender=_itself(chat), at=at, content=Moved(message.migrate_to_chat_id), group=_group(chat))
    if message.migrate_from_chat_id is not None:
        before = Group(address=message.migrate_from_chat_id, title=chat.title)
        sender = Sender(address=before.address, name=before.title)
        return Incoming(sender=sender, at=at, content=Moved(chat.id), group=before)
    is_anonymous = message.sender_chat is not None
    is_nobodys = who is None or message.is_automatic_forward or (who.is_bot and not is_anonymous)
    answered = message.reply_to_message if message.reply_to_message and message.reply_to_message.is_of(me.id) else None
    is_command = message.text.startswith("/") and me.is_meant_by(message.text)
    if who is None or is_nobodys or _is_service(message) or not (is_command or answered):
        return None
    return Incoming(
        sender=_itself(chat) if is_anonymous else _in_private(who),
        at=at,
        content=_words(message, answered, is_edit=is_edit),
        group=_group(chat, is_anonymous=is_anonymous),
    )


def _words(message: shapes.Message, answered: shapes.Replied | None, *, is_edit: bool) -> Said:
    return Said(
        message=message.message_id,
        text=message.text or message.caption or _described(message),
        files=_files(message),
        reply_to=answered.message_id if answered else None,
        is_edit=is_edit,
        thread=_thread(message),
    )


def _is_service(message: shapes.Message) -> bool:
    return bool(message.model_extra and SERVICE & message.model_extra.keys())


def _stamp(message: shapes.Message, is_edit: bool) -> datetime:
    return _time(message.edit_date if is_edit and message.edit_date else message.date)


def _pressed(press: shapes.Press, received_at: datetime, seals: Seals) -> Incoming | None:
    if press.data is None or press.message is None:
        return None
    chat = press.message.chat
    if chat.type != "private" and chat.type not in GROUPS:
        return None
    do, is_ours = seals.check(chat.id, press.data)
    content = Pressed(
        query=press.id, do=do, message=press.message.message_id, is_ours=is_ours, thread=_thread(press.message)
    )
    if chat.type in GROUPS:
        return Incoming(sender=_in_private(press.sender), at=received_at, content=content, group=_group(chat))
    return Incoming(sender=_sender(press.sender, chat), at=received_at, content=content)


def _membership(membership: shapes.Membership) -> Incoming | None:
    member, at, chat = membership.new_chat_member, _time(membership.date), membership.chat
    status = member.status
    if chat.type in GROUPS:
        is_out = status in ("kicked", "left") or (status == "restricted" and not member.can_send_messages)
        content = Left() if is_out else Returned(has_lost_topics=membership.has_lost_topics)
        return Incoming(sender=_itself(chat), at=at, content=content, group=_group(chat))
    if chat.type != "private":
        return None
    if status not in ("member", "kicked", "left"):
        return None
    return Incoming(
        sender=_sender(membership.sender, chat), at=at, content=Returned() if status == "member" else Left()
    )


def _sender(user: shapes.User, chat: shapes.Chat) -> Sender:
    name = f"{user.first_name} {user.last_name}".strip()
    return Sender(address=chat.id, name=name, language=user.language_code)


def _in_private(user: shapes.User) -> Sender:
    """Somebody who did something in a group, by the address of their own chat, which has the number of its user."""
    name = f"{user.first_name} {user.last_name}".strip()
    return Sender(address=user.id, name=name, language=user.language_code)


def _itself(chat: shapes.Chat) -> Sender:
    """The group, where nobody in it is meant."""
    return Sender(address=chat.id, name=chat.title)


def _group(chat: shapes.Chat, *, is_anonymous: bool = False) -> Group:
    return Group(address=chat.id, title=chat.title, is_anonymous=is_anonymous)


def _thread(message: shapes.Message | shapes.PressedMessage) -> int:
    """The topic a message is in, 0 for none. In a group without topics, a thread is only what answers one message."""
    thread = message.message_thread_id if message.is_topic_message else None
    return 0 if thread in (None, _GENERAL) else thread


def _time(stamp: int) -> datetime:
    try:
        return datetime.fromtimestamp(stamp, UTC)
    except (ValueError, OverflowError, OSError) as err:
        raise Unreadable("date: out of range") from err


def _files(message: shapes.Message) -> tuple[File, ...]:
    if message.photo:
        largest = max(message.photo, key=lambda size: (size.width * size.height, size.file_size))
        return (_file(FileKind.PHOTO, largest, message, mime="image/jpeg"),)
    for kind in (  # an animation comes as a document as well
        FileKind.ANIMATION,
        FileKind.VIDEO,
        FileKind.DOCUMENT,
        FileKind.VOICE,
        FileKind.VIDEO_NOTE,
        FileKind.AUDIO,
        FileKind.STICKER,
    ):
        file: shapes.File | None = getattr(message, kind.value)
        if file is not None:
            return (_file(kind, file, message),)
    return ()


def _file(kind: FileKind, file: shapes.File, message: shapes.Message, *, mime: str = "") -> File:
    return File(
        kind=kind,
        file_id=file.file_id,
        unique_id=file.file_unique_id,
        size=file.file_size,
        mime=file.mime_type or mime,
        name=file.file_name,
        album=message.media_group_id,
        chat=message.chat.id,
        message=message.message_id,
    )


def _described(message: shapes.Message) -> str:
    """What carries no text of its own, in signs anybody reads; empty for what we know nothing of (a story, a game)."""
    if message.venue:
        return f"📍 {message.venue.title}, {message.venue.address} ({_point(message.venue.location)})"
    if message.location:
        return f"📍 {_point(message.location)}"
    if message.contact:
        name = f"{message.contact.first_name} {message.contact.last_name}".strip()
        return f"👤 {name} {message.contact.phone_number}"
    if message.poll:
        return "\n".join([f"📊 {message.poll.question}", *(f"– {option.text}" for option in message.poll.options)])
    if message.dice:
        return f"{message.dice.emoji} {message.dice.value}"
    return ""


def _point(location: shapes.Location) -> str:
    return f"{location.latitude:.5f}, {location.longitude:.5f}"


def _inner(part: Mapping[str, Any], *names: str) -> Any:
    value: Any = part
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
