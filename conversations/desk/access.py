"""Who may see a case, as what, and what they may do there: AUTHORITY is the one table.

A case that is absent and one that is somebody else's look the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conversations.cards import MAY_SET_LIMIT
from conversations.cases.case import Case
from conversations.cases.lifecycle import MOVES
from conversations.cases.roles import Role
from conversations.cases.states import ENDS, State
from conversations.dialogs.commands import COMMANDS
from conversations.messages import Person
from conversations.ports import Work

ROLES = (Role.BUYER, Role.SELLER, Role.ARBITRATOR)

#: The states in which a case is every arbitrator's.
QUEUE = frozenset({State.ESCALATED, State.BREACHED})

#: Commands about a case that are for some of its states only. All others are for its whole life and after it.
_WHILE: Mapping[str, frozenset[State]] = {
    "reply": frozenset(State) - ENDS,
    "templates": frozenset(State) - ENDS,
    "limit": MAY_SET_LIMIT,
    "problem": frozenset({State.SETTLED}),
    "rate": ENDS,
}


def _authority() -> Mapping[tuple[Role, State], frozenset[str]]:
    table: dict[tuple[Role, State], set[str]] = {(role, state): set() for role in ROLES for state in State}
    for command in COMMANDS:
        for role in command.roles if not command.is_move else ():
            for state in _WHILE.get(command.name, frozenset(State)):
                table[role, state].add(command.name)
    for move in MOVES:
        for role in move.roles:
            for state in move.sources if role in ROLES else ():
                table[role, state].add(move.name)
    return {at: frozenset(names) for at, names in table.items()}


#: What somebody may do in a case, by their role there (`role_in`) and its state: the moves as MOVES has them, the commands
#: as COMMANDS has them. Whoever has no role in a case may do nothing there, whatever they are elsewhere. What else a move
#: or a command asks for (an offer to answer, a round left) only takes away from this.
AUTHORITY: Mapping[tuple[Role, State], frozenset[str]] = _authority()


def may(name: str, role: Role, state: State) -> bool:
    """Whether the table lets this role do that in a case of this state."""
    return name in AUTHORITY[role, state]


def is_for(name: str, role: Role) -> bool:
    """Whether the table lets this role do that in any state."""
    return any(may(name, role, state) for state in State)


def role_in(case: Case, person: Person) -> Role | None:
    """What the person is in this case; None when it is not theirs to see."""
    if person.id == case.buyer:
        return Role.BUYER
    if person.sells_for(case.store):
        return Role.SELLER
    if person.is_arbitrator and _is_arbitrators(case, person):
        return Role.ARBITRATOR
    return None


def decides(case: Case, person: Person) -> bool:
    """Whether the case is this arbitrator's own, and not merely in every arbitrator's queue: originals are for them alone."""
    return case.arbitrator == person.id and role_in(case, person) is Role.ARBITRATOR


def roles_of(person: Person) -> frozenset[Role]:
    """The roles a person was given. Being a buyer needs none."""
    roles = {Role.ARBITRATOR} if person.is_arbitrator else set()
    return frozenset(roles | ({Role.SELLER} if person.stores else set()))


async def standing_for(case: Case, role: Role, work: Work) -> Sequence[Person]:
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


def _is_arbitrators(case: Case, person: Person) -> bool:
    if case.arbitrator == person.id:
        return True
    return case.state in QUEUE and case.appealed_arbitrator != person.id
