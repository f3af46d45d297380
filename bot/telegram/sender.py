"""The Messenger on Telegram: screens and files into Bot API calls, within its limits, refusals into DeliveryError."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar, cast

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardMarkup,
    InputFile,
    Message,
    MessageEntity,
)
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.request import RequestData

from bot.messenger import (
    Activity,
    ChatMoved,
    Command,
    EditImpossible,
    FileGone,
    FileTooBig,
    Place,
    Sent,
    Sight,
    Unreachable,
    Upload,
)
from bot.screens import MAX_CAPTION, MAX_TEXT, Button, Entity, Screen, pages
from bot.telegram.albums import ALBUM_ITEMS, albums
from bot.telegram.buttons import Seals
from bot.telegram.errors import is_fine, translate
from bot.telegram.request import Arguments
from conversations.cases.evidence import MAX_SIZE, File, FileKind
from conversations.messages import Mark

T = TypeVar("T")

_NO_PREVIEW: Final = {"is_disabled": True}

#: The most characters a toast may have.
MAX_TOAST: Final = 200

#: The most characters the name of a topic may have.
MAX_TOPIC: Final = 128

#: Marks as reactions; a bot has one on a message. Of those that Telegram lets bots set (ReactionTypeEmoji), which ✅ is
#: not among, 👌 comes nearest to "done".
REACTIONS: Final = {Mark.TAKEN: "👀", Mark.PASSED_ON: "👌"}

#: Seconds that it may take to send new files.
UPLOADING: Final = 40.0

_CAPTIONLESS: Final = frozenset({FileKind.STICKER, FileKind.VIDEO_NOTE})


class TelegramMessenger:
    """Implements bot.messenger.Messenger. One call, one request (a long text or many files: a few).

    Every button leaves under a seal of `seals`, else of the bot's own.
    """

    def __init__(self, bot: Bot, seals: Seals | None = None) -> None:
        self._bot = bot
        self._seals = seals or Seals(bot.token)

    async def send(self, place: Place, screen: Screen, *, answers: int | None = None) -> tuple[int, ...]:
        sent: list[int] = []
        for page in pages(screen, MAX_TEXT):
            send = partial(self._send_page, place, answers=answers if not sent else None)
            message = await _asked(_plainer(page, send))
            sent.append(int(message["message_id"]))
        return tuple(sent)

    async def edit(self, address: int, message: int, screen: Screen) -> None:
        if screen.size > MAX_TEXT:
            raise EditImpossible("too long for one message")
        try:
            await _plainer(screen, lambda it: self._edit_text(address, message, it))
        except TelegramError as err:
            if isinstance(err, BadRequest) and "no text in the message" in err.message.lower():
                await self._edit_caption(address, message, screen)
            elif not is_fine(err):
                raise translate(err, is_repeatable=True) from err

    async def strip_buttons(self, address: int, message: int) -> None:
        with suppress(EditImpossible):
            await _ensured(self._call("editMessageReplyMarkup", chat_id=address, message_id=message))

    async def copy(
        self, place: Place, source: int, messages: Sequence[int], *, caption: Screen | None = None
    ) -> tuple[int, ...]:
        try:
            return await self._copy(place, source, messages, caption)
        except (Unreachable, ChatMoved) as err:  # one of the two chats, and the refusal does not say which
            await self.show_activity(place, Activity.TYPING)
            raise FileGone(f"the chat to copy from: {err.message}") from err

    async def send_files(
        self, place: Place, files: Sequence[File | Upload], *, caption: Screen, is_protected: bool = True
    ) -> tuple[Sent, ...]:
        sent: list[Sent] = []
        if caption.size > MAX_CAPTION or (files and files[0].kind in _CAPTIONLESS):
            sent += [Sent(message) for message in await self.send(place, caption)]
            caption = Screen("")
        for group in albums(files):
            shown = caption if not sent else Screen("")
            if len(group) == 1:
                sent.append(await self._send_file(place, group[0], shown, is_protected))
            else:
                sent += await self._send_album(place, group, shown, is_protected)
        return tuple(sent)

    async def upload(self, place: Place, upload: Upload, *, caption: Screen | None = None) -> int:
        message: Message = await _asked(
            self._bot.send_document(
                **_at(place),
                document=_content(upload),
                caption=caption.text if caption else None,
                caption_entities=_entities(caption) if caption else None,
            )
        )
        return message.message_id

    async def show_activity(self, place: Place, activity: Activity) -> None:
        await _ensured(self._call("sendChatAction", **_at(place), action=activity.value))

    async def mark(self, address: int, message: int, mark: Mark) -> None:
        reaction = [{"type": "emoji", "emoji": REACTIONS[mark]}]
        await _ensured(self._call("setMessageReaction", chat_id=address, message_id=message, reaction=reaction))

    async def has_threads(self, address: int) -> bool:
        if _is_private(address):
            me = await _ensured(self._call("getMe"))
            return bool(me and me.get("has_topics_enabled"))
        chat = await _ensured(self._call("getChat", chat_id=address))
        return bool(chat and chat.get("is_forum"))

    async def look_at(self, address: int, member: int) -> Sight:
        """The number of somebody's private chat is that of their account."""
        chat = await _ensured(self._call("getChat", chat_id=address)) or {}
        them = await _ensured(self._call("getChatMember", chat_id=address, user_id=member)) or {}
        ourselves = int(self._bot.token.partition(":")[0])
        we = await _ensured(self._call("getChatMember", chat_id=address, user_id=ourselves)) or {}
        return Sight(
            is_administrator=them.get("status") in ("creator", "administrator"),
            has_threads=bool(chat.get("is_forum")),
            may_open_threads=bool(we.get("can_manage_topics")),
        )

    async def open_thread(self, address: int, name: str) -> int:
        try:
            topic = await self._call("createForumTopic", chat_id=address, name=_fitting(name))
        except TelegramError as err:
            # Where the answer was lost, there is one topic too many; better so than a message that perhaps was sent.
            raise translate(err, is_repeatable=True) from err
        return int(topic["message_thread_id"])

    async def close_thread(self, place: Place, name: str) -> None:
        await self._turn_thread(place, name, "closeForumTopic")

    async def reopen_thread(self, place: Place, name: str) -> None:
        await self._turn_thread(place, name, "reopenForumTopic")

    async def _turn_thread(self, place: Place, name: str, method: str) -> None:
        """Topics of private chats cannot be closed, only renamed."""
        if _is_private(place.chat):
            await _ensured(self._call("editForumTopic", **_at(place), name=_fitting(name)))
        else:
            await _ensured(self._call(method, **_at(place)))

    async def answer_press(self, query: str, text: str = "", *, is_alert: bool = False) -> None:
        shown = text if len(text) <= MAX_TOAST else text[: MAX_TOAST - 1] + "…"
        await _ensured(
            self._call("answerCallbackQuery", callback_query_id=query, text=shown or None, show_alert=is_alert or None)
        )

    async def fetch(self, file_id: str) -> bytes:
        file = await _asked(self._bot.get_file(file_id))
        if (file.file_size or 0) > MAX_SIZE:
            raise FileTooBig("the file is larger than a bot may fetch")
        try:
            data = bytes(await file.download_as_bytearray())
        except InvalidToken as err:  # PTB's word for any 404; the token was good a moment ago
            raise FileGone("the file is no longer there") from err
        except TelegramError as err:
            raise translate(err, is_repeatable=True) from err
        if len(data) > MAX_SIZE:
            raise FileTooBig("the file is larger than a bot may fetch")
        return data

    async def set_commands(
        self, commands: Sequence[Command], *, language: str = "", address: int | None = None
    ) -> None:
        scope = BotCommandScopeAllPrivateChats() if address is None else BotCommandScopeChat(address)
        menu = [BotCommand(command.name, command.description) for command in commands]
        await _ensured(self._bot.set_my_commands(menu, scope=scope, language_code=language or None))

    async def set_descriptions(self, description: str, short: str, *, language: str = "") -> None:
        await _ensured(self._bot.set_my_description(description, language_code=language or None))
        await _ensured(self._bot.set_my_short_description(short, language_code=language or None))

    async def username(self) -> str:
        me = await _asked(self._bot.get_me())
        return str(me.username)

    def _keyboard(self, address: int, rows: Sequence[Sequence[Button]]) -> dict[str, Any] | None:
        """Buttons in rows as the Bot API has them, each under its seal."""
        return {"inline_keyboard": [[self._button(address, each) for each in row] for row in rows]} if rows else None

    def _button(self, address: int, button: Button) -> dict[str, str]:
        plain = {"text": button.label, "callback_data": self._seals.seal(address, button.do)}
        return {**plain, "style": str(button.style)} if button.style else plain

    async def _call(self, method: str, **arguments: Any) -> Any:
        """A call of the plain kind, as the Bot API has it: what is said most often goes without the client's objects, which
        cost more than the request. Arguments that are None are left out."""
        given = {name: value for name, value in arguments.items() if value is not None}
        return await self._bot.request.post(f"{self._bot.base_url}/{method}", cast(RequestData, Arguments(given)))

    async def _send_page(self, place: Place, page: Screen, *, answers: int | None) -> Any:
        return await self._call(
            "sendMessage",
            **_at(place),
            text=page.text,
            entities=_plain_entities(page),
            reply_markup=self._keyboard(place.chat, page.buttons),
            link_preview_options=_NO_PREVIEW,
            reply_parameters=None if answers is None else {"message_id": answers, "allow_sending_without_reply": True},
        )

    async def _edit_text(self, address: int, message: int, screen: Screen) -> None:
        await self._call(
            "editMessageText",
            chat_id=address,
            message_id=message,
            text=screen.text,
            entities=_plain_entities(screen),
            reply_markup=self._keyboard(address, screen.buttons),
            link_preview_options=_NO_PREVIEW,
        )

    async def _edit_caption(self, address: int, message: int, screen: Screen) -> None:
        if screen.size > MAX_CAPTION:
            raise EditImpossible("too long for a caption")
        await _ensured(
            self._bot.edit_message_caption(
                chat_id=address,
                message_id=message,
                caption=screen.text,
                caption_entities=_entities(screen),
                reply_markup=InlineKeyboardMarkup.de_json(self._keyboard(address, screen.buttons) or {}, self._bot)
                if screen.buttons
                else None,
            )
        )

    async def _copy(
        self, place: Place, source: int, messages: Sequence[int], caption: Screen | None
    ) -> tuple[int, ...]:
        if len(messages) == 1:
            shown = caption or None
            copied = await _asked(
                self._bot.copy_message(
                    **_at(place),
                    from_chat_id=source,
                    message_id=messages[0],
                    caption=shown.text if shown else None,
                    caption_entities=_entities(shown) if shown else None,
                )
            )
            return (copied.message_id,)
        several = await _asked(self._bot.copy_messages(**_at(place), from_chat_id=source, message_ids=sorted(messages)))
        return tuple(each.message_id for each in several)

    async def _send_file(self, place: Place, file: File | Upload, caption: Screen, is_protected: bool) -> Sent:
        kind = file.kind
        said: dict[str, Any] = {}
        if caption.text and kind not in _CAPTIONLESS:
            said = {"caption": caption.text, "caption_entities": _entities(caption)}
        send = getattr(self._bot, f"send_{kind.value}")
        message: Message = await _asked(
            send(
                **_at(place),
                **{kind.value: _content(file)},
                protect_content=is_protected,
                write_timeout=UPLOADING if isinstance(file, Upload) else None,
                **said,
            )
        )
        return _sent(message)

    async def _send_album(
        self, place: Place, files: Sequence[File | Upload], caption: Screen, is_protected: bool
    ) -> tuple[Sent, ...]:
        first = {"caption": caption.text, "caption_entities": _entities(caption)} if caption.text else {}
        media = [
            ALBUM_ITEMS[file.kind](media=_content(file), **(first if n == 0 else {})) for n, file in enumerate(files)
        ]
        is_long = any(isinstance(file, Upload) for file in files)
        messages = await _asked(
            self._bot.send_media_group(
                media=media, **_at(place), protect_content=is_protected, write_timeout=UPLOADING if is_long else None
            )
        )
        return tuple(_sent(message) for message in messages)


