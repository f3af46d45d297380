"""A dialog talked through without a desk: steps asked, answered, taken back."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from conversations import presses
from conversations.cases.evidence import File, FileKind
from conversations.cases.orders import Store
from conversations.cases.roles import Role
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.dialog import Complaint, Context
from conversations.dialogs.intake import INTAKE
from conversations.dialogs.moves import MOVES
from conversations.messages import Person, Said

PERSON = Person(id=1, address=100, name="Sam", language="en")


def photo(n: int = 1, *, size: int = 1000, kind: FileKind = FileKind.PHOTO, mime: str = "") -> File:
    return File(kind=kind, file_id=f"f{n}", unique_id=f"u{n}", size=size, mime=mime)


@dataclass
class Talk:
    """A dialog under way. `context` is all but the dialog itself."""

    dialog: dialogs.Dialog
    context: Context
    plain: Callable[[object], str]
    complaint: Complaint | None = None
    asked: list[str] = field(default_factory=list)

    @property
    def open(self):
        return self.context.dialog

    @property
    def answers(self) -> dict:
        return {name: value for name, value in self.open.answers.items() if not name.startswith("_")}

    @property
    def step(self):
        return dialogs.next_step(self.dialog, self.context)

    @property
    def question(self):
        return dialogs.question(self.dialog, self.step, self.context)

    @property
    def labels(self) -> list[str]:
        return [self.plain(choice.label) for row in self.question.choices for choice in row]

    def put(self, opened) -> None:
        self.context = replace(self.context, dialog=opened)

    def give(self, reply) -> None:
        """An answer: the value of a button, words, files, or a whole message."""
        step, before = self.step, self.open
        given = step.take(self.context, reply)
        self.complaint = given if isinstance(given, Complaint) else None
        if self.complaint is None:
            self.put(dialogs.answer(before, step.id, given))
        self.asked.append(step.id)

    def say(self, text: str = "", *files: File) -> None:
        self.give(Said(message=1, text=text, files=files))

    def tap(self, label: str) -> None:
        """Presses the button of that label, as the desk would read it."""
        [do] = [choice.do for row in self.question.choices for choice in row if self.plain(choice.label) == label]
        pressed = presses.read(do)
        assert (pressed.dialog, pressed.step, pressed.ref) == (self.dialog.name, self.step.id, self.open.ref)
        if pressed.value == presses.BACK:
            self.put(dialogs.back(self.open))
        else:
            self.give(pressed.value)


@pytest.fixture
def talk(build):
    """Begins a dialog: of a move in a case, or the intake about an order."""

    def begin(name: str, case=None, role: Role = Role.BUYER, *, store=None, exhibits=(), **answers) -> Talk:
        dialog = INTAKE if name == INTAKE.name else MOVES[name]
        context = Context(
            person=PERSON,
            now=build.opened,
            dialog=dialogs.start(name, case.ref if case else "", **answers),
            pack=build.pack,
            role=role,
            case=case,
            order=build.order(),
            store=store or Store(name="Acme", return_address="Acme, Hafenstr. 1"),
            exhibits=exhibits,
        )
        return Talk(dialog, context, build.plain)

    return begin


@pytest.fixture
def a_photo():
    return photo
