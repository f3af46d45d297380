"""The echo bot made as fast as python-telegram-bot goes: our HTTP transport on aiohttp, uvloop, in order within a chat, many
chats at once. It keeps nothing, so it is what durability is paid against."""

from __future__ import annotations

import asyncio

import uvloop
from telegram import Update
from telegram.ext import Application, BaseUpdateProcessor, ContextTypes, MessageHandler, filters

from bot.telegram.request import AiohttpRequest
from tests.bench.bots.told import arguments


class OrderPerChat(BaseUpdateProcessor):
    """Updates of a chat one after another, chats beside each other."""

    def __init__(self) -> None:
        super().__init__(256)
        self._last: dict[int, asyncio.Future[None]] = {}

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_process_update(self, update: object, coroutine: object) -> None:
        chat = update.effective_chat.id if isinstance(update, Update) and update.effective_chat else 0
        before = self._last.get(chat)
        mine = self._last[chat] = asyncio.get_running_loop().create_future()
        if before is not None:
            await before
        try:
            await coroutine  # type: ignore[misc]
        finally:
            mine.set_result(None)
            if self._last.get(chat) is mine:
                del self._last[chat]


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


def main() -> None:
    told = arguments()
    uvloop.install()
    asyncio.set_event_loop(asyncio.new_event_loop())
    builder = Application.builder().token(told.token).base_url(f"{told.api}/bot")
    builder = builder.request(AiohttpRequest(connections=64)).get_updates_request(AiohttpRequest(connections=1))
    application = builder.concurrent_updates(OrderPerChat()).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main()
