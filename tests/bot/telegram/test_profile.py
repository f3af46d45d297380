"""The profile and the menus: within Telegram's limits in every language that is shipped, never cut off."""

import pytest

from bot.telegram import profile
from conversations.cases.roles import Role
from conversations.dialogs.commands import menu
from locales import languages, plain

LANGUAGES = [language.tag for language in languages()]
ROLES = [frozenset(), frozenset({Role.SELLER}), frozenset({Role.ARBITRATOR}), frozenset({Role.SELLER, Role.ARBITRATOR})]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_descriptions_fit(tag: str) -> None:
    assert 0 < len(plain(profile.DESCRIPTION, tag)) <= profile.MAX_DESCRIPTION
    assert 0 < len(plain(profile.SHORT, tag)) <= profile.MAX_SHORT


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("roles", ROLES, ids=lambda roles: "+".join(sorted(roles)) or "buyer")
def test_menus_fit(tag: str, roles: frozenset[Role]) -> None:
    commands = menu(roles)

    assert 0 < len(commands) <= profile.MAX_COMMANDS
    for command in commands:
        assert 0 < len(plain(command.description, tag)) <= profile.MAX_COMMAND_DESCRIPTION


def test_every_language_has_a_menu_or_shares_one_of_its_two_letters() -> None:
    codes = profile.language_codes()

    assert codes[0] == ("", "en")
    assert {tag[:2] for tag in LANGUAGES} == {code for code, _ in codes if code}
