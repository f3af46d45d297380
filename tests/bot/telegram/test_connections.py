"""Connections against servers that do as they are told: what is kept open, what is read, and what each failure means."""

import asyncio
import base64
from collections.abc import Sequence
from typing import Any

import pytest
from telegram.request import BaseRequest

from bot.telegram import connections
from bot.telegram.connections import MaybeSent, NotSent

from .servers import CLOSE, HEAD, OK, WAIT, ask, opened, serving, until_noticed


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
        await until_noticed(client)

        assert await ask(client, server.url) == (200, b"ok")
        assert server.used == [0, 1]


@pytest.mark.parametrize("unasked", [b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 4\r\n\r\nlate", b"H"])
async def test_what_comes_unasked_is_no_answer(unasked: bytes) -> None:
    async with serving([OK, unasked, WAIT]) as server, opened() as client:
        await ask(client, server.url)
        await until_noticed(client)

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
