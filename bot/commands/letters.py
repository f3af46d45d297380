"""`inbox` and `outbox`: the dead letters, which were given up with a reason, and putting them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from bot.commands.opening import repeated, with_database
from bot.commands.printing import echo_json, echo_table, iso, json_option, minute
from bot.settings import Settings
from storage.database import Database
from storage.queues import DeadItem, Queue

#: Signs of a reason in the table; with --json all of it.
_SHORT = 80


def _group(name: str, what: str, choose: Callable[[Database], Queue[Any]]) -> click.Group:
    @click.group(name, help=f"Look after {what} that were given up.")
    def group() -> None:
        pass

    @group.command()
    @click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="The newest so many.")
    @json_option
    def dead(limit: int, as_json: bool) -> None:
        """List the dead letters, the newest first: where they were, since when, and why. Not what people wrote."""

        async def do(db: Database, settings: Settings) -> list[DeadItem]:
            return await choose(db).dead(limit)

        letters = with_database(do)
        if as_json:
            return echo_json(
                [{"id": each.id, "lane": each.lane, "at": iso(each.at), "reason": each.reason} for each in letters]
            )
        rows = [(str(each.id), each.lane, minute(each.at), _short(each.reason)) for each in letters]
        return echo_table([("id", "lane", "at (UTC)", "reason"), *rows] if rows else [])

    @group.command()
    @click.argument("ids", metavar="[ID]...", type=int, nargs=-1)
    @click.option("--all", "is_for_all", is_flag=True, help="Every dead letter.")
    def retry(ids: tuple[int, ...], is_for_all: bool) -> None:
        """Put dead letters back where they were; a running bot takes them up at once."""
        if bool(ids) == is_for_all:
            raise click.UsageError("say which ones by their ids, or --all")

        async def do(db: Database, settings: Settings) -> int:
            queue = choose(db)
            return await repeated(lambda: queue.revive(None if is_for_all else ids))

        count = with_database(do)
        click.echo(f"Put back: {count}")
        if missing := len(set(ids)) - count:
            if not is_for_all:
                raise click.ClickException(f"not among the dead letters: {missing}")

    return group


def _short(reason: str) -> str:
    line = " ".join(reason.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"


inbox = _group("inbox", "messages from people", lambda db: db.inbox)
outbox = _group("outbox", "messages to people", lambda db: db.outbox)
