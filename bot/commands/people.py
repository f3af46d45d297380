"""`people`: who has which role, who waits to be confirmed, and roles taken away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import click

from bot.commands.opening import repeated, with_database
from bot.commands.printing import echo_json, echo_table, iso, json_option
from bot.settings import Settings
from conversations.cases.roles import Role
from conversations.desk.joining import admit, dismiss
from conversations.messages import Person
from conversations.ports import Application
from storage.database import Database
from storage.work import SqlWork

Listed = tuple[Person, Sequence[Application]]


@click.group()
def people() -> None:
    """See and change who sells for a store and who arbitrates."""


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
                waits = any(each.person == person for each in await work.people.applications())
                stores = whom.stores if is_all else whom.stores & {store}
                is_arbitrator = whom.is_arbitrator and (is_all or arbitrator)
                if not stores and not is_arbitrator and not waits:
                    raise click.ClickException(f"{whom.name} has no such role")
                await dismiss(whom, work, datetime.now(UTC), stores=frozenset(stores), is_arbitrator=is_arbitrator)
                return whom.name

        return await repeated(take)

    click.echo(f"Taken away from {with_database(do)}")


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
