"""What the bot says about itself: commands, name, descriptions, menu button."""

import re
from typing import Annotated, Any

from bot.playground.errors import bad_request
from bot.playground.methods.table import method
from bot.playground.parameters import Decoded, JsonObject, Parameters
from bot.playground.profile import DEFAULT, MENU_OF_COMMANDS, Command, Scope
from bot.playground.world import World

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
COMMANDS_LIMIT = 100
DESCRIPTION_LIMIT = 256
PLAIN_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})


class OfLanguage(Parameters):
    language_code: str = ""


class OfScope(OfLanguage):
    scope: JsonObject = None


class SetMyCommands(OfScope):
    commands: Annotated[list[dict[str, Any]], Decoded]


class SetMyName(OfLanguage):
    name: str = ""


class SetMyDescription(OfLanguage):
    description: str = ""


class SetMyShortDescription(OfLanguage):
    short_description: str = ""


class GetChatMenuButton(Parameters):
    chat_id: int | None = None


class SetChatMenuButton(GetChatMenuButton):
    menu_button: JsonObject = None


@method
def set_my_commands(world: World, p: SetMyCommands) -> bool:
    if len(p.commands) > COMMANDS_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = [_command(given) for given in p.commands]
    key = (_scope(world, p.scope), _language(p))
    if commands:
        world.profile.commands[key] = commands
    else:
        world.profile.commands.pop(key, None)
    return True


@method
def get_my_commands(world: World, p: OfScope) -> list[Command]:
    return world.profile.commands.get((_scope(world, p.scope), _language(p)), [])


@method
def delete_my_commands(world: World, p: OfScope) -> bool:
    world.profile.commands.pop((_scope(world, p.scope), _language(p)), None)
    return True


@method
def set_my_name(world: World, p: SetMyName) -> bool:
    return _set(world.profile.names, p, p.name, 64)


@method
def get_my_name(world: World, p: OfLanguage) -> dict[str, str]:
    return {"name": _get(world.profile.names, p) or world.first_name}


@method
def set_my_description(world: World, p: SetMyDescription) -> bool:
    return _set(world.profile.descriptions, p, p.description, 512)


@method
def get_my_description(world: World, p: OfLanguage) -> dict[str, str]:
    return {"description": _get(world.profile.descriptions, p)}


@method
def set_my_short_description(world: World, p: SetMyShortDescription) -> bool:
    return _set(world.profile.short_descriptions, p, p.short_description, 120)


@method
def get_my_short_description(world: World, p: OfLanguage) -> dict[str, str]:
    return {"short_description": _get(world.profile.short_descriptions, p)}


@method
def set_chat_menu_button(world: World, p: SetChatMenuButton) -> bool:
    button = p.menu_button or {"type": "default"}
    if button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: unsupported type specified")
    if button["type"] == "web_app" and not (button.get("text") and button.get("web_app")):
        raise bad_request("can't parse menu button: text and web_app are required")
    world.profile.menu_buttons[_private_chat(world, p.chat_id)] = button
    return True


@method
def get_chat_menu_button(world: World, p: GetChatMenuButton) -> dict[str, Any]:
    chat_id = _private_chat(world, p.chat_id)
    return world.profile.menu_buttons.get(chat_id, {"type": "default"} if chat_id else MENU_OF_COMMANDS)


def _private_chat(world: World, chat_id: int | None) -> int:
    if chat_id is None:
        return 0
    if not world.chat(chat_id).is_private:
        raise bad_request("chat must be a private chat")
    return chat_id


def _command(given: dict[str, Any]) -> Command:
    command, description = given.get("command"), given.get("description")
    if not isinstance(command, str) or not COMMAND.fullmatch(command.removeprefix("/")):
        raise bad_request("BOT_COMMAND_INVALID")
    if not isinstance(description, str) or not 1 <= len(description.strip()) <= DESCRIPTION_LIMIT:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command.removeprefix("/"), "description": description.strip()}


def _scope(world: World, scope: dict[str, Any] | None) -> Scope:
    if scope is None:
        return DEFAULT
    kind = scope.get("type")
    if kind in PLAIN_SCOPES:
        return (str(kind), 0, 0)
    if kind not in CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    chat_id = scope.get("chat_id")
    if isinstance(chat_id, str) and chat_id.removeprefix("-").isdecimal():
        chat_id = int(chat_id)
    if not isinstance(chat_id, int | str):
        raise bad_request("chat_id is empty")
    user_id = scope.get("user_id", 0) if kind == "chat_member" else 0
    return (str(kind), world.chat(chat_id).id, int(user_id))


def _language(p: OfLanguage) -> str:
    code = p.language_code
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def _set(texts: dict[str, str], p: OfLanguage, text: str, limit: int) -> bool:
    if len(text) > limit:
        raise bad_request(f"text is too long; it must be at most {limit} characters")
    texts[_language(p)] = text
    return True


def _get(texts: dict[str, str], p: OfLanguage) -> str:
    return texts.get(_language(p)) or texts.get("", "")
