"""Malformed updates among good ones: the good ones are handled, the rest is kept with its reason, and nothing crashes."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from random import Random

from faults_junk import Fate, some
from faults_measure import MEASURE
from structlog.testing import capture_logs

from bot.clock import AdjustableClock
from bot.compose import build
from bot.playground import World, acting, create_app, serve
from bot.settings import Settings
from bot.workers.pace import UNLIMITED
from storage.database import Database

#: What would be logged if a worker had crashed, or an update had held up others.
_TROUBLE = {
    "apology failed",
    "lane failed",
    "message failed",
    "message given up",
    "updates not kept",
    "worker crashed",
    "worker ended by itself",
}

PEOPLE = 25


async def test_junk_is_put_aside_and_good_updates_are_handled(database_url: str, tmp_path: Path) -> None:
    random, world = Random(1), World()
    people = [world.add_user(f"P{n}") for n in range(PEOPLE)]
    each = MEASURE.junk // PEOPLE
    for person in people:
        person.is_started = True
    fates: dict[Fate, list[int]] = {fate: [] for fate in Fate}
    for n, (fate, body) in enumerate(some(each * PEOPLE, [person.id for person in people], random)):
        fates[fate].append(world.updates.next_id)
        world.updates.put_body(world.updates.next_id, body(world.updates.next_id))
        acting.send_text(world, people[n % PEOPLE], "/help")

    with capture_logs() as logs:
        async with serve(create_app(world)) as server:
            settings = {
                "bot_token": world.token,
                "bot_api_url": server.url,
                "database_url": database_url,
                "evidence_dir": tmp_path / "evidence",
            }
            app = await build(Settings.load(settings), clock=AdjustableClock(), limits=UNLIMITED)
            await app.start()
            try:
                await _quiet(world, app.db)
                assert await app.is_ready()
                dead = await app.db.inbox.dead(10_000)
            finally:
                await app.stop()

    assert Counter(entry["event"] for entry in logs if entry["event"] in _TROUBLE) == Counter()
    assert [letter.reason for letter in dead if not letter.reason.startswith("unreadable: ")] == []
    assert sorted(letter.payload["update_id"] for letter in dead) == sorted(fates[Fate.DEAD])
    assert min(len(ids) for ids in fates.values()) > each
    [(help_text, _)] = Counter(text for person in people for text in _heard(world, person.id)).most_common(1)
    assert [_heard(world, person.id).count(help_text) for person in people] == [each] * PEOPLE


async def _quiet(world: World, db: Database) -> None:
    async with asyncio.timeout(600):
        while len(world.updates) or (await db.inbox.backlog()).pending or (await db.outbox.backlog()).pending:  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(0.05)


def _heard(world: World, user: int) -> list[str]:
    return [shown.get("text", "") for shown in world.chats[user].messages.values() if world.is_own(shown)]
