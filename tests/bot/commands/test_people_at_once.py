"""`people revoke` counts at once, also for what somebody is in the middle of on PostgreSQL, where much goes on at a time."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from click.testing import CliRunner
from sqlalchemy import text

from bot.__main__ import cli
from bot.policies import load
from conversations.cases.lifecycle import Position
from conversations.cases.states import State
from conversations.desk import Desk, Settings
from conversations.messages import Incoming, Said, Sender
from storage.database import Database

RUTH = Sender(address=300, name="Ruth", language="en")


async def test_case_that_is_taken_meanwhile_is_given_back(postgres_url: str, cases_in: Any) -> None:
    """The command waits for the transaction it came into before it looks for anything, and so sees what that has done."""
    async with Database(postgres_url) as db:
        async with db.work() as work:
            ruth = await work.people.greet(RUTH)
            await work.people.save(replace(ruth, is_arbitrator=True))

        desk, now = Desk(Settings(pack=load("tmall_global"))), datetime.now(UTC)
        async with db.work() as work:
            await work.expect([RUTH.address])  # as the inbox does with everybody who comes; so her roles are known
            revoked = asyncio.create_task(revoke(ruth.id, postgres_url))
            await somebody_waits_for(db, revoked)
            await cases_in(db)("A7KQ2M", position=Position(state=State.ESCALATED))
            taken = Incoming(sender=RUTH, at=now, content=Said(message=1, text="/take A7K-Q2M"))
            await desk.receive(taken, work, now)
            case = await work.cases.get("A7KQ2M")
            assert case is not None
            assert case.arbitrator == ruth.id
        assert await revoked == "Taken away from Ruth\n"

        async with db.reading() as work:
            case = await work.cases.get("A7KQ2M")
        assert case is not None
        assert (case.state, case.arbitrator) == (State.ESCALATED, None)


async def revoke(person: int, url: str) -> str:
    env = {"AFTERSALES_DATABASE_URL": url}
    result = await asyncio.to_thread(CliRunner().invoke, cli, ["people", "revoke", str(person)], env=env)
    assert result.exit_code == 0, result.output
    return result.output


async def somebody_waits_for(db: Database, revoked: asyncio.Task[str]) -> None:
    """Until the command waits for a lock; or is over, when it does not wait as it should."""
    waiting = text(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(60):
        while not revoked.done():
            async with db._writer.connect() as connection:
                if (await connection.execute(waiting)).scalar():
                    return
            await asyncio.sleep(0.02)
