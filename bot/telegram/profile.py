"""What people see of the bot before they write: its menu and descriptions, in every language it speaks."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.messenger import Command, Messenger
from conversations.cases.roles import Role
from conversations.dialogs.commands import here, menu
from conversations.messages import Person, Room
from conversations.phrase import Phrase
from locales import languages, negotiate, plain

#: The Bot API's limits, in characters.
MAX_COMMANDS: Final = 100
MAX_COMMAND_DESCRIPTION: Final = 256
MAX_DESCRIPTION: Final = 512
MAX_SHORT: Final = 120

DESCRIPTION: Final = Phrase(
    "Something wrong with an order? Tell me what happened and what you would like: a return, an exchange or a refund. "
    "I check it against the rules, carry it to the seller, and bring in an arbitrator if you cannot agree. "
    "You always see whose turn it is and until when."
)
SHORT: Final = Phrase("After-sales help: returns, exchanges, refunds and disputes, in your own language.")


async def publish(messenger: Messenger) -> None:
    """Sets descriptions and the menu for everybody. DeliveryError."""
    for code, tag in language_codes():
        # Reading a catalogue takes some 50 ms, in which people write to us.
        description, short, commands = await asyncio.to_thread(_profile, tag)
        await messenger.set_descriptions(description, short, language=code)
        await messenger.set_commands(commands, language=code)


def _profile(tag: str) -> tuple[str, str, list[Command]]:
    return plain(DESCRIPTION, tag)[:MAX_DESCRIPTION], plain(SHORT, tag)[:MAX_SHORT], _commands(frozenset(), tag)


class Menus:
    """Keeps the menu of those who need one of their own: they have a role, or chose another language. So does a group that
    was linked; one that is not has none.

    What was set is remembered in this process only; setting it once more after a restart does no harm.
    """

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger
        self._set: dict[int, tuple[frozenset[Role], str]] = {}

    async def keep(self, person: Person) -> None:
        """Sets the person's menu if it is not yet what they are and chose. DeliveryError."""
        language = negotiate(person.language) if person.has_chosen_language else ""
        wanted = (_roles(person), language)
        if self._set.get(person.id, (frozenset(), "")) == wanted or (person.address < 0 and person.room is None):
            return
        commands = (
            _commands(wanted[0], person.language) if person.room is None else _in_room(person.room, person.language)
        )
        await self._messenger.set_commands(commands, address=person.address)
        self._set[person.id] = wanted


def language_codes() -> list[tuple[str, str]]:
    """Telegram's two-letter codes with the shipped language shown for each: "" (all others) is the first, English."""
    codes = {"": languages()[0].tag}
    for language in languages():
        codes.setdefault(language.tag[:2], language.tag)
    return list(codes.items())


def _roles(person: Person) -> frozenset[Role]:
    if person.room is not None:
        return frozenset({person.room.role} if person.room.hears else ())
    roles = {Role.ARBITRATOR} if person.is_arbitrator else set()
    return frozenset(roles | ({Role.SELLER} if person.stores else set()))


def _in_room(room: Room, language: str) -> list[Command]:
    """What everybody in a group sees; nothing once it hears no more."""
    names = here(room.role) if room.hears else ()
    return [command for command in _commands(frozenset({room.role}), language) if command.name in names]


def _commands(roles: frozenset[Role], language: str) -> list[Command]:
    return [
        Command(command.name, plain(command.description, language)[:MAX_COMMAND_DESCRIPTION])
        for command in menu(roles)[:MAX_COMMANDS]
    ]
