"""What the workers need of a messenger, whichever it is, and how its refusals are told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.screens import Screen
from conversations.cases.evidence import File, FileKind
from conversations.messages import Incoming, Mark


class Unreadable(ValueError):
    """This is not an update as the messenger writes them. The message names where, never what was said."""


class Reader(Protocol):
    """Reads a raw update: what a person did, or None for what we do not react to. Raises Unreadable.

    `received_at` dates what the messenger does not.
    """

    def __call__(self, update: Mapping[str, Any], *, received_at: datetime) -> Incoming | None: ...


class DeliveryError(Exception):
    """Something could not be delivered.

    `permanent`: trying again will not help. `retry_after`: seconds the messenger asked us to wait. `maybe_sent`: the
    connection broke after the request was written; it may have been carried out, and trying again may repeat it.
    Never so for what can be done twice without harm, such as an edit.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after: float | None = None, maybe_sent: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.retry_after = retry_after
        self.maybe_sent = maybe_sent


class Unreachable(DeliveryError):
    """The person blocked us, or the chat is gone: nothing can be sent there."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class EditImpossible(DeliveryError):
    """That message can no longer be edited; what it should say has to be sent anew."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class ChatMoved(DeliveryError):
    """The chat has another address now; send there again."""

    def __init__(self, message: str, *, address: int) -> None:
        super().__init__(message)
        self.address = address


class ThreadGone(DeliveryError):
    """The thread is not there any more, or the chat has no threads: what was to go there was not sent."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class ThreadClosed(DeliveryError):
    """The thread is closed, for us too: it has to be reopened before anything can be sent there."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class NoThreads(DeliveryError):
    """Threads of that chat are not ours to open or close: it has none, or we have no right to."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class FileGone(DeliveryError):
    """The messenger no longer has that file or message, or never gave it to us."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class FileTooBig(DeliveryError):
    """The file is larger than the messenger lets a bot fetch."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


@dataclass(frozen=True, slots=True)
class Command:
    """An entry of the menu: the command without its slash, and what it does."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of our own making to be sent, as a document unless it is of another kind."""

    name: str
    mime: str
    data: bytes
    kind: FileKind = FileKind.DOCUMENT


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent; `file_id` is what the messenger now knows its file by, if it has one."""

    message: int
    file_id: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is sent: a chat by its address and, in one that has threads (topics), which; 0 is outside of all."""

    chat: int
    thread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How things stand in a group: whether somebody is one of its administrators, and whether it has threads that we may
    open."""

    is_administrator: bool
    has_threads: bool
    may_open_threads: bool


class Activity(StrEnum):
    """What somebody is shown that we are at, while they wait; Telegram's words."""

    TYPING = "typing"
    PHOTO = "upload_photo"
    DOCUMENT = "upload_document"


class Messenger(Protocol):
    """Every method raises DeliveryError, or a subclass, when it cannot do what it says.

    Messages and threads are named by ids within the address (the chat) they are in. What is sent to a place raises
    ThreadGone or ThreadClosed when there is no such thread, or none that takes it.
    """

    async def send(self, place: Place, screen: Screen, *, answers: int | None = None) -> tuple[int, ...]:
        """Sends a screen as one message or, when it is too long, as several with the buttons under the last;
        `answers` is the message it replies to. Returns the ids in order."""

    async def edit(self, address: int, message: int, screen: Screen) -> None:
        """Makes a message of ours (its text, or its caption) say something else. An edit that changes nothing is fine.
        EditImpossible when it has to be sent anew."""

    async def strip_buttons(self, address: int, message: int) -> None:
        """Takes the buttons off a message of ours; fine when there are none, or no such message."""

    async def copy(
        self, place: Place, source: int, messages: Sequence[int], *, caption: Screen | None = None
    ) -> tuple[int, ...]:
        """Copies messages of another chat without naming their author. `caption` replaces that of a single one. FileGone
        when they are not there any more, or that chat is closed to us."""

    async def send_files(
        self, place: Place, files: Sequence[File | Upload], *, caption: Screen, is_protected: bool = True
    ) -> tuple[Sent, ...]:
        """Sends files, those the messenger knows and new ones, as albums where it can; the caption is on the first, or
        a message before it where it cannot be. Protected ones can neither be forwarded nor saved."""

    async def upload(self, place: Place, upload: Upload, *, caption: Screen | None = None) -> int:
        """Sends a file of our own making."""

    async def show_activity(self, place: Place, activity: Activity) -> None:
        """Shows for some seconds, or until something is sent, that we are at it."""

    async def mark(self, address: int, message: int, mark: Mark) -> None:
        """Puts a mark on somebody's own message in place of one that we put there before."""

    async def has_threads(self, address: int) -> bool:
        """Whether we may open threads in that chat, as far as the messenger tells."""

    async def look_at(self, address: int, member: int) -> Sight:
        """A group as it is now; `member` is the address of somebody's own chat."""

    async def open_thread(self, address: int, name: str) -> int:
        """A new thread, to which the name is cut as short as it has to be. NoThreads."""

    async def close_thread(self, place: Place, name: str) -> None:
        """Ends a thread: nobody writes there any more. Where that cannot be had, the thread is given `name`, which says
        so. Fine when it is so already. ThreadGone, NoThreads."""

    async def reopen_thread(self, place: Place, name: str) -> None:
        """Undoes `close_thread`; `name` is what the thread was called before. Fine when it is open. ThreadGone,
        NoThreads."""

    async def answer_press(self, query: str, text: str = "", *, is_alert: bool = False) -> None:
        """Ends the waiting of whoever pressed a button. Fine when they no longer wait."""

    async def fetch(self, file_id: str) -> bytes:
        """A file's contents. FileGone, FileTooBig."""

    async def set_commands(
        self, commands: Sequence[Command], *, language: str = "", address: int | None = None
    ) -> None:
        """The menu, for everybody or for one chat; `language` is a two-letter code, "" for all others."""

    async def set_descriptions(self, description: str, short: str, *, language: str = "") -> None:
        """What strangers read before they start, and on the bot's profile."""

    async def username(self) -> str:
        """The bot's own name, without @."""
