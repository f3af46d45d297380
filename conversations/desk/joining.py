"""Roles that are taken and lost: an invitation is accepted, the operator confirms, the operator takes a role away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from conversations import vocabulary
from conversations.cases.case import Actor, Case, Moved, act
from conversations.cases.lifecycle import Act, moves_open
from conversations.cases.roles import Role
from conversations.desk.access import is_for, role_in
from conversations.desk.publishing import publish, show_card, tell_operator
from conversations.desk.rooms import room_for, room_of
from conversations.desk.visit import QUESTION, Visit, start_choices
from conversations.messages import Notice, Outgoing, Person, Placing, card_slot
from conversations.phrase import Phrase
from conversations.ports import Application, LinkPurpose, OpenDialog, Work

#: Of how many cases of a store the cards are shown, or taken away.
_MOST_CASES = 1000
_GONE = Phrase("This case is not open to you any more.")


async def join(visit: Visit, token: str) -> None:
    """Accepts an invitation: the role is theirs, or waits for the operator where that is the rule of the house."""
    visit.answers_question = True
    link = await visit.work.links.peek(token, visit.now)
    if link is not None and link.purpose is not LinkPurpose.ORDER:  # an order's link is not used up by a wrong command
        link = await visit.work.links.redeem(token, visit.now, person=visit.person.id)
    if link is None or link.purpose is LinkPurpose.ORDER:
        await visit.say(
            Phrase("This invitation has been used or has expired. Please ask for a new one."), slot=QUESTION
        )
        return
    role = Role.SELLER if link.purpose is LinkPurpose.SELLER else Role.ARBITRATOR
    applied = Application(person=visit.person.id, role=role, store=link.store, at=visit.now)
    if visit.settings.confirms_invites:
        await visit.work.people.apply(applied)
        await visit.say(
            Phrase("Thank you. The operator has to confirm this before you can begin; you will hear of it here."),
            slot=QUESTION,
        )
        await tell_operator(visit.settings, visit.work, _asks(visit.person, applied))
        return
    visit.person = _with(visit.person, (applied,))
    await visit.work.people.save(visit.person)
    await visit.say(await _welcome(applied, visit.work), choices=start_choices(visit.person), slot=QUESTION)
    await tell_operator(visit.settings, visit.work, _joined(visit.person, applied))
    await _show_cards(visit.person, (applied,), visit.work)


async def admit(person: Person, work: Work) -> Sequence[Application]:
    """The operator confirms: gives a person every role they have applied for, and tells them. Gives what it was."""
    applied = await work.people.settle(person.id)
    if not applied:
        return ()
    person = _with(person, applied)
    await work.people.save(person)
    lines = [await _welcome(each, work) for each in applied]
    body = Notice(lines=tuple(lines), choices=start_choices(person))
    await work.outbox.add(Outgoing(to=person.id, body=body))
    await _show_cards(person, applied, work)
    return applied


async def dismiss(before: Person, work: Work, now: datetime, *, stores: frozenset[str], is_arbitrator: bool) -> None:
    """Roles end, and whatever was applied for: of these stores, and the arbitrator's if so said.

    From now on nothing in those cases is theirs: open dialogs end, cards go, cases in arbitration wait for another.
    """
    applied = await work.people.settle(before.id)
    person = replace(before, stores=before.stores - stores, is_arbitrator=before.is_arbitrator and not is_arbitrator)
    lost = before.stores - person.stores
    lines = [Phrase("You no longer answer for store {store}.", store=store) for store in sorted(lost)]
    if before.is_arbitrator and not person.is_arbitrator:
        lines.append(Phrase("You are no longer an arbitrator."))
    if applied:
        lines.append(Phrase("The operator did not confirm your invitation."))
    if not lines:
        return
    cases = [case for case in await _cases_of(before, lost, work) if role_in(case, before) is not role_in(case, person)]
    opened = next((case for case in cases if case.ref == before.open_ref), None)
    person = replace(person, open_ref="" if opened and role_in(opened, person) is None else before.open_ref)
    await work.people.save(person)
    await _end_dialogs(person, work)
    for case in cases:
        line = Phrase("Case {ref} is no longer open to you.", ref=vocabulary.reference(case.ref))
        out = Outgoing(to=person.id, body=Notice(lines=(line,)), slot=card_slot(case.ref), placing=Placing.REPLACE)
        if await room_of(case, role_in(case, before) or Role.SELLER, work) is None:  # else their card is in a room
            await work.outbox.add(replace(out, ref=case.ref))
        await _release(case, person, work, now)
    await work.outbox.add(Outgoing(to=person.id, body=Notice(lines=tuple(lines), choices=start_choices(person))))


async def _cases_of(person: Person, stores: frozenset[str], work: Work) -> Sequence[Case]:
    """The open cases that the person has as a seller of these stores, or as an arbitrator."""
    found = [*await work.cases.of_stores(sorted(stores), limit=_MOST_CASES)] if stores else []
    if person.is_arbitrator:
        found += [*await work.cases.of_arbitrator(person.id), *await work.cases.queue()]
    return tuple({case.ref: case for case in found if case.is_open}.values())


async def _end_dialogs(person: Person, work: Work) -> None:
    stack = await work.dialogs.of(person.id)
    kept = tuple([opened for opened in stack if await _goes_on(opened, person, work)])
    if kept == stack:
        return
    await work.dialogs.keep(person.id, kept)
    if [each for each in stack if not each.room][-1:] != [each for each in kept if not each.room][-1:]:
        body = Notice(lines=(_GONE,))
        await work.outbox.add(Outgoing(to=person.id, body=body, slot=QUESTION, placing=Placing.REPLACE))


async def _goes_on(opened: OpenDialog, person: Person, work: Work) -> bool:
    case = await work.cases.get(opened.ref) if opened.ref else None
    role = role_in(case, person) if case is not None else None
    return not opened.ref or (role is not None and is_for(opened.name, role))


async def _release(case: Case, person: Person, work: Work, now: datetime) -> None:
    """What they were deciding waits for another arbitrator at once, whether or not it waits for a party's answer."""
    held = await work.cases.get(case.ref, lock=True)
    if held is None or held.arbitrator != person.id or "release" not in moves_open(held.position, Role.ARBITRATOR):
        return
    actor = Actor(Role.ARBITRATOR, person.id)
    moved = act(held, Act(move="release"), actor, now=now)
    assert isinstance(moved, Moved)
    await publish(moved, actor, work, now=now, before=held)


