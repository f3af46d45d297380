"""`orders`: taking over order exports, and links for buyers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final

import click

from bot import policies
from bot.commands import links
from bot.commands.finding import find_order, require_store
from bot.commands.opening import repeated, with_database
from bot.commands.printing import echo_json, echo_table, iso, json_option, minute, price
from bot.orderfiles import FORMAT_NAMES, Reading, read
from bot.settings import Settings
from conversations.cases.orders import Order
from conversations.ports import Link, LinkPurpose
from storage.database import Database

#: How long an order's link is good: longer than anything can be claimed, and not for ever. (house)
VALID: Final = timedelta(days=180)

#: Orders written in one transaction: a bot that runs beside the import waits no longer than for these.
_BATCH = 100


@click.group()
def orders() -> None:
    """Take over orders, and make links to them."""


@orders.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--format", "form", type=click.Choice(FORMAT_NAMES), default="auto", show_default=True)
@click.option("--store", help="The store's name, where the file does not say it (tmall, shopify: instead of it).")
@json_option
@click.pass_context
def take_over(context: click.Context, file: BinaryIO, form: str, store: str | None, as_json: bool) -> None:
    """Import an order export. Again is harmless: what is there already stays, what has changed is updated.

    Exit code 1 when a row was refused; the others are imported.
    """
    data = file.read()

    async def do(db: Database, settings: Settings) -> tuple[Reading, Counter[str]]:
        reading = read(data, format=form, store=store, transit=policies.load(settings.policy).transit)
        return reading, await _put(db, reading.orders)

    reading, counts = with_database(do)
    if as_json:
        echo_json(_report(reading, counts))
    else:
        click.echo(
            f"{reading.rows} rows read. Orders: {counts['new']} new, {counts['changed']} changed, "
            f"{counts['same']} the same. Rows: {len(reading.refused)} refused."
        )
        for refusal in reading.refused:
            click.echo(f"line {refusal.line}: {refusal.reason}")
    context.exit(1 if reading.refused else 0)


async def _put(db: Database, found: Sequence[Order]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for start in range(0, len(found), _BATCH):
        batch = found[start : start + _BATCH]

        async def put(batch: Sequence[Order] = batch) -> Counter[str]:
            async with db.work() as work:
                return Counter([await work.orders.put(order) for order in batch])

        counts += await repeated(put)
    return counts


def _report(reading: Reading, counts: Counter[str]) -> dict[str, Any]:
    return {
        "rows": reading.rows,
        "new": counts["new"],
        "changed": counts["changed"],
        "same": counts["same"],
        "refused": [{"line": refusal.line, "reason": refusal.reason} for refusal in reading.refused],
    }


@orders.command()
@click.argument("order")
def link(order: str) -> None:
    """Print a one-time link, good for 180 days, by which a buyer opens the order in the chat; its code completes it.

    ORDER is a number, or STORE/NUMBER where two stores share one.
    """

    async def do(db: Database, settings: Settings) -> str:
        async with db.reading() as work:
            key = (await find_order(work, order)).key
        found = Link(purpose=LinkPurpose.ORDER, store=key.store, number=key.number)
        return await links.issue(db, settings, found, expires_at=datetime.now(UTC) + VALID)

    click.echo(with_database(do))


@orders.command("list")
@click.option("--store", help="Only this store's.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@json_option
def list_orders(store: str | None, limit: int, as_json: bool) -> None:
    """List orders, the newest purchases first, with the codes that their buyers need."""

    async def do(db: Database, settings: Settings) -> Sequence[Order]:
        async with db.reading() as work:
            if store is not None:
                await require_store(work, store)
            return await work.orders.all(store=store, limit=limit)

    found = with_database(do)
    if as_json:
        return echo_json([_record(order) for order in found])
    rows = [
        (
            order.key.number,
            order.key.store,
            minute(order.purchased_at),
            minute(order.delivered_at),
            price(order.paid),
            order.code,
        )
        for order in found
    ]
    return echo_table([("number", "store", "purchased", "delivered", "paid", "code"), *rows] if rows else [])


def _record(order: Order) -> dict[str, Any]:
    return {
        "order_no": order.key.number,
        "store": order.key.store,
        "purchased_at": iso(order.purchased_at),
        "delivered_at": iso(order.delivered_at),
        "delivery_is_estimated": order.delivery_is_estimated,
        "buyer_code": order.code,
        "currency": order.currency,
        "paid_minor": order.paid.minor,
        "items": [
            {
                "item_no": item.no,
                "title": item.title,
                "quantity": item.quantity,
                "unit_price_minor": item.unit_price.minor,
                "exchangeable": item.exchangeable,
                "returnable": item.returnable,
            }
            for item in order.items
        ],
    }
