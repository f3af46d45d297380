"""`deadlines`: more time for everybody whose deadline falls into a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import click
from babel import Locale

from bot.commands import times
from bot.commands.finding import require_store
from bot.commands.opening import repeated, with_database
from bot.commands.printing import echo_json, echo_table, iso, json_option, minute
from bot.settings import Settings
from conversations import vocabulary
from conversations.cases.clocks import Extension, Outage
from conversations.desk.clocks import reconsider
from locales import values
from storage.database import Database

#: Beyond this nobody means it: a hundred days were meant to be ten.
_LONGEST = timedelta(days=90)

Told = tuple[Extension, datetime]


@click.group()
def deadlines() -> None:
    """Give people more time: for a festival, a strike, a storm."""


@deadlines.command()
@click.option("--store", help="Deadlines in the cases of this store.")
@click.option("--all", "is_for_all", is_flag=True, help="Deadlines in the cases of every store.")
@click.option("--from", "begins", metavar="ISO", required=True, callback=times.begin, help="When the period begins.")
@click.option("--to", "ends", metavar="ISO", required=True, callback=times.end, help="When it ends; a date: with it.")
@click.option("--by", metavar="DURATION", required=True, callback=times.length, help="How much longer: 48h, 7d.")
@click.option("--reason", default="", help="Why, as the people concerned will read it.")
@json_option
def extend(
    store: str | None, is_for_all: bool, begins: datetime, ends: datetime, by: timedelta, reason: str, as_json: bool
) -> None:
    """Move every deadline on that falls into the period: those running now, and those set later.

    A time without a zone is UTC. Again is harmless: the same store, period and length count once.
    """
    if (store is not None) == is_for_all:
        raise click.UsageError("say either --store NAME or --all")
    if begins > ends:
        raise click.UsageError("the period ends before it begins")
    if by > _LONGEST:
        raise click.UsageError(f"deadlines can be extended by at most {_LONGEST.days} days at a time")

    async def do(db: Database, settings: Settings) -> tuple[Extension, bool, list[str]]:
        return await _extend(db, store, begins=begins, ends=ends, by=by, reason=reason.strip())

    extension, is_new, moved = with_database(do)
    if as_json:
        return echo_json({**_record(extension), "is_new": is_new, "moved": moved})
    return _echo(extension, is_new=is_new, moved=moved)


async def _extend(
    db: Database, store: str | None, *, begins: datetime, ends: datetime, by: timedelta, reason: str
) -> tuple[Extension, bool, list[str]]:
    """Keeps the extension, so that it counts from now on; then moves the running deadlines, one case at a time.

    Whatever may interrupt it: the deadlines worker gives the time that is owed before it lets a default apply.
    """

    async def keep() -> tuple[Extension, bool]:
        async with db.work() as work:
            name = "" if store is None else await require_store(work, store)
            return await work.clocks.extend(name, begins=begins, ends=ends, by=by, reason=reason, at=datetime.now(UTC))

    async def give(ref: str) -> bool:
        async with db.work() as work:
            return await reconsider(ref, work, datetime.now(UTC))

    extension, is_new = await repeated(keep)
    async with db.reading() as work:
        refs = await work.cases.due_between(begins, ends, store=extension.store)
    moved = [vocabulary.reference(ref) for ref in refs if await repeated(partial(give, ref))]
    return extension, is_new, moved


def _echo(extension: Extension, *, is_new: bool, moved: Sequence[str]) -> None:
    whose = _whose(extension)
    if not is_new:
        click.echo(f"This extension for {whose} was made before (number {extension.n}).")
    if is_new or moved:
        count = f"{len(moved)} running deadline{'' if len(moved) == 1 else 's'}"
        click.echo(f"Moved by {_span(extension.by)}: {count} of {whose}{': ' if moved else ''}{', '.join(moved)}")
    else:
        click.echo("No deadline was moved again.")
    if is_new:
        click.echo("Deadlines set from now on that fall into the period are moved too.")


@deadlines.command("list")
@json_option
def list_extensions(as_json: bool) -> None:
    """List the extensions that were made, and when the service was away; the newest first."""

    async def do(db: Database, settings: Settings) -> tuple[Sequence[Told], Sequence[Outage]]:
        async with db.reading() as work:
            outages = await work.clocks.outages(since=datetime(1970, 1, 1, tzinfo=UTC))
            return await work.clocks.all_extensions(), outages[::-1]

    made, outages = with_database(do)
    if as_json:
        return echo_json(
            {
                "extensions": [{**_record(extension), "made_at": iso(at)} for extension, at in made],
                "outages": [
                    {"from": iso(gap.began_at), "to": iso(gap.ended_at), "grace_until": iso(gap.until)}
                    for gap in outages
                ],
            }
        )
    rows = [
        (str(e.n), e.store or "(all)", minute(e.begins), minute(e.ends), _span(e.by), minute(at), e.reason)
        for e, at in made
    ]
    echo_table([("n", "store", "from (UTC)", "to", "by", "made", "reason"), *rows] if rows else [])
    for gap in outages:
        click.echo(f"Away from {minute(gap.began_at)} to {minute(gap.ended_at)}; grace until {minute(gap.until)} (UTC)")
    return None


def _record(extension: Extension) -> dict[str, Any]:
    return {
        "n": extension.n,
        "store": extension.store or None,
        "from": iso(extension.begins),
        "to": iso(extension.ends),
        "by_seconds": int(extension.by.total_seconds()),
        "reason": extension.reason,
    }


def _whose(extension: Extension) -> str:
    return extension.store or "all stores"


def _span(by: timedelta) -> str:
    return values.span(by, Locale("en"))
