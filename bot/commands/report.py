"""`report`: how stores and arbitrators are doing, for people, spreadsheets and programs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bot import charts
from bot.commands.finding import require_store
from bot.commands.opening import explained, with_database
from bot.commands.printing import echo_json, echo_table, english, iso, json_option
from bot.settings import Settings
from conversations.cases.figures import ArbitratorFigures, Figures, Peer, Period
from conversations.messages import Report
from conversations.reports import screens
from conversations.reports.measures import Measure, value
from conversations.reports.screens import Findings
from conversations.reports.suggestions import find
from storage.database import Database

Row = Mapping[str, Any]


@click.command()
@click.option("--store", metavar="NAME", help="One store, beside the time before and comparable stores.")
@click.option("--all", "is_for_all", is_flag=True, help="Every store, and all of them together.")
@click.option("--arbitrators", "is_for_arbitrators", is_flag=True, help="Every arbitrator: load, time, reversals.")
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="The last so many days.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@json_option
@click.option("--png", "picture", type=click.Path(dir_okay=False, path_type=Path), help="Write the charts there.")
def report(
    store: str | None,
    is_for_all: bool,
    is_for_arbitrators: bool,
    days: int,
    as_csv: bool,
    as_json: bool,
    picture: Path | None,
) -> None:
    """Report on the last days. Spans are in seconds, amounts in minor units, marks and shares as they were counted."""
    if (store is not None) + is_for_all + is_for_arbitrators != 1:
        raise click.UsageError("say one of --store NAME, --all and --arbitrators")
    if as_csv and as_json:
        raise click.UsageError("say either --csv or --json")
    if picture is not None and is_for_arbitrators:
        raise click.UsageError("there are no charts of arbitrators")
    period = Period.last(days, datetime.now(UTC))
    if is_for_arbitrators:
        _arbitrators(period, as_csv=as_csv, as_json=as_json)
    else:
        _stores(store, period, as_csv=as_csv, as_json=as_json, picture=picture)


def _stores(store: str | None, period: Period, *, as_csv: bool, as_json: bool, picture: Path | None) -> None:
    async def do(db: Database, settings: Settings) -> Findings:
        async with db.reading() as work:
            name = "" if store is None else await require_store(work, store)
            figures = await work.reports.figures(name, period)
            return Findings(
                store=name or "All stores",
                period=period,
                now=figures,
                before=await work.reports.figures(name, period.before),
                peers=await work.reports.peers(name, period),
                advice=find(figures, store=name, days=period.days, now=period.ends),
            )

    findings = with_database(do)
    if picture is not None:
        drawn = screens.picture(findings)
        if drawn is None:
            raise click.ClickException("there is nothing to draw: no case was opened in that time")
        with explained():
            picture.write_bytes(charts.png(drawn.panels))
    is_for_all = store is None
    if as_json:
        told = {**_period(period), "store": store, "now": asdict(findings.now), "before": asdict(findings.before)}
        echo_json(told | ({"stores": [_of_store(peer) for peer in findings.peers]} if is_for_all else {}))
    elif as_csv and is_for_all:
        _echo_csv([_of_store(peer) for peer in findings.peers])
    elif as_csv:
        _echo_csv(_side_by_side(findings.now, findings.before))
    elif picture is None:
        _echo_text(screens.report(findings))
        if is_for_all:
            _echo_rows([_of_store(peer) for peer in findings.peers])


def _arbitrators(period: Period, *, as_csv: bool, as_json: bool) -> None:
    async def do(db: Database, settings: Settings) -> list[Row]:
        async with db.reading() as work:
            found = await work.reports.arbitrators(period)
            people = await work.people.of_ids([each.arbitrator for each in found])
            names = {number: person.name for number, person in people.items()}
            return [_of_arbitrator(each, names.get(each.arbitrator, "")) for each in found]

    rows = with_database(do)
    if as_json:
        echo_json({**_period(period), "all": rows[0], "arbitrators": rows[1:]})
    elif as_csv:
        _echo_csv(rows)
    else:
        _echo_rows(rows)


def _period(period: Period) -> Row:
    return {"from": iso(period.begins), "to": iso(period.ends), "days": period.days}


def _of_store(peer: Peer) -> Row:
    return {
        "store": peer.store,
        "cases": peer.cases,
        "answer_median_seconds": peer.answer,
        "deadlines_kept": peer.kept,
        "deadlines_missed": peer.missed,
        "escalated": peer.escalated,
        "offers": peer.offers,
        "accepted": peer.accepted,
        "ratings": peer.ratings,
        "service_mark": None if (mark := value(Measure.SERVICE, peer)) is None else mark / 10,
    }


def _of_arbitrator(of: ArbitratorFigures, name: str) -> Row:
    return {
        "arbitrator": of.arbitrator or "all",
        "name": name,
        "hearings": of.hearings,
        "open": of.open,
        "rulings": of.rulings,
        "late": of.late,
        "appealed": of.appealed,
        "reversed": of.reversed,
        "median_seconds": of.time.median,
        "p90_seconds": of.time.p90,
    }


def _side_by_side(now: Figures, before: Figures) -> list[Row]:
    """One figure a line, under the same name in every report, whatever is in it."""
    one, other = _flat(now), _flat(before)
    names = [*one, *(name for name in other if name not in one)]
    return [{"figure": name, "now": one.get(name, 0), "before": other.get(name, 0)} for name in names]


def _flat(figures: Figures) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, found in asdict(figures).items():
        match name:
            case "by_remedy" | "by_reason":
                flat |= {f"{name[3:]}:{each}": count for each, count in found.items()}
            case "products":
                flat |= {f"product:{each['product']}": sum(each["by_reason"].values()) for each in found}
            case "costs":
                for cost in found:
                    flat |= {f"{each}:{cost['currency']}": cost[each] for each in ("refunds", "shipping")}
            case "answer" | "resolution":
                flat |= {f"{name}_{each}_seconds": found[each] for each in ("median", "p90")}
            case "slices":
                pass  # a chart's, of no use as a figure
            case _:
                flat[name] = found
    return flat


def _echo_text(told: Report) -> None:
    click.echo(english(told.title))
    for section in told.sections:
        click.echo(f"\n{english(section.heading)}")
        for line in section.lines:
            click.echo(f"  {english(line)}")
    click.echo()


def _echo_rows(rows: Sequence[Row]) -> None:
    if rows:
        echo_table([list(rows[0]), *([_cell(found) or "-" for found in row.values()] for row in rows)])


def _echo_csv(rows: Sequence[Row]) -> None:
    """For spreadsheets: a cell that they would take for a formula is made words by an apostrophe."""
    if rows:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows([_harmless(_cell(found)) for found in row.values()] for row in rows)


def _cell(found: object) -> str:
    return "" if found is None else str(found)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
