"""What follows from a change of a case: it is kept, journaled, its alarm set, and everybody concerned is told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from conversations import notices, vocabulary
from conversations.cards import card
from conversations.cases.case import THE_CLOCK, Actor, Case, Moved
from conversations.cases.clocks import fairly
from conversations.cases.deadlines import next_alarm, time_left
from conversations.cases.evidence import Evidence, File
from conversations.cases.facts import CaseTaken, Fact
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.desk.access import QUEUE
from conversations.desk.rooms import out_of_reach, recipients
from conversations.desk.visit import QUESTION, Settings, Visit, command
from conversations.messages import (
    Exhibits,
    Mark,
    Notice,
    Outgoing,
    Person,
    Placing,
    Receipt,
    Sender,
    Style,
    card_slot,
)
from conversations.phrase import Phrase
from conversations.ports import Work

HEARERS = (Role.BUYER, Role.SELLER, Role.ARBITRATOR)


async def publish(
    moved: Moved, actor: Actor, work: Work, *, now: datetime, before: Case | None, visit: Visit | None = None
) -> None:
    """Keeps the case after a move and tells everybody. `visit` is the doer's, whose question is answered."""
    case, time_given = await _fairly_set(moved.case, before, work)
    await (work.cases.add(case) if before is None else work.cases.save(case))
    await set_alarm(case, work, now=now)
    await journal(case, moved.facts, actor, work, now=now)
    await journal(case, time_given, THE_CLOCK, work, now=now)
    came_to_queue = case.state in QUEUE and (before is None or before.state is not case.state)
    for role in HEARERS:
        people = list(await recipients(case, role, work))
        if visit is not None and role is actor.role and all(person.id != visit.chat.id for person in people):
            people.append(visit.chat)  # a member of a room who acts in private is answered there
        for person in people:
            is_doer = visit is not None and person.id == visit.chat.id and role is actor.role
            is_told_so = is_doer and visit is not None and visit.room is None
            lines = _lines(moved.facts, actor.role, role if is_told_so or role is not actor.role else None)
            is_new = (role is Role.SELLER and before is None) or (role is Role.ARBITRATOR and came_to_queue)
            await show_card(case, person, role, work, placing=Placing.BELOW if is_new else Placing.REPLACE)
            if is_doer and visit is not None:
                # A new case's card says it right below.
                standing = await _standing(case, role, work) if before is not None else ()
                lines = visit.signed(lines or _lines(moved.facts, actor.role, role))
                await visit.say(*lines, *standing, ref=case.ref, slot=QUESTION)
            elif lines:
                await _notify(case, person, role, lines, work)
    if before is not None:
        await _take_leave(before, case, moved.facts, work)
    if case.state is State.AWAITING_RETURN and (before is None or before.state is not State.AWAITING_RETURN):
        await _ask_for_address(case, work)


async def journal(case: Case, facts: Sequence[Fact], actor: Actor, work: Work, *, now: datetime) -> None:
    """Puts facts on record, and into the figures of the reports."""
    await work.outcomes.note(case, facts, who=actor.role, at=now)
    await work.journal.add(case.ref, facts, who=actor.role, person=actor.person, at=now)


async def set_alarm(case: Case, work: Work, *, now: datetime) -> None:
    """Sets the case's next reminder or deadline."""
    at = None
    if case.due_at is not None:
        at = next_alarm(case.state, case.since, case.due_at, after=now)
    await work.alarms.set(case.ref, at)


async def _fairly_set(case: Case, before: Case | None, work: Work) -> tuple[Case, tuple[Fact, ...]]:
    """A wait just begun counts the operator's extensions in from the start; the record says why it is so long."""
    is_new = before is None or (case.since, case.due_at) != (before.since, before.due_at)
    if case.due_at is None or not is_new:
        return case, ()
    return fairly(case, extensions=await work.clocks.extensions(case.store, since=case.due_at))


async def show_card(case: Case, person: Person, role: Role, work: Work, *, placing: Placing = Placing.REPLACE) -> None:
    """Puts the case's card into somebody's chat: in place, or anew at the bottom."""
    order = await work.orders.get(case.claim.order)
    store = await work.orders.store(case.store)
    evidence = await work.evidence.of(case.ref)
    away = await out_of_reach(case, role, work)
    body = card(case, role, order=order, store=store, evidence=evidence, away=away)
    await work.outbox.add(Outgoing(to=person.id, body=body, slot=card_slot(case.ref), placing=placing, ref=case.ref))


async def show_evidence(case: Case, person: Person, work: Work, *, only: Collection[int] | None = None) -> bool:
    """Shows somebody the exhibits of a case, or those with the numbers `only`; False when there are none.

    Nobody is shown what has not been looked into yet: who asks for all is told of it.
    """
    given = await work.evidence.of(case.ref)
    chosen = [item for item in given if not item.refused and (only is None or item.n in only)]
    lots = list[list[Evidence]]()
    for item in chosen:
        if item.is_pending:
            continue
        if lots and lots[-1][0].is_with(item):
            lots[-1].append(item)  # sent together, shown together
        else:
            lots.append([item])
    for lot in lots:
        await work.outbox.add(Outgoing(to=person.id, body=_exhibits(case, lot), ref=case.ref))
    if only is None and (pending := tuple(item.name for item in chosen if item.is_pending)):
        line = Phrase("Still being checked, and shown after that: {names}.", names=pending)
        await work.outbox.add(Outgoing(to=person.id, body=Notice(lines=(line,)), ref=case.ref))
    return bool(chosen)


