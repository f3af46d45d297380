"""Carrying dialogs: beginning one, asking its next question, taking an answer down, finishing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conversations import presses
from conversations.cases.case import Case
from conversations.cases.numbers import spellings
from conversations.cases.orders import OrderKey
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.desk import floods
from conversations.desk.access import is_for, role_in
from conversations.desk.policies import history_on, policy_of
from conversations.desk.publishing import tell_operator
from conversations.desk.visit import QUESTION, Visit, command
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.dialog import Complaint, Context, Dialog, Given, Reply
from conversations.dialogs.draft import order_key
from conversations.dialogs.intake import FILES, INTAKE, REMEDY, Heard, overhear
from conversations.dialogs.moves import MOVES
from conversations.dialogs.originals import ORIGINAL
from conversations.dialogs.rating import RATING, RESPOND
from conversations.dialogs.relay import ADDRESS, LIMIT, NOTE, REPLY, TEMPLATES, WHICH_CASE
from conversations.messages import Notice, Outgoing, Placing, Said, Style
from conversations.phrase import Phrase
from conversations.policy import NO_HISTORY
from conversations.ports import OpenDialog, Work
from conversations.understanding import wish

#: Every dialog by name.
DIALOGS: Mapping[str, Dialog] = {
    d.name: d
    for d in (
        *(INTAKE, RATING, RESPOND, WHICH_CASE, REPLY, TEMPLATES, NOTE, ORIGINAL, LIMIT, ADDRESS),
        *MOVES.values(),
    )
}

GONE = Phrase("This case is not open to you any more.")
_MOVED_ON = Phrase("This question has moved on; here is the open one.")


async def begin(visit: Visit, opened: OpenDialog) -> None:
    """Begins a dialog (one of the same name about the same case is begun anew) and asks its first question."""
    stack = await visit.dialogs()
    others = [d for d in stack if (d.name, d.ref) != (opened.name, opened.ref)]
    await go_on(visit, (*others, opened))


async def go_on(
    visit: Visit,
    stack: tuple[OpenDialog, ...],
    complaint: Phrase | None = None,
    placing: Placing | None = None,
    *,
    stays: bool = False,
) -> None:
    """Asks the next question of the last dialog, or finishes it when nothing is left to ask. One that is about no case
    goes on where the visitor is, unless it `stays` where it was asked before."""
    opened = stack[-1]
    if not stays and opened.thread != visit.thread:
        opened = replace(opened, thread=visit.thread)
    dialog = DIALOGS[opened.name]
    context = await context_of(visit, opened)
    step = dialogs.next_step(dialog, context)
    if step is None:
        await visit.keep_dialogs(stack[:-1])
        await visit.finish(visit, context)
        return
    if not _is_open_to(context):
        await _end(visit, stack)
        return
    await visit.keep_dialogs((*stack[:-1], replace(opened, step=step.id)))
    if step is REMEDY:  # which tells how the store stands
        context = replace(context, standing=await visit.work.outcomes.standing(context.the_order.key.store, visit.now))
    asked = dialogs.question(dialog, step, context, complaint=complaint)
    await visit.ask(asked, ref=opened.ref, placing=placing, thread=opened.thread)


async def take(visit: Visit, stack: tuple[OpenDialog, ...], reply: Reply) -> None:
    """Takes an answer to the question that the last dialog has open."""
    opened = stack[-1]
    dialog = DIALOGS[opened.name]
    context = await context_of(visit, opened, typed=reply)
    step = dialogs.next_step(dialog, context)
    if step is None or step.id != opened.step:  # what was answered is not the question any more: things have changed
        await go_on(visit, stack, complaint=_MOVED_ON)
        return
    if is_shut := step.id == "code" and await _is_order_shut(visit, context):
        context = replace(context, found=())
    given: Given | Complaint | Heard = step.take(context, reply)
    if isinstance(given, Complaint):
        if step.id == "code" and _is_guess(reply) and await _has_guessed_too_often(visit, context, is_shut=is_shut):
            await _lock(visit, stack)
            return
        given = _overheard(visit, context, reply) or given
    album = album_begun(opened, reply)
    placing = Placing.REPLACE if album else None
    match given:
        case Complaint(why) if album:
            await _say_of_album(visit, album, why, opened.ref)
        case Complaint(why):
            await go_on(visit, stack, complaint=why)
        case Heard(draft, note):
            await go_on(visit, (*stack[:-1], draft), complaint=note, placing=placing)
        case _:
            opened = dialogs.answer(opened, step.id, given)
            if step.id == "code":
                await _bind(visit, opened)
            await go_on(visit, (*stack[:-1], opened), placing=placing)


def _overheard(visit: Visit, context: Context, reply: Reply) -> Heard | Complaint | None:
    """What somebody tells us in the middle of a claim instead of answering. Only a claim listens for it, and not while
    it asks for files, which says itself what is wrong with one."""
    if context.dialog.name != INTAKE.name or context.dialog.step == FILES.id or not isinstance(reply, Said):
        return None
    return overhear(context, reply, wish(reply.text, visit.lexicons))


def album_begun(opened: OpenDialog, reply: Reply) -> str:
    """The album that a message belongs to, if the dialog has a file of it already; else empty.

    The first of an album brings the question; what comes after it changes that one.
    """
    album = reply.album if isinstance(reply, Said) else ""
    return album if any(file["album"] == album for file in opened.answers.get("files", ())) else ""


async def _say_of_album(visit: Visit, album: str, line: Phrase, ref: str) -> None:
    """In one place for all of an album, so that what comes after it does not push it away."""
    body = Notice(lines=(line,), stays=True)
    await visit.tell(Outgoing(to=visit.chat.id, body=body, slot=f"album:{album}", placing=Placing.REPLACE, ref=ref))


async def press(visit: Visit, pressed: presses.AnswerPress) -> None:
    """A button under a question. One under an old question shows the question that is open now."""
    stack = await visit.dialogs()
    asked = (pressed.dialog, pressed.ref)
    at = next((i for i, opened in enumerate(stack) if (opened.name, opened.ref) == asked), None)
    if at is None:
        await visit.toast(Phrase("This question has been dealt with already."))
        return
    opened = stack[at]
    visit.answers_question = at == len(stack) - 1
    stack = (*stack[:at], *stack[at + 1 :], opened)
    if pressed.value == presses.CANCEL:
        await cancel(visit, stack)
        return
    if pressed.step != opened.step:
        await visit.toast(_MOVED_ON)
        await go_on(visit, stack)
        return
    await visit.toast()
    if pressed.value == presses.BACK:
        await go_on(visit, (*stack[:-1], dialogs.back(opened)))
    else:
        await take(visit, stack, pressed.value)


async def cancel(visit: Visit, stack: tuple[OpenDialog, ...]) -> None:
    """Drops the last dialog, and comes back to the one before it."""
    rest = stack[:-1]
    await visit.keep_dialogs(rest)
    await visit.toast()
    opened = stack[-1]
    shown = command(Phrase("Show the case"), "case", opened.ref)
    anew = command(Phrase("Report a problem"), "new", style=Style.PRIMARY)
    await visit.say(
        Phrase("Stopped. Nothing has been changed."), choices=((shown if opened.ref else anew,),), slot=QUESTION
    )
    await resume(visit)


async def resume(visit: Visit) -> None:
    """Asks again what was being asked before, below what has been said since."""
    if stack := await visit.dialogs():
        await go_on(visit, stack, placing=Placing.BELOW, stays=True)


def _is_open_to(context: Context) -> bool:
    """Whether the person still has the role in the case that the dialog is for: a store or an office can be lost."""
    case, opened = context.case, context.dialog
    if not opened.ref:
        return True
    role = role_in(case, context.person) if case is not None else None
    return role is not None and is_for(opened.name, role)


async def _end(visit: Visit, stack: tuple[OpenDialog, ...]) -> None:
    await visit.keep_dialogs(stack[:-1])
    await visit.say(GONE, slot=QUESTION)
    await resume(visit)


async def context_of(visit: Visit, opened: OpenDialog, *, typed: Reply = "") -> Context:
    """Everything the steps of a dialog may look at."""
    if opened.name == INTAKE.name:
        return await _of_claim(visit, opened, typed)
    work, person = visit.work, visit.person
    case = await work.cases.get(opened.ref) if opened.ref else None
    context = Context(
        person=person,
        now=visit.now,
        dialog=opened,
        pack=visit.settings.pack,
        case=case,
        role=(role_in(case, person) if case else None) or Role.BUYER,
        store=await work.orders.store(case.store) if case else None,
    )
    if case is not None and opened.name in (REPLY.name, TEMPLATES.name):
        return replace(context, order=await work.orders.get(case.claim.order))
    if opened.name in ("rule", ORIGINAL.name):
        return replace(context, exhibits=tuple(await work.evidence.of(opened.ref)))
    if opened.name == WHICH_CASE.name:
        return replace(context, cases=await cases_of(visit))
    return context


async def cases_of(visit: Visit) -> tuple[Case, ...]:
    """Every case that is the visitor's in any role, open ones first; in a room those that the room is for."""
    work, person = visit.work, visit.person.id
    found = [*await work.cases.of_buyer(person)]
    if visit.person.stores:
        found += await work.cases.of_stores(sorted(visit.person.stores))
    if visit.person.is_arbitrator:
        found += await work.cases.of_arbitrator(person)
    unique = {case.ref: case for case in found if visit.stands_in(case) is not None}
    return tuple(sorted(unique.values(), key=lambda case: (not case.is_open, case.due_at or case.opened_at)))


