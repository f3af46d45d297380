"""python-telegram-bot as its examples have it: says back what it is told, keeps nothing.

`--concurrent N` handles so many updates at once.
"""

from __future__ import annotations

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from tests.bench.bots.told import arguments


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


def main() -> None:
    told = arguments(concurrent=int)
    builder = Application.builder().token(told.token).base_url(f"{told.api}/bot")
    application = builder.concurrent_updates(told.concurrent or False).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main()
