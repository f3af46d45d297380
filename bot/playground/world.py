"""The world of the playground: its users, chats, messages and the bot's updates; pure of HTTP."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from bot.playground.errors import BotApiError, bad_request, forbidden
from bot.playground.events import Events
from bot.playground.faults import FaultPlan, Faults
from bot.playground.files import FileStore
from bot.playground.people import Chat, Message, Topic, User
from bot.playground.profile import Profile
from bot.playground.requests import RequestLog
from bot.playground.updates import Disorder, UpdateQueue

DEMO_TOKEN = "7000000001:PLAYGROUND-ONLY-not-a-secret-token-1"
TOKEN = re.compile(r"\d+:[\w-]{35,}")
CALLBACK_SECONDS = 60
CALLBACKS_KEPT = 20_000
FIRST_USER_ID = 1001
FIRST_GROUP_ID = -1_001_000_000_001
FIRST_BASIC_GROUP_ID = -4001

ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""In whose name administrators write who do not show who they are."""


def utc_now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Callback:
    """A pressed button that the bot has not answered yet."""

    user_id: int
    pressed_at: float


class World:
    """Everything the Bot API server and the control side look at and change.

    `clock` dates the messages. `topics_in_private` is the switch bots have for topics in private chats; where it is on,
    people may make topics of their own, too.
    """

    def __init__(
        self,
        *,
        token: str = DEMO_TOKEN,
        username: str = "AftersalesDemoBot",
        first_name: str = "Aftersales desk",
        clock: Callable[[], datetime] = utc_now,
        topics_in_private: bool = False,
    ) -> None:
        if not TOKEN.fullmatch(token):
            raise ValueError("a bot token looks like 123456:35 or more letters, digits, - and _")
        self.token = token
        self.bot_id = int(token.partition(":")[0])
        self.username = username
        self.first_name = first_name
        self.clock = clock
        self.topics_in_private = topics_in_private
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.files = FileStore()
        self.events = Events()
        self.updates = UpdateQueue()
        self.profile = Profile()
        self.requests = RequestLog()
        self.faults = FaultPlan.none()
        self.callbacks: OrderedDict[str, Callback] = OrderedDict()
        self._bot_user = {"id": self.bot_id, "is_bot": True, "first_name": first_name, "username": username}
        self._message_ids = count(1)
        self._user_ids = count(FIRST_USER_ID)
        self._album_ids = count(13_000_000_000_000_001)
        self._callback_ids = count(4_000_000_000_000_000_001)

    # Who and when

    def now(self) -> int:
        """The world's time in whole seconds."""
        return int(self.clock().timestamp())

    @property
    def bot_user(self) -> dict[str, Any]:
        """The bot as the sender of its messages."""
        return self._bot_user

    def add_user(
        self,
        first_name: str,
        *,
        id: int | None = None,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str = "en",
        label: str | None = None,
    ) -> User:
        """A new person, who has not started the bot yet; raises ValueError when the id is taken."""
        if id is None:
            id = next(number for number in self._user_ids if number not in self.users)
        if id in self.users or id == self.bot_id or id <= 0:
            raise ValueError(f"user id {id} is taken or not positive")
        user = User(id, first_name, last_name, username, language_code, label)
        self.users[id] = user
        self.chats[id] = Chat(id, "private", self._next_message_id, user=user)
        self.events.publish("user", {"user": user.as_control()})
        return user

    def add_group(
        self,
        title: str,
        *,
        members: tuple[User, ...] = (),
        administrators: tuple[User, ...] = (),
        is_forum: bool = False,
        is_basic: bool = False,
    ) -> Chat:
        """A group with the bot as administrator: a supergroup, maybe a forum, or a basic group. Administrators are members."""
        if is_basic:
            chat_id = FIRST_BASIC_GROUP_ID - len(self.chats)
            chat = Chat(chat_id, "group", self._next_message_id, title=title)
        else:
            ids = count(2 if is_forum else 1)  # 1 is a forum's General topic
            chat_id = FIRST_GROUP_ID - len(self.chats)
            chat = Chat(chat_id, "supergroup", lambda: next(ids), title=title, is_forum=is_forum)
        chat.members = {user.id: user for user in (*administrators, *members)}
        chat.administrators = {user.id for user in administrators}
        self.chats[chat_id] = chat
        self.events.publish("group", {"group": chat.as_control()})
        return chat

    def upgrade_group(self, group: Chat) -> Chat:
        """A basic group becomes a supergroup: it gets a new id, and the old one answers with it."""
        bosses = tuple(group.members[id] for id in sorted(group.administrators))
        upgraded = self.add_group(group.title or "", members=tuple(group.members.values()), administrators=bosses)
        group.migrated_to = upgraded.id
        sender = ANONYMOUS
        self.post(group, sender, {"migrate_to_chat_id": upgraded.id})
        self.post(upgraded, sender, {"migrate_from_chat_id": group.id})
        return upgraded

    def user_changed(self, user: User) -> None:
        """Tells watchers that a user is not what they were."""
        self.events.publish("user", {"user": user.as_control()})

    # Chats as the bot may address them

    def chat(self, chat_id: int | str) -> Chat:
        """The chat the bot names by id or @username; "chat not found" otherwise."""
        found = self.chats.get(chat_id) if isinstance(chat_id, int) else self._chat_named(chat_id)
        if found is None:
            raise bad_request("chat not found")
        return found

    def open_chat(self, chat_id: int | str) -> Chat:
        """The chat the bot names, if it may write there now; Telegram's 403 or 400 otherwise."""
        chat = self.chat(chat_id)
        if chat.user is not None:
            if chat.user.is_blocked:
                raise forbidden("bot was blocked by the user")
            if not chat.user.is_started:
                raise forbidden("bot can't initiate conversation with a user")
        elif chat.migrated_to is not None:
            raise BotApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                parameters={"migrate_to_chat_id": chat.migrated_to},
            )
        elif chat.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {chat.type} chat")
        elif chat.bot_status == "left":
            raise forbidden(f"bot is not a member of the {chat.type} chat")
        return chat

    # Topics

    def has_topics(self, chat: Chat) -> bool:
        """Whether the chat has topics now."""
        return self.topics_in_private if chat.is_private else chat.is_forum

    def topic(self, chat: Chat, thread_id: int) -> Topic:
        """A topic of the chat; "message thread not found" otherwise."""
        found = chat.topics.get(thread_id) if self.has_topics(chat) else None
        if found is None:
            raise bad_request("message thread not found")
        return found

    def open_topic(
        self, chat: Chat, maker: dict[str, Any], name: str, icon_color: int, icon_custom_emoji_id: str | None = None
    ) -> Topic:
        """A new topic; its number is that of the service message that tells of it."""
        created = {"name": name, "icon_color": icon_color}
        message = self.post(chat, maker, {"forum_topic_created": created}, opens_topic=True)
        topic = Topic(message["message_id"], name, icon_color, icon_custom_emoji_id)
        chat.topics[topic.thread_id] = topic
        return topic

    def remove_topic(self, chat: Chat, topic: Topic) -> None:
        """Deletes a topic with all that is in it. Nobody is told."""
        del chat.topics[topic.thread_id]
        for message_id, message in list(chat.messages.items()):
            if message.get("message_thread_id") == topic.thread_id:
                self.remove(chat, message_id)
        self.events.publish("topic_deleted", self.event_of(chat, thread_id=topic.thread_id))

    def switch_topics(self, is_on: bool) -> None:
        """Switches topics in private chats on or off; those that there are come back when they are on again."""
        self.topics_in_private = is_on
        self.events.publish("topics", {"is_on": is_on})

    def _chat_named(self, name: str) -> Chat | None:
        if not name.startswith("@"):
            return None
        wanted = name[1:].lower()
        groups = (chat for chat in self.chats.values() if chat.user is None)
        return next((chat for chat in groups if (chat.username or "").lower() == wanted), None)

    # Messages

    def post(
        self,
        chat: Chat,
        sender: dict[str, Any],
        content: Message,
        *,
        thread_id: int | None = None,
        opens_topic: bool = False,
    ) -> Message:
        """Stores a new message and tells the watchers, and the bot too unless it is its own.

        The id of a topic is the id of the service message that opens it.
        """
        message_id = chat.next_id()
        thread_id = message_id if opens_topic else thread_id
        message: Message = {
            "message_id": message_id,
            "from": sender,
            "chat": chat.as_api(),
            "date": self.now(),
        }
        if thread_id is not None:
            message["message_thread_id"] = thread_id
            message["is_topic_message"] = True
        message.update(content)
        chat.messages[message_id] = message
        if self.events.has_readers:
            self.events.publish("message", self.event_of(chat, message=message))
        if sender["id"] != self.bot_id:
            self.updates.put("message", message)
        return message

    def replace(self, chat: Chat, message: Message) -> None:
        """Puts an edited message in the place of the old one, and tells the watchers."""
        chat.messages[message["message_id"]] = message
        if self.events.has_readers:
            self.events.publish("edit", self.event_of(chat, message=message))

    def remove(self, chat: Chat, message_id: int) -> None:
        """Deletes a message for everybody."""
        del chat.messages[message_id]
        chat.pinned.pop(message_id, None)
        self.events.publish("delete", self.event_of(chat, message_id=message_id))

    def is_own(self, message: Message) -> bool:
        """Whether the bot sent it."""
        return bool(message["from"]["id"] == self.bot_id)

    def event_of(self, chat: Chat, **data: Any) -> dict[str, Any]:
        """The data of an event in a chat, addressed as the control side does."""
        return {"user_id": chat.id, **data} if chat.is_private else {"chat_id": chat.id, **data}

    def next_album_id(self) -> str:
        """A new media_group_id."""
        return str(next(self._album_ids))

    def _next_message_id(self) -> int:
        return next(self._message_ids)

    # Button presses

    def open_callback(self, user_id: int) -> str:
        """The id of a new callback query, which the bot may answer for CALLBACK_SECONDS."""
        callback_id = str(next(self._callback_ids))
        self.callbacks[callback_id] = Callback(user_id, asyncio.get_running_loop().time())
        if len(self.callbacks) > CALLBACKS_KEPT:
            self.callbacks.popitem(last=False)
        return callback_id

    def close_callback(self, callback_id: str) -> Callback:
        """Takes a callback query for its answer; refuses unknown, answered and old ones."""
        callback = self.callbacks.pop(callback_id, None)
        if callback is None or asyncio.get_running_loop().time() - callback.pressed_at > CALLBACK_SECONDS:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        return callback

    def chat_instance(self, chat: Chat) -> str:
        """The stable token of a chat that comes with button presses."""
        digest = hashlib.sha256(f"{self.bot_id}:{chat.id}".encode()).digest()
        return str(int.from_bytes(digest[:8], "big", signed=True))

    # Trouble

    def inject(self, faults: Faults) -> None:
        """Puts a new plan of faults in the place of the old one."""
        self.faults = FaultPlan(faults)
        self.updates.disorder = Disorder(faults.updates.duplicate, faults.updates.reorder, self.faults.random)

    def interrupt(self) -> None:
        """Ends everything that waits, since the server in front of the world stops; the world itself goes on."""
        self.updates.end_poll(BotApiError(502, "Bad Gateway"))
        self.events.close()
