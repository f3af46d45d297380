"""What comes in from a person and what goes out to one, whatever the messenger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conversations.cases.evidence import File
from conversations.cases.roles import Role
from conversations.phrase import Phrase

# --- coming in -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Somebody as the messenger knows them. `address` is where they are written to (a private chat)."""

    address: int
    name: str
    language: str = ""  # the messenger's language tag, if it told one


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message: words, files, or both. A command arrives as its text. `is_edit`: it replaces an earlier one.

    `thread` is the thread (topic) of the chat that it was said in, 0 outside of all.
    """

    message: int
    text: str = ""
    files: tuple[File, ...] = ()
    reply_to: int | None = None
    is_edit: bool = False
    thread: int = 0

    @property
    def album(self) -> str:
        """What joins it with other messages that were sent together; empty when it came alone."""
        return next((file.album for file in self.files if file.album), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button under one of our messages. `query` must be answered, `do` is what the button carried.

    Not `is_ours`: somebody made it up, or it was made for another chat. What it says tells only what it is about.
    """

    query: str
    do: str
    message: int | None = None
    is_ours: bool = True
    thread: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """The person blocked us; nothing can be sent to them."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The person, or the group, can be written to again, or still. `has_lost_topics`: the group's topics were ours to open
    until now."""

    has_lost_topics: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has another address now."""

    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group in which something was done. `is_anonymous`: by somebody who does not show who they are."""

    address: int
    title: str = ""
    is_anonymous: bool = False


#: What a person can do.
Content = Said | Pressed | Left | Returned | Moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One thing a person did, at the messenger's own time: in private with us, or in a group.

    In a group we are the ones who have left or returned.
    """

    sender: Sender
    at: datetime
    content: Content
    group: Group | None = None


# --- going out -------------------------------------------------------------------------------------------------


class Style(StrEnum):
    """How a button looks; never the only carrier of a meaning."""

    PLAIN = ""
    PRIMARY = "primary"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it says and the `do` that comes back when it is pressed (see `presses.write`)."""

    label: Phrase
    do: str
    style: Style = Style.PLAIN


