"""Talking to and fro: start, text, buttons, edits, replies, through the real python-telegram-bot."""

from telegram import Bot, MessageEntity

from .conftest import Sim


async def test_start_arrives_as_update_with_command_entity(bot: Bot, sim: Sim) -> None:
    await sim.post("/users/1001/start", payload="order-17")

    (update,) = await bot.get_updates(timeout=2)

    assert update.message is not None
    assert update.message.text == "/start order-17"
    assert update.message.entities == (MessageEntity("bot_command", 0, 6),)
    assert update.message.from_user is not None
    assert update.message.from_user.language_code == "es"