async def _of_claim(visit: Visit, opened: OpenDialog, typed: Reply) -> Context:
    work, person = visit.work, visit.person
    if (key := order_key(opened.answers)) is not None:
        return await about_order(visit, opened, key)
    number = str(opened.answers.get("number", ""))
    return Context(
        person=person,
        now=visit.now,
        dialog=opened,
        pack=visit.settings.pack,
        orders=tuple(await work.orders.of(person.id)),
        found=tuple(await work.orders.numbered(number)) if number and isinstance(typed, Said) else (),
    )


async def about_order(visit: Visit, opened: OpenDialog, key: OrderKey) -> Context:
    """The context of a claim on that order as things stand now: its store's policy, and what was claimed before, which
    no rule looks at until it is known what went wrong."""
    work, linked = visit.work, str(opened.answers.get("linked", ""))
    order = await work.orders.get(key)
    assert order is not None
    context = Context(
        person=visit.person,
        now=visit.now,
        dialog=opened,
        pack=policy_of(await work.orders.store(key.store), visit.settings.pack),
        order=order,
        taken=await taken_of(key, work),
        history=await history_on(order, work, visit.now, linked=linked) if "reason" in opened.answers else NO_HISTORY,
    )
    return await _about_replacement(context, work, linked) if linked else context


