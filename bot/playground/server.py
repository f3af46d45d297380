"""Runs the playground's application on 127.0.0.1 inside the running event loop; installs no signal handlers."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.playground.bot_api import ABORT

HOST = "127.0.0.1"
BACKLOG = 1024
GRACE_SECONDS = 2
KEEP_ALIVE_SECONDS = 75
TICK_SECONDS = 0.1
"""What uvicorn counts on between two ticks."""


class PlaygroundServer:
    """A started server. `url` is its root; `bot_url` and `file_url` are what python-telegram-bot takes."""

    def __init__(self, port: int) -> None:
        self.port = port

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def bot_url(self) -> str:
        return f"{self.url}/bot"

    @property
    def file_url(self) -> str:
        return f"{self.url}/file/bot"


@asynccontextmanager
async def serve(app: Starlette, *, port: int = 0) -> AsyncIterator[PlaygroundServer]:
    """Serves until left; port 0 takes a free one. Raises OSError when the port is taken."""
    listener = _listen(port)
    config = uvicorn.Config(
        CuttableConnections(app),
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="on",
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await _started(server, running)
        yield PlaygroundServer(listener.getsockname()[1])
    finally:
        app.state.world.interrupt()
        server.stop()
        await running
        listener.close()


class CuttableConnections:
    """Leaves the way to cut a request's connection in its scope: faults need it, and ASGI has no word for it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            transport = getattr(getattr(send, "__self__", None), "transport", None)
            if transport is not None:
                scope.setdefault("state", {})[ABORT] = transport.abort
        await self.app(scope, receive, send)


class _Server(uvicorn.Server):
    """Leaves the process's signals to whoever owns the process, and stops at once when told to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Begins the shutdown."""
        self.should_exit = True
        self._stop.set()

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks = (ticks + 1) % 864_000
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, which however sleeps a tenth of a second at best: too long between hundreds of tests."""
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                while state.connections or state.tasks:  # noqa: ASYNC110  (there is no event for it)
                    await asyncio.sleep(0.002)
        for task in state.tasks:
            task.cancel()
        await self.lifespan.shutdown()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(port: int) -> socket.socket:
    # asyncio sets TCP_NODELAY only on sockets that say they are TCP; without it every answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError as err:
        listener.close()
        raise OSError(f"Port {port} of {HOST} cannot be used: {err.strerror}") from err
    return listener


async def _started(server: uvicorn.Server, running: "asyncio.Task[None]") -> None:
    while not server.started:
        if running.done():
            await running
            raise OSError("the playground's server did not start")
        await asyncio.sleep(0.005)
