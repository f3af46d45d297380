"""The lifecycle as a Mermaid diagram, written from the table, for the documents."""

from __future__ import annotations

from conversations.cases.lifecycle import BY_TERMS, MOVES, STAY, Move
from conversations.cases.roles import Role
from conversations.cases.states import ENDS, State

_FORK = "by_terms"
_AFTER_TERMS = (
    *(State.AWAITING_RETURN, State.RETURNING, State.AWAITING_REPLACEMENT, State.REPLACING),
    *(State.AWAITING_REFUND, State.REFUNDING, State.SETTLED, State.CLOSED),
)


def mermaid() -> str:
    """The diagram's source. Arrows to the fork are moves whose target the agreed terms decide."""
    lines = ["stateDiagram-v2", f"    state {_FORK} <<choice>>", f"    [*] --> {State.AWAITING_SELLER}"]
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in MOVES:
        for source in move.sources:
            arrows.setdefault((source.value, _target(move, source)), []).append(_label(move))
    lines += [f"    {source} --> {target}: {', '.join(labels)}" for (source, target), labels in arrows.items()]
    lines += [f"    {_FORK} --> {state}" for state in _AFTER_TERMS]
    lines += [f"    {state} --> [*]" for state in State if state in ENDS]
    return "\n".join(lines) + "\n"


def _target(move: Move, source: State) -> str:
    if move.target is BY_TERMS:
        return _FORK
    return source.value if move.target is STAY else str(move.target)


def _label(move: Move) -> str:
    who = "/".join(role.value for role in move.roles if role is not Role.CLOCK)
    clock = "time" if Role.CLOCK in move.roles else ""
    return f"{move.name} ({' or '.join(part for part in (who, clock) if part)})"
