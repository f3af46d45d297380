"""The webhook: Telegram posts an update, and hears 200 only after it is committed. Also says whether we are well."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import TelegramError

from bot import log
from bot.settings import Address
from bot.telegram.errors import translate
from bot.telegram.intake import Intake
from bot.telegram.updates import ALLOWED_UPDATES
from bot.workers.retry import RetryPolicy, pause

LOG = log.get(__name__)

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"

#: Bytes; an update is a few kilobytes.
MAX_UPDATE: Final = 1024 * 1024

#: Telegram gives up on a connection after about a minute; so do we, on stopping, long before.
GRACE_SECONDS: Final = 3

BACKOFF: Final = RetryPolicy(first=1, factor=2, longest=60, attempts=0)

Check = Callable[[], Awaitable[bool]]


def create_app(intake: Intake, *, secret: str, is_ready: Check) -> Starlette:
    """The application: updates on every path (the proxy in front decides which), `/healthz`, `/readyz`."""

    async def receive(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return PlainTextResponse("wrong secret", 403)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        try:
            update = json.loads(body)
        except ValueError:
            return PlainTextResponse("not JSON", 400)
        try:
            await intake.put([update])
        except Exception as err:
            LOG.error("update not kept", **log.failure(err))
            return PlainTextResponse("not kept, send it again", 503)
        return PlainTextResponse("ok")

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(request: Request) -> Response:
        return PlainTextResponse("ok") if await is_ready() else PlainTextResponse("not ready", 503)

    return Starlette(
        routes=[
            Route("/healthz", healthz, methods=["GET"]),
            Route("/readyz", readyz, methods=["GET"]),
            Route("/{path:path}", receive, methods=["POST"]),
        ]
    )


class Webhook:
    """Serves the application, and tells Telegram where it is."""

    def __init__(self, bot: Bot, intake: Intake, *, url: str, secret: str, listen: Address, is_ready: Check) -> None:
        self._bot = bot
        self._url = url
        self._secret = secret
        self._listen = listen
        self._app = create_app(intake, secret=secret, is_ready=is_ready)

    async def run(self, stop: asyncio.Event) -> None:
        family = socket.AF_INET6 if ":" in self._listen.host else socket.AF_INET
        listener = socket.create_server(self._listen, family=family, backlog=1024)
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await self._register(stop)
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
        finally:
            server.should_exit = True
            await serving
            listener.close()

    async def _register(self, stop: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                await self._bot.set_webhook(
                    self._url,
                    secret_token=self._secret,
                    allowed_updates=ALLOWED_UPDATES,
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


class _Server(uvicorn.Server):
    """Leaves the process's signals to whoever owns the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_UPDATE:
            return None
    return bytes(body)
