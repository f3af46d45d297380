"""The control side: state, users, clock, the log, events, and who may use it at all."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from bot.playground import PlaygroundServer, World, create_app, serve
from bot.playground.events import READER_LIMIT, Events

from .conftest import SCENARIO, Clock, Raw, Sim, picture


async def test_state_shows_bot_users_scenario_and_clock(sim: Sim) -> None:
    assert await sim.get("/state") == {
        "bot": {"id": 7000000001, "username": "AftersalesDemoBot", "first_name": "Aftersales desk"},
        "users": [
            {
                "id": 1001,
                "first_name": "Ana",
                "username": "ana",
                "language_code": "es",
                "is_started": False,
                "is_blocked": False,
                "label": "buyer",
            },
            {
                "id": 1002,
                "first_name": "Wei",
                "language_code": "zh-hans",
                "is_started": False,
                "is_blocked": False,
                "label": "seller",
            },
        ],
        "groups": [],
        "scenario": SCENARIO,
        "has_topics": False,
        "clock": {"now": "2026-03-01T12:00:00+00:00", "adjustable": True},
    }


async def test_users_are_added_and_changed(sim: Sim) -> None:
    added = await sim.post("/users", first_name="Juri", language_code="de", id=2000, label="arbitrator")
    next_one = await sim.post("/users", first_name="Kim")
    changed = await sim._json("PATCH", "/users/2000", json={"language_code": "fr"})

    assert (added["id"], added["label"], next_one["id"]) == (2000, "arbitrator", 1003)
    assert (changed["language_code"], changed["first_name"]) == ("fr", "Juri")


@pytest.mark.parametrize(
    ("verb", "path", "body", "status"),
    [
        ("POST", "/users", {"first_name": "X", "id": 1001}, 400),
        ("POST", "/users", {"first_name": ""}, 400),
        ("POST", "/users", {"name": "X"}, 400),
        ("POST", "/users", [], 400),
        ("GET", "/users/77/messages", None, 404),
        ("GET", "/users/1001/messages?after=x", None, 400),
        ("POST", "/users/1001/start", {"payload": "not a payload"}, 400),
        ("POST", "/users/1001/send", {"text": " "}, 400),
        ("POST", "/users/1001/send", {"text": "a" * 4097}, 400),
        ("POST", "/users/1001/send", {"text": "a", "reply_to": 99}, 404),
        ("POST", "/users/1001/send", {"text": "a", "thread_id": 99}, 404),
        ("POST", "/users/1001/edit", {"message_id": 99, "text": "a"}, 404),
        ("GET", "/files/none", None, 404),
        ("GET", "/nothing", None, 404),
        ("DELETE", "/state", None, 405),
        ("POST", "/clock", {"advance_seconds": -1}, 400),
        ("POST", "/updates", {"update": 1}, 400),
    ],
)
async def test_mistakes_are_named(sim: Sim, verb: str, path: str, body: Any, status: int) -> None:
    answered, error = await sim.refused(verb, path, body)

    assert answered == status
    assert error.keys() == {"error"}


async def test_messages_after_one(sim: Sim, ana: int) -> None:
    sent = (await sim.post(f"/users/{ana}/send", text="a"))["messages"][0]
    await sim.post(f"/users/{ana}/send", text="b")

    later = (await sim.get(f"/users/{ana}/messages", after=sent["message_id"]))["messages"]

    assert [m["text"] for m in later] == ["b"]


async def test_clock_moves_and_dates_follow(sim: Sim, ana: int, clock: Clock) -> None:
    moved = await sim.post("/clock", advance_seconds=86400)

    sent = (await sim.post(f"/users/{ana}/send", text="next day"))["messages"][0]
    assert moved == {"now": "2026-03-02T12:00:00+00:00"}
    assert sent["date"] == int(clock.now.timestamp())
    assert await sim.get("/clock") == {"now": "2026-03-02T12:00:00+00:00", "adjustable": True}


async def test_fixed_clock_is_not_moved(world: World, client: aiohttp.ClientSession) -> None:
    async with serve(create_app(world)) as server:
        status, body = await Sim(client, server.url).refused("POST", "/clock", {"advance_seconds": 1})

    assert (status, body) == (409, {"error": "the clock is not adjustable"})


async def test_log_shows_what_the_bot_asked(bot: Bot, raw: Raw, sim: Sim, ana: int) -> None:
    await raw("sendMessage", chat_id=ana, text="a", reply_markup='{"inline_keyboard": []}')
    await raw("sendMessage", chat_id=5, text="a")
    data = picture()
    await bot.send_photo(ana, data, filename="a.jpg")

    first, second, third = (await sim.get("/requests"))["requests"][-3:]

    assert first == {
        "n": first["n"],
        "method": "sendMessage",
        "params": {"chat_id": ana, "text": "a", "reply_markup": {"inline_keyboard": []}},
        "ok": True,
    }
    assert (second["ok"], second["error_code"], second["description"]) == (
        False,
        400,
        "Bad Request: chat not found",
    )
    assert third["params"]["photo"] == {"file": "a.jpg", "size": len(data)}
    assert (await sim.get("/requests", after=second["n"]))["requests"] == [third]


@pytest.fixture
async def watched(server: PlaygroundServer, client: aiohttp.ClientSession) -> AsyncIterator[Any]:
    """Reads server-sent events: `await watched()` is the next (kind, data)."""
    async with client.get(f"{server.url}/_sim/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert await response.content.readline() == b": connected\n"

        async def following() -> tuple[str, Any]:
            lines = []
            while True:
                line = (await asyncio.wait_for(response.content.readline(), 10)).decode().rstrip("\n")
                if not line and len(lines) == 2:
                    return lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))
                lines += [line] if line else []

        yield following


async def test_everything_that_happens_is_an_event(watched: Any, bot: Bot, sim: Sim) -> None:
    await sim.post("/users/1001/start")
    sent = await bot.send_message(
        1001, "Well?", reply_markup={"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    )  # type: ignore[arg-type]
    pressed = await sim.post("/users/1001/press", message_id=sent.message_id, data="go")
    await bot.answer_callback_query(pressed["callback_query_id"], "Gone")
    await bot.edit_message_text("Gone.", 1001, sent.message_id)
    await bot.send_chat_action(1001, "typing")
    await bot.set_message_reaction(1001, sent.message_id, "👍")
    await bot.delete_message(1001, sent.message_id)
    await sim.post("/clock", advance_seconds=1)

    user, start, message, answer, edit, action, reaction, delete, clock = [await watched() for _ in range(9)]

    assert (user[0], user[1]["user"]["is_started"]) == ("user", True)
    assert (start[0], start[1]["user_id"], start[1]["message"]["text"]) == ("message", 1001, "/start")
    assert (message[0], message[1]["message"]["text"]) == ("message", "Well?")
    assert answer == (
        "answer",
        {
            "user_id": 1001,
            "callback_query_id": pressed["callback_query_id"],
            "text": "Gone",
            "show_alert": False,
            "url": None,
        },
    )
    assert (edit[0], edit[1]["message"]["text"]) == ("edit", "Gone.")
    assert action == ("action", {"user_id": 1001, "action": "typing"})
    assert reaction == (
        "reaction",
        {"user_id": 1001, "message_id": sent.message_id, "reaction": [{"type": "emoji", "emoji": "👍"}]},
    )
    assert delete == ("delete", {"user_id": 1001, "message_id": sent.message_id})
    assert clock == ("clock", {"now": "2026-03-01T12:00:01+00:00"})


async def test_events_of_one_user(sim: Sim, server: PlaygroundServer, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{server.url}/_sim/events", params={"user_id": 1002}) as response:
        await response.content.readline()
        await sim.post("/users/1001/start")
        theirs = await sim.post("/groups", title="Not theirs", administrators=[1001])
        await sim.post("/users/1001/send", text="among us", chat_id=theirs["id"])
        await sim.post("/users/1002/start")

        await response.content.readline()
        assert await response.content.readline() == b"event: user\n"
        assert b'"id":1002' in await response.content.readline()
        for _ in range(4):
            await response.content.readline()  # what they said

        ours = await sim.post("/groups", title="Theirs too", administrators=[1001], members=[1002])
        await sim.post("/users/1001/send", text="among us", chat_id=ours["id"])
        assert await response.content.readline() == b"event: group\n"
        assert b"Theirs too" in await response.content.readline()
        await response.content.readline()
        assert await response.content.readline() == b"event: message\n"
        assert b"among us" in await response.content.readline()


async def test_reader_that_falls_behind_is_cut_off() -> None:
    events = Events()
    slow = events.listen(heartbeat=10)
    first = asyncio.ensure_future(anext(slow))
    await asyncio.sleep(0)
    events.publish("n", {"n": 0})
    await first

    for n in range(READER_LIMIT + 1):
        events.publish("n", {"n": n})

    assert not events.has_readers
    with pytest.raises(StopAsyncIteration):
        await anext(slow)


async def test_silence_is_a_heartbeat() -> None:
    listening = Events().listen(heartbeat=0.001)

    assert await anext(listening) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8081"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("path", ["/_sim/state", "/_sim/users"])
async def test_other_pages_are_refused(
    server: PlaygroundServer, client: aiohttp.ClientSession, headers: dict[str, str], path: str
) -> None:
    async with client.request(
        "POST" if path.endswith("users") else "GET",
        server.url + path,
        headers=headers,
        json={"first_name": "X"},
    ) as response:
        assert response.status == 403


async def test_page_runs_nothing_but_its_own_files(server: PlaygroundServer, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{server.url}/") as page, client.get(f"{server.url}/static/nothing.js") as missing:
        policy = page.headers["content-security-policy"]
        statuses = page.status, missing.status

    assert statuses == (200, 404)
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy


async def test_own_page_is_let_in(server: PlaygroundServer, client: aiohttp.ClientSession) -> None:
    own = f"http://localhost:{server.port}"

    for url in (server.url, own):
        async with client.get(
            f"{url}/_sim/state", headers={"Origin": url, "Sec-Fetch-Site": "same-origin"}
        ) as response:
            assert response.status == 200


async def test_stopping_ends_polls_and_readers_and_the_world_goes_on(
    world: World, client: aiohttp.ClientSession
) -> None:
    async with serve(create_app(world)) as server:
        raw = Raw(client, f"{server.bot_url}{world.token}")
        waiting = asyncio.create_task(raw("getUpdates", timeout=30))
        reader = await client.get(f"{server.url}/_sim/events")
        await raw.result("getMe")
        await raw.result("getMe")
    assert (await asyncio.wait_for(waiting, 10))[0] == 502
    assert b"connected" in await asyncio.wait_for(reader.read(), 10)

    async with serve(create_app(world), port=server.port) as again:
        assert again.port == server.port
        await Sim(client, again.url).post("/users/1001/start")
        assert len(await Raw(client, f"{again.bot_url}{world.token}").result("getUpdates")) == 1
