"""`python -m tests.bench`: tries the bots by turns, prints a table, and keeps what came of it in build/bench."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

import click
import uvloop

from tests.bench import report, soaking
from tests.bench.contestants import CONTESTANTS, Contestant
from tests.bench.databases import postgres_server
from tests.bench.scripts import CLAIM, INTAKE, Script
from tests.bench.trial import Failed, Outcome, Plan, try_out

FULL: Final = Plan()
SHORT: Final = Plan(warm=0.5, saturation=3.0, half=3.0, light=None, longest=5.0)
#: For the guard in the tests: the ratio of two bots, roughly.
QUICK: Final = Plan(warm=0.5, saturation=3.0, half=None, light=None, longest=4.0, chats=50)

OURS: Final = ("ours-sqlite", "ours-postgresql")
#: As far away as Telegram may be.
FAR: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A bot and how it is to be tried."""

    who: Contestant
    plan: Plan = FULL
    script: Script | None = None
    replicas: int = 1
    cases: int = 0


def _everything() -> list[Trial]:
    names = [*CONTESTANTS]
    near = [Trial(who=CONTESTANTS[name]) for name in names]
    claims = [Trial(who=CONTESTANTS[name], script=CLAIM) for name in OURS]
    far = [
        Trial(who=CONTESTANTS[name], plan=replace(FULL, delay=FAR, half=None, light=None))
        for name in ("echo", "echo-256", "tuned", *OURS)
    ]
    replicas = [Trial(who=CONTESTANTS["ours-postgresql-webhook"], replicas=2)]
    return [*near, *claims, *far, *replicas]


def by_turns(default: int = 3) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(
        "--turns", default=default, show_default=True, help="How often all of it is done; what is told are the medians."
    )


@click.group()
def cli() -> None:
    """How fast the bot is, beside others and on the same machine."""


@cli.command("all")
@by_turns()
def try_all(turns: int) -> None:
    """Everything but `scale` and `soak`: some twenty-two minutes."""
    uvloop.run(_run(_everything(), turns))


@cli.command()
@by_turns()
def short(turns: int) -> None:
    """The least that tells something: some two minutes."""
    uvloop.run(_run([Trial(who=CONTESTANTS[name], plan=SHORT) for name in ("echo", "tuned", *OURS)], turns))


@cli.command()
@click.argument("names", nargs=-1, required=True, type=click.Choice(list(CONTESTANTS)))
@click.option("--claim", is_flag=True, help="Ours only: the whole way to a case instead of the five steps.")
@click.option("--delay", default=0.0, help="Milliseconds between a call and its answer.")
@click.option("--chats", default=200, show_default=True)
@click.option("--seconds", default=10.0, show_default=True, help="How long each phase is measured.")
@by_turns(1)
@click.option("--replicas", default=1, show_default=True, help="PostgreSQL only.")
@click.option("--cases", default=0, help="Ours only: how many are open already.")
@click.option(
    "--profile", is_flag=True, help="Ours only: what cProfile saw goes into build/bench/logs; it is slower then."
)
def run(
    names: Sequence[str],
    claim: bool,
    delay: float,
    chats: int,
    seconds: float,
    turns: int,
    replicas: int,
    cases: int,
    profile: bool,
) -> None:
    """Try these bots."""
    if profile:
        os.environ["BENCH_PROFILE"] = str(report.OUT / "logs" / f"{names[0]}.prof")
    plan = Plan(saturation=seconds, half=seconds, light=seconds, chats=chats, delay=delay / 1000)
    script = CLAIM if claim else None
    trials = [Trial(who=CONTESTANTS[name], plan=plan, script=script, replicas=replicas, cases=cases) for name in names]
    uvloop.run(_run(trials, turns))


@cli.command()
@click.option("--few", default=1_000, show_default=True)
@click.option("--many", default=1_000_000, show_default=True, help="A million take minutes to make.")
@by_turns()
def scale(few: int, many: int, turns: int) -> None:
    """Few cases open already against many, on both databases; claims, which write to the tables that have grown."""
    trials = [
        Trial(who=CONTESTANTS[name], script=CLAIM, cases=cases, plan=replace(FULL, light=None))
        for name in OURS
        for cases in (few, many)
    ]
    uvloop.run(_run(trials, turns))


@cli.command()
@click.argument("names", nargs=-1, type=click.Choice(list(OURS)))
@click.option("--updates", default=100_000, show_default=True)
def soak(names: Sequence[str], updates: int) -> None:
    """So many updates to one process: whether its memory stays flat."""
    uvloop.run(_soak(names or OURS, updates))


@cli.command()
def guard() -> None:
    """Prints {"ratio": …}: our updates a second on SQLite by those of the stock echo. For the test that guards it."""
    stock, ours = uvloop.run(_try([Trial(who=CONTESTANTS[name], plan=QUICK) for name in ("echo", "ours-sqlite")]))
    click.echo(json.dumps({"ratio": ours.saturation.updates_per_s / stock.saturation.updates_per_s}))


@cli.command("report")
def write_report() -> None:
    """Writes what is kept in build/bench into .github/BENCHMARKS.md."""
    report.write()


async def _run(trials: Sequence[Trial], turns: int) -> None:
    report.keep([outcome.as_json() for outcome in await _try([*trials] * turns)])
    click.echo(report.everything())


async def _try(trials: Sequence[Trial]) -> list[Outcome]:
    """One after another; a bot that fails is left out of what comes back, and the reason is told."""
    outcomes = []
    with ExitStack() as stack:
        server = await _server(stack, [trial.who for trial in trials])
        for trial in trials:
            click.echo(f"{trial.who.name} …", err=True)
            try:
                outcome = await try_out(
                    trial.who,
                    trial.plan,
                    log=report.OUT / "logs" / f"{trial.who.name}.log",
                    script=trial.script,
                    server=server if trial.who.database == "postgresql" else None,
                    replicas=trial.replicas,
                    cases=trial.cases,
                )
            except Failed as err:
                click.echo(f"{trial.who.name}: {err}", err=True)
                continue
            if outcome.unanswered:
                click.echo(f"{trial.who.name}: {outcome.unanswered} were left waiting", err=True)
            outcomes.append(outcome)
    return outcomes


async def _soak(names: Sequence[str], updates: int) -> None:
    with ExitStack() as stack:
        server = await _server(stack, [CONTESTANTS[name] for name in names])
        for name in names:
            who = CONTESTANTS[name]
            found = await soaking.soak(
                who,
                INTAKE,
                updates,
                log=report.OUT / "logs" / f"{name}-soak.log",
                server=server if who.database == "postgresql" else None,
            )
            report.keep([found])
            click.echo(f"{name}: {found['memory_mb'][-1]} MB after {found['updates']} updates: {found['memory_mb']}")


async def _server(stack: ExitStack, whom: Sequence[Contestant]) -> tuple[str, int] | None:
    """A PostgreSQL server, if anybody needs one."""
    if any(who.database == "postgresql" for who in whom):
        return await asyncio.to_thread(stack.enter_context, postgres_server())
    return None


if __name__ == "__main__":
    cli()
