"""The intake as python-telegram-bot's own ConversationHandler has it, kept by PicklePersistence every `--flush` seconds.

Its questions carry the data that the people of the bench press (`tests.bench.scripts.INTAKE`).
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    PersistenceInput,
    PicklePersistence,
)

from tests.bench.bots.told import arguments
from tests.bench.scripts import INTAKE

PROMPTS = ("Which order is it about?", "How many?", "What would you like?", "What went wrong?", "Are the goods unused?")


def keyboard(step: int) -> InlineKeyboardMarkup:
    """Three answers, one of them the one that will be pressed; a way back and a way out."""
    data = INTAKE.steps[step].until
    answers = [InlineKeyboardButton(f"Answer {n}", callback_data=data if n == 0 else f"{n}") for n in range(3)]
    back, cancel = InlineKeyboardButton("Back", callback_data="<"), InlineKeyboardButton("Cancel", callback_data="x")
    return InlineKeyboardMarkup([answers, [back, cancel]])


async def begin(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    assert update.message is not None and context.user_data is not None
    context.user_data.clear()
    await update.message.reply_text(PROMPTS[0], reply_markup=keyboard(0))
    return 0


async def go_on(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    query = update.callback_query
    assert query is not None and context.user_data is not None
    step = len(context.user_data) + 1
    context.user_data[step] = query.data
    await query.answer()
    await query.edit_message_text(PROMPTS[step], reply_markup=keyboard(step))
    return step


def main() -> None:
    told = arguments(flush=int)
    with TemporaryDirectory() as folder:
        kept = PicklePersistence(
            Path(folder) / "kept",
            store_data=PersistenceInput(bot_data=False, chat_data=False, callback_data=False),
            update_interval=told.flush or 60,
        )
        builder = Application.builder().token(told.token).base_url(f"{told.api}/bot")
        application = builder.persistence(kept).build()
        application.add_handler(
            ConversationHandler(
                entry_points=[CommandHandler("new", begin)],
                states={n: [CallbackQueryHandler(go_on)] for n in range(len(PROMPTS))},
                fallbacks=[CommandHandler("new", begin)],
                allow_reentry=True,
                name="intake",
                persistent=True,
            )
        )
        application.run_polling()


if __name__ == "__main__":
    main()
