"""The command line on a database in a fresh file, run in this process or as a process of its own."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner, Result

from bot import policies
from bot.__main__ import cli
from conversations.cases.case import Actor, Moved, act, open_case
from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.cases.orders import OrderKey
from conversations.cases.roles import Role
from conversations.messages import Sender
from conversations.policy import assess
from storage.database import Database

T = TypeVar("T")
OPENED = datetime(2024, 3, 16, 12, tzinfo=UTC)
KEY = OrderKey("Nordic Home", "NH-20240311-001")
SAMPLES = Path(__file__).parents[1] / "orderfiles" / "samples"


@dataclass(frozen=True)
class Desk:
    """The command line, its environment, and the database behind it."""

    url: str
    env: dict[str, str]

    def __call__(self, *args: str, **env: str) -> Result:
        return CliRunner().invoke(cli, args, env={**self.env, **env}, catch_exceptions=False)

    def json(self, *args: str) -> Any:
        return json.loads(self.out(*args, "--json"))

    def out(self, *args: str) -> str:
        """What a command that succeeds prints."""
        result = self(*args)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    def err(self, *args: str, **env: str) -> str:
        """What a command that fails says; it prints nothing else."""
        result = self(*args, **env)
        assert (result.exit_code, result.stdout) == (1, "")
        return result.stderr

    def start(self, *args: str, **env: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *args],
            env={**os.environ, **self.env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def with_database(self, do: Callable[[Database], Awaitable[T]]) -> T:
        async def opened() -> T:
            async with Database(self.url) as db:
                await db.migrate()
                return await do(db)

        return asyncio.run(opened())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An empty database, not even migrated."""
    for name in list(os.environ):
        if name.startswith("AFTERSALES_"):
            monkeypatch.delenv(name)
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    return Desk(url, {"AFTERSALES_DATABASE_URL": url, "AFTERSALES_BOT_USERNAME": "shop_bot"})


@pytest.fixture
def stocked(desk: Desk) -> Desk:
    """The sample orders of all formats are imported."""
    for name in ("generic.csv", "tmall_gbk.csv", "shopify.csv"):
        desk("orders", "import", str(SAMPLES / name))
    return desk


@pytest.fixture
def open_claim(stocked):
    """Opens a case on a unit of the sample order, a step an hour: who makes which move. `claim` is what is not as usual."""

    def opened(ref, *moves, at=OPENED, **claim):
        pack = policies.load("tmall_global")
        claimed = Claim(
            **{
                "order": KEY,
                "items": (Claimed("1", 1),),
                "remedy": Remedy.RETURN,
                "reason": Reason.CHANGED_MIND,
                **claim,
            }
        )

        async def do(db):
            async with db.work() as work:
                order = await work.orders.get(KEY)
                buyer = await work.people.greet(Sender(address=501, name="Ada", language="en"))
                other = await work.people.greet(Sender(address=502, name="Ben", language="en"))
                moved = open_case(
                    claimed,
                    assess(claimed, order, pack, at),
                    ref=ref,
                    buyer=buyer.id,
                    paid=order.paid_for("1", 1),
                    policy=pack.id,
                    policy_hash=pack.hash,
                    limits=pack.limits,
                    now=at,
                )
                await work.cases.add(moved.case)
                await work.journal.add(ref, moved.facts, who=Role.BUYER, person=buyer.id, at=at)
                for n, (move, role) in enumerate(moves, 1):
                    who = Actor(role, buyer.id if role is Role.BUYER else other.id)
                    moved = act(moved.case, move, who, now=at + timedelta(hours=n))
                    assert isinstance(moved, Moved)
                    await work.cases.save(moved.case)
                    await work.journal.add(ref, moved.facts, who=role, person=who.person, at=at + timedelta(hours=n))

        stocked.with_database(do)
        return stocked

    return opened
