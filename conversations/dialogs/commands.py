"""The commands people can type: their names, what the menu says of them, and whose menu they are in."""

from __future__ import annotations

from dataclasses import dataclass

from conversations import vocabulary
from conversations.cases.lifecycle import MOVES
from conversations.cases.roles import Role
from conversations.phrase import Phrase

BUYER, SELLER, ARBITRATOR = Role.BUYER, Role.SELLER, Role.ARBITRATOR
EVERYBODY = (BUYER, SELLER, ARBITRATOR)


@dataclass(frozen=True, slots=True)
class Command:
    """A command: `/name`. `roles` have it in their menu; a move is one of the lifecycle's."""

    name: str
    description: Phrase
    roles: tuple[Role, ...]
    is_move: bool = False


_HOUSE = (
    Command("new", Phrase("Report a problem with an order"), (BUYER,)),
    Command("cases", Phrase("All your cases"), EVERYBODY),
    Command("case", Phrase("Where a case stands"), EVERYBODY),
    Command("queue", Phrase("Cases that wait for an arbitrator"), (ARBITRATOR,)),
    Command("reply", Phrase("Write to the other side"), (BUYER, SELLER)),
    Command("templates", Phrase("Say it with ready words"), (BUYER, SELLER)),
    Command("evidence", Phrase("See the evidence of a case"), EVERYBODY),
    Command("record", Phrase("See what has happened in a case"), EVERYBODY),
    Command("casefile", Phrase("The whole record of a case"), EVERYBODY),
    Command("original", Phrase("Open the original of an exhibit"), (ARBITRATOR,)),
    Command("note", Phrase("Write a note that only arbitrators see"), (ARBITRATOR,)),
    Command("limit", Phrase("Tell the desk alone how far you would go"), (BUYER, SELLER)),
    Command("problem", Phrase("Report a problem with a replacement"), (BUYER,)),
    Command("rate", Phrase("Rate the service"), (BUYER,)),
    Command("respond", Phrase("Answer a rating"), (SELLER,)),
    Command("report", Phrase("How your store is doing, and what to improve"), (SELLER,)),
    Command("address", Phrase("Set where returns are sent"), (SELLER,)),
    Command("language", Phrase("Choose your language"), EVERYBODY),
    Command("privacy", Phrase("What is kept about you, and for how long"), EVERYBODY),
    Command("export", Phrase("Get everything that is kept about you"), EVERYBODY),
    Command("forget", Phrase("Have everything about you erased"), EVERYBODY),
    Command("cancel", Phrase("Stop what you are doing"), EVERYBODY),
    Command("help", Phrase("What you can do here"), EVERYBODY),
)


def _moves() -> tuple[Command, ...]:
    roles: dict[str, dict[Role, None]] = {}
    for move in MOVES:
        roles.setdefault(move.name, {}).update(dict.fromkeys(role for role in move.roles if role is not Role.CLOCK))
    return tuple(Command(name, vocabulary.MOVES[name], tuple(who), is_move=True) for name, who in roles.items() if who)


COMMANDS: tuple[Command, ...] = (*_HOUSE, *_moves())
BY_NAME = {command.name: command for command in COMMANDS}

#: What is between us and one person, and not for a group to see: their own affairs, and what an arbitrator alone may open.
_IN_PRIVATE = frozenset(
    {"new", "original", "casefile", "limit", "problem", "rate", "report", "privacy", "export", "forget"}
)


def here(role: Role) -> frozenset[str]:
    """The commands that work in a room whose members have that role."""
    return frozenset(command.name for command in COMMANDS if role in command.roles) - _IN_PRIVATE | {"translate"}


def menu(roles: frozenset[Role]) -> tuple[Command, ...]:
    """What the menu of somebody with these roles shows; a buyer's when they have none."""
    shown = roles or frozenset({BUYER})
    return tuple(command for command in COMMANDS if shown & set(command.roles))
