"""`stores`: what is known about the shops."""

from __future__ import annotations

from collections.abc import Sequence

import click

from bot.commands.opening import repeated, with_database
from bot.commands.printing import echo_json, echo_table, json_option
from bot.settings import Settings
from conversations.cases.orders import Store
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


@stores.command("list")
@json_option
def list_stores(as_json: bool) -> None:
    """List the stores and their return addresses."""

    async def do(db: Database, settings: Settings) -> Sequence[Store]:
        async with db.reading() as work:
            return await work.orders.stores()

    found = with_database(do)
    if as_json:
        return echo_json([{"store": store.name, "return_address": store.return_address} for store in found])
    return echo_table([(store.name, store.return_address or "(no return address yet)") for store in found])
