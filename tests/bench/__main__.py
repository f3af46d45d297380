"""`python -m tests.bench`: tries the bots one after another and prints what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack

import click
import uvloop

from tests.bench import report
from tests.bench.contestants import CONTESTANTS
from tests.bench.databases import postgres_server
from tests.bench.scripts import CLAIM
from tests.bench.trial import Plan, try_out


@click.group()
def cli() -> None:
    """How fast the bot is, beside others and on the same machine."""


@cli.command()
@click.argument("names", nargs=-1, type=click.Choice(list(CONTESTANTS)))
@click.option("--claim", is_flag=True, help="Ours only: the whole way to a case instead of the five steps.")
@click.option("--delay", default=0.0, help="Milliseconds between a call and its answer.")
@click.option("--chats", default=200, show_default=True)
@click.option("--seconds", default=10.0, show_default=True, help="How long each phase is measured.")
@click.option("--replicas", default=1, show_default=True)
def run(names: Sequence[str], claim: bool, delay: float, chats: int, seconds: float, replicas: int) -> None:
    """Try these bots (all without NAMES)."""
    plan = Plan(saturation=seconds, half=seconds, light=seconds, chats=chats, delay=delay / 1000)
    uvloop.run(_run(names or list(CONTESTANTS), plan, claim=claim, replicas=replicas))


async def _run(names: Sequence[str], plan: Plan, *, claim: bool, replicas: int) -> None:
    outcomes = []
    with ExitStack() as stack:
        chosen = [CONTESTANTS[name] for name in names]
        needs_server = any(who.database == "postgresql" for who in chosen)
        server = await asyncio.to_thread(stack.enter_context, postgres_server()) if needs_server else None
        for who in chosen:
            outcome = await try_out(
                who,
                plan,
                log=report.OUT / "logs" / f"{who.name}.log",
                script=CLAIM if claim else None,
                server=server if who.database == "postgresql" else None,
                replicas=replicas,
            )
            found = outcome.as_json()
            report.keep(found)
            outcomes.append(found)
            if outcome.unanswered:
                click.echo(f"{who.name}: {outcome.unanswered} were not answered within half a minute", err=True)
    click.echo(report.table(outcomes))


if __name__ == "__main__":
    cli()
