"""`people`: who has which role, who waits to be confirmed, roles taken away, and what has to be kept of somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import click

from bot.commands import times
from bot.commands.opening import repeated, with_database
from bot.commands.printing import echo_json, echo_table, iso, json_option, minute
from bot.settings import Settings
from conversations.cases.roles import Role
from conversations.desk.joining import admit, dismiss
from conversations.messages import Person
from conversations.ports import Application
from storage.database import Database
from storage.privacy import Hold
from storage.work import SqlWork

Listed = tuple[Person, Sequence[Application]]


@click.group()
def people() -> None:
    """See and change who sells for a store and who arbitrates, and whose data has to stay. ID is a person's number."""


@people.command("list")
@json_option
def list_people(as_json: bool) -> None:
    """List everybody with a role, and who waits for one to be confirmed."""

    async def do(db: Database, settings: Settings) -> Sequence[Listed]:
        async with db.reading() as work:
            waiting = await work.people.applications()
            known = {person.id: person for person in await work.people.with_roles()}
            known |= await work.people.of_ids({each.person for each in waiting} - known.keys())
            return [(known[id], [each for each in waiting if each.person == id]) for id in sorted(known)]

    found = with_database(do)
    if as_json:
        return echo_json([_record(person, waiting) for person, waiting in found])
    rows = [
        (str(person.id), person.name, ", ".join(_roles(person)) or "-", ", ".join(map(_role, waiting)) or "-")
        for person, waiting in found
    ]
    return echo_table([("id", "name", "roles", "to be confirmed"), *rows] if rows else [])


@people.command()
@click.argument("person", metavar="[ID]", type=int, required=False)
@click.option("--all", "is_for_all", is_flag=True, help="Everybody who waits.")
def confirm(person: int | None, is_for_all: bool) -> None:
    """Give people the roles that they were invited to. They are told."""
    if (person is not None) == is_for_all:
        raise click.UsageError("say either ID or --all")

    async def do(db: Database, settings: Settings) -> Sequence[tuple[Person, Sequence[Application]]]:
        async def give(id: int) -> tuple[Person, Sequence[Application]]:
            async with db.work() as work:
                whom = await _require(work, id)
                return whom, await admit(whom, work)

        async with db.reading() as work:
            waiting = {each.person for each in await work.people.applications()}
        ids = sorted(waiting) if person is None else [person]
        return [await repeated(partial(give, id)) for id in ids]

    done = with_database(do)
    for whom, applied in done:
        if not applied and not is_for_all:
            raise click.ClickException(f"{whom.name} waits for nothing to be confirmed")
        click.echo(f"{whom.name}: {', '.join(map(_role, applied))}")
    if not done:
        click.echo("Nobody waits to be confirmed.")


@people.command()
@click.argument("person", metavar="ID", type=int)
@click.option("--store", help="Only this store.")
@click.option("--arbitrator", is_flag=True, help="Only the office of an arbitrator.")
def revoke(person: int, store: str | None, arbitrator: bool) -> None:
    """Take roles away from somebody, all of them unless said otherwise; also what waits to be confirmed.

    It counts at once, and they are told: dialogs end, buttons do nothing more, cases they were deciding wait for another.
    """
    is_all = store is None and not arbitrator

    async def do(db: Database, settings: Settings) -> str:
        async def take() -> str:
            async with db.work() as work:
                whom = await _require(work, person)
                await work.people.expect([whom.address])  # what they are in the middle of comes first, and is seen here
                whom = await work.people.get(person)
                waits = any(each.person == person for each in await work.people.applications())
                stores = whom.stores if is_all else whom.stores & {store}
                is_arbitrator = whom.is_arbitrator and (is_all or arbitrator)
                if not stores and not is_arbitrator and not waits:
                    raise click.ClickException(f"{whom.name} has no such role")
                await dismiss(whom, work, datetime.now(UTC), stores=frozenset(stores), is_arbitrator=is_arbitrator)
                return whom.name

        return await repeated(take)

    click.echo(f"Taken away from {with_database(do)}")


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


async def _require(work: SqlWork, person: int) -> Person:
    try:
        return await work.people.get(person)
    except KeyError:
        raise click.ClickException(f"there is nobody of id {person}; `aftersales people list` shows them") from None


def _roles(person: Person) -> list[str]:
    return ([_ARBITRATOR] if person.is_arbitrator else []) + [f"seller of {store}" for store in sorted(person.stores)]


_ARBITRATOR = "arbitrator"


def _role(application: Application) -> str:
    return _ARBITRATOR if application.role is Role.ARBITRATOR else f"seller of {application.store}"


def _record(person: Person, waiting: Sequence[Application]) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "is_arbitrator": person.is_arbitrator,
        "stores": sorted(person.stores),
        "is_reachable": person.is_reachable,
        "to_be_confirmed": [
            {"role": each.role.value, "store": each.store or None, "since": iso(each.at)} for each in waiting
        ],
    }
