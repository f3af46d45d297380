"""What comes out of the service about a case and its people, to be searched for what must not be in it."""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

import pikepdf
import pypdf
from prometheus_client import generate_latest

from bot.casefiles.archive import written
from bot.casefiles.making import CaseFiles
from bot.evidence import kept
from bot.operating import metrics
from bot.operating.gauges import Gauges
from conversations.cases.roles import Role

#: The commands that tell of cases and people, and of what went wrong with them.
COMMANDS = (
    ("case", "list", "--json"),
    ("case", "heads"),
    ("people", "list", "--json"),
    ("people", "holds", "--json"),
    ("report", "--all", "--json"),
    ("report", "--arbitrators", "--json"),
    ("inbox", "dead"),
    ("outbox", "dead"),
    ("stores", "list", "--json"),
    ("deadlines", "list", "--json"),
)
#: Who gets a case file in the chat; `case export` makes the arbitrators'.
_READERS = (Role.BUYER, Role.SELLER)


async def outputs(bench: Any, ref: str) -> dict[str, bytes]:
    """By what it is: the case file of each reader as PDF, record and archive, `case export`, the command line's lists, the
    metrics, and a backup."""
    found = dict[str, bytes]()
    papers = CaseFiles(bench.bot.db, bench.clock, **dict(zip(("store", "copies"), kept(bench.settings()), strict=True)))
    for reader in _READERS:
        made = await papers.make(ref.replace("-", ""), reader, "en")
        found |= {f"pdf of {reader}": made.pdf, f"archive of {reader}": made.archive}
        found[f"record of {reader}"] = written(made.record).encode()
    for command in (*COMMANDS, ("case", "show", ref, "--json")):
        found[" ".join(command)] = (await bench.command(*command)).encode()
    await bench.command("case", "export", ref, "--out", str(bench.folder / "papers"))
    found |= {path.name: path.read_bytes() for path in (bench.folder / "papers").iterdir()}
    await Gauges(bench.bot.db, bench.clock).refresh()
    found["metrics"] = generate_latest(metrics.REGISTRY)
    backup = bench.folder / "backup.tar"
    backup.unlink(missing_ok=True)
    await bench.command("db", "backup", str(backup))
    return {**found, "backup": backup.read_bytes()}


async def rows(bench: Any) -> dict[str, str]:
    """Every table of the database as text; of PostgreSQL also the samples that it plans by."""
    if bench.bot.db.is_sqlite:
        tables, select = await bench.beside("select name from sqlite_master where type = 'table'"), "select *"
    else:
        tables = [("pg_stats",), *await bench.beside("select tablename from pg_tables where schemaname = 'public'")]
        select = "select each::text"
    return {name: repr(await bench.beside(f'{select} from "{name}" as each')) for (name,) in tables}


def leaks(told: dict[str, bytes], canaries: Collection[str]) -> set[tuple[str, str]]:
    """Which canary is in what, however deep: in an archive, in a PDF's streams, in its words as they are read."""
    found = set[tuple[str, str]]()
    for name, data in told.items():
        for inner in unfolded(data):
            bare = _bare(inner)
            found |= {(each, name) for each in canaries if each.encode() in inner or _bare(each.encode()) in bare}
    return found


def unfolded(data: bytes) -> Iterator[bytes]:
    """The bytes, and everything that is packed into them."""
    yield data
    if data.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(data))
        inner = [archive.read(name) for name in archive.namelist()] + [name.encode() for name in archive.namelist()]
    elif data.startswith(b"%PDF"):
        inner = list(_of_pdf(data))
    elif data[257:262] == b"ustar" or data.startswith(b"\x1f\x8b"):
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            inner = [file.read() for member in tar if (file := tar.extractfile(member)) is not None]
    else:
        return
    for each in inner:
        yield from unfolded(each)


@cache  # the same paper comes alone and in an archive
def _of_pdf(data: bytes) -> tuple[bytes, ...]:
    """Its words as they are read, what it says of itself, and its streams."""
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    words = "".join(page.extract_text() for page in pages).encode()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        streams = [each for each in pdf.objects if isinstance(each, pikepdf.Stream)]
        return (words, repr(pdf.docinfo).encode(), *map(_of_stream, streams))


def _of_stream(stream: pikepdf.Stream) -> bytes:
    return stream.read_raw_bytes() if "/DCTDecode" in str(stream.get("/Filter")) else stream.read_bytes()


def _bare(data: bytes) -> bytes:
    """Without blanks and where lines end: a line of print may end anywhere."""
    return re.sub(rb"\s+", b"", data)
