"""What people see of the bot before they write: its menu and descriptions, in every language it speaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.messenger import Command, Messenger
from conversations.cases.roles import Role
from conversations.dialogs.commands import menu
from conversations.messages import Person
from conversations.phrase import Phrase
from locales import languages, plain

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


async def publish(messenger: Messenger, people: Sequence[Person] = ()) -> None:
    """Sets descriptions and menus for everybody, and the menu of each of `people` by their roles. DeliveryError."""
    for code, tag in language_codes():
        await messenger.set_descriptions(
            plain(DESCRIPTION, tag)[:MAX_DESCRIPTION], plain(SHORT, tag)[:MAX_SHORT], language=code
        )
        await messenger.set_commands(_commands(frozenset(), tag), language=code)
    for person in people:
        await publish_for(messenger, person)


async def publish_for(messenger: Messenger, person: Person) -> None:
    """Sets one person's own menu, after their roles or their language changed."""
    roles = {Role.ARBITRATOR} if person.is_arbitrator else set()
    roles |= {Role.SELLER} if person.stores else set()
    await messenger.set_commands(_commands(frozenset(roles), person.language), address=person.address)


def language_codes() -> list[tuple[str, str]]:
    """Telegram's two-letter codes with the shipped language shown for each: "" (all others) is the first, English."""
    codes = {"": languages()[0].tag}
    for language in languages():
        codes.setdefault(language.tag[:2], language.tag)
    return list(codes.items())


def _commands(roles: frozenset[Role], language: str) -> list[Command]:
    return [
        Command(command.name, plain(command.description, language)[:MAX_COMMAND_DESCRIPTION])
        for command in menu(roles)[:MAX_COMMANDS]
    ]
