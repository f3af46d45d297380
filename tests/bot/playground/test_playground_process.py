"""`python -m bot.playground`: a process of its own that says where it is and stops when told."""

import asyncio
import signal
import sys

import aiohttp
import pytest

from bot.playground import World


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_process_serves_until_told_to_stop(client: aiohttp.ClientSession, number: signal.Signals) -> None:
    token = "123456:" + "A" * 35
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.playground", "--port", "0", "--token", token, stdout=asyncio.subprocess.PIPE
    )  # fmt: skip
    assert process.stdout is not None
    try:
        url = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()
        async with client.get(f"{url}/bot{token}/getMe") as response:
            assert (await response.json())["result"]["id"] == 123456
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        if process.returncode is None:
            process.kill()


def test_token_must_look_like_one() -> None:
    with pytest.raises(ValueError, match="a bot token looks like"):
        World(token="secret")
