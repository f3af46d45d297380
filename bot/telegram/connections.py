"""HTTP/1.1 connections that are kept open: a small request goes out, its answer comes back, and little else.

They know nothing of files, redirections, cookies, proxies and compressed answers. What they do know is whether a request
that failed was "surely not sent" or "maybe sent".
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from base64 import b64encode
from collections import defaultdict, deque
from functools import cache, lru_cache
from typing import Final, NamedTuple, cast
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from aiohappyeyeballs import start_connection
from httptools import HttpParserError, HttpResponseParser
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest

#: Larger answers are refused. Files a bot may fetch end at 20 MB.
MAX_ANSWER: Final = 21 * 1024 * 1024

#: Seconds without a request after which a connection is not used again: the server may be about to close it.
IDLE: Final = 15.0

#: Seconds until a server's next address is tried beside the one before (RFC 8305).
NEXT_ADDRESS: Final = 0.25

_TELL_LENGTH: Final = frozenset({b"content-length", b"transfer-encoding"})

#: Status and body.
Answer = tuple[int, bytes]


class NotSent(NetworkError):
    """The server was never reached: nothing can have happened."""

    __slots__ = ()


class MaybeSent(TimedOut):
    """The connection broke, or no answer came, after the request was on its way: it may have been carried out."""

    __slots__ = ()


class Server(NamedTuple):
    host: str
    port: int
    is_secure: bool


class Connections:
    """Posts JSON to a server, or several, at most `most` requests at a time; more wait in order. Made closed."""

    def __init__(self, most: int) -> None:
        self._turns = asyncio.Semaphore(most)
        self._idle: defaultdict[Server, deque[_Connection]] = defaultdict(deque)  # the one used last at the end
        self._all: set[_Connection] = set()
        self._is_open = False

    def open(self) -> None:
        self._is_open = True

    async def close(self) -> None:
        """What is under way may have been sent; what waits for its turn is not."""
        self._is_open = False
        ending = [each.end() for each in self._all]
        await asyncio.gather(*ending)

    async def post(self, url: str, body: bytes, *, pool: float, connect: float, read: float) -> Answer:
        """Waits at most `pool` seconds for its turn, `connect` for a new connection if one is needed, and `read` for all of
        the answer, whatever its status. Raises NotSent or MaybeSent."""
        if not self._is_open:
            raise NotSent("the client is closed")
        server, head = _addressed(url)
        await self._turn(pool)
        try:
            connection = self._kept(server) or await self._new(server, connect)
            answer = await connection.ask(b"%b%d\r\n\r\n%b" % (head, len(body), body), read)
            self._keep(server, connection)
            return answer
        finally:
            self._turns.release()

    async def _turn(self, within: float) -> None:
        if not self._turns.locked():
            await self._turns.acquire()
            return
        try:
            async with asyncio.timeout(within):
                await self._turns.acquire()
        except TimeoutError as err:
            raise NotSent("all connections are busy") from err

    def _kept(self, server: Server) -> _Connection | None:
        """A connection that is open and idle; those that have been so for too long are closed."""
        idle, now = self._idle[server], asyncio.get_running_loop().time()
        while idle and now - idle[0].idle_since > IDLE:
            idle.popleft().end()
        while idle:
            connection = idle.pop()
            if connection.is_open:
                return connection
        return None

    def _keep(self, server: Server, connection: _Connection) -> None:
        if connection.is_open:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle[server].append(connection)

    async def _new(self, server: Server, within: float) -> _Connection:
        loop = asyncio.get_running_loop()
        tls, name = (_tls(), server.host) if server.is_secure else (None, None)
        try:
            async with asyncio.timeout(within):
                addresses = await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
                # uvloop's create_connection would try one address after the other.
                connected = await start_connection(addresses, happy_eyeballs_delay=NEXT_ADDRESS)
                _, connection = await loop.create_connection(
                    lambda: _Connection(self._all), sock=connected, ssl=tls, server_hostname=name
                )
        except OSError as err:  # TimeoutError and all that TLS has to say among them
            raise NotSent(f"not connected: {type(err).__name__}") from err
        if not self._is_open:  # no more
            connection.end()
            raise NotSent("the client was closed")
        return connection


class _Connection(asyncio.Protocol):
    """A connection, among all that there are, for one request at a time. It stays open for the next only after a whole answer."""

    def __init__(self, among: set[_Connection]) -> None:
        self.is_open = False  # and stays so for the time that TLS takes to say good-bye
        self.idle_since = 0.0
        self._among = among
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        self._parser = HttpResponseParser(self)
        self._answer: asyncio.Future[Answer] | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._is_length_told = False
        self._is_body_begun = False

    async def ask(self, request: bytes, within: float) -> Answer:
        """The answer to it, if all of it is there in so many seconds. Raises MaybeSent."""
        self._answer = self._loop.create_future()
        self._transport.write(request)
        timer = self._loop.call_later(within, self._fail, "no answer in time")
        try:
            return await self._answer
        except BaseException:
            self.end()
            raise
        finally:
            timer.cancel()
            self._answer = None

    def end(self) -> asyncio.Future[None]:
        """Closes at once; to be awaited until it is."""
        self.is_open = False
        self._transport.abort()
        return self._ended

    def _fail(self, why: str) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(MaybeSent(why))
        self.end()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self._among.add(self)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserError as err:
            self._fail(f"the answer is none: {type(err).__name__}")

    def eof_received(self) -> None:
        self.is_open = False  # though what is left to read of an answer still comes

    def connection_lost(self, exc: Exception | None) -> None:
        if self._is_body_begun and not self._is_length_told and exc is None:
            self.on_message_complete()  # it is as long as the connection lasts (RFC 9112, 6.3)
        self._fail(f"the connection broke: {type(exc).__name__ if exc else 'closed by the server'}")
        self._among.discard(self)
        self._ended.set_result(None)

    # httptools

    def on_message_begin(self) -> None:
        if self._answer is None or self._answer.done():
            self.end()  # nobody asked: it must not pass for the answer to what is asked next
        self._body, self._size = [], 0
        self._is_length_told = self._is_body_begun = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() in _TELL_LENGTH:
            self._is_length_told = True

    def on_headers_complete(self) -> None:
        self._is_body_begun = True

    def on_body(self, body: bytes) -> None:
        self._body.append(body)
        self._size += len(body)
        if self._size > MAX_ANSWER:
            self._fail("the answer is too large")

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            return  # an interim one
        if not self._parser.should_keep_alive():
            self.end()
        if self._answer and not self._answer.done():
            self._answer.set_result((status, b"".join(self._body)))


@lru_cache(maxsize=256)
def _addressed(url: str) -> tuple[Server, bytes]:
    """The server, and the head of a request to it up to the length of its body. A bot calls the same few dozen URLs."""
    parts = urlsplit(url)
    is_secure = parts.scheme == "https"
    server = Server(parts.hostname or "", parts.port or (443 if is_secure else 80), is_secure)
    target = quote(urlunsplit(("", "", parts.path or "/", parts.query, "")), safe="/%:?=&+,;@!$'()*~[]")
    user, _, host = parts.netloc.rpartition("@")
    lines = [
        f"POST {target} HTTP/1.1",
        f"Host: {host.encode('idna').decode()}",
        *([f"Authorization: Basic {b64encode(unquote(user).encode()).decode()}"] if user else []),
        f"User-Agent: {BaseRequest.USER_AGENT}",
        "Content-Type: application/json",
        "Content-Length: ",
    ]
    return server, "\r\n".join(lines).encode("ascii")


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
