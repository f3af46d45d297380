"""`case export` and `case verify-file`: a case file to keep, and its check."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.casefiles.archive import check_file, written
from bot.casefiles.failures import CaseFileFailed
from bot.casefiles.making import CaseFiles, Made
from bot.clock import SystemClock
from bot.commands.finding import find_case
from bot.commands.opening import explained, with_database
from bot.commands.printing import echo_json, json_option
from bot.evidence import kept
from bot.settings import Settings
from conversations.cases.roles import Role
from storage.database import Database

#: Bytes of exhibits that an export has room for.
_ROOM = 1 << 30


@click.command()
@click.argument("ref")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=".", help="The folder to write to.")
@click.option("--language", default="en", show_default=True, help="The reader's language.")
def export(ref: str, out: Path, language: str) -> None:
    """Write the case file: a PDF, the record as JSON, and a ZIP of both with the original evidence.

    It is the arbitrators' view, with their notes: not for the parties.
    """

    async def do(db: Database, settings: Settings) -> Made:
        async with db.reading() as work:
            found = await find_case(work, ref)
        store, copies = kept(settings)
        papers = CaseFiles(db, SystemClock(), store=store, copies=copies)
        try:
            return await papers.make(found.ref, Role.ARBITRATOR, language, room=_ROOM)
        except CaseFileFailed as err:
            raise click.ClickException(str(err)) from err

    made = with_database(do)
    with explained():
        out.mkdir(parents=True, exist_ok=True)
        for ending, data in (("pdf", made.pdf), ("json", written(made.record).encode()), ("zip", made.archive)):
            path = out / f"{made.ref}.{ending}"
            path.write_bytes(data)
            click.echo(str(path))
    if not made.is_complete:
        click.echo("Some evidence is missing from the ZIP: it could not be read, or there was no room.", err=True)


@click.command("verify-file")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def verify_file(file: Path, as_json: bool) -> None:
    """Check a record (.json) or an archive (.zip) of a case, without any database. Exit code 1 when it does not hold."""
    with explained():
        report = check_file(file)
    if as_json:
        echo_json(
            {
                "sound": not report.faults,
                "ref": report.ref,
                "head": report.head,
                "entries": report.entries,
                "sealed": report.sealed,
                "files": report.files,
                "whole": report.is_whole,
                "faults": report.faults,
            }
        )
    else:
        for fault in report.faults:
            click.echo(fault)
        if not report.faults:
            kind = f"a whole chain, {report.sealed} sealed" if report.is_whole else "a party's copy"
            click.echo(f"Sound: {report.ref}, {report.entries} entries ({kind}), {report.files} exhibits.")
            click.echo(f"Its head, to be compared with what was published: {report.head}")
    if report.faults:
        sys.exit(1)