async def mark(person: Person, files: Sequence[File], mark: Mark, work: Work) -> None:
    """Marks the person's own messages that files came in; of an album one, since the messenger marks its first."""
    own = [file for file in files if file.message and file.chat == person.address]
    for message in sorted({file.album or str(file.message): file.message for file in reversed(own)}.values()):
        await work.outbox.add(Outgoing(to=person.id, body=Receipt(message=message, mark=mark)))


def _exhibits(case: Case, lot: Sequence[Evidence]) -> Exhibits:
    names = tuple(item.name for item in lot)
    caption = Phrase(
        "{ref} · {name} · {party}",
        ref=vocabulary.reference(case.ref),
        name=names if len(names) > 1 else names[0],
        party=vocabulary.ROLES[lot[0].by],
    )
    if words := " · ".join(dict.fromkeys(item.caption for item in lot if item.caption)):
        caption = Phrase("{what}: “{words}”", what=caption, words=words)
    return Exhibits(caption=caption, files=tuple(item.shown for item in lot))


async def tell_operator(settings: Settings, work: Work, *lines: Phrase) -> None:
    """Says something in the operator's chat, if there is one."""
    if settings.operator is not None:
        operator = await work.people.greet(Sender(address=settings.operator, name=""))
        await work.outbox.add(Outgoing(to=operator.id, body=Notice(lines=lines)))


def _lines(facts: Sequence[Fact], who: Role, hearer: Role | None) -> tuple[Phrase, ...]:
    """What a hearer is told of the facts; a doer's colleague (None) hears what the record says."""
    if hearer is None:
        told = [notices.record(fact, who) for fact in facts if who in notices.NOTICES[type(fact)].hearers]
    else:
        told = [line for fact in facts if (line := notices.heard(fact, who, hearer)) is not None]
    return tuple(told)


async def _standing(case: Case, role: Role, work: Work) -> tuple[Phrase, ...]:
    """Whose turn it is now, until when, and what happens otherwise."""
    store = await work.orders.store(case.store)
    turn, default = vocabulary.turn(case, role), vocabulary.default(case, has_address=bool(store.return_address))
    if turn is None or default is None or case.due_at is None:
        return ()
    return (Phrase("{turn} Until {due}; otherwise {default}.", turn=turn, due=case.due_at, default=default),)


async def _notify(case: Case, person: Person, role: Role, lines: tuple[Phrase, ...], work: Work) -> None:
    order = await work.orders.get(case.claim.order)
    buttons = [command(Phrase("Show the case"), "case", case.ref)]
    if role is Role.BUYER and not case.is_open and case.rating is None:
        buttons.append(command(Phrase("Rate the service"), "rate", case.ref, Style.PRIMARY))
    if role is Role.SELLER and case.rating is not None and not case.rating.answer:
        buttons.append(command(Phrase("Answer the rating"), "respond", case.ref, Style.PRIMARY))
    body = Notice(
        title=vocabulary.headline(case, order),
        lines=(*lines, *await _standing(case, role, work)),
        choices=(tuple(buttons),),
    )
    await work.outbox.add(Outgoing(to=person.id, body=body, ref=case.ref))


async def remind(case: Case, role: Role, work: Work, *, now: datetime) -> None:
    """Reminds whoever's turn it is: how long they still have, and what happens otherwise."""
    assert case.due_at is not None
    left = time_left(case.due_at, now=now)
    line = Phrase("A reminder: this case waits for you. Time left: {left}.", left=left)
    for person in await recipients(case, role, work):
        await _notify(case, person, role, (line,), work)


async def tell_parties(case: Case, facts: Sequence[Fact], who: Role, hearers: Sequence[Role], work: Work) -> None:
    """Tells some roles of facts that are no move."""
    for role in hearers:
        lines = tuple(notices.record(fact, who) for fact in facts)
        for person in await recipients(case, role, work):
            await _notify(case, person, role, lines, work)


async def _take_leave(before: Case, case: Case, facts: Sequence[Fact], work: Work) -> None:
    """Arbitrators who had the case before them and no longer have: their card goes, a line says why."""
    line = Phrase("Case {ref} no longer waits for you.", ref=vocabulary.reference(case.ref))
    if any(isinstance(fact, CaseTaken) for fact in facts):
        line = Phrase("Case {ref} has been taken by another arbitrator.", ref=vocabulary.reference(case.ref))
    staying = {person.id for person in await recipients(case, Role.ARBITRATOR, work)}
    for person in await recipients(before, Role.ARBITRATOR, work):
        if person.id not in staying:
            await work.outbox.add(
                Outgoing(
                    to=person.id,
                    body=Notice(lines=(line,)),
                    slot=card_slot(case.ref),
                    placing=Placing.REPLACE,
                    ref=case.ref,
                )
            )


async def _ask_for_address(case: Case, work: Work) -> None:
    """A return was decided for a store that never said where returns go."""
    if (await work.orders.store(case.store)).return_address:
        return
    line = Phrase("The buyer cannot send the goods back before your store names a return address.")
    for person in await recipients(case, Role.SELLER, work):
        button = command(Phrase("Give the return address"), "address", case.ref, Style.PRIMARY)
        await work.outbox.add(Outgoing(to=person.id, body=Notice(lines=(line,), choices=((button,),)), ref=case.ref))
