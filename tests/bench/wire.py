"""HTTP/1.1 with as little ado as will do between a bot and the bench, so that the bench is not what is measured.

It knows what the clients here send: requests with a Content-Length or without a body, kept alive, none pipelined.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, cast
from urllib.parse import urlsplit

END: Final = b"\r\n\r\n"

Answer = Callable[[bytes], None]
Handle = Callable[[str, bytes, Answer], None]


def _length(head: bytes) -> int:
    """What Content-Length says, 0 without one."""
    start = head.lower().find(b"\r\ncontent-length:")
    if start < 0:
        return 0
    stop = head.find(b"\r\n", start + 2)
    return int(head[start + 17 : stop if stop > 0 else len(head)])


class _Buffer:
    """Cuts what arrives into messages of head and body."""

    def __init__(self) -> None:
        self._data = b""

    def take(self, data: bytes) -> tuple[bytes, bytes] | None:
        """Adds what arrived; the next whole message, or None until it is complete."""
        self._data = self._data + data if self._data else data
        end = self._data.find(END)
        if end < 0:
            return None
        head = self._data[:end]
        stop = end + len(END) + _length(head)
        if len(self._data) < stop:
            return None
        body, self._data = self._data[end + len(END) : stop], self._data[stop:]
        return head, body


class _Served(asyncio.Protocol):
    """One connection of a bot's."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._buffer = _Buffer()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        whole = self._buffer.take(data)
        while whole is not None:
            head, body = whole
            self._handle(head.split(b" ", 2)[1].decode(), body, self._answer)
            whole = self._buffer.take(b"")

    def _answer(self, body: bytes) -> None:
        if self._transport is not None:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body)


async def serve(handle: Handle) -> tuple[asyncio.Server, int]:
    """Serves on a free port of 127.0.0.1, which comes back too. `handle` gets path, body and how to answer."""
    server = await asyncio.get_running_loop().create_server(lambda: _Served(handle), "127.0.0.1", 0, backlog=1024)
    return server, int(server.sockets[0].getsockname()[1])


class _Pushing(asyncio.Protocol):
    """One connection to a bot's webhook; a request at a time."""

    def __init__(self) -> None:
        self._buffer = _Buffer()
        self._transport: asyncio.Transport | None = None
        self._then: Callable[[bool], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._finish(False)

    def data_received(self, data: bytes) -> None:
        whole = self._buffer.take(data)
        if whole is not None:
            self._finish(b" 200 " in whole[0][:20])

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    def send(self, request: bytes, then: Callable[[bool], None]) -> None:
        assert self._transport is not None
        self._then = then
        self._transport.write(request)

    def _finish(self, is_accepted: bool) -> None:
        then, self._then = self._then, None
        if then is not None:
            then(is_accepted)


class Pusher:
    """Posts to one address over up to `connections` kept alive; more wait their turn."""

    def __init__(self, url: str, secret: str, connections: int) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname or "127.0.0.1", parts.port or 80
        self._head = (
            f"POST {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
        ).encode()
        self._free: deque[_Pushing] = deque()
        self._allowed = connections
        self._connecting: set[asyncio.Task[None]] = set()

    @property
    def is_free(self) -> bool:
        return bool(self._free) or self._allowed > 0

    def post(self, body: bytes, then: Callable[[bool], None]) -> None:
        """Posts; `then` hears whether it was accepted. Only while `is_free`."""
        request = self._head + b"%d" % len(body) + END + body
        while self._free:
            connection = self._free.popleft()
            if connection.is_open:
                self._send(connection, request, then)
                return
            self._allowed += 1
        self._allowed -= 1
        task = asyncio.get_running_loop().create_task(self._connect(request, then))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect(self, request: bytes, then: Callable[[bool], None]) -> None:
        try:
            _, connection = await asyncio.get_running_loop().create_connection(_Pushing, *self._address)
        except OSError:
            await asyncio.sleep(0.05)
            self._allowed += 1
            then(False)
            return
        self._send(connection, request, then)

    def _send(self, connection: _Pushing, request: bytes, then: Callable[[bool], None]) -> None:
        def done(is_accepted: bool) -> None:
            if connection.is_open:
                self._free.append(connection)
            else:
                self._allowed += 1
            then(is_accepted)

        connection.send(request, done)
