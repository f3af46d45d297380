"""Servers that do as they are told, and connections to them."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.telegram.connections import Answer, Connections

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HEAD = b"HTTP/1.1 200 OK\r\n"

#: What a server can do besides answering.
CLOSE, WAIT = b"close", b"wait"


@dataclass
class Server:
    """Does for each request, on whatever connection, what comes next: sends those bytes, one piece after another."""

    port: int = 0
    script: deque[Sequence[bytes]] = field(default_factory=deque)
    requests: list[tuple[int, bytes]] = field(default_factory=list)  # the number of the connection, and all of it
    ended: list[asyncio.Event] = field(default_factory=list)  # one for each connection
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bot1:A/getMe"

    @property
    def used(self) -> list[int]:
        """The connections that requests came on."""
        return [number for number, _ in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, ended = len(self.ended), asyncio.Event()
        self.ended.append(ended)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
                self.requests.append((number, head + body))
                self.is_asked.set()
                for piece in self.script.popleft() if self.script else (OK,):
                    if piece == CLOSE:
                        return
                    if piece == WAIT:
                        await reader.read()
                        return
                    writer.write(piece)
                    await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            ended.set()


@asynccontextmanager
async def serving(*script: Sequence[bytes], tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(script=deque(script))
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


@asynccontextmanager
async def opened(most: int = 4) -> AsyncIterator[Connections]:
    client = Connections(most)
    client.open()
    try:
        yield client
    finally:
        await client.close()


async def ask(client: Connections, url: str, body: bytes = b"{}", **within: float) -> Answer:
    return await client.post(url, body, **{"pool": 5, "connect": 5, "read": 5, **within})


async def until_noticed(client: Connections) -> None:
    """Waits for the client to have heard the end of all its connections."""
    async with asyncio.timeout(15):
        while client._all:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)
