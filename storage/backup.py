"""A backup: every table as it is at one moment, and the evidence, in one tar that proves itself.

The tar holds `tables/NAME.jsonl` (a row a line, its columns by name), `evidence/…` as in the evidence folder, and
last `manifest.json` with the SHA-256 of every other member. It is the same whichever database it comes from, and
restores into either.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from alembic.script import ScriptDirectory
from sqlalchemy import Table, delete, func, null, select, text, update

from storage import codec
from storage.columns import Instant
from storage.database import Database
from storage.errors import StorageError
from storage.migrations import HERE
from storage.tables import items, lanes, metadata
from storage.transaction import Transaction

FORMAT: Final = "aftersales-backup/1"
MANIFEST: Final = "manifest.json"

#: Rows read and written at once.
_PAGE: Final = 1_000

_CHUNK: Final = 1 << 20

#: What is about processes that run now, and means nothing to those that come after a restore.
_PASSING: Final = frozenset({"processes", "paces"})
_TABLES: Final = tuple(table for table in metadata.sorted_tables if table.name not in _PASSING)


class BackupError(StorageError):
    """The backup cannot be made, or is not what it was."""


#: Why a message to somebody that was waiting when the backup was made is held back: the bot went on after it, so most
#: likely it was sent, and nobody can tell.
HELD_BACK: Final = "held back: it was waiting when the backup was made, and may have been sent since"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds; `held` of its rows are messages to people that were held back when it was restored."""

    rows: int
    files: int
    held: int = 0


