"""One person at the desk: who they are, what they came with, and how they are answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from conversations import presses
from conversations.cases.case import Case
from conversations.cases.roles import Role
from conversations.desk.access import role_in
from conversations.dialogs.dialog import Context
from conversations.messages import Choice, Choices, Notice, Outgoing, Person, Placing, Question, Style, Toast
from conversations.phrase import Phrase
from conversations.policy import Pack
from conversations.ports import OpenDialog, Work
from conversations.understanding import Lexicon

QUESTION = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the desk is told once: the policy for new cases, the languages on offer, where the operator listens.

    `lexicons` gives the words to understand somebody of that language by, the likeliest first; `spoken` the language on
    offer for one that the messenger told. `translates`: there is a service that translates people's words.
    """

    pack: Pack
    languages: Mapping[str, str] = field(default_factory=dict)  # code -> its own name
    operator: int | None = None  # an address
    confirms_invites: bool = False  # the operator has to confirm who accepted an invitation
    lexicons: Callable[[str], Sequence[Lexicon]] = lambda language: ()
    spoken: Callable[[str], str] = str
    translates: bool = False


@dataclass(slots=True, kw_only=True)
class Visit:
    """A person's turn at the desk. `message` is theirs (none for a press), `query` the press to be answered, `thread` the
    thread they are in and `topic` the case it is about, if any.

    `finish` is what a dialog with all its answers comes to. `room` is the group they are in, in which they are answered
    too; `about` is the case that it is about there.
    """

    work: Work
    now: datetime
    settings: Settings
    person: Person
    finish: Callable[[Visit, Context], Awaitable[None]]
    message: int | None = None
    query: str = ""
    answers_question: bool = False  # a button under the open question was pressed
    room: Person | None = None
    thread: int = 0
    topic: str = ""
    about: str = ""

    @property
    def chat(self) -> Person:
        """Where the visitor is answered: their room, else they themselves."""
        return self.room or self.person

    @property
    def role(self) -> Role | None:
        """What everybody who acts in a room is there; None in private."""
        return self.room.room.role if self.room is not None and self.room.room is not None else None

    def stands_in(self, case: Case) -> Role | None:
        """What the visitor is in a case, here: in a room nothing but what the room is for."""
        role = role_in(case, self.person)
        if self.room is None:
            return role
        here = self.room.room
        is_here = here is not None and role is here.role and here.store in ("", case.store)
        return role if is_here else None

    @property
    def ways_on(self) -> Choices:
        """Where to go from here; nothing in a room, where everybody sees it."""
        return start_choices(self.person) if self.room is None else ()

    async def dialogs(self) -> tuple[OpenDialog, ...]:
        """What is open with the visitor here, the one being answered last: what they began in a room is theirs, and stays
        there."""
        return tuple(each for each in await self.work.dialogs.of(self.person.id) if each.room == self._place)

    async def keep_dialogs(self, stack: Sequence[OpenDialog]) -> None:
        """Keeps what is open here in the place of what was."""
        others = [each for each in await self.work.dialogs.of(self.person.id) if each.room != self._place]
        here = [each if each.room == self._place else replace(each, room=self._place) for each in stack]
        await self.work.dialogs.keep(self.person.id, (*others, *here))

    @property
    def question_slot(self) -> str:
        """Where the open question stands; in a room each member has one."""
        return QUESTION if self.room is None else f"{QUESTION}:{self.person.id}"

    @property
    def _place(self) -> int:
        return 0 if self.room is None else self.room.id

    async def say(
        self,
        *lines: Phrase,
        title: Phrase | None = None,
        choices: Choices = (),
        ref: str = "",
        slot: str = "",
        quotes: bool = False,
        is_list: bool = False,
    ) -> None:
        """A notice to the visitor; in place of the question they answered when it has that slot. `quotes` their message,
        as everything does in a room."""
        await self.tell(
            Outgoing(
                to=self.chat.id,
                body=Notice(lines=lines, title=title, choices=choices, is_list=is_list),
                ref=ref or self.about,
                slot=self.question_slot if slot == QUESTION else slot,
                placing=self.placing if slot else Placing.NEW,
                answers=self.message if quotes or self.room is not None else None,
            )
        )

    async def ask(
        self, question: Question, *, ref: str = "", placing: Placing | None = None, thread: int | None = None
    ) -> None:
        """Puts a question in the place of the one that is open, in another thread than the visitor's if one is given."""
        if self.room is not None:
            whose = Phrase("This is for {name}. To answer in words, reply to this message.", name=self.person.name)
            question = replace(question, lines=(*question.lines, whose))
        out = Outgoing(
            to=self.chat.id,
            body=question,
            slot=self.question_slot,
            placing=placing or self.placing,
            ref=ref or self.about,
            answers=self.message if self.room is not None else None,
        )
        await self.tell(out, thread=thread)

    async def tell(self, out: Outgoing, *, thread: int | None = None) -> None:
        """Says something to the visitor, where they are if it is about no case."""
        thread = self.thread if thread is None else thread
        await self.work.outbox.add(out if out.thread == thread else replace(out, thread=thread))

    def signed(self, lines: tuple[Phrase, ...]) -> tuple[Phrase, ...]:
        """Lines about what the visitor did; in a room they tell which of its members it was."""
        if self.room is None or not lines:
            return lines
        return (Phrase("{name}: {what}", name=self.person.name, what=lines[0]), *lines[1:])

    @property
    def placing(self) -> Placing:
        """Where the next word in a dialog goes: into the question that was answered by its button, else below."""
        return Placing.REPLACE if self.answers_question else Placing.BELOW

    async def change(self, **what: Any) -> None:
        """Keeps something about the chat they are in; what is so in a room is so for everybody there."""
        changed = replace(self.chat, **what)
        if self.room is None:
            self.person = changed
        else:
            self.room = changed
        await self.work.people.save(changed)

    async def toast(self, text: Phrase | None = None, *, is_alert: bool = False) -> None:
        """Answers the press, once; nothing when the visitor wrote."""
        if self.query:
            await self.work.outbox.add(
                Outgoing(to=self.person.id, body=Toast(query=self.query, text=text, is_alert=is_alert))
            )

    def is_asked_here(self, opened: OpenDialog) -> bool:
        """Whether a dialog is held in the thread that the visitor is in, or like them outside of all."""
        return opened.ref == self.topic if opened.ref else opened.thread == self.thread

    @property
    def lexicons(self) -> Sequence[Lexicon]:
        """The words to understand the visitor by."""
        return self.settings.lexicons(self.person.language)

    async def open_ref(self, ref: str) -> None:
        """Remembers the case that the visitor looks at."""
        if self.room is not None:
            self.about = ref
        elif self.person.open_ref != ref:
            self.person = replace(self.person, open_ref=ref)
            await self.work.people.save(self.person)


def command(label: Phrase, name: str, argument: str = "", style: Style = Style.PLAIN) -> Choice:
    """A button that does what the command does."""
    return Choice(label, presses.write(presses.CommandPress(name, argument)), style)


def start_choices(person: Person) -> Choices:
    """Where to go from here, what the person's role needs most first."""
    first = [command(Phrase("Open the queue"), "queue", style=Style.PRIMARY)] if person.is_arbitrator else []
    is_buyer = not person.stores and not person.is_arbitrator
    new = command(Phrase("Report a problem"), "new", style=Style.PRIMARY if is_buyer else Style.PLAIN)
    mine = command(Phrase("My cases"), "cases", style=Style.PRIMARY if person.stores else Style.PLAIN)
    rest = [new, mine] if is_buyer else [mine, new]
    rows = [*((button,) for button in first), *((button,) for button in rest)]
    return (*rows, (command(Phrase("Language"), "language"), command(Phrase("Help"), "help")))