#: Buttons in rows.
Choices = tuple[tuple[Choice, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A short message: a title in bold, if any, and lines of text, each a paragraph; or a list, one under the other.

    One that `stays` keeps its slot, for a newer one to take its place.
    """

    lines: tuple[Phrase, ...]
    title: Phrase | None = None
    choices: Choices = ()
    is_list: bool = False
    stays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something we ask: the prompt in bold, then explanations; `notes` are a checklist or a list of points."""

    prompt: Phrase
    lines: tuple[Phrase, ...] = ()
    notes: tuple[Phrase, ...] = ()
    choices: Choices = ()
    complaint: Phrase | None = None  # why the last answer could not be used


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a card: a heading in bold and its lines."""

    heading: Phrase
    lines: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Where a party stands in a case. Edited in place; `due_at` is shown in the reader's own local time."""

    ref: str
    title: Phrase
    state: Phrase
    turn: Phrase | None
    due_at: datetime | None
    default: Phrase | None  # what happens if nobody acts
    sections: tuple[Section, ...] = ()
    choices: Choices = ()

    @property
    def is_over(self) -> bool:
        """Whether the case has ended: it is nobody's turn any more."""
        return self.turn is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Somebody's own words, passed on untouched under a line that says who speaks. Never parsed as markup.

    `source` and `message` name the original, so that an edit of it finds this copy. `template` are words of ours that
    they chose to say instead, in the reader's language.
    """

    speaker: Phrase
    text: str
    source: int = 0
    message: int = 0
    template: Phrase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Messages of one chat copied to another without naming their author; `speaker` says who sent them.

    Not `has_caption`: stickers and round videos carry none, so a line of its own goes before them.
    """

    speaker: Phrase
    source: int  # the address they were sent from
    messages: tuple[int, ...]
    caption: str = ""
    has_caption: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibits:
    """Evidence shown to somebody: files, or our own copies of them, under a line that says what they are.

    `are_originals`: what is `kept` of them are not copies but what was sent, for the eyes of an arbitrator.
    """

    caption: Phrase
    files: tuple[File, ...]
    are_originals: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeout:
    """Everything about the person it is sent to, put together when it is handed over."""

    caption: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Figures in sections: each has a heading in bold, and a line for each figure."""

    title: Phrase
    sections: tuple[Section, ...]
    choices: Choices = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of a picture: bars and, thinner, what they were before. Over time they stand side by side, else under one
    another and each in a colour of its own."""

    now: tuple[int, ...]
    before: tuple[int, ...]
    is_over_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart without any words in it, which so needs no language. The caption says what is to be seen."""

    caption: Phrase
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A store's report on the `days` before `ends`, counted when it is handed over: counting is not for the desk's
    transaction. Whoever no longer sells for the store gets none; one `unless_empty` is not worth a message without cases.
    """

    store: str
    days: int
    ends: datetime
    choices: Choices = ()
    unless_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """The case file, made when it is handed over: `reader` is what the person is in the case, and so may see of it."""

    ref: str
    reader: Role
    caption: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """The answer to a press; an alert has to be dismissed."""

    query: str
    text: Phrase | None = None
    is_alert: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """Words that were passed on, to be translated for whoever they came to, under them and beside nothing else.

    `source` and `message` name the original. Where no translation is to be had, nothing is said.
    """

    text: str
    source: int
    message: int


class Mark(StrEnum):
    """A sign on somebody's own message of what became of it; never instead of words."""

    TAKEN = "taken"  # it takes some time
    PASSED_ON = "passed_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A mark on a message of the person it goes to. Where it cannot be, nothing is lost."""

    message: int
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The sender edited a message that was relayed: `text` replaces that of its copy."""

    speaker: Phrase
    text: str
    source: int
    message: int


Body = (
    Notice
    | Question
    | Card
    | Speech
    | Copies
    | Exhibits
    | Dossier
    | Report
    | Picture
    | Review
    | Takeout
    | Toast
    | Receipt
    | Correction
    | Translation
)


class Placing(StrEnum):
    """Where in the chat a message with a slot goes."""

    NEW = "new"  # a new message
    REPLACE = "replace"  # edit the slot's message in place; a new one when there is none
    BELOW = "below"  # take the buttons off the slot's message, and send a new one at the bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One thing to say to one person (`to` is their id, not their address).

    `slot` names a place that holds one message at a time ("card:A7KQ2M", "question"); a Notice is the last word in its
    slot, which is free afterwards. `ref` is the case it is about, so that a reply to it is understood, and that it goes
    into the case's thread where there is one. `answers` is the person's own message it replies to, `thread` the one that
    they were in: what is about no case goes there.
    """

    to: int
    body: Body
    slot: str = ""
    placing: Placing = Placing.NEW
    ref: str = ""
    answers: int | None = None
    thread: int = 0


def card_slot(ref: str) -> str:
    """The slot of a case's card in a chat."""
    return f"card:{ref}"


class Consent(StrEnum):
    """What somebody said to machine translations of what is written to them."""

    UNASKED = "unasked"
    ASKED = "asked"
    LATER = "later"
    GIVEN = "given"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A group that is to hear what the sellers of a store hear, or the arbitrators (`store` is empty).

    `linked_by` is the member who asked for it. It hears from the time it is `confirmed_at` by the operator, who is asked
    when it was seen that the member may (`checked_at`), until we are no longer in it (`left_at`).
    """

    role: Role
    store: str = ""
    linked_by: int
    linked_at: datetime
    checked_at: datetime | None = None
    confirmed_at: datetime | None = None
    left_at: datetime | None = None

    @property
    def hears(self) -> bool:
        return self.confirmed_at is not None and self.left_at is None

    @property
    def is_linked(self) -> bool:
        """Whether nobody has to ask for it anew."""
        return self.left_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody we know. `language` is what they chose, else what the messenger told; `stores` are those they sell for.

    `translation` was last said, or asked for, at `translation_at`. A group is known like a person; `room` says what it
    was linked for.
    """

    id: int
    address: int
    name: str
    language: str
    has_chosen_language: bool = False
    is_reachable: bool = True
    is_arbitrator: bool = False
    stores: frozenset[str] = frozenset()
    open_ref: str = ""  # the case they last opened
    translation: Consent = Consent.UNASKED
    translation_at: datetime | None = None
    room: Room | None = None

    def sells_for(self, store: str) -> bool:
        return store in self.stores


#: Who hears something about a case: a party, or every arbitrator.
Audience = Role