async def back_up(db: Database, evidence: Path, to: Path) -> Contents:
    """Writes everything to a new file, for its owner alone. The bot may go on meanwhile: the tables are those of one
    moment, and evidence is never changed. FileExistsError when the file is there."""
    hashes: dict[str, str] = {}
    with _new_file(to) as out, tarfile.open(fileobj=out, mode="w") as tar:
        rows = await _put_tables(db, tar, hashes)
        files = await asyncio.to_thread(_put_evidence, evidence, tar, hashes)
        told = {"format": FORMAT, "revision": _newest_revision(), "rows": rows, "members": hashes}
        _put(tar, MANIFEST, json.dumps(told, indent=1).encode())
    return Contents(rows, files)


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there under its name when all of it is on disk, and not before."""
    if path.exists():
        raise FileExistsError(f"{path} exists already")
    draft = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


async def _put_tables(db: Database, tar: tarfile.TarFile, hashes: dict[str, str]) -> int:
    rows = 0
    async with db.snapshot() as tx:
        for table in _TABLES:
            with tempfile.TemporaryFile() as lines:
                async for row in _rows_of(table, tx):
                    lines.write(codec.dumps({name: _plain(value) for name, value in row.items()}).encode() + b"\n")
                    rows += 1
                _put_file(tar, f"tables/{table.name}.jsonl", lines, hashes)
    return rows


async def _rows_of(table: Table, tx: Transaction) -> AsyncIterator[dict[str, Any]]:
    found = await tx.connection.stream(select(table).order_by(*table.primary_key.columns))
    async for row in found:
        yield dict(row._mapping)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _put_evidence(folder: Path, tar: tarfile.TarFile, hashes: dict[str, str]) -> int:
    """What lies in the folder under the name of its SHA-256; drafts that a crash left do not."""
    files = 0
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and len(path.name) == 64:
            with path.open("rb") as data:
                _put_file(tar, f"evidence/{path.relative_to(folder).as_posix()}", data, hashes)
            if hashes[f"evidence/{path.relative_to(folder).as_posix()}"] != path.name:
                raise BackupError(f"the evidence {path.name} is damaged; put it right, or take it away, first")
            files += 1
    return files


def _put_file(tar: tarfile.TarFile, name: str, file: IO[bytes], hashes: dict[str, str]) -> None:
    size, digest = file.seek(0, os.SEEK_END), hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, file)
    hashes[name] = digest.hexdigest()


def _put(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))


def verify(file: Path) -> dict[str, Any]:
    """The manifest of a backup whose members are all there and as they were. BackupError names the first that is not."""
    try:
        with tarfile.open(file) as tar:
            manifest = _manifest(tar)
            meant, found = manifest["members"], set()
            for member in tar:
                if member.name == MANIFEST:
                    continue
                if not member.isreg() or meant.get(member.name) != _digest(tar, member):
                    raise BackupError(f"{member.name} is not what it was when the backup was made")
                found.add(member.name)
            if missing := sorted(set(meant) - found):
                raise BackupError(f"{missing[0]} is missing from the backup")
    except (tarfile.TarError, ValueError, KeyError, TypeError, AttributeError, EOFError) as err:
        raise BackupError(f"{file} is not a backup of ours, or is cut short") from err
    return manifest


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    member = tar.extractfile(MANIFEST)
    assert member is not None
    manifest: dict[str, Any] = json.load(member)
    if manifest["format"] != FORMAT:
        raise ValueError(manifest["format"])
    return manifest


def _digest(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    data, digest = tar.extractfile(member), hashlib.sha256()
    assert data is not None
    while chunk := data.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


async def restore(
    db: Database, evidence: Path, file: Path, *, force: bool = False, sends_waiting: bool = False
) -> Contents:
    """Puts a backup back, checked first, into a migrated database: all of the tables or none. No bot may be running.

    What was waiting to be said to people becomes dead letters, for the operator to look at, unless it `sends_waiting`.

    Raises BackupError when it is damaged, comes from another version of the tables, or the database is not empty; with
    `force` what is in the database is thrown away. Evidence is added to the folder; nothing in it is taken away.
    """
    manifest = await asyncio.to_thread(verify, file)
    if manifest["revision"] != _newest_revision():
        raise BackupError(
            f"the backup is of revision {manifest['revision']}, this program of {_newest_revision()}: "
            "restore it with the program that made it, then upgrade"
        )
    with tarfile.open(file) as tar:
        files = await asyncio.to_thread(_restore_evidence, tar, evidence)
        async with db.rebuilding() as tx:
            if not force and (full := await _first_with_rows(tx)):
                raise BackupError(f"the database is not empty ({full}); --force throws away what is in it")
            for table in reversed(_TABLES):
                await tx.run(delete(table))
            rows = 0
            for table in _TABLES:
                rows += await _restore_table(tx, table, tar)
            held = 0 if sends_waiting else await _hold_back(tx)
    return Contents(rows, files, held)


def _restore_evidence(tar: tarfile.TarFile, folder: Path) -> int:
    """Before the tables: a row whose file is not there would be worse than a file without a row."""
    files = 0
    for member in tar:
        path = PurePosixPath(member.name)
        if path.parts[0] != "evidence":
            continue
        if ".." in path.parts or len(path.name) != 64:
            raise BackupError(f"{member.name} is no name of evidence")
        place = folder.joinpath(*path.parts[1:])
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        data = tar.extractfile(member)
        assert data is not None
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".", delete=False) as draft:
            while chunk := data.read(_CHUNK):
                draft.write(chunk)
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).rename(place)
        files += 1
    return files


async def _hold_back(tx: Transaction) -> int:
    waiting = items.c.queue == "outbox", items.c.done_at.is_(None)
    held = await tx.all(update(items).where(*waiting).values(done_at=tx.clock(), dead=HELD_BACK).returning(items.c.id))
    await tx.run(update(lanes).where(lanes.c.queue == "outbox").values(ready_at=null(), token=null(), attempts=0))
    return len(held)


async def _first_with_rows(tx: Transaction) -> str | None:
    for table in _TABLES:
        if await tx.first(select(table).limit(1)) is not None:
            return table.name
    return None


async def _restore_table(tx: Transaction, table: Table, tar: tarfile.TarFile) -> int:
    count = 0
    for page in _pages(table, tar):
        await tx.run(tx.insert(table), page)
        count += len(page)
    serial = table.autoincrement_column
    if count and serial is not None and tx.on_postgresql:
        most = await tx.scalar(select(func.max(serial)))
        await tx.run(
            text("SELECT setval(pg_get_serial_sequence(:table, :column), :most)").bindparams(
                table=table.name, column=serial.name, most=most
            )
        )
    return count


def _pages(table: Table, tar: tarfile.TarFile) -> Iterator[list[dict[str, Any]]]:
    lines = tar.extractfile(f"tables/{table.name}.jsonl")
    assert lines is not None
    instants = {column.name for column in table.columns if isinstance(column.type, Instant)}
    page: list[dict[str, Any]] = []
    for line in lines:
        row = json.loads(line)
        for name in instants:
            if row[name] is not None:
                row[name] = datetime.fromisoformat(row[name])
        page.append(row)
        if len(page) == _PAGE:
            yield page
            page = []
    if page:
        yield page


def _newest_revision() -> str:
    return str(ScriptDirectory(str(HERE)).get_current_head())
