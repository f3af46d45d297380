"""What a dialog is: steps in order, of which the first that applies and is not answered yet is asked next.

Answers are JSON values under the id of their step. Three names are the dialog's own: `_trail` (the steps answered by the
person, in order, for going back), `_pending` (steps that have a value but are not finished: a file was given, more
may come) and `_also` (the further answers that came with a step's, and go when it is taken back).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from conversations import presses
from conversations.cases.case import Case
from conversations.cases.evidence import Evidence
from conversations.cases.lifecycle import Act
from conversations.cases.orders import Order, Store
from conversations.cases.roles import Role
from conversations.cases.standing import Standing
from conversations.cases.verdict import Verdict
from conversations.messages import Choice, Choices, Person, Question, Said, Style
from conversations.phrase import Phrase
from conversations.policy import History, Pack
from conversations.ports import OpenDialog


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All that a step may look at. `taken` counts the units of each line claimed before, `found` are the orders of a
    number the person typed, `cases` those they may mean, `exhibits` the evidence of the case, `history` the claims made
    on the order before, `standing` how its store stands with buyers. `pack` is that of the order's store once there is an order."""

    person: Person
    now: datetime
    dialog: OpenDialog
    pack: Pack
    role: Role = Role.BUYER
    case: Case | None = None
    order: Order | None = None
    store: Store | None = None
    orders: Sequence[Order] = ()
    found: Sequence[Order] = ()
    taken: Mapping[str, int] = field(default_factory=dict)
    cases: Sequence[Case] = ()
    exhibits: Sequence[Evidence] = ()
    history: History = History()
    standing: Standing | None = None
    judged: list[Verdict] = field(init=False, default_factory=list, compare=False, repr=False)  # at most one

    @property
    def answers(self) -> Mapping[str, Any]:
        return self.dialog.answers

    @property
    def the_case(self) -> Case:
        assert self.case is not None
        return self.case

    @property
    def the_order(self) -> Order:
        assert self.order is not None
        return self.order


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that a step could use. Not `is_final`: the step goes on. `also` sets answers of other steps, None
    takes one back."""

    value: Any
    is_final: bool = True
    also: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why an answer could not be used, and what would do. Nothing is lost."""

    why: Phrase


Reply = Said | str  # a message, or the value of a button


class Step(Protocol):
    """One question of a dialog."""

    @property
    def id(self) -> str: ...

    def applies(self, context: Context) -> bool: ...

    def ask(self, context: Context) -> Question:
        """The question, without the ways back and out."""

    def take(self, context: Context, reply: Reply) -> Given | Complaint:
        """Reads an answer."""


@dataclass(frozen=True, slots=True)
class Dialog:
    """A dialog by name. `act` turns the answers of a move's dialog into the move."""

    name: str
    steps: tuple[Step, ...]
    act: Callable[[Context], Act] | None = None


def start(name: str, ref: str = "", /, **answers: Any) -> OpenDialog:
    """A dialog just begun, with what is known already."""
    return OpenDialog(name=name, ref=ref, step="", answers=answers)


def next_step(dialog: Dialog, context: Context) -> Step | None:
    """The step to ask now; None when everything is answered."""
    for step in dialog.steps:
        if not is_answered(context.dialog, step.id) and step.applies(context):
            return step
    return None


def is_answered(open_dialog: OpenDialog, step: str) -> bool:
    answers = open_dialog.answers
    return step in answers and step not in answers.get("_pending", ())


def question(dialog: Dialog, step: Step, context: Context, *, complaint: Phrase | None = None) -> Question:
    """The step's question with Back and Cancel under it."""
    asked = step.ask(context)
    ways = []
    if context.answers.get("_trail"):
        ways.append(option(context, step.id, presses.BACK, Phrase("‹ Back")))
    ways.append(option(context, step.id, presses.CANCEL, Phrase("Cancel")))
    return replace(asked, choices=(*asked.choices, tuple(ways)), complaint=complaint)


def answer(open_dialog: OpenDialog, step: str, given: Given) -> OpenDialog:
    """The dialog with an answer taken down."""
    answers = dict(open_dialog.answers)
    answers[step] = given.value
    for name, value in given.also.items():
        if value is None:
            answers.pop(name, None)
        else:
            answers[name] = value
    answers["_also"] = {**answers.get("_also", {}), step: [name for name in given.also if name in answers]}
    pending = [name for name in answers.get("_pending", ()) if name != step]
    trail = [name for name in answers.get("_trail", ()) if name != step and name in answers]
    if not given.is_final:
        pending.append(step)
    elif step in answers:  # a step that takes its own answer back asks again, and is nothing to go back to
        trail.append(step)
    answers["_pending"], answers["_trail"] = pending, trail
    return replace(open_dialog, answers=answers)


def back(open_dialog: OpenDialog) -> OpenDialog:
    """The dialog with the last answer taken back; unchanged at the beginning."""
    answers = dict(open_dialog.answers)
    trail = list(answers.get("_trail", ()))
    if not trail:
        return open_dialog
    last = trail.pop()
    answers["_trail"] = trail
    if last in KEPT_ON_BACK:
        answers["_pending"] = [*answers.get("_pending", ()), last]
    else:
        for name in (last, *answers.get("_also", {}).get(last, ())):
            answers.pop(name, None)
    return replace(open_dialog, answers=answers)


#: Going back to these shows what was given, to add to it.
KEPT_ON_BACK = frozenset({"files", "items"})


def option(context: Context, step: str, value: str, label: Phrase, style: Style = Style.PLAIN) -> Choice:
    """A button that answers this step with `value`."""
    press = presses.AnswerPress(context.dialog.name, step, value, context.dialog.ref)
    return Choice(label, presses.write(press), style)


def rows(buttons: Sequence[Choice], width: int = 1) -> Choices:
    return tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))
