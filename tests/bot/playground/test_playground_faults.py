"""Injected trouble: what the bot sees of it, and what was done all the same."""

from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from .conftest import Raw, Sim


async def inject(sim: Sim, **rule: Any) -> None:
    await sim.post("/faults", rules=[rule])


async def test_flood_control_names_the_wait_and_ends(bot: Bot, sim: Sim, ana: int) -> None:
    await inject(sim, method="sendMessage", kind="429", retry_after=7, times=1)

    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(ana, "x")

    assert int(caught.value.retry_after) == 7  # type: ignore[arg-type]
    assert await bot.send_message(ana, "x")


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("400", BadRequest, "Injected by the playground"),
        ("403", Forbidden, "bot was blocked by the user"),
        ("500", NetworkError, "Internal Server Error"),
        ("502", NetworkError, "Bad Gateway"),
    ],
)
async def test_refusals_are_not_executed(
    bot: Bot, sim: Sim, ana: int, kind: str, error: type[Exception], words: str
) -> None:
    await inject(sim, kind=kind)

    with pytest.raises(error, match=words):
        await bot.send_message(ana, "x")

    assert len(await sim.messages(ana)) == 1


@pytest.mark.parametrize(("kind", "sent"), [("drop_before", 0), ("drop_after", 1)])
async def test_dropped_connections(
    bot: Bot, sim: Sim, client: aiohttp.ClientSession, raw: Raw, ana: int, kind: str, sent: int
) -> None:
    await inject(sim, method="sendMessage", kind=kind, times=2)

    with pytest.raises(NetworkError, match="Server disconnected without sending a response"):
        await bot.send_message(ana, "x")
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.post(f"{raw.url}/sendMessage", json={"chat_id": ana, "text": "x"})

    assert len(await sim.messages(ana)) == 1 + 2 * sent
    assert await bot.send_message(ana, "x")
    logged = (await sim.get("/requests"))["requests"]
    assert [row["ok"] for row in logged if row["method"] == "sendMessage"] == [bool(sent)] * 2 + [True]


async def test_slow_answers_come(raw: Raw, sim: Sim, ana: int) -> None:
    await inject(sim, method="sendMessage", kind="slow", seconds=0.01)

    assert (await raw.result("sendMessage", chat_id=ana, text="x"))["text"] == "x"


async def test_only_the_named_method_suffers_and_words_can_be_chosen(raw: Raw, sim: Sim, ana: int) -> None:
    description = "Bad Request: message thread not found"
    await inject(sim, method="sendMessage", kind="400", description=description)

    assert await raw.refusal("sendMessage", chat_id=ana, text="x") == description
    assert await raw.result("getMe")


async def test_probability_follows_the_seed(raw: Raw, sim: Sim) -> None:
    runs = []
    for _ in range(2):
        await sim.post("/faults", rules=[{"method": "getMe", "kind": "500", "probability": 0.5}], seed=3)
        runs.append([(await raw("getMe"))[0] for _ in range(20)])

    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


async def test_faults_end_when_deleted(raw: Raw, sim: Sim) -> None:
    await inject(sim, kind="500")
    assert (await raw("getMe"))[0] == 500

    status, body = await sim.refused("DELETE", "/faults")

    assert (status, body) == (200, {"rules": []})
    assert (await raw("getMe"))[0] == 200


@pytest.mark.parametrize("rule", [{"kind": "418"}, {"kind": "500", "times": 0}, {"kind": "slow", "delay": 1}])
async def test_bad_rules_are_refused(sim: Sim, rule: dict[str, Any]) -> None:
    status, body = await sim.refused("POST", "/faults", {"rules": [rule]})

    assert status == 400
    assert "rules.0" in body["error"]
