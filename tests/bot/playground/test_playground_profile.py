"""Commands by scope and language, names, descriptions, menu buttons."""

from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    MenuButtonCommands,
    MenuButtonDefault,
)

from .conftest import Raw, Sim


async def test_commands_fall_back_by_scope_and_language(bot: Bot, sim: Sim) -> None:
    async def seen() -> list[str]:
        return [c["description"] for c in (await sim.get("/users/1001/commands"))["commands"]]

    def command(description: str) -> list[BotCommand]:
        return [BotCommand("cases", description)]

    assert await seen() == []
    await bot.set_my_commands(command("default"))
    assert await seen() == ["default"]
    await bot.set_my_commands(command("por defecto"), language_code="es")
    assert await seen() == ["por defecto"]
    await bot.set_my_commands(command("private"), scope=BotCommandScopeAllPrivateChats())
    assert await seen() == ["private"]
    await bot.set_my_commands(command("for Ana"), scope=BotCommandScopeChat(1001))
    await bot.set_my_commands(command("para Ana"), scope=BotCommandScopeChat(1001), language_code="es")
    assert await seen() == ["para Ana"]
    await bot.delete_my_commands(scope=BotCommandScopeChat(1001), language_code="es")
    assert await seen() == ["for Ana"]
    assert await bot.get_my_commands() == (BotCommand("cases", "default"),)


async def test_language_of_the_user_can_change(bot: Bot, sim: Sim, raw: Raw) -> None:
    await bot.set_my_commands([BotCommand("help", "Hilfe")], language_code="de")

    await sim._json("PATCH", "/users/1001", json={"language_code": "de-AT", "first_name": "Anna"})

    assert (await sim.get("/users/1001/commands"))["commands"] == [{"command": "help", "description": "Hilfe"}]


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({}, 'parameter "commands" is required'),
        ({"commands": [{"command": "Help", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "help", "description": " "}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "help", "description": "x" * 257}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "a", "description": "x"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": [], "language_code": "pt-BR"}, "invalid language code specified"),
        ({"commands": [], "scope": {"type": "world"}}, "can't parse BotCommandScope: unsupported type specified"),
        ({"commands": [], "scope": {"type": "chat", "chat_id": 5}}, "chat not found"),
    ],
)  # fmt: skip
async def test_bad_commands_are_refused(raw: Raw, params: dict[str, Any], description: str) -> None:
    assert await raw.refusal("setMyCommands", **params) == f"Bad Request: {description}"


async def test_names_and_descriptions_by_language(bot: Bot) -> None:
    await bot.set_my_name("售后", language_code="zh")
    await bot.set_my_description("What this bot does")
    await bot.set_my_short_description("Short")

    assert (await bot.get_my_name()).name == "Aftersales desk"
    assert (await bot.get_my_name(language_code="zh")).name == "售后"
    assert (await bot.get_my_description(language_code="zh")).description == "What this bot does"
    assert (await bot.get_my_short_description()).short_description == "Short"


async def test_text_limits_of_the_profile(raw: Raw) -> None:
    for method, name, limit in (
        ("setMyName", "name", 64),
        ("setMyDescription", "description", 512),
        ("setMyShortDescription", "short_description", 120),
    ):
        assert await raw.result(method, **{name: "x" * limit}) is True
        assert f"at most {limit}" in await raw.refusal(method, **{name: "x" * (limit + 1)})


async def test_menu_buttons_of_one_chat_and_of_all(bot: Bot, sim: Sim, ana: int) -> None:
    await bot.set_chat_menu_button(ana, MenuButtonCommands())

    assert await bot.get_chat_menu_button(ana) == MenuButtonCommands()
    assert await bot.get_chat_menu_button(1002) == MenuButtonDefault()
    assert (await sim.get("/users/1002/commands"))["menu_button"] == {"type": "commands"}


async def test_leaving_the_server_succeeds(bot: Bot) -> None:
    assert await bot.log_out()
    assert await bot.close()