async def _asked(call: Awaitable[T]) -> T:
    """Awaits a call that must not be made twice. A refusal is a DeliveryError."""
    try:
        return await call
    except TelegramError as err:
        raise translate(err) from err


async def _ensured(call: Awaitable[T]) -> T | None:
    """Awaits a call that may be made twice without harm. None when there was nothing left to do."""
    try:
        return await call
    except TelegramError as err:
        if is_fine(err):
            return None
        raise translate(err, is_repeatable=True) from err


async def _plainer(screen: Screen, call: Callable[[Screen], Awaitable[T]]) -> T:
    """Calls with the screen; once more without `date_time` where the server does not know that entity yet."""
    try:
        return await call(screen)
    except BadRequest as err:
        if "entit" not in err.message.lower() or not any(entity.unix_time for entity in screen.entities):
            raise
        return await call(screen.without("date_time"))


def _is_private(address: int) -> bool:
    """So the Bot API numbers chats: people's are positive, groups' negative."""
    return address > 0


def _fitting(name: str) -> str:
    """A topic's name within Telegram's limit, on one line."""
    name = " ".join(name.split())
    return name if len(name) <= MAX_TOPIC else name[: MAX_TOPIC - 1].rstrip() + "…"


def _at(place: Place) -> dict[str, Any]:
    """A place as the Bot API has it: outside of threads no thread is named (a forum's General, too, is addressed so)."""
    return {"chat_id": place.chat, **({"message_thread_id": place.thread} if place.thread else {})}


