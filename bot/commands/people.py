"""`people`: what the operator has to keep of somebody, although they asked to be forgotten."""

from __future__ import annotations

from datetime import datetime

import click

from bot.commands import times
from bot.commands.opening import repeated, with_database
from bot.commands.printing import echo_json, echo_table, iso, json_option, minute
from bot.settings import Settings
from storage.database import Database
from storage.privacy import Hold


@click.group()
def people() -> None:
    """See to the data of people. ID is a person's number, as the logs name them."""


@people.command()
@click.argument("person", metavar="ID", type=click.IntRange(1))
@click.option("--until", callback=times.end, metavar="DATE", required=True, help="A date alone belongs to the period.")
@click.option("--reason", default="", help="For you to remember; the person does not see it.")
def hold(person: int, until: datetime, reason: str) -> None:
    """Erase nothing of a person before DATE: a legal hold. The person sees until when."""

    async def do(db: Database, settings: Settings) -> None:
        async def once() -> None:
            async with db.work() as work:
                if person not in await work.people.of_ids([person]):
                    raise click.ClickException(f"there is no person {person}")
                await work.privacy.hold(person, until, reason)

        await repeated(once)

    with_database(do)
    click.echo(f"person {person} is held until {minute(until)} UTC")


@people.command()
@click.argument("person", metavar="ID", type=click.IntRange(1))
def release(person: int) -> None:
    """End a hold; what the person asked to have erased goes."""

    async def do(db: Database, settings: Settings) -> bool:
        async def once() -> bool:
            async with db.work() as work:
                return person in await work.people.of_ids([person]) and await work.privacy.release(person)

        return await repeated(once)

    if not with_database(do):
        raise click.ClickException(f"person {person} is not held")
    click.echo(f"person {person} is not held any more")


@people.command()
@json_option
def holds(as_json: bool) -> None:
    """List the holds."""

    async def do(db: Database, settings: Settings) -> list[Hold]:
        async with db.reading() as work:
            return list(await work.privacy.holds())

    found = with_database(do)
    if as_json:
        return echo_json([{"person": h.person, "until": iso(h.until), "reason": h.reason} for h in found])
    rows = [(str(h.person), minute(h.until), h.reason) for h in found]
    return echo_table([("person", "until (UTC)", "reason"), *rows] if rows else [])
