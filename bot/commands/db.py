"""`db`: the database's tables."""

from __future__ import annotations

from pathlib import Path

import click

from bot.commands.opening import with_database
from bot.settings import Settings
from storage import migrations
from storage.backup import Contents, back_up
from storage.backup import restore as put_back
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
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write all tables, as they are at one moment, and the evidence to a new FILE. The bot may run meanwhile."""

    async def do(database: Database, settings: Settings) -> Contents:
        _say_what_is_elsewhere(settings)
        return await back_up(database, settings.evidence_dir, file)

    made = with_database(do)
    click.echo(f"{file}: {made.rows} rows, {made.files} files of evidence.")


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Throw away what is in the database.")
@click.option("--send-waiting", is_flag=True, help="Send what was waiting in the backup, though it may come twice.")
def restore(file: Path, force: bool, send_waiting: bool) -> None:
    """Put a backup back, checked first, into an empty database of either kind. Stop the bot before.

    Deadlines that passed since the backup count as an outage: their owners get a grace period, then each fires once.

    Messages to people that were waiting when the backup was made have most likely been sent since. They are held back as
    dead letters: `outbox dead` lists them, `outbox retry` sends those you choose.
    """

    async def do(database: Database, settings: Settings) -> Contents:
        _say_what_is_elsewhere(settings)
        return await put_back(database, settings.evidence_dir, file, force=force, sends_waiting=send_waiting)

    made = with_database(do)
    click.echo(f"Restored {made.rows} rows and {made.files} files of evidence.")
    if made.held:
        click.echo(
            f"Messages held back that were waiting then: {made.held}. See `aftersales outbox dead`, `outbox retry`."
        )


@db.command()
@click.argument("message")
def revision(message: str) -> None:
    """Write a new migration: from the newest one to the tables as the code has them (for developers)."""
    click.echo(str(migrations.revision(message)))


def _say_what_is_elsewhere(settings: Settings) -> None:
    if settings.evidence_url is not None:
        click.echo(f"Evidence in {settings.evidence_url} is not touched; copy that bucket by its own means.", err=True)