def _entities(screen: Screen) -> list[MessageEntity] | None:
    return [_entity(entity) for entity in screen.entities] or None


def _entity(entity: Entity) -> MessageEntity:
    at = None if entity.unix_time is None else datetime.fromtimestamp(entity.unix_time, UTC)
    return MessageEntity(
        entity.type,
        entity.offset,
        entity.length,
        unix_time=at,
        date_time_format=entity.date_time_format,
    )


def _plain_entities(screen: Screen) -> list[dict[str, Any]] | None:
    return [_plain_entity(entity) for entity in screen.entities] or None


def _plain_entity(entity: Entity) -> dict[str, Any]:
    plain: dict[str, Any] = {"type": entity.type, "offset": entity.offset, "length": entity.length}
    if entity.unix_time is not None:
        plain |= {"unix_time": entity.unix_time, "date_time_format": entity.date_time_format}
    return {name: value for name, value in plain.items() if value is not None}


def _content(file: File | Upload) -> str | InputFile:
    if isinstance(file, Upload):
        return InputFile(file.data, filename=file.name, attach=True)
    return file.file_id


def _sent(message: Message) -> Sent:
    held: object = message.effective_attachment
    held = held[-1] if isinstance(held, Sequence) and held else held  # a photo in its sizes, the largest last
    return Sent(message.message_id, str(getattr(held, "file_id", "")))
