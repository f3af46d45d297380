"""Backups: all of the tables and the evidence, from either database into either, and nothing that was changed meanwhile."""

import io
import json
import os
import tarfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from conversations.cases.case import Case
from conversations.cases.evidence import File, FileKind
from conversations.cases.facts import CaseOpened, ClaimRefused
from conversations.cases.roles import Role
from conversations.messages import Notice, Outgoing, Sender
from conversations.phrase import Phrase
from conversations.ports import Link, LinkPurpose
from storage.backup import HELD_BACK, BackupError, Contents, back_up, restore, verify
from storage.database import Database
from storage.evidence_files import FolderStore
from storage.queues import RawUpdate
from storage.tables import metadata

from .conftest import publish

PHOTO = b"\xff\xd8 a photo"


async def everything(db: Database) -> dict[str, list[Any]]:
    async with db.snapshot() as tx:
        return {
            table.name: [tuple(row) for row in await tx.all(select(table).order_by(*table.primary_key.columns))]
            for table in metadata.sorted_tables
        }


@pytest.fixture
async def busy(db: Database, opened: Case, noon: datetime, tmp_path: Path) -> Database:
    """A database with something in most tables, and evidence."""
    store = FolderStore(tmp_path / "evidence")
    await store.put(PHOTO)
    await FolderStore(tmp_path / "evidence" / "shown").put(b"a copy")
    (tmp_path / "evidence" / ".draft").write_bytes(b"half a photo")
    async with db.work() as work:
        facts = [
            CaseOpened(opened.claim, opened.verdict.ground, opened.verdict.outcome, "tmall_global", "f00d"),
            ClaimRefused("It is fine\U0001f600 好"),
        ]
        await work.journal.add(opened.ref, facts, who=Role.BUYER, person=1, at=noon)
        file = File(kind=FileKind.PHOTO, file_id="f", unique_id="u", size=9)
        await work.evidence.add(opened.ref, [file], by=Role.BUYER, at=noon)
        await work.alarms.set(opened.ref, noon + timedelta(hours=24))
        await work.marks.set("alive", noon)
        await work.clocks.extend("", begins=noon, ends=noon, by=timedelta(days=1), at=noon)
        await work.links.issue(Link(purpose=LinkPurpose.SELLER, store="Lumen"), expires_at=None)
    await publish(db, noon)
    await db.inbox.put([RawUpdate(7, "101", {"update_id": 7, "text": "\u0000 你好"})])
    return db


@pytest.fixture
async def other(blank_url: str) -> AsyncIterator[Database]:
    """Another database of each kind, blank but for its tables."""
    async with Database(blank_url) as database:
        await database.migrate()
        yield database


