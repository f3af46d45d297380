"""`db`: the database's tables."""

from __future__ import annotations

import click

from bot.commands.opening import with_database
from bot.settings import Settings
from storage import migrations
from storage.database import Database


@click.group()
def db() -> None:
    """Look after the database's tables."""


@db.command()
def upgrade() -> None:
    """Bring the tables up to date. Every other command does this, too."""

    async def nothing_else(database: Database, settings: Settings) -> str:
        return database.url.get_backend_name()

    click.echo(f"The {with_database(nothing_else)} database is up to date.")


@db.command()
@click.argument("message")
def revision(message: str) -> None:
    """Write a new migration: from the newest one to the tables as the code has them (for developers)."""
    click.echo(str(migrations.revision(message)))