async def _about_replacement(context: Context, work: Work, linked: str) -> Context:
    """A claim on what a former case sent: its units and no others, with windows from their receipt."""
    former = await work.cases.get(linked)
    assert former is not None
    again: dict[str, int] = {}
    for case in await work.cases.of_order(former.claim.order):
        if case.claim.linked == linked and case.state is not State.CLOSED:
            for claimed in case.claim.items:
                again[claimed.item_no] = again.get(claimed.item_no, 0) + claimed.quantity
    sent = {claimed.item_no: claimed.quantity for claimed in former.claim.items}
    taken = {item.no: item.quantity - sent.get(item.no, 0) + again.get(item.no, 0) for item in context.the_order.items}
    return replace(context, order=replace(context.the_order, delivered_at=former.replaced_at), taken=taken)


async def taken_of(key: OrderKey, work: Work) -> dict[str, int]:
    """The units of each line that open and settled cases claim; a closed case releases its own."""
    taken: dict[str, int] = {}
    for case in await work.cases.of_order(key):
        if case.state is not State.CLOSED and not case.claim.linked:  # a replacement's unit is its first case's
            for claimed in case.claim.items:
                taken[claimed.item_no] = taken.get(claimed.item_no, 0) + claimed.quantity
    return taken


async def _bind(visit: Visit, opened: OpenDialog) -> None:
    key = order_key(opened.answers)
    assert key is not None
    await visit.work.orders.bind(key, visit.person.id)
    if token := str(opened.answers.get("token", "")):
        await visit.work.links.redeem(token, visit.now, person=visit.person.id)


# --- guessing --------------------------------------------------------------------------------------------------


async def is_locked(visit: Visit) -> bool:
    """Whether the person has guessed wrong too often lately."""
    guesses, limit = visit.work.guesses, floods.GUESSES
    return await guesses.count(visit.person.id, visit.now - limit.period) >= limit.most


async def _is_order_shut(visit: Visit, context: Context) -> bool:
    """Whether all people together have guessed wrong too often at this number lately, be there such an order or not.

    Nobody is told: the right code is answered like a wrong one, so that nothing can be learned by trying on.
    """
    limit = floods.ORDER_GUESSES
    return await visit.work.tallies.count(_guesses_at(context), visit.now - limit.period) >= limit.most


def _guesses_at(context: Context) -> str:
    """Every way to write a number counts as one."""
    *_, bare = "", *spellings(str(context.answers.get("number", "")))
    return f"guess:{bare.lstrip('#＃').lower()}"


def _is_guess(reply: Reply) -> bool:
    """A photo of what went wrong is none."""
    return isinstance(reply, str) or bool(reply.text) or not reply.files


async def _has_guessed_too_often(visit: Visit, context: Context, *, is_shut: bool) -> bool:
    await visit.work.guesses.add(visit.person.id, visit.now)
    if not is_shut:
        await visit.work.tallies.add(_guesses_at(context), visit.now)
        if await _is_order_shut(visit, context):
            await _tell_of_guesses(visit, context)
    return await is_locked(visit)


async def _tell_of_guesses(visit: Visit, context: Context) -> None:
    limit, number = floods.ORDER_GUESSES, str(context.answers.get("number", ""))
    line = Phrase.counted(
        "Order {number}: {n} wrong code within a day. Until {until} no code is accepted for it, and nobody is told.",
        "Order {number}: {n} wrong codes within a day. Until {until} no code is accepted for it, and nobody is told.",
        limit.most,
        number=number,
        until=visit.now + limit.period,
    )
    await tell_operator(visit.settings, visit.work, line)


async def _lock(visit: Visit, stack: tuple[OpenDialog, ...]) -> None:
    await visit.keep_dialogs(stack[:-1])
    await visit.say(LOCKED, slot=QUESTION)


LOCKED = Phrase("Too many wrong codes. Please wait an hour and try again, or ask the shop to send you the code anew.")
