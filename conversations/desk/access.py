"""Who may see a case, and as what. A case that is absent and one that is somebody else's look the same."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.cases.case import Case
from conversations.cases.roles import PARTIES, Role
from conversations.cases.states import State
from conversations.messages import Person
from conversations.ports import Work

#: The states in which a case is every arbitrator's.
QUEUE = frozenset({State.ESCALATED, State.BREACHED})


def role_in(case: Case, person: Person) -> Role | None:
    """What the person is in this case; None when it is not theirs to see."""
    if person.id == case.buyer:
        return Role.BUYER
    if person.sells_for(case.store):
        return Role.SELLER
    if person.is_arbitrator and _is_arbitrators(case, person):
        return Role.ARBITRATOR
    return None


def roles_of(person: Person) -> frozenset[Role]:
    """The roles a person was given. Being a buyer needs none."""
    roles = {Role.ARBITRATOR} if person.is_arbitrator else set()
    return frozenset(roles | ({Role.SELLER} if person.stores else set()))


async def recipients(case: Case, role: Role, work: Work) -> Sequence[Person]:
    """The people who stand for a role in a case: all sellers of the store, and all free arbitrators while it is queued."""
    match role:
        case Role.BUYER:
            return [await work.people.get(case.buyer)]
        case Role.SELLER:
            return [person for person in await work.people.sellers_of(case.store) if person.id != case.buyer]
        case Role.ARBITRATOR:
            people = await work.people.arbitrators()
            return [person for person in people if role_in(case, person) is Role.ARBITRATOR]
    return []


async def out_of_reach(case: Case, reader: Role, work: Work) -> tuple[Role, ...]:
    """The other parties of an open case to whom nothing can be sent: nobody who stands for them can be reached."""
    away = []
    for party in PARTIES if case.is_open else ():
        people = await recipients(case, party, work) if party is not reader else ()
        if people and not any(person.is_reachable for person in people):
            away.append(party)
    return tuple(away)


def _is_arbitrators(case: Case, person: Person) -> bool:
    if case.arbitrator == person.id:
        return True
    return case.state in QUEUE and case.appealed_arbitrator != person.id
