"""Connections against servers that do as they are told: what is kept open, what is read, and what each failure means."""

import asyncio
import base64
import ssl
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from telegram.request import BaseRequest

from bot.telegram import connections
from bot.telegram.connections import Answer, Connections, MaybeSent, NotSent

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


async def test_request_is_a_whole_one() -> None:
    async with serving() as server, opened() as client:
        await ask(client, server.url, b'{"text":"\xe7\x81\xaf"}')

        assert server.requests == [
            (
                0,
                b"POST /bot1:A/getMe HTTP/1.1\r\n"
                b"Host: 127.0.0.1:%d\r\n"
                b"User-Agent: %b\r\n"
                b"Content-Type: application/json\r\n"
                b'Content-Length: 14\r\n\r\n{"text":"\xe7\x81\xaf"}' % (server.port, BaseRequest.USER_AGENT.encode()),
            )
        ]


async def test_what_a_url_may_hold() -> None:
    async with serving() as server, opened() as client:
        await ask(client, f"http://me:p%40ss@127.0.0.1:{server.port}/a%20b/ü?x=1&y=ä")

        head = server.requests[0][1].decode()
        assert head.startswith("POST /a%20b/%C3%BC?x=1&y=%C3%A4 HTTP/1.1\r\n")
        assert f"\r\nHost: 127.0.0.1:{server.port}\r\n" in head
        assert f"\r\nAuthorization: Basic {base64.b64encode(b'me:p@ss').decode()}\r\n" in head


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([OK], (200, b"ok")),
        ([*(bytes([each]) for each in OK)], (200, b"ok")),
        ([HEAD + b"transfer-encoding: chunked\r\n\r\n3\r\none\r\n", b"4\r\n,two\r\n0\r\n\r\n"], (200, b"one,two")),
        ([b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", OK], (200, b"ok")),
        ([b"HTTP/1.1 100 Continue\r\n\r\n" + OK], (200, b"ok")),
        ([b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"], (302, b"")),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], (204, b"")),
        ([b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nbad"], (502, b"bad")),
    ],
)
async def test_answer_in_whatever_pieces_leaves_the_connection_open(
    pieces: Sequence[bytes], expected: tuple[int, bytes]
) -> None:
    async with serving(pieces) as server, opened() as client:
        assert await ask(client, server.url) == expected
        assert await ask(client, server.url) == (200, b"ok")

        assert server.used == [0, 0]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok"], b"ok"),
        ([b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"], b"ok"),
        ([HEAD + b"\r\n", b"until ", b"the end", CLOSE], b"until the end"),
        ([HEAD + b"Connection: close\r\n\r\n", CLOSE], b""),
        ([OK + b"and more"], b"ok"),
        ([OK + b"HTTP/1.1 2", b"00 OK\r\nContent-Length: 3\r\n\r\nbad"], b"ok"),
        ([OK + OK], b"ok"),
    ],
)
async def test_answer_after_which_the_connection_is_no_longer_used(pieces: Sequence[bytes], expected: bytes) -> None:
    async with serving(pieces) as server, opened() as client:
        assert await ask(client, server.url) == (200, expected)
        assert await ask(client, server.url) == (200, b"ok")

        assert server.used == [0, 1]


@pytest.mark.parametrize(
    "pieces",
    [
        [CLOSE],
        [HEAD, CLOSE],
        [HEAD + b"Content-Length: 10\r\n\r\nfive!", CLOSE],
        [HEAD + b"Connection: close\r\nContent-Length: 10\r\n\r\nfive!", CLOSE],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nfive!\r\n", CLOSE],
        [b"HTTP/1.1 103 Early Hints\r\n\r\n", CLOSE],
        [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", WAIT],
        [b"SSH-2.0-OpenSSH\r\n", WAIT],
        [HEAD + b"Content-Length: 21\r\n\r\n" + b"x" * 21, WAIT],
        [WAIT],
        [HEAD + b"Content-Length: 10\r\n\r\nfive!", WAIT],
    ],
)
async def test_request_without_a_whole_answer_may_have_been_sent_and_is_not_sent_again(
    pieces: Sequence[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_ANSWER", 20)
    async with serving([OK], pieces) as server, opened() as client:
        await ask(client, server.url)

        with pytest.raises(MaybeSent):
            await ask(client, server.url, read=0.1 if WAIT in pieces else 5)

        assert await ask(client, server.url) == (200, b"ok")
        assert server.used == [0, 0, 1]


async def test_connection_the_server_has_closed_is_not_used_again() -> None:
    async with serving([OK, CLOSE]) as server, opened() as client:
        await ask(client, server.url)
        await server.ended[0].wait()
        await _until_noticed(client)

        assert await ask(client, server.url) == (200, b"ok")
        assert server.used == [0, 1]


@pytest.mark.parametrize("unasked", [b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 4\r\n\r\nlate", b"H"])
async def test_what_comes_unasked_is_no_answer(unasked: bytes) -> None:
    async with serving([OK, unasked, WAIT]) as server, opened() as client:
        await ask(client, server.url)
        await _until_noticed(client)

        assert await ask(client, server.url) == (200, b"ok")
        assert server.used == [0, 1]


async def test_connection_that_was_idle_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as server, opened() as client:
        await ask(client, server.url)
        monkeypatch.setattr(connections, "IDLE", -1)

        await ask(client, server.url)

        assert server.used == [0, 1]
        await server.ended[0].wait()


async def test_requests_at_once_take_a_connection_each_and_keep_it() -> None:
    async with serving() as server, opened(most=3) as client:
        for _ in range(2):
            await asyncio.gather(*(ask(client, server.url) for _ in range(7)))

        assert len(server.requests) == 14
        assert set(server.used) == {0, 1, 2}


async def test_request_given_up_does_not_leave_its_answer_to_another() -> None:
    async with serving([WAIT]) as server, opened(most=1) as client:
        asking = asyncio.create_task(ask(client, server.url))
        await server.is_asked.wait()

        asking.cancel()

        assert await ask(client, server.url) == (200, b"ok")
        assert asking.cancelled()
        assert server.used == [0, 1]


async def test_request_given_up_while_it_waits_leaves_its_turn_to_others() -> None:
    async with serving([WAIT]) as server, opened(most=1) as client:
        first, second = (asyncio.create_task(ask(client, server.url)) for _ in range(2))
        await server.is_asked.wait()

        second.cancel()
        first.cancel()

        assert await ask(client, server.url) == (200, b"ok")
        assert len(server.requests) == 2


async def test_closing_breaks_what_is_under_way() -> None:
    async with serving([OK], [WAIT]) as server:
        async with opened() as client:
            await ask(client, server.url)
            server.is_asked.clear()
            asking = asyncio.create_task(ask(client, server.url))
            await server.is_asked.wait()

        with pytest.raises(MaybeSent):
            await asking
        with pytest.raises(NotSent, match="closed"):
            await ask(client, server.url)
        assert len(server.requests) == 2


async def test_closing_while_connecting_sends_nothing() -> None:
    async with serving() as server:
        async with opened() as client:
            asking = asyncio.create_task(ask(client, server.url))
            await asyncio.sleep(0)

        with pytest.raises(NotSent, match="closed"):
            await asking
        assert server.requests == []


async def test_next_address_is_tried_where_the_first_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    really = loop.getaddrinfo

    async def two(host: str, port: int, **how: Any) -> Any:
        if host != "bot-api.example":
            return await really(host, port, **how)
        return [*await really("127.0.0.2", port, **how), *await really("127.0.0.1", port, **how)]

    monkeypatch.setattr(loop, "getaddrinfo", two)
    async with serving() as server, opened() as client:
        assert await ask(client, f"http://bot-api.example:{server.port}/") == (200, b"ok")


async def test_name_that_nobody_has_was_not_reached() -> None:
    async with opened() as client:
        with pytest.raises(NotSent):
            await ask(client, "http://nobody.invalid/")


class TestSecure:
    """TLS, with an authority of the test's own for the one name and address the server has."""

    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "aftersales test")])
        now = datetime.now(UTC)
        names = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        file = tmp_path / "server.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        return file

    @pytest.fixture
    def tls(self, certificate: Path) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        return context

    @pytest.fixture(autouse=True)
    def trust(self, monkeypatch: pytest.MonkeyPatch, certificate: Path) -> Iterator[None]:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        connections._tls.cache_clear()
        yield
        connections._tls.cache_clear()

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
    async def test_server_that_is_who_it_says(self, tls: ssl.SSLContext, host: str) -> None:
        async with serving(tls=tls) as server, opened() as client:
            for _ in range(2):
                assert await ask(client, f"https://{host}:{server.port}/") == (200, b"ok")

            assert server.used == [0, 0]

    @pytest.mark.parametrize("last", [[HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok"], [OK, CLOSE]])
    async def test_connection_that_is_at_its_end(self, tls: ssl.SSLContext, last: Sequence[bytes]) -> None:
        async with serving(last, tls=tls) as server, opened() as client:
            assert await ask(client, f"https://localhost:{server.port}/") == (200, b"ok")
            if CLOSE in last:
                await _until_noticed(client)

            assert await ask(client, f"https://localhost:{server.port}/") == (200, b"ok")
            assert server.used == [0, 1]

    @pytest.mark.parametrize("pieces", [[CLOSE], [WAIT]])
    async def test_answer_that_does_not_come(self, tls: ssl.SSLContext, pieces: Sequence[bytes]) -> None:
        async with serving(pieces, tls=tls) as server, opened() as client:
            with pytest.raises(MaybeSent):
                await ask(client, f"https://localhost:{server.port}/", read=0.2)

            assert await ask(client, f"https://localhost:{server.port}/") == (200, b"ok")

    async def test_server_of_another_name_is_told_nothing(
        self, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        loop = asyncio.get_running_loop()
        really = loop.getaddrinfo
        monkeypatch.setattr(loop, "getaddrinfo", lambda host, port, **how: really("127.0.0.1", port, **how))
        async with serving(tls=tls) as server, opened() as client:
            with pytest.raises(NotSent):
                await ask(client, f"https://api.example:{server.port}/")

            assert server.requests == []

    async def test_server_nobody_vouches_for_is_told_nothing(
        self, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        connections._tls.cache_clear()
        async with serving(tls=tls) as server, opened() as client:
            with pytest.raises(NotSent):
                await ask(client, f"https://localhost:{server.port}/")

            assert server.requests == []

    async def test_server_that_does_not_shake_hands_was_not_reached(self) -> None:
        async with serving() as server, opened() as client:
            with pytest.raises(NotSent):
                await ask(client, f"https://127.0.0.1:{server.port}/", connect=0.1)


async def _until_noticed(client: Connections) -> None:
    """Waits for the client to have heard the end of all its connections."""
    async with asyncio.timeout(15):
        while client._all:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)
