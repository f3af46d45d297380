"""The transports, ours and the one on aiohttp: what was surely not sent, what may have been, bodies that arrive as they should."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from telegram import Bot, InputFile
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest

from bot.playground import PlaygroundServer, World
from bot.playground.faults import FaultRule, Faults
from bot.playground.people import User
from bot.telegram.connections import MaybeSent, NotSent
from bot.telegram.request import AiohttpRequest, BotApiRequest

Transport = type[AiohttpRequest | BotApiRequest]


@pytest.fixture(params=[BotApiRequest, AiohttpRequest])
def transport(request: pytest.FixtureRequest) -> Transport:
    kind: Transport = request.param
    return kind


@pytest.fixture
async def bot(transport: Transport, server: PlaygroundServer, world: World) -> AsyncIterator[Bot]:
    async with transport() as request:
        yield Bot(world.token, f"{server.url}/bot", f"{server.url}/file/bot", request=request)


def inject(world: World, kind: str, **how: object) -> None:
    world.inject(Faults(rules=[FaultRule.model_validate({"kind": kind, "method": "sendMessage", **how})]))


def said(world: World, user: User) -> list[str]:
    return [message["text"] for message in world.chats[user.id].messages.values()]


async def test_server_that_is_not_there_was_not_reached(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    async with transport() as request:
        with pytest.raises(NotSent):
            await Bot("1:token", f"http://127.0.0.1:{port}/bot", request=request).get_me()


async def test_closed_client_sends_nothing(transport: Transport, server: PlaygroundServer, world: World) -> None:
    request = transport()
    async with request:
        pass

    with pytest.raises(NotSent, match="closed"):
        await request.post(f"{server.url}/bot{world.token}/getMe")


async def test_client_that_was_closed_opens_again(transport: Transport, server: PlaygroundServer, world: World) -> None:
    request = transport()
    for _ in range(2):
        async with request:
            assert await request.post(f"{server.url}/bot{world.token}/logOut") is True


@pytest.mark.parametrize(("kind", "expected"), [("drop_before", []), ("drop_after", ["hello"])])
async def test_broken_connection_may_have_sent(
    bot: Bot, world: World, ana: User, kind: str, expected: list[str]
) -> None:
    inject(world, kind, times=1)

    with pytest.raises(MaybeSent):
        await bot.send_message(ana.id, "hello")

    assert said(world, ana) == expected


async def test_answer_that_takes_too_long_may_have_sent(bot: Bot, world: World, ana: User) -> None:
    inject(world, "slow", seconds=30)

    with pytest.raises(MaybeSent) as caught:
        await bot.send_message(ana.id, "hello", read_timeout=0.05)

    assert isinstance(caught.value, TimedOut)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("429", RetryAfter), ("403", Forbidden), ("400", BadRequest), ("500", NetworkError), ("502", NetworkError)],
)
async def test_refusals_are_the_librarys_own(
    bot: Bot, world: World, ana: User, kind: str, expected: type[Exception]
) -> None:
    inject(world, kind, times=1)

    with pytest.raises(expected) as caught:
        await bot.send_message(ana.id, "hello")

    assert not isinstance(caught.value, NotSent | MaybeSent)


async def test_form_carries_every_sign(bot: Bot, world: World, ana: User) -> None:
    text = "a=1&b=2 %41 + \n ä 灯 👍 \u2068x\u2069"

    await bot.send_message(ana.id, text)

    assert said(world, ana) == [text]


async def test_file_is_uploaded_with_its_name_and_bytes(bot: Bot, ana: User) -> None:
    sent = await bot.send_document(ana.id, InputFile(b"%PDF-\x00\xff", filename="Fälle 1.pdf"), caption="灯")

    assert sent.document is not None
    file = await sent.document.get_file()
    assert (sent.caption, sent.document.file_name) == ("灯", "Fälle 1.pdf")
    assert bytes(await file.download_as_bytearray()) == b"%PDF-\x00\xff"


async def test_requests_beyond_the_limit_wait_their_turn(
    transport: Transport, server: PlaygroundServer, world: World, ana: User
) -> None:
    async with transport(connections=1) as request:
        bot = Bot(world.token, f"{server.url}/bot", request=request)
        await asyncio.gather(*(bot.send_message(ana.id, str(n)) for n in range(5)))

    assert said(world, ana) == ["0", "1", "2", "3", "4"]


async def test_request_whose_turn_does_not_come_was_not_sent(
    transport: Transport, server: PlaygroundServer, world: World, ana: User
) -> None:
    inject(world, "slow", seconds=30)
    async with transport(connections=1) as request:
        bot = Bot(world.token, f"{server.url}/bot", request=request)
        first = asyncio.create_task(bot.send_message(ana.id, "first"))
        await asyncio.sleep(0)

        with pytest.raises(NotSent):
            await bot.send_message(ana.id, "second", pool_timeout=0.05, connect_timeout=0.05)

        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_half_of_a_pair_is_for_the_server_to_refuse(bot: Bot, ana: User) -> None:
    """Somebody's words may hold one, and not every library writes it."""
    with pytest.raises(BadRequest):
        await bot.send_message(ana.id, "\ud83d!")


@pytest.mark.parametrize(
    "payload",
    [
        '{"ok": true, "result": {"text": "ä 灯 👍"}}'.encode(),
        b'{"ok": true, "result": "half of a pair: \\ud83d"}',
        b'{"ok": true, "result": "no UTF-8: \xff"}',
        b'{"ok": true, "result": [18446744073709551615, -9223372036854775808, 1e999, Infinity]}',
    ],
)
def test_answers_are_read_as_the_library_does(payload: bytes) -> None:
    assert BotApiRequest.parse_json_payload(payload) == BaseRequest.parse_json_payload(payload)


@pytest.mark.parametrize("payload", [b"", b"<html>502</html>", b'{"ok": tr'])
def test_answers_that_are_no_json(payload: bytes) -> None:
    with pytest.raises(TelegramError, match="Invalid server response"):
        BotApiRequest.parse_json_payload(payload)
