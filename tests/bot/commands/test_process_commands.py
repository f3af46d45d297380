"""The command line as processes: against a Bot API server, and stopped by signals."""

import asyncio
import signal

import pytest

from bot.playground import World, create_app, serve

TOKEN = "123456789:AAF-test-token_abcdefghijklmnopqrst"


@pytest.fixture
async def api():
    """A Bot API server of a fresh world."""
    world = World(token=TOKEN)
    async with serve(create_app(world), port=0) as server:
        yield (
            {"AFTERSALES_BOT_TOKEN": TOKEN, "AFTERSALES_BOT_API_URL": server.url, "AFTERSALES_BOT_USERNAME": ""},
            world,
        )


async def finished(process):
    out, err = await asyncio.to_thread(process.communicate, timeout=60)
    return process.returncode, out, err


async def test_invite_learns_the_bots_name_from_the_messenger(desk, api):
    env, world = api

    code, out, err = await finished(desk.start("invite", "arbitrator", **env))

    assert (code, err) == (0, "")
    assert out.startswith(f"https://t.me/{world.username}?start=")
    assert out.count("\n") == 1


async def test_invite_that_cannot_reach_the_messenger_fails_without_the_token(desk):
    env = {
        "AFTERSALES_BOT_TOKEN": TOKEN,
        "AFTERSALES_BOT_API_URL": "http://127.0.0.1:9",
        "AFTERSALES_BOT_USERNAME": "",
    }

    code, out, err = await finished(desk.start("invite", "arbitrator", **env))

    assert (code, out) == (1, "")
    assert err.startswith("Error: ")
    assert "AAF-test" not in err


async def test_run_migrates_an_empty_database_and_stops_cleanly_on_sigterm(desk, api, tmp_path):
    env, _ = api
    process = desk.start("run", AFTERSALES_EVIDENCE_DIR=str(tmp_path / "evidence"), **env)
    try:
        async with asyncio.timeout(30):
            while b"started" not in (line := await asyncio.to_thread(process.stderr.readline)).encode():
                assert process.poll() is None, line
        beside = await finished(desk.start("stores", "list", **env))
        process.send_signal(signal.SIGTERM)
        code, out, _ = await finished(process)
    finally:
        process.kill()

    assert beside == (0, "", "")
    assert (code, out) == (0, "")


async def test_run_without_a_token_says_so(desk):
    code, out, err = await finished(desk.start("run"))

    assert (code, out) == (1, "")
    assert err == "Error: AFTERSALES_BOT_TOKEN is not set; @BotFather gives one for a new bot\n"


async def test_help_names_every_group(desk):
    code, out, _ = await finished(desk.start("--help"))

    assert code == 0
    for name in ("run", "demo", "db", "orders", "stores", "invite", "policy", "case"):
        assert f"  {name} " in out
