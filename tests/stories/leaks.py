"""What comes out of the service about a case and its people, to be searched for what must not be in it."""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
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
_READERS = (Role.BUYER, Role.SELLER, Role.ARBITRATOR)


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


def leaks(told: dict[str, bytes], canaries: Iterable[str]) -> set[tuple[str, str]]:
    """Which canary is in what, however deep: in an archive, in a PDF's streams, in its words as they are read."""
    sought = {canary: (canary.encode(), _bare(canary.encode())) for canary in canaries}
    return {
        (canary, name)
        for name, data in told.items()
        for inner in unfolded(data)
        for canary, (as_it_is, bare) in sought.items()
        if as_it_is in inner or bare in _bare(inner)
    }


def unfolded(data: bytes) -> Iterator[bytes]:
    """The bytes, and everything that is packed into them."""
    yield data
    if data.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(data))
        inner = [archive.read(name) for name in archive.namelist()] + [name.encode() for name in archive.namelist()]
    elif data.startswith(b"%PDF"):
        inner = [*_of_pdf(data)]
    elif data[257:262] == b"ustar" or data.startswith(b"\x1f\x8b"):
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            inner = [file.read() for member in tar if (file := tar.extractfile(member)) is not None]
    else:
        return
    for each in inner:
        yield from unfolded(each)


def _of_pdf(data: bytes) -> Iterator[bytes]:
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    yield "".join(page.extract_text() for page in pages).encode()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        yield repr(pdf.docinfo).encode()
        for each in pdf.objects:
            if isinstance(each, pikepdf.Stream):
                yield each.read_raw_bytes() if "/DCTDecode" in str(each.get("/Filter")) else each.read_bytes()


def _bare(data: bytes) -> bytes:
    """Without blanks and where lines end: a line of print may end anywhere."""
    return re.sub(rb"\s+", b"", data)
