"""getUpdates: offsets, limits, waiting, conflicts, kinds, raw updates and injected disorder."""

import asyncio
from typing import Any

import pytest
from telegram import Bot
from telegram.error import Conflict

from bot.playground import World
from bot.playground.faults import Faults

from .conftest import Raw, Sim


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def say(sim: Sim, user_id: int, *words: str) -> None:
    for word in words:
        await sim.post(f"/users/{user_id}/send", text=word)


async def test_updates_stay_until_confirmed(raw: Raw, sim: Sim, ana: int) -> None:
    await say(sim, ana, "a", "b", "c")

    first = await raw.result("getUpdates", limit=2)
    again = await raw.result("getUpdates")
    rest = await raw.result("getUpdates", offset=first[-1]["update_id"] + 1)
    last = await raw.result("getUpdates", offset=-1)
    none = await raw.result("getUpdates", offset=last[-1]["update_id"] + 1)

    assert texts(first) == ["/start", "a"]
    assert texts(again) == ["/start", "a", "b", "c"]
    assert texts(rest) == ["b", "c"]
    assert texts(last) == ["c"]
    assert none == []
    assert [u["update_id"] for u in again] == [1, 2, 3, 4]


async def test_waiting_poll_is_woken_by_an_update(raw: Raw, sim: Sim) -> None:
    waiting = asyncio.create_task(raw.result("getUpdates", timeout=30))
    await _until_waiting(raw)

    await sim.post("/users/1001/start")

    assert texts(await asyncio.wait_for(waiting, 10)) == ["/start"]


async def test_second_poller_ends_the_first_with_conflict(bot: Bot, raw: Raw, sim: Sim) -> None:
    first = asyncio.create_task(raw("getUpdates", timeout=30))
    await _until_waiting(raw)
    second = asyncio.create_task(bot.get_updates(timeout=30))

    assert await asyncio.wait_for(first, 10) == (
        409,
        {
            "ok": False,
            "error_code": 409,
            "description": "Conflict: terminated by other getUpdates request; make sure that only one bot "
            "instance is running",
        },
    )
    await sim.post("/users/1001/start")
    assert len(await asyncio.wait_for(second, 10)) == 1


async def test_client_that_hangs_up_frees_its_place(raw: Raw, sim: Sim) -> None:
    gone = asyncio.create_task(raw("getUpdates", timeout=30))
    await _until_waiting(raw)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)

    second = await raw("getUpdates", timeout=0)

    logged = [row for row in (await sim.get("/requests"))["requests"] if row["method"] == "getUpdates"]
    assert second[0] == 200
    assert [(row["params"]["timeout"], row["ok"]) for row in logged] == [(30, True), (0, True)]


async def test_polling_beside_a_webhook_is_a_conflict(bot: Bot) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")

    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_only_allowed_kinds_come_and_the_choice_is_remembered(raw: Raw, sim: Sim, ana: int) -> None:
    await raw.result("getUpdates", allowed_updates=["callback_query"], offset=2)
    await say(sim, ana, "unheard")
    assert await raw.result("getUpdates") == []

    await raw.result("getUpdates", allowed_updates=[])
    await say(sim, ana, "heard")

    assert texts(await raw.result("getUpdates")) == ["heard"]


async def test_raw_updates_come_as_they_are(raw: Raw, sim: Sim) -> None:
    assigned = await sim.post("/updates", update={"message": {"nonsense": True}})
    await sim.post("/updates", update={"update_id": 50, "callback_query": None})

    assert assigned == {"update_id": 1}
    assert await raw.result("getUpdates") == [
        {"update_id": 1, "message": {"nonsense": True}},
        {"update_id": 50, "callback_query": None},
    ]


async def test_malformed_polls_are_refused(raw: Raw) -> None:
    assert "timeout" in await raw.refusal("getUpdates", timeout=-1)
    assert "offset" in await raw.refusal("getUpdates", offset="next")
    assert "allowed_updates" in await raw.refusal("getUpdates", allowed_updates="message")


async def test_duplicated_updates_come_twice_even_when_confirmed(raw: Raw, sim: Sim, ana: int) -> None:
    await raw.result("getUpdates", offset=2)
    await sim.post("/faults", updates={"duplicate": 1.0})

    await say(sim, ana, "a", "b")

    ids = await _drain(raw)
    assert sorted(ids) == [2, 2, 3, 3]


async def test_reordered_updates_are_late_but_not_lost(raw: Raw, sim: Sim, ana: int) -> None:
    await raw.result("getUpdates", offset=2)
    await sim.post("/faults", updates={"reorder": 1.0}, seed=1)

    await say(sim, ana, "a", "b", "c", "d", "e")

    ids = await _drain(raw, expected=5)
    assert sorted(ids) == [2, 3, 4, 5, 6]
    assert ids != [2, 3, 4, 5, 6]


async def test_disorder_of_one_seed_is_the_same_each_time() -> None:
    orders = []
    for _ in range(2):
        world = World()
        world.inject(Faults.model_validate({"updates": {"duplicate": 0.3, "reorder": 0.3}, "seed": 7}))
        for n in range(40):
            world.updates.put("message", {"n": n})
        orders.append(await world.updates.poll(offset=0, limit=100, patience=0))

    assert orders[0] == orders[1]
    assert len(orders[0]) > 40


async def _until_waiting(raw: Raw) -> None:
    """Until a poll of before has surely arrived: requests of one loop are read in order."""
    await raw.result("getMe")
    await raw.result("getMe")


async def _drain(raw: Raw, *, expected: int = 0) -> list[int]:
    """Update ids as a simple poller sees them: it confirms the last of each batch."""
    seen: list[int] = []
    offset = 0
    while batch := await raw.result("getUpdates", offset=offset, limit=2, timeout=1 if len(seen) < expected else 0):
        seen += [update["update_id"] for update in batch]
        offset = batch[-1]["update_id"] + 1
    return seen
