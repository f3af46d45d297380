"""`invite`: one-time links by which sellers and arbitrators join."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from bot.commands import links
from bot.commands.finding import require_store
from bot.commands.opening import with_database
from bot.settings import Settings
from conversations.ports import Link, LinkPurpose
from storage.database import Database

#: How long an invitation is good for.
VALID = timedelta(hours=24)


@click.group()
def invite() -> None:
    """Print a one-time link, good for 24 hours, by which somebody joins."""


@invite.command()
@click.argument("store")
def seller(store: str) -> None:
    """Invite a seller of STORE."""

    async def do(db: Database, settings: Settings) -> str:
        async with db.reading() as work:
            name = await require_store(work, store)
        return await _invitation(db, settings, Link(purpose=LinkPurpose.SELLER, store=name))

    click.echo(with_database(do))


@invite.command()
def arbitrator() -> None:
    """Invite an arbitrator."""

    async def do(db: Database, settings: Settings) -> str:
        return await _invitation(db, settings, Link(purpose=LinkPurpose.ARBITRATOR))

    click.echo(with_database(do))


async def _invitation(db: Database, settings: Settings, link: Link) -> str:
    return await links.issue(db, settings, link, expires_at=datetime.now(UTC) + VALID)
