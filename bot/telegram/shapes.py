"""What we read of the Bot API's objects, as they have it: nothing that it does not promise, and nothing that we do not need."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

#: The Bot API's ids have at most 52 bits, so anything larger is none; a database would refuse it.
LARGEST: Final = 2**52
Id = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]


class Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class User(Part):
    id: Id
    first_name: str = ""
    last_name: str = ""
    language_code: str = ""
    is_bot: bool = False


class Chat(Part):
    id: Id
    type: str
    title: str = ""
    is_forum: bool = False


class File(Part):
    file_id: str
    file_unique_id: str
    file_size: int = 0
    mime_type: str = ""
    file_name: str = ""


class Photo(File):
    width: int = 0
    height: int = 0


class Location(Part):
    latitude: float
    longitude: float


class Venue(Part):
    location: Location
    title: str
    address: str = ""


class Contact(Part):
    phone_number: str
    first_name: str = ""
    last_name: str = ""


class Option(Part):
    text: str


class Poll(Part):
    question: str
    options: list[Option] = []


class Dice(Part):
    emoji: str
    value: int


class Replied(Part):
    model_config = ConfigDict(strict=True, frozen=True, extra="allow")

    message_id: Id
    sender: User | None = Field(default=None, alias="from")

    def is_of(self, bot: int) -> bool:
        """Whether it was us who said it. What is said in a topic seems to answer what opened it, which is no message."""
        is_opening = "forum_topic_created" in (self.model_extra or {})
        return self.sender is not None and self.sender.id == bot and not is_opening


class Message(Part):
    model_config = ConfigDict(strict=True, frozen=True, extra="allow")

    message_id: Id
    date: int
    chat: Chat
    sender: User | None = Field(default=None, alias="from")
    edit_date: int | None = None
    text: str = ""
    caption: str = ""
    media_group_id: str = ""
    reply_to_message: Replied | None = None
    message_thread_id: Id | None = None
    is_topic_message: bool = False
    photo: list[Photo] = []
    animation: File | None = None
    video: File | None = None
    document: File | None = None
    voice: File | None = None
    video_note: File | None = None
    audio: File | None = None
    sticker: File | None = None
    venue: Venue | None = None
    location: Location | None = None
    contact: Contact | None = None
    poll: Poll | None = None
    dice: Dice | None = None
    sender_chat: Chat | None = None
    is_automatic_forward: bool = False
    migrate_to_chat_id: Id | None = None
    migrate_from_chat_id: Id | None = None


class PressedMessage(Part):
    message_id: Id
    chat: Chat
    message_thread_id: Id | None = None
    is_topic_message: bool = False


class Press(Part):
    id: str
    sender: User = Field(alias="from")
    message: PressedMessage | None = None
    data: str | None = None


class Rights(Part):
    can_manage_topics: bool = False  # told of administrators


class Member(Rights):
    status: str
    can_send_messages: bool = True  # told of those who are restricted


class Membership(Part):
    chat: Chat
    sender: User = Field(alias="from")
    date: int
    old_chat_member: Rights = Rights()
    new_chat_member: Member

    @property
    def has_lost_topics(self) -> bool:
        before, now = self.old_chat_member, self.new_chat_member
        return self.chat.is_forum and before.can_manage_topics and not now.can_manage_topics


class Update(Part):
    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Press | None = None
    my_chat_member: Membership | None = None
