"""`policy`: what the rules say about an order and a claim, and what other rules would."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bot import policies
from bot.commands import times
from bot.commands.finding import find_order
from bot.commands.opening import explained, with_database
from bot.commands.printing import echo_json, echo_table, english, iso, json_option, minute
from bot.settings import Settings
from conversations.cases.case import Case
from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.cases.orders import Order
from conversations.cases.verdict import Verdict
from conversations.desk.policies import history_on, policy_of
from conversations.policy import Difference, History, Pack, assess, difference
from conversations.policy import for_store as over_house
from conversations.vocabulary import reference
from storage.database import Database
from storage.work import SqlWork


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
@json_option
def retention(as_json: bool) -> None:
    """Show how long what people said and showed is kept."""
    with explained():
        kept = policies.load(Settings.load().policy).retention.model_dump(mode="json")
    if as_json:
        echo_json(kept)
    else:
        echo_table(list(kept.items()))


@policy.command()
@click.argument("file")
@click.option("--for-store", is_flag=True, help="FILE is a store's own policy, over the one in use.")
def check(file: str, for_store: bool) -> None:
    """Check a policy: FILE is the path of a .toml, or the name of a shipped one.

    What is wrong is told line by line: file, rule, field. The exit code is 0 only when nothing is.
    """
    with explained():
        if for_store:
            pack = over_house(policies.load(Settings.load().policy), policies.text(Path(file)), file)
        else:
            pack = policies.load(file)
    click.echo(f"ok {pack.id} {pack.hash} {len(pack.rules)} rules")


@policy.command()
@click.argument("order")
@click.option("--remedy", type=click.Choice([remedy.value for remedy in Remedy]), required=True)
@click.option("--reason", type=click.Choice([reason.value for reason in Reason]), required=True)
@click.option("--item", "items", multiple=True, help="Number of a line of the order; may be repeated. Default: all.")
@click.option("--quantity", type=click.IntRange(1), help="How many of each. Default: all that were bought.")
@click.option("--used", is_flag=True, help="The goods have been used.")
@click.option("--opened", is_flag=True, help="The packaging is not intact.")
@click.option("--evidence", type=click.IntRange(0), default=0, help="How many photos, videos or reports there are.")
@click.option("--at", callback=times.begin, metavar="ISO", help="Judge at this time. Default: now.")
@click.option("--history", is_flag=True, help="Count the earlier cases of the order, as the desk does.")
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
    history: bool,
    as_json: bool,
) -> None:
    """Print the verdict on a claim, rule by rule, by the policy of the order's store. Nothing is opened or kept.

    ORDER is a number, or STORE/NUMBER where two stores share one.
    """
    now = at or datetime.now(UTC)

    async def do(db: Database, settings: Settings) -> tuple[Order, Pack, History]:
        async with db.reading() as work:
            found = await find_order(work, order)
            pack = policy_of(await work.orders.store(found.key.store), policies.load(settings.policy))
            return found, pack, await history_on(found, work, now) if history else History()

    found, pack, earlier = with_database(do)
    claim = Claim(
        order=found.key,
        items=_claimed(found, items, quantity),
        remedy=Remedy(remedy),
        reason=Reason(reason),
        is_used=used,
        is_opened=opened,
        evidence=evidence,
    )
    verdict = assess(claim, found, pack, now, history=earlier)
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


@policy.command()
@click.argument("one")
@click.argument("other")
@click.option("--since", callback=times.begin, metavar="ISO", help="Only cases opened at this time or later.")
@json_option
def diff(one: str, other: str, since: datetime | None, as_json: bool) -> None:
    """List the past cases that policy OTHER would have judged otherwise than ONE.

    Each claim is judged by both as of the time its case was opened, on the order as it is known today. Both are names
    of shipped policies or paths of .toml files; stores' own policies are left out.
    """
    with explained():
        packs = policies.load(one), policies.load(other)

    async def do(db: Database, settings: Settings) -> tuple[int, list[tuple[Case, Difference]]]:
        async with db.reading() as work:
            past = await work.cases.opened_since(since)
            compared = [(case, await _difference(case, packs, work)) for case in past]
            return len(past), [(case, found) for case, found in compared if found is not None]

    number, found = with_database(do)
    if as_json:
        return echo_json([_difference_record(case, apart) for case, apart in found])
    for case, apart in found:
        _echo_difference(case, apart)
    return click.echo(f"{len(found)} of {number} cases would have been judged otherwise.")


async def _difference(case: Case, packs: tuple[Pack, Pack], work: SqlWork) -> Difference | None:
    claim = case.claim
    order = await work.orders.get(claim.order)
    assert order is not None
    if former := await work.cases.get(claim.linked) if claim.linked else None:
        order = replace(order, delivered_at=former.replaced_at)
    before = await history_on(order, work, case.opened_at, linked=claim.linked, but=case.ref)
    return difference(claim, order, *packs, case.opened_at, history=before)


def _difference_record(case: Case, apart: Difference) -> dict[str, Any]:
    return {
        "ref": case.ref,
        "opened_at": iso(case.opened_at),
        "outcome": [verdict.outcome.name.lower() for verdict in (apart.one, apart.other)],
        "return_shipping": [verdict.return_shipping for verdict in (apart.one, apart.other)],
        "goods_back": [verdict.goods_back for verdict in (apart.one, apart.other)],
        "rules": list(apart.rules),
    }


def _echo_difference(case: Case, apart: Difference) -> None:
    click.echo(f"{reference(case.ref)}  {minute(case.opened_at)}  {case.claim.remedy} for {case.claim.reason}")
    for name, (before, after) in {
        "outcome": (apart.one.outcome.name.lower(), apart.other.outcome.name.lower()),
        "return shipping": (_payer(apart.one), _payer(apart.other)),
        "goods back": (str(apart.one.goods_back).lower(), str(apart.other.goods_back).lower()),
    }.items():
        if before != after:
            click.echo(f"  {name}: {before} → {after}")
    if apart.rules:
        click.echo(f"  rules: {', '.join(apart.rules)}")


def _payer(verdict: Verdict) -> str:
    return verdict.return_shipping.value if verdict.return_shipping else "none"
