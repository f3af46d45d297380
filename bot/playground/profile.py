"""What the bot has said about itself: commands by scope and language, names, descriptions, menu buttons."""

from dataclasses import dataclass, field
from typing import Any

Command = dict[str, str]
Scope = tuple[str, int, int]
"""Kind of scope, chat id and user id; zero where the kind has none."""

DEFAULT: Scope = ("default", 0, 0)
ALL_PRIVATE: Scope = ("all_private_chats", 0, 0)
MENU_OF_COMMANDS: dict[str, Any] = {"type": "commands"}


@dataclass(slots=True)
class Profile:
    """All of it, with the fall-backs by which a user finds what applies to them."""

    commands: dict[tuple[Scope, str], list[Command]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    menu_buttons: dict[int, dict[str, Any]] = field(default_factory=dict)

    def commands_seen_by(self, user_id: int, language: str) -> list[Command]:
        """The commands a user sees in private: the narrowest scope that has any, in their language if it is there.

        Source: the Bot API's "Determining list of commands".
        """
        for scope in (("chat", user_id, 0), ALL_PRIVATE, DEFAULT):
            for code in (language[:2].lower(), ""):
                found = self.commands.get((scope, code))
                if found:
                    return found
        return []

    def menu_button_of(self, chat_id: int) -> dict[str, Any]:
        """The menu button of a private chat; 0 is the default for all."""
        button = self.menu_buttons.get(chat_id) or self.menu_buttons.get(0) or MENU_OF_COMMANDS
        if button["type"] == "default":
            return self.menu_buttons.get(0, MENU_OF_COMMANDS) if chat_id else MENU_OF_COMMANDS
        return button
