"""`case verify` and `case heads`: whether records are as they were written."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import click

from bot.commands.finding import find_case
from bot.commands.opening import with_database
from bot.commands.printing import echo_json, iso, json_option, minute
from bot.settings import Settings
from conversations import vocabulary
from storage.database import Database
from storage.heads import Publication
from storage.work import SqlWork

#: Cases looked at at once.
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: how many records, the first bad entry of each broken one, and whether what was published last is
    still what is kept (None: not looked at, or the next publication is under way)."""

    count: int
    broken: dict[str, int]
    published: Publication | None = None
    heads_hold: bool | None = None

    @property
    def is_sound(self) -> bool:
        return not self.broken and self.heads_hold is not False


@click.command()
@click.argument("ref", required=False)
@click.option("--all", "every", is_flag=True, help="The records of all cases, and the heads that were published.")
@json_option
def verify(ref: str | None, every: bool, as_json: bool) -> None:
    """Check that a record is as it was written. Names the first bad entry; exit code 1 when there is one."""
    if every is (ref is not None):
        raise click.UsageError("name a case, or give --all")

    async def do(db: Database, settings: Settings) -> Checked:
        async with db.reading() as work:
            if ref is not None:
                return await _check(work, [(await _named(work, ref))])
            checked = await _check(work, list(await work.journal.refs()))
            last, kept = await work.heads.last(), await work.heads.digest()
            if await work.heads.underway() is not None:  # some are newer already
                return Checked(checked.count, checked.broken, last)
            meant = (last.count, last.digest) if last else (0, kept[1])
            return Checked(checked.count, checked.broken, last, kept == meant)

    checked = with_database(do)
    echo_json(_record(checked)) if as_json else _echo(checked)
    if not checked.is_sound:
        sys.exit(1)


@click.command()
def heads() -> None:
    """Print the published ends of all records; their SHA-256 (`… | sha256sum`) is what was published."""

    async def do(db: Database, settings: Settings) -> None:
        async with db.reading() as work:
            async for head in work.heads.all():
                click.echo(head.line, nl=False)

    with_database(do)


async def _named(work: SqlWork, ref: str) -> str:
    """The reference, also of a case that is gone from the list of cases while its record is not."""
    bare = ref.strip().replace("-", "").upper()
    return bare if await work.journal.is_missed(bare) else (await find_case(work, ref)).ref


async def _check(work: SqlWork, refs: list[str]) -> Checked:
    broken: dict[str, int] = {}
    for first in range(0, len(refs), _PAGE):
        found = await work.journal.verify_many(refs[first : first + _PAGE])
        broken |= {ref: n for ref, n in found.items() if n is not None}
    return Checked(len(refs), broken)


def _record(checked: Checked) -> dict[str, Any]:
    last = checked.published
    published = {"n": last.n, "at": iso(last.at), "count": last.count, "digest": last.digest} if last else None
    return {
        "sound": checked.is_sound,
        "records": checked.count,
        "broken": [{"ref": vocabulary.reference(ref), "n": n} for ref, n in sorted(checked.broken.items())],
        "published": published,
        "heads_hold": checked.heads_hold,
    }


def _echo(checked: Checked) -> None:
    for ref, n in sorted(checked.broken.items()):
        click.echo(f"{vocabulary.reference(ref)}: entry {n} is not as it was written, or is missing")
    if (last := checked.published) is not None:
        click.echo(f"Publication {last.n} of {minute(last.at)} UTC, {last.count} records: {last.digest}")
        if checked.heads_hold is None:
            click.echo("The next publication is under way; what is kept is compared again when it is done.")
    if checked.heads_hold is False:
        click.echo("The heads kept here are not those of that publication.")
    if checked.is_sound:
        click.echo(f"Sound: {checked.count} record{'s' if checked.count != 1 else ''}.")
