"""The webhook: Telegram posts an update, and hears 200 only after it is committed. Also says whether we are well."""

from __future__ import annotations

import asyncio
import hmac
import json
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import TelegramError

from bot import log
from bot.health import Check, routes, serving
from bot.settings import Address
from bot.telegram.errors import translate
from bot.telegram.intake import Gathering, Intake
from bot.telegram.updates import ALLOWED_UPDATES
from bot.workers.retry import RetryPolicy, pause

LOG = log.get(__name__)

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"

#: Requests that Telegram may have under way at a time, the most there are: what arrives together is kept together.
CONNECTIONS: Final = 100

#: Bytes; an update is a few kilobytes.
MAX_UPDATE: Final = 1024 * 1024

BACKOFF: Final = RetryPolicy(first=1, factor=2, longest=60, attempts=0)


def create_app(intake: Intake, *, secret: str, is_ready: Check) -> Starlette:
    """The application: updates on every path (the proxy in front decides which), `/healthz`, `/readyz`."""
    gathering = Gathering(intake)

    async def receive(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return PlainTextResponse("wrong secret", 403)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return PlainTextResponse("not JSON", 400)
        try:
            await gathering.put(update)
        except Exception as err:
            LOG.error("update not kept", **log.failure(err))
            return PlainTextResponse("not kept, send it again", 503)
        return PlainTextResponse("ok")

    return Starlette(routes=[*routes(is_ready), Route("/{path:path}", receive, methods=["POST"])])


class Webhook:
    """Serves the application, and tells Telegram where it is. Any number of processes may say the same to Telegram."""

    def __init__(self, bot: Bot, intake: Intake, *, url: str, secret: str, listen: Address, is_ready: Check) -> None:
        self._bot = bot
        self._url = url
        self._secret = secret
        self._listen = listen
        self._app = create_app(intake, secret=secret, is_ready=is_ready)

    async def run(self, stop: asyncio.Event) -> None:
        async with serving(self._app, self._listen) as ended:
            await self._register(stop)
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()

    async def _register(self, stop: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                await self._bot.set_webhook(
                    self._url,
                    secret_token=self._secret,
                    allowed_updates=ALLOWED_UPDATES,
                    max_connections=CONNECTIONS,
                    drop_pending_updates=False,
                )
                LOG.info("webhook set", url=self._url)
                return
            except TelegramError as err:
                failures += 1
                trouble = translate(err)
                delay = trouble.retry_after or BACKOFF.delay(failures)
                LOG.warning("webhook not set", reason=trouble.message, retry_in=delay)
                await pause(stop, delay)


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_UPDATE:
            return None
    return bytes(body)
