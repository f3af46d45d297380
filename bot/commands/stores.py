"""`stores`: what is known about the shops, and what they made of the policy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from bot import policies
from bot.commands.finding import require_store
from bot.commands.opening import explained, repeated, with_database
from bot.commands.printing import echo_json, echo_table, json_option
from bot.settings import Settings
from conversations.cases.orders import Store
from conversations.policy import Pack, PackError, for_store
from storage.database import Database


@click.group()
def stores() -> None:
    """Look after stores."""


@stores.command("set")
@click.argument("store")
@click.option("--return-address", required=True, help="Where buyers send goods back to.")
def set_store(store: str, return_address: str) -> None:
    """Say where a store's goods are returned to."""
    name, address = store.strip(), return_address.strip()
    if not name or not address:
        raise click.UsageError("neither the store nor its address can be empty")

    async def do(db: Database, settings: Settings) -> bool:
        async def put() -> bool:
            async with db.work() as work:
                is_known = name in {known.name for known in await work.orders.stores()}
                await work.orders.set_store(Store(name=name, return_address=address))
                return is_known

        return await repeated(put)

    if not with_database(do):
        click.echo(f"Note: no order of a store called {name!r} has been imported yet.", err=True)
    click.echo(f"Returns to {name} go to: {address}")


@stores.command("policy")
@click.argument("store")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--clear", is_flag=True, help="Go back to the house policy.")
def set_policy(store: str, file: Path | None, clear: bool) -> None:
    """Give a store a policy of its own, from a TOML file, or print the one it has.

    FILE changes figures of the house policy: tables by key, rules by id, `drop` for rules to do without. Nothing in
    it may be worse for a buyer. Running cases keep what they were opened under.
    """
    if file and clear:
        raise click.UsageError("either FILE or --clear")
    if file is None and not clear:
        return click.echo(with_database(lambda db, settings: _policy_text(db, store)), nl=False)
    with explained():
        house = policies.load(Settings.load().policy)
        text = policies.text(file) if file else ""
        pack = for_store(house, text, str(file)) if file else house

    async def do(db: Database, settings: Settings) -> None:
        async def put() -> None:
            async with db.work() as work:
                await work.orders.set_policy(await require_store(work, store), text)

        await repeated(put)

    with_database(do)
    return click.echo(f"New cases of {store} are judged by {pack.id} {pack.hash[:12]}")


async def _policy_text(db: Database, store: str) -> str:
    async with db.reading() as work:
        found = await work.orders.store(await require_store(work, store))
    if not found.policy:
        raise click.ClickException(f"{store} has no policy of its own")
    return found.policy


@stores.command("list")
@json_option
def list_stores(as_json: bool) -> None:
    """List the stores, their return addresses, and the policies of those that have their own."""

    async def do(db: Database, settings: Settings) -> Sequence[Store]:
        async with db.reading() as work:
            return await work.orders.stores()

    found = with_database(do)
    with explained():
        house = policies.load(Settings.load().policy)
    if as_json:
        return echo_json([_record(store, house) for store in found])
    return echo_table(
        [
            (s.name, s.return_address or "(no return address yet)", _policy_of(s, house) or "(house policy)")
            for s in found
        ]
    )


def _record(store: Store, house: Pack) -> dict[str, str | None]:
    return {"store": store.name, "return_address": store.return_address, "policy": _policy_of(store, house) or None}


def _policy_of(store: Store, house: Pack) -> str:
    """Id and hash of the store's own policy, or why it is not used; nothing when it has none."""
    if not store.policy:
        return ""
    try:
        pack = for_store(house, store.policy, store.name)
    except PackError as err:
        return f"not used: {'; '.join(str(err).splitlines())}"
    return f"{pack.id} {pack.hash[:12]}"
