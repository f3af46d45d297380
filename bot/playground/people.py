"""The users and chats of the world as plain records, and how the Bot API shows them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]
"""A Bot API Message object. Replaced, never changed in place, so that whoever holds one holds a snapshot."""


@dataclass(slots=True)
class User:
    """A person of the playground."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str = "en"
    label: str | None = None
    is_started: bool = False
    is_blocked: bool = False

    def as_api(self) -> dict[str, Any]:
        """The Bot API User."""
        return _without_none(
            id=self.id,
            is_bot=False,
            first_name=self.first_name,
            last_name=self.last_name,
            username=self.username,
            language_code=self.language_code,
        )

    def as_control(self) -> dict[str, Any]:
        """The user as the control side shows it."""
        return _without_none(
            id=self.id,
            first_name=self.first_name,
            last_name=self.last_name,
            username=self.username,
            language_code=self.language_code,
            is_started=self.is_started,
            is_blocked=self.is_blocked,
            label=self.label,
        )


@dataclass(slots=True)
class Topic:
    """A forum topic."""

    thread_id: int
    name: str
    icon_color: int
    icon_custom_emoji_id: str | None = None
    is_closed: bool = False

    def as_api(self) -> dict[str, Any]:
        """The Bot API ForumTopic."""
        return _without_none(
            message_thread_id=self.thread_id,
            name=self.name,
            icon_color=self.icon_color,
            icon_custom_emoji_id=self.icon_custom_emoji_id,
        )

    def as_control(self) -> dict[str, Any]:
        """The topic as the control side shows it."""
        return {"thread_id": self.thread_id, "name": self.name, "is_closed": self.is_closed}


@dataclass(slots=True)
class Chat:
    """A private chat of the bot with `user`, or a group the bot is in."""

    id: int
    type: str
    next_id: Callable[[], int]
    user: User | None = None
    title: str | None = None
    username: str | None = None
    is_forum: bool = False
    members: dict[int, User] = field(default_factory=dict)
    administrators: set[int] = field(default_factory=set)
    bot_status: str = "administrator"
    may_manage_topics: bool = True
    """Whether the bot, as an administrator, was given that right."""
    migrated_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: dict[int, None] = field(default_factory=dict)
    keyboard: dict[str, Any] | None = None
    """The reply keyboard the user has before them; no part of a Message."""

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    def as_api(self) -> dict[str, Any]:
        """The Bot API Chat."""
        if self.user is not None:
            return _without_none(
                id=self.id,
                type="private",
                first_name=self.user.first_name,
                last_name=self.user.last_name,
                username=self.user.username,
            )
        return _without_none(
            id=self.id,
            type=self.type,
            title=self.title,
            username=self.username,
            is_forum=self.is_forum or None,
        )

    def as_control(self) -> dict[str, Any]:
        """A group as the control side shows it."""
        return {
            **self.as_api(),
            "members": list(self.members),
            "administrators": sorted(self.administrators),
            "bot_status": self.bot_status,
            "topics": [topic.as_api() for topic in self.topics.values()],
        }


def _without_none(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
