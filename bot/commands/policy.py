"""`policy`: what the rules say about an order and a claim."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from bot import policies
from bot.commands.finding import find_order
from bot.commands.opening import explained, with_database
from bot.commands.printing import echo_json, echo_table, english, json_option, minute
from bot.settings import Settings
from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.cases.orders import Order
from conversations.cases.verdict import Verdict
from conversations.policy import assess
from storage.database import Database


def _instant(context: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """A point in time in ISO 8601; without a zone it is UTC."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as err:
        raise click.BadParameter(f"{value!r} is not a time like 2024-03-01T10:00:00Z", context, param) from err


@click.group()
def policy() -> None:
    """Ask the rules."""


@policy.command("list")
def list_packs() -> None:
    """List the policies that ship with the desk; a star marks the one in use."""
    with explained():
        used = Settings.load().policy
        packs = {name: policies.load(name) for name in dict.fromkeys((*policies.shipped(), used))}
    echo_table([("*" if name == used else " ", pack.id, pack.title, pack.hash[:12]) for name, pack in packs.items()])


@policy.command()
@click.argument("order")
@click.option("--remedy", type=click.Choice([remedy.value for remedy in Remedy]), required=True)
@click.option("--reason", type=click.Choice([reason.value for reason in Reason]), required=True)
@click.option("--item", "items", multiple=True, help="Number of a line of the order; may be repeated. Default: all.")
@click.option("--quantity", type=click.IntRange(1), help="How many of each. Default: all that were bought.")
@click.option("--used", is_flag=True, help="The goods have been used.")
@click.option("--opened", is_flag=True, help="The packaging is not intact.")
@click.option("--evidence", type=click.IntRange(0), default=0, help="How many photos, videos or reports there are.")
@click.option("--at", callback=_instant, metavar="ISO", help="Judge at this time. Default: now.")
@json_option
def explain(
    order: str,
    remedy: str,
    reason: str,
    items: tuple[str, ...],
    quantity: int | None,
    used: bool,
    opened: bool,
    evidence: int,
    at: datetime | None,
    as_json: bool,
) -> None:
    """Print the verdict on a claim, rule by rule. Nothing is opened or kept.

    ORDER is a number, or STORE/NUMBER where two stores share one.
    """

    async def do(db: Database, settings: Settings) -> Order:
        async with db.reading() as work:
            return await find_order(work, order)

    found = with_database(do)
    claim = Claim(
        order=found.key,
        items=_claimed(found, items, quantity),
        remedy=Remedy(remedy),
        reason=Reason(reason),
        is_used=used,
        is_opened=opened,
        evidence=evidence,
    )
    with explained():
        pack = policies.load(Settings.load().policy)
    now = at or datetime.now(UTC)
    verdict = assess(claim, found, pack, now)
    if as_json:
        echo_json(record(verdict))
    else:
        _echo(found, claim, verdict, f"{pack.id} at {minute(now)} UTC")


def _claimed(order: Order, named: tuple[str, ...], quantity: int | None) -> tuple[Claimed, ...]:
    bought = {item.no: item.quantity for item in order.items}
    for no in named:
        if no not in bought:
            raise click.ClickException(f"order {order.key.number} has no item {no}; there are: {', '.join(bought)}")
    wanted = tuple(dict.fromkeys(named)) or tuple(bought)
    for no in wanted:
        if quantity is not None and quantity > bought[no]:
            raise click.ClickException(f"{bought[no]} of item {no} were bought, not {quantity}")
    return tuple(Claimed(no, quantity or bought[no]) for no in wanted)


def record(verdict: Verdict) -> dict[str, Any]:
    """The verdict as outsiders rely on it."""
    return {
        "outcome": verdict.outcome.name.lower(),
        "rules": [
            {
                "id": finding.rule,
                "holds": finding.holds,
                "found": english(finding.found),
                "source": finding.source,
            }
            for finding in verdict.findings
        ],
        "return_shipping": verdict.return_shipping.value if verdict.return_shipping else None,
        "instead": [remedy.value for remedy in verdict.instead],
    }


def _echo(order: Order, claim: Claim, verdict: Verdict, judged: str) -> None:
    click.echo(f"Order {order.key.number} of {order.key.store}, by {judged}")
    for claimed in claim.items:
        click.echo(f"  {claimed.quantity} × {order.item(claimed.item_no).title}")
    click.echo(
        f"{claim.remedy.value} for {claim.reason.value} ({verdict.ground.value}): {verdict.outcome.name.lower()}"
    )
    echo_table(
        [
            (f"  {'✓' if finding.holds else '✗'} {finding.rule}", f"{english(finding.found)} ({finding.source})")
            for finding in verdict.findings
        ]
    )
    if verdict.return_shipping:
        click.echo(f"Return shipping is paid by the {verdict.return_shipping.value}.")
    if verdict.instead:
        click.echo(f"Open instead: {', '.join(remedy.value for remedy in verdict.instead)}")
