"""Whether this process is alive and at work, over HTTP, for whoever watches over it; and how we serve HTTP at all."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot import log
from bot.settings import Address

LOG = log.get(__name__)

#: Seconds that a request under way is given when we stop.
GRACE_SECONDS: Final = 3

Check = Callable[[], Awaitable[bool]]


def routes(is_ready: Check) -> list[Route]:
    """`/healthz`: the process answers. `/readyz`: the database does, too, and every worker is at work; else 503."""

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(request: Request) -> Response:
        return PlainTextResponse("ok") if await is_ready() else PlainTextResponse("not ready", 503)

    return [Route("/healthz", healthz, methods=["GET"]), Route("/readyz", readyz, methods=["GET"])]


class Health:
    """Answers on an address of its own, until stopped. `more` is what else is to be found there: it is not for the world."""

    def __init__(self, *, listen: Address, is_ready: Check, more: Sequence[Route] = ()) -> None:
        self._listen = listen
        self._app = Starlette(routes=[*routes(is_ready), *more])

    async def run(self, stop: asyncio.Event) -> None:
        async with serving(self._app, self._listen) as ended:
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()


@asynccontextmanager
async def serving(app: Starlette, listen: Address) -> AsyncIterator[asyncio.Task[None]]:
    """Serves the application inside; the task ends if serving ends by itself. OSError when the address is taken."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    listener = socket.create_server(listen, family=family, backlog=1024)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        http="h11",  # bounds the head of a request; httptools, which is here for our own calls, does not
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config)
    ended = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield ended
    finally:
        server.should_exit = True
        await ended
        listener.close()


class _Server(uvicorn.Server):
    """Leaves the process's signals to whoever owns the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
