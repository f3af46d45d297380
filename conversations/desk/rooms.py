"""Where something is said: the one rule of addressing. A group that was linked hears in place of those it was linked for.

What is about a case and for the sellers of its store goes to the store's room, once; the same for arbitrators and their
room. Everything else is said to people, in private.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conversations.cases.case import Case
from conversations.cases.roles import PARTIES, Role
from conversations.desk.access import standing_for
from conversations.messages import Outgoing, Person, Placing, Question, Receipt, Toast, card_slot
from conversations.ports import Work


async def recipients(case: Case, role: Role, work: Work) -> Sequence[Person]:
    """Whom to tell what is for a role in a case: the room of those who stand for it if they have one, else each of them.

    A room that nobody could act in hears nothing.
    """
    people = await standing_for(case, role, work)
    room = await room_of(case, role, work) if people else None
    return people if room is None else [room]


async def room_of(case: Case, role: Role, work: Work) -> Person | None:
    """The room that hears of a case for a role."""
    if role not in (Role.SELLER, Role.ARBITRATOR):
        return None
    return await room_for(role, case.store if role is Role.SELLER else "", work)


async def room_for(role: Role, store: str, work: Work) -> Person | None:
    """The room that hears for the sellers of a store, or for the arbitrators."""
    group = await work.people.room_of(role, store)
    return group if group is not None and group.room is not None and group.room.hears else None


async def out_of_reach(case: Case, reader: Role, work: Work) -> tuple[Role, ...]:
    """The other parties of an open case to whom nothing can be sent: nobody who stands for them can be reached."""
    away = []
    for party in PARTIES if case.is_open else ():
        people = await recipients(case, party, work) if party is not reader else ()
        if people and not any(person.is_reachable for person in people):
            away.append(party)
    return tuple(away)


async def forward(group: Person, outgoing: Outgoing, work: Work) -> None:
    """Says in private, or in the room that came after it, what waited for a group that no longer hears. What only made
    sense there is left out: a question to one of its members, a mark on a message."""
    case = await work.cases.get(outgoing.ref) if outgoing.ref else None
    if group.room is None or case is None or isinstance(outgoing.body, Question | Receipt | Toast):
        return
    is_card = outgoing.slot == card_slot(case.ref)
    for person in await recipients(case, group.room.role, work):
        anew = replace(outgoing, to=person.id, answers=None, thread=0, slot=outgoing.slot if is_card else "")
        await work.outbox.add(replace(anew, placing=Placing.BELOW if is_card else Placing.NEW))
