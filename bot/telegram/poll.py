"""Long polling: fetches raw updates, commits them to the inbox, and only then confirms them by the next offset."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Sequence
from typing import Any, Final

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.warnings import PTBUserWarning

from bot import log
from bot.telegram.errors import translate
from bot.telegram.intake import Intake
from bot.telegram.updates import ALLOWED_UPDATES
from bot.workers.retry import RetryPolicy, pause
from storage.errors import TryAgain

LOG = log.get(__name__)

#: Seconds the server may keep us waiting for an update, and how long we give the answer beyond that.
WAIT: Final = 30
ANSWER: Final = 15

#: The most updates fetched at once; the Bot API's own limit.
LIMIT: Final = 100

#: Seconds between tries while another process polls with the same token, or the token is refused.
ANOTHER_POLLER: Final = 3.0
BAD_TOKEN: Final = 60.0

BACKOFF: Final = RetryPolicy(first=0.5, factor=2, longest=30, attempts=0)


class Poller:
    """Fetches until stopped. Nothing is ever confirmed that was not committed, and nothing pending is dropped."""

    def __init__(self, bot: Bot, intake: Intake, *, wait: int = WAIT) -> None:
        self._bot = bot
        self._intake = intake
        self._wait = wait
        self._offset: int | None = None

    async def run(self, stop: asyncio.Event) -> None:
        warnings.filterwarnings("ignore", "Please use 'Bot.getUpdates'", PTBUserWarning)
        self._offset = None  # others may have polled since the last time
        await self._without_webhook(stop)
        failures = 0
        while not stop.is_set():
            try:
                await self._round(stop)
                failures = 0
            except TelegramError as err:
                failures += 1
                delay = _delay(err, failures)
                LOG.warning("updates not fetched", reason=translate(err).message, failures=failures, retry_in=delay)
                await pause(stop, delay)
            except TryAgain as err:
                failures += 1
                delay = BACKOFF.delay(failures)
                LOG.warning("updates not kept", reason=str(err), failures=failures, retry_in=delay)
                await pause(stop, delay)
            except Exception as err:
                # Whatever it is: what was fetched is not confirmed and comes again.
                failures += 1
                delay = BACKOFF.delay(failures)
                LOG.error("updates not kept", failures=failures, retry_in=delay, **log.failure(err))
                await pause(stop, delay)

    async def _round(self, stop: asyncio.Event) -> None:
        """One fetch and one commit. A fetch that waits is given up when it is time to stop."""
        fetching = asyncio.ensure_future(self._fetch())
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not fetching.done():
                return
            last = await self._intake.put(fetching.result())
        finally:
            for task in (fetching, stopping):
                task.cancel()
            await asyncio.gather(fetching, stopping, return_exceptions=True)
        if last is not None:
            self._offset = last + 1

    async def _fetch(self) -> Sequence[Any]:
        arguments: dict[str, Any] = {"timeout": self._wait, "limit": LIMIT, "allowed_updates": list(ALLOWED_UPDATES)}
        if self._offset is not None:
            arguments["offset"] = self._offset
        # Raw on purpose: Bot.get_updates parses the whole batch, and one bad update would wedge it for good.
        updates = await self._bot.do_api_request(
            "getUpdates", api_kwargs=arguments, read_timeout=self._wait + ANSWER, connect_timeout=10
        )
        return updates if isinstance(updates, list) else []

    async def _without_webhook(self, stop: asyncio.Event) -> None:
        """Polling and a webhook exclude each other. What waits at Telegram stays there for us."""
        failures = 0
        while not stop.is_set():
            try:
                await self._bot.delete_webhook(drop_pending_updates=False)
                return
            except TelegramError as err:
                failures += 1
                delay = _delay(err, failures)
                LOG.warning("webhook not deleted", reason=translate(err).message, retry_in=delay)
                await pause(stop, delay)


def _delay(err: TelegramError, failures: int) -> float:
    match err:
        case Conflict():
            return ANOTHER_POLLER
        case InvalidToken():
            return BAD_TOKEN
        case RetryAfter():
            return translate(err).retry_after or 1.0
        case _:
            return BACKOFF.delay(failures)
