"""The transport: what was surely not sent, what may have been, and bodies that arrive as they should."""

import asyncio
import socket

import pytest
from telegram import Bot, InputFile
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.playground import World
from bot.playground.faults import FaultRule, Faults
from bot.playground.people import User
from bot.telegram.client import connect
from bot.telegram.request import AiohttpRequest, MaybeSent, NotSent


def inject(world: World, kind: str, **how: object) -> None:
    world.inject(Faults(rules=[FaultRule.model_validate({"kind": kind, "method": "sendMessage", **how})]))


def said(world: World, user: User) -> list[str]:
    return [message["text"] for message in world.chats[user.id].messages.values()]


async def test_server_that_is_not_there_was_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    async with connect("1:token", f"http://127.0.0.1:{port}") as bot:
        with pytest.raises(NotSent):
            await bot.get_me()


async def test_closed_client_sends_nothing(bot: Bot) -> None:
    request = AiohttpRequest()

    with pytest.raises(NotSent):
        await request.post("http://127.0.0.1:9/")


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


async def test_requests_beyond_the_limit_wait_their_turn(world: World, ana: User, server: object) -> None:
    url = getattr(server, "url")  # noqa: B009
    async with connect(world.token, url, connections=1) as bot:
        await asyncio.gather(*(bot.send_message(ana.id, str(n)) for n in range(5)))

    assert sorted(said(world, ana)) == ["0", "1", "2", "3", "4"]
