"""Makes the python-telegram-bot client: which server it talks to, over which transport, with how many connections."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import Bot
from telegram.warnings import PTBUserWarning

from bot.telegram.request import BotApiRequest


@asynccontextmanager
async def connect(token: str, api_url: str, *, connections: int = 128) -> AsyncIterator[Bot]:
    """A client for the Bot API server at `api_url` (its root). Opening it needs no network.

    We make many calls by their name, knowing that there are methods for them: the warning about it is silenced.

    `Bot.initialize` is left out on purpose: it calls getMe, and so would fail while the network is away.
    """
    warnings.filterwarnings("ignore", "Please use 'Bot", PTBUserWarning)
    request, polling = BotApiRequest(connections=connections), BotApiRequest(connections=2)
    bot = Bot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=request,
        get_updates_request=polling,
    )
    async with request, polling:
        yield bot
