"""One bot tried: at saturation, at half of that, and at a light load; what came of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from tests.bench import usage
from tests.bench.contestants import PATIENCE, Contestant, Running, running
from tests.bench.crowd import Tally
from tests.bench.databases import new_database, settle
from tests.bench.machine import seen_now
from tests.bench.scale import fill
from tests.bench.scripts import Script
from tests.bench.server import BotApiServer

#: Updates a second that even a small shop sees at a busy hour.
LIGHT: Final = 30.0

#: Buyers beyond the chats: for scripts that are gone through once, and a new buyer each time.
NEWCOMERS: Final = 12_000


class Failed(RuntimeError):
    """A bot did not come up, or left people unanswered; where its own words are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Seconds that each phase is measured, after `warm` seconds of it that are not. None: not tried.

    `longest`: how long a bot that is very slow may take to come round, and to answer those who wait at the end.
    """

    warm: float = 1.0
    longest: float = 30.0
    saturation: float = 5.0
    half: float | None = 6.0
    light: float | None = 6.0
    chats: int = 200
    delay: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What was seen in one phase. Milliseconds; CPU is of the bot's processes, `database_ms` of PostgreSQL's.

    `first` is from an update handed out to the first call that answers it, `whole` to the message that was waited for.
    `bench_cpu` is the share of one core that the bench itself took, `held` how often nobody was free to act in time.
    """

    seconds: float
    updates_per_s: float
    calls_per_update: float
    cpu_ms: float
    database_ms: float
    first: dict[str, float]
    whole: dict[str, float]
    held: int
    bench_cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything about one bot."""

    name: str
    about: str
    script: str
    chats: int
    delay_ms: float
    replicas: int
    cases: int
    ready_s: float
    saturation: Load
    half: Load | None
    light: Load | None
    unanswered: int
    memory_mb: float
    machine: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def try_out(
    who: Contestant,
    plan: Plan,
    *,
    log: Path,
    script: Script | None = None,
    server: tuple[str, int] | None = None,
    cases: int = 0,
    replicas: int = 1,
) -> Outcome:
    """Starts the bot and goes through the plan. `server`: PostgreSQL's address and process, for a bot that needs it. `cases` are
    open already, by other people.
    """
    script, machine = script or who.script, seen_now()
    async with AsyncExitStack() as stack:
        url = ""
        if who.database:
            url = await stack.enter_async_context(new_database(server[0] if server else None))
            await settle(url, plan.chats + (NEWCOMERS if script.is_once else 0))
            if cases:
                await fill(url, cases)
        api = await stack.enter_async_context(BotApiServer(script, chats=plan.chats, delay=plan.delay))
        began = perf_counter()
        bot = await stack.enter_async_context(running(who, api=api.url, database_url=url, log=log, replicas=replicas))
        await is_up(api, bot, replicas if who.is_webhook else 0)
        ready = perf_counter() - began
        await _calm(bot, plan.longest)
        observed = _Observer(api, bot, server[1] if server else None, longest=plan.longest)
        saturation = await observed.closed(plan.warm, plan.saturation)
        half = await observed.open(saturation.updates_per_s / 2, plan.warm, plan.half) if plan.half else None
        light = await observed.open(LIGHT, plan.warm / 2, plan.light) if plan.light else None
        return Outcome(
            name=who.name,
            about=who.about,
            script=script.name,
            chats=plan.chats,
            delay_ms=plan.delay * 1000,
            replicas=replicas,
            cases=cases,
            ready_s=round(ready, 2),
            saturation=saturation,
            half=half,
            light=light,
            unanswered=observed.unanswered,
            memory_mb=round(usage.memory(bot.pids), 1),
            machine=machine,
        )


async def is_up(api: BotApiServer, bot: Running, hooks: int) -> None:
    """Returns when the bot asks for updates, or has named so many addresses for them."""
    give_up_at = perf_counter() + PATIENCE
    while not api.is_asked.is_set() or api.replicas < hooks:
        if perf_counter() > give_up_at or not bot.is_alive:
            raise Failed(f"the bot did not come up: see {bot.log}")
        await asyncio.sleep(0.01)


async def _calm(bot: Running, patience: float) -> None:
    """Returns when the bot has done what it does once, when it has come up, and waits."""
    give_up_at = perf_counter() + patience
    while perf_counter() < give_up_at:
        before = usage.cpu(bot.pids)
        await asyncio.sleep(0.3)
        if usage.cpu(bot.pids) - before < 0.05:
            return


class _Observer:
    """Looks at the clocks at both ends of a phase."""

    def __init__(self, api: BotApiServer, bot: Running, database: int | None, *, longest: float) -> None:
        self._api = api
        self._bot = bot
        self._database = database
        self._longest = longest
        self.unanswered = 0

    async def closed(self, warm: float, seconds: float) -> Load:
        """Warm when everybody has been through the script once, and looked at until they have been twice more."""
        self._api.crowd.close_loop()
        return await self._watch(warm, seconds, self._api.crowd.round)

    async def open(self, rate: float, warm: float, seconds: float) -> Load:
        self._api.crowd.open_loop(rate)
        return await self._watch(warm, seconds, 0)

    async def _until(self, seconds: float, answers: int) -> None:
        """For so many seconds at least, and so many answers, though not for ever where a bot is very slow."""
        began, tally = perf_counter(), self._api.crowd.tally
        await asyncio.sleep(seconds)
        while tally.answered < answers and perf_counter() - began < self._longest:  # noqa: ASYNC110 - bounded
            await asyncio.sleep(0.05)

    async def _watch(self, warm: float, seconds: float, rounds: int) -> Load:
        crowd = self._api.crowd
        crowd.tally = Tally()
        await self._until(warm, rounds)
        databases = usage.family(self._database) if self._database else []
        before = [usage.cpu(pids) for pids in (self._bot.pids, databases, [os.getpid()])]
        crowd.tally, began = Tally(), perf_counter()
        await self._until(seconds, rounds * 2)
        tally, took = crowd.tally, perf_counter() - began
        after = [usage.cpu(pids) for pids in (self._bot.pids, databases, [os.getpid()])]
        bot, database, bench = (now - then for now, then in zip(after, before, strict=True))
        if not self._bot.is_alive:
            raise Failed(f"the bot ended by itself: see {self._bot.log}")
        if not tally.answered:
            raise Failed(f"nobody was answered: see {self._bot.log}; waiting: {crowd.unanswered()[:3]}")
        self.unanswered += await crowd.rest(self._longest)
        return Load(
            seconds=round(took, 2),
            updates_per_s=round(tally.answered / took, 1),
            calls_per_update=round(tally.calls / tally.answered, 2),
            cpu_ms=round(bot / tally.answered * 1000, 3),
            database_ms=round(database / tally.answered * 1000, 3),
            first=percentiles(tally.first),
            whole=percentiles(tally.whole),
            held=tally.held,
            bench_cpu=round(bench / took, 2),
        )


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    return {f"p{p}": round(ordered[min(len(ordered) - 1, len(ordered) * p // 100)] * 1000, 1) for p in (50, 95, 99)}
