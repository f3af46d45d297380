"""Moves: begun by a button or a command, made when everything they need is known, told to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from conversations import vocabulary
from conversations.cards import moves_for
from conversations.cases.case import (
    THE_CLOCK,
    Actor,
    Case,
    Denied,
    Moved,
    act,
    default_move,
)
from conversations.cases.deadlines import reminders, reminds_only
from conversations.cases.evidence import File, FileKind
from conversations.cases.facts import EvidenceAdded, OwnerReminded
from conversations.cases.lifecycle import Act, IllegalMove, waits_for
from conversations.cases.roles import Role
from conversations.desk.clocks import give_time
from conversations.desk.publishing import journal, mark, publish, remind, set_alarm, show_card
from conversations.desk.visit import QUESTION, Visit, command
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.arguments import prefill
from conversations.dialogs.dialog import Context
from conversations.dialogs.moves import MOVES
from conversations.dialogs.steps import fitting
from conversations.messages import Mark, Placing
from conversations.phrase import Phrase
from conversations.ports import OpenDialog, Work

#: Moves that agree to what was on the table when they were begun, and to nothing else.
_BOUND_TO_TURN = frozenset({"accept", "decline", "approve"})


async def visible(visit: Visit, ref: str, *, lock: bool = False) -> tuple[Case, Role] | None:
    """The case and what the visitor is in it, here; None when there is none for them."""
    case = await visit.work.cases.get(ref, lock=lock)
    role = visit.stands_in(case) if case is not None else None
    return None if case is None or role is None else (case, role)


def begun(move: str, case: Case, arguments: str = "") -> OpenDialog:
    """The dialog of a move, with what was typed after the command."""
    typed = fitting(MOVES[move], prefill(move, arguments, case))
    return dialogs.start(move, case.ref, turn=case.position.turn, **typed)


async def explain_closed_move(visit: Visit, case: Case, role: Role, move: str) -> None:
    """Says why a move cannot be made now, and what can."""
    open_moves = tuple(vocabulary.MOVES[name] for name in moves_for(case, role))
    line = Phrase(
        "“{move}” is not possible now: {state}.", move=vocabulary.MOVES[move], state=vocabulary.STATES[case.state]
    )
    what = (
        Phrase("You can: {moves}.", moves=open_moves) if open_moves else Phrase("There is nothing for you to do now.")
    )
    await visit.say(line, what, ref=case.ref, choices=((command(Phrase("Show the case"), "case", case.ref),),))


async def finish(visit: Visit, context: Context, case: Case, role: Role) -> None:
    """Everything a move needs is known: makes it, in the locked case, if it still can be made."""
    name, answers = context.dialog.name, context.answers
    moved_on = name in _BOUND_TO_TURN and answers.get("turn", case.position.turn) != case.position.turn
    if moved_on or name not in moves_for(case, role):
        await visit.say(
            Phrase("The case has moved on meanwhile, so this was not done. Here is where it stands now."), slot=QUESTION
        )
        await show_card(case, visit.chat, role, visit.work, placing=Placing.BELOW)
        return
    if address := str(answers.get("address", "")):
        store = await visit.work.orders.store(case.store)
        await visit.work.orders.set_store(replace(store, return_address=address))
    make = MOVES[name].act
    assert make is not None
    move = make(replace(context, case=case, role=role))
    await make_move(visit, case, role, move, files=files_of(context), caption=str(answers.get("caption", "")))


async def make_move(
    visit: Visit, case: Case, role: Role, move: Act, *, files: Sequence[File] = (), caption: str = ""
) -> None:
    """Makes a move for the visitor and tells everybody; a refusal is explained to them.

    Files that come with it are filed as evidence, and shown to the others once they have been looked into.
    """
    actor = Actor(role, visit.person.id)
    try:
        outcome = act(case, move, actor, now=visit.now)
    except IllegalMove:
        await explain_closed_move(visit, case, role, move.move)
        return
    if isinstance(outcome, Denied):
        shown = command(Phrase("Show the case"), "case", case.ref)
        await visit.say(outcome.reason, ref=case.ref, choices=((shown,),), slot=QUESTION)
        return
    await visit.open_ref(case.ref)
    await add_evidence(visit, case, role, files, caption)
    await publish(outcome, actor, visit.work, now=visit.now, before=case, visit=visit)


async def add_evidence(
    visit: Visit, case: Case, role: Role, files: Sequence[File], caption: str = ""
) -> tuple[EvidenceAdded, ...]:
    """Numbers files on as exhibits and puts that on record. Gives the facts."""
    added = await visit.work.evidence.add(case.ref, files, by=role, at=visit.now, caption=caption)
    facts = tuple(EvidenceAdded(item.n, item.file.kind) for item in added)
    if facts:
        await journal(case, facts, Actor(role, visit.person.id), visit.work, now=visit.now)
        await mark(visit.chat, [item.file for item in added], Mark.TAKEN, visit.work)
    return facts


def files_of(context: Context) -> tuple[File, ...]:
    """The files given in a dialog."""
    return files_from(context.answers.get("files", ()))


def files_from(kept: Any) -> tuple[File, ...]:
    """Files as a dialog keeps them."""
    return tuple(File(**{**file, "kind": FileKind(file["kind"])}) for file in kept)


async def expire(ref: str, work: Work, now: datetime) -> None:
    """An alarm rang: gives the time that is owed, reminds, or lets the clock make its move.

    Looks again under lock, since somebody may have acted, or the operator.
    """
    case = await work.cases.get(ref, lock=True)
    if case is None or case.due_at is None:
        await work.alarms.set(ref, None)
        return
    if await give_time(case, work, now):
        return
    if now < case.due_at:
        await _remind(case, work, now)
        return
    store = await work.orders.store(case.store)
    move = default_move(case, has_address=bool(store.return_address))
    outcome = act(case, move, THE_CLOCK, now=now)
    assert isinstance(outcome, Moved)
    await publish(outcome, THE_CLOCK, work, now=now, before=case)


async def _remind(case: Case, work: Work, now: datetime) -> None:
    assert case.due_at is not None
    await set_alarm(case, work, now=now)
    if reminds_only(case.state) or now < reminders(case.since, case.due_at)[0]:
        return  # the wait was begun anew, or got more time, since the alarm was set
    await journal(case, (OwnerReminded(case.due_at),), THE_CLOCK, work, now=now)
    for role in waits_for(case.position):
        await remind(case, role, work, now=now)
