"""`case`: where cases stand and what has happened in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from bot.commands.casefiles import export, verify_file
from bot.commands.finding import find_case, require_store
from bot.commands.opening import with_database
from bot.commands.printing import echo_json, echo_table, english, iso, json_option, minute
from bot.commands.records import heads, verify
from bot.settings import Settings
from conversations import vocabulary
from conversations.cases.case import Case
from conversations.cases.lifecycle import waits_for
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.terms import Terms
from conversations.ports import Entry
from storage.database import Database

Told = tuple[Case, Sequence[Entry]]

#: Where no single arbitrator has the case.
_COMMON = frozenset({State.ESCALATED, State.BREACHED})


@click.group()
def case() -> None:
    """Look into cases."""


case.add_command(verify)
case.add_command(heads)
case.add_command(export)
case.add_command(verify_file)


@case.command("list")
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only cases in this state.")
@click.option("--store", help="Only this store's.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@json_option
def list_cases(state: str | None, store: str | None, limit: int, as_json: bool) -> None:
    """List cases, the newest first."""

    async def do(db: Database, settings: Settings) -> list[Told]:
        async with db.reading() as work:
            if store is not None:
                await require_store(work, store)
            found = await work.cases.all(store=store, state=State(state) if state else None, limit=limit)
            return [(case, await work.journal.of(case.ref) if as_json else ()) for case in found]

    told = with_database(do)
    if as_json:
        return echo_json([record(case, entries) for case, entries in told])
    rows = [_row(case) for case, _ in told]
    return echo_table([("case", "state", "waits for", "due (UTC)", "remedy", "order"), *rows] if rows else [])


@case.command()
@click.argument("ref")
@json_option
def show(ref: str, as_json: bool) -> None:
    """Show one case: where it stands, its terms, what has happened."""

    async def do(db: Database, settings: Settings) -> Told:
        async with db.reading() as work:
            found = await find_case(work, ref)
            return found, await work.journal.of(found.ref)

    found, entries = with_database(do)
    if as_json:
        echo_json(record(found, entries))
    else:
        _echo(found, entries)


def record(case: Case, entries: Sequence[Entry]) -> dict[str, Any]:
    """A case as outsiders rely on it. Facts are named, not quoted: nobody's words are in it."""
    terms = case.position.terms
    return {
        "ref": vocabulary.reference(case.ref),
        "state": case.state.value,
        "waits_for": _waits_for(case),
        "due_at": iso(case.due_at),
        "remedy": case.claim.remedy.value,
        "ground": case.verdict.ground.value,
        "terms": _terms(terms) if terms else None,
        "facts": [
            {"n": entry.n, "at": iso(entry.at), "who": entry.who.value, "what": type(entry.fact).__name__}
            for entry in entries
        ],
    }


def _waits_for(case: Case) -> list[str]:
    names = {Role.ARBITRATOR: "arbitrators"} if case.state in _COMMON else {}
    return [names.get(role, role.value) for role in waits_for(case.position)]


def _terms(terms: Terms) -> dict[str, Any]:
    return {
        "kind": terms.kind.value,
        "amount_minor": terms.amount.minor,
        "currency": terms.amount.currency,
        "items": [{"item_no": claimed.item_no, "quantity": claimed.quantity} for claimed in terms.items],
        "goods_back": terms.goods_back,
        "shipping": terms.shipping.value if terms.shipping else None,
        "shipping_amount_minor": terms.shipping_amount.minor,
        "send": terms.send.value,
    }


def _row(case: Case) -> tuple[str, ...]:
    return (
        vocabulary.reference(case.ref),
        case.state.value,
        " and ".join(_waits_for(case)) or "nobody",
        minute(case.due_at),
        case.claim.remedy.value,
        f"{case.store}/{case.claim.order.number}",
    )


def _echo(case: Case, entries: Sequence[Entry]) -> None:
    ref, state, waiting, due, remedy, order = _row(case)
    click.echo(f"Case {ref}: {state}, waits for {waiting}" + (f" until {due} UTC" if case.due_at else ""))
    click.echo(f"Claim: {remedy} for {case.claim.reason.value} ({case.verdict.ground.value}), order {order}")
    if case.position.terms:
        click.echo(f"Terms: {english(vocabulary.in_one_line(vocabulary.terms_lines(case.position.terms)))}")
    echo_table([(str(entry.n), minute(entry.at), entry.who.value, type(entry.fact).__name__) for entry in entries])