async def test_everything_comes_back_in_either_database(busy: Database, other: Database, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    before = await everything(busy)

    made = await back_up(busy, tmp_path / "evidence", file)
    assert await restore(other, tmp_path / "again", file) == made

    assert await everything(other) == before
    assert made == Contents(rows=sum(map(len, before.values())), files=2)
    assert file.stat().st_mode & 0o777 == 0o600
    assert await FolderStore(tmp_path / "again").get(sha256(PHOTO).hexdigest()) == PHOTO
    assert await FolderStore(tmp_path / "again" / "shown").get(sha256(b"a copy").hexdigest()) == b"a copy"
    async with other.reading() as work:
        assert await work.journal.verify("A7KQ2M") is None
        count, digest = await work.heads.digest()
        last = await work.heads.last()
        assert last is not None
        assert (count, digest) == (last.count, last.digest)


async def test_numbers_go_on_after_a_restore(busy: Database, other: Database, noon: datetime, tmp_path: Path) -> None:
    await back_up(busy, tmp_path / "evidence", tmp_path / "backup.tar")
    await restore(other, tmp_path / "again", tmp_path / "backup.tar")

    assert (await publish(other, noon)).n == 2
    async with other.work() as work:
        extension, is_new = await work.clocks.extend("Lumen", begins=noon, ends=noon, by=timedelta(days=2), at=noon)
    assert (extension.n, is_new) == (2, True)
    assert await other.inbox.put([RawUpdate(7, "101", {}), RawUpdate(8, "101", {})]) == 1


async def _said(db: Database, *words: str) -> None:
    async with db.work() as work:
        ann = await work.people.greet(Sender(address=101, name="Ann"))
        for each in words:
            await work.outbox.add(Outgoing(to=ann.id, body=Notice(lines=(Phrase("{words}", words=each),))))


async def _lease(db: Database) -> list[str]:
    """What would be sent now, and is."""
    leased = await db.outbox.lease(9, 9, 60)
    async with db.work() as work:
        for lane in leased:
            await work.outbox.finish(lane, done=[item.id for item in lane.items])
    return [item.payload.body.lines[0].params["words"] for lane in leased for item in lane.items]


async def test_what_was_waiting_to_be_said_is_held_back_until_the_operator_has_looked(
    db: Database, other: Database, tmp_path: Path
) -> None:
    """One of it was leased, too: the process that had it is gone."""
    file = tmp_path / "backup.tar"
    await _said(db, "sent before")
    assert await _lease(db) == ["sent before"]
    await _said(db, "one", "two")
    assert len(await db.outbox.lease(9, 9, 60)) == 1
    await back_up(db, tmp_path / "evidence", file)

    assert (await restore(other, tmp_path / "again", file)).held == 2

    assert await _lease(other) == []
    letters = sorted(await other.outbox.dead(), key=lambda letter: letter.id)
    assert [letter.reason for letter in letters] == [HELD_BACK] * 2
    await _said(other, "three")
    assert await _lease(other) == ["three"]
    assert await other.outbox.revive([letters[1].id]) == 1
    assert await _lease(other) == ["two"]


async def test_what_was_waiting_to_be_said_is_sent_when_that_is_wanted(
    db: Database, other: Database, tmp_path: Path
) -> None:
    file = tmp_path / "backup.tar"
    await _said(db, "one", "two")
    await back_up(db, tmp_path / "evidence", file)

    assert (await restore(other, tmp_path / "again", file, sends_waiting=True)).held == 0

    assert await _lease(other) == ["one", "two"]


async def test_only_an_empty_database_is_restored_into_unless_forced(
    busy: Database, noon: datetime, tmp_path: Path
) -> None:
    file = tmp_path / "backup.tar"
    await back_up(busy, tmp_path / "evidence", file)
    before = await everything(busy)
    async with busy.work() as work:
        await work.journal.add("A7KQ2M", [ClaimRefused("later")], who=Role.SELLER, person=2, at=noon)
    changed = await everything(busy)

    with pytest.raises(BackupError, match="not empty"):
        await restore(busy, tmp_path / "evidence", file)
    assert await everything(busy) == changed

    await restore(busy, tmp_path / "evidence", file, force=True)
    assert await everything(busy) == before


async def test_a_backup_is_never_written_over_and_half_a_one_never_left(busy: Database, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    await back_up(busy, tmp_path / "evidence", file)
    with pytest.raises(FileExistsError):
        await back_up(busy, tmp_path / "evidence", file)

    name = sha256(PHOTO).hexdigest()
    (tmp_path / "evidence" / name[:2] / name[2:4] / name).write_bytes(b"damaged")
    with pytest.raises(BackupError, match=f"the evidence {name} is damaged"):
        await back_up(busy, tmp_path / "evidence", tmp_path / "second.tar")
    assert sorted(name for name in os.listdir(tmp_path) if ".tar" in name) == ["backup.tar"]


async def test_a_backup_that_was_changed_is_refused_before_anything_happens(
    sqlite_db: Database, tmp_path: Path, noon: datetime
) -> None:
    store = FolderStore(tmp_path / "evidence")
    name = await store.put(PHOTO)
    async with sqlite_db.work() as work:
        await work.marks.set("alive", noon)
    good, bad = tmp_path / "good.tar", tmp_path / "bad.tar"
    await back_up(sqlite_db, tmp_path / "evidence", good)
    member = f"evidence/{name[:2]}/{name[2:4]}/{name}"

    for change, complaint in (
        ({member: b"another photo"}, f"{member} is not what it was"),
        ({"tables/marks.jsonl": b""}, "tables/marks.jsonl is not what it was"),
        ({member: None}, f"{member} is missing"),
        ({"evidence/extra": b"x"}, "evidence/extra is not what it was"),
        ({"manifest.json": b"{}"}, "not a backup of ours"),
        ({"manifest.json": None}, "not a backup of ours"),
    ):
        _rewrite(good, bad, change)
        with pytest.raises(BackupError, match=complaint):
            await restore(sqlite_db, tmp_path / "again", bad, force=True)
    for cut in (0, 100, 5_000):
        bad.write_bytes(good.read_bytes()[:cut])
        with pytest.raises(BackupError, match="not a backup of ours"):
            verify(bad)
    assert not (tmp_path / "again").exists()


async def test_a_backup_of_other_tables_is_for_the_program_that_made_it(sqlite_db: Database, tmp_path: Path) -> None:
    good, old = tmp_path / "good.tar", tmp_path / "old.tar"
    await back_up(sqlite_db, tmp_path / "evidence", good)
    manifest = verify(good)
    _rewrite(good, old, {"manifest.json": json.dumps({**manifest, "revision": "0001"}).encode()})

    with pytest.raises(BackupError, match="the backup is of revision 0001"):
        await restore(sqlite_db, tmp_path / "again", old)


def _rewrite(old: Path, new: Path, changes: dict[str, bytes | None]) -> None:
    with tarfile.open(old) as source, tarfile.open(new, "w") as target:
        kept = {member.name: source.extractfile(member).read() for member in source}  # type: ignore[union-attr]
        for name, data in {**kept, **changes}.items():
            if data is not None:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                target.addfile(info, io.BytesIO(data))