async def _show_cards(person: Person, applied: Sequence[Application], work: Work) -> None:
    stores = sorted({each.store for each in applied if each.store})
    for case in await work.cases.of_stores(stores) if stores else ():
        if case.is_open and case.buyer != person.id and await room_of(case, Role.SELLER, work) is None:
            await show_card(case, person, Role.SELLER, work, placing=Placing.BELOW)


def _with(person: Person, applied: Sequence[Application]) -> Person:
    stores = {each.store for each in applied if each.role is Role.SELLER}
    decides = any(each.role is Role.ARBITRATOR for each in applied)
    return replace(person, stores=person.stores | stores, is_arbitrator=person.is_arbitrator or decides)


async def _welcome(applied: Application, work: Work) -> Phrase:
    group = await room_for(applied.role, applied.store, work)
    if applied.role is Role.SELLER and group is not None:
        return Phrase(
            "You now answer for store {store}. Its cases are in the group “{group}”.",
            store=applied.store,
            group=group.name,
        )
    if applied.role is Role.SELLER:
        return Phrase("You now answer for store {store}. New cases will appear here.", store=applied.store)
    if group is not None:
        return Phrase("You are now an arbitrator. Cases that wait are shown in the group “{group}”.", group=group.name)
    return Phrase("You are now an arbitrator. /queue shows the cases that wait.")


def _joined(person: Person, applied: Application) -> Phrase:
    if applied.role is Role.SELLER:
        return Phrase("{name} now answers for store {store}.", name=person.name, store=applied.store)
    return Phrase("{name} is now an arbitrator.", name=person.name)


def _asks(person: Person, applied: Application) -> Phrase:
    how = f"aftersales people confirm {person.id}"
    if applied.role is Role.SELLER:
        return Phrase(
            "{name} wants to answer for store {store}. To confirm: {command}",
            name=person.name,
            store=applied.store,
            command=how,
        )
    return Phrase("{name} wants to be an arbitrator. To confirm: {command}", name=person.name, command=how)
