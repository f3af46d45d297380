"""Evidence is fetched, looked into, kept under its hash, and the desk told; trouble is waited out."""

import asyncio
import io
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.clock import AdjustableClock
from bot.playground import World, acting
from bot.playground.faults import Faults
from bot.playground.files import Upload
from bot.playground.people import User
from bot.telegram.sender import TelegramMessenger
from bot.workers.evidence import RETRY, EvidenceHandler
from conversations.cases.evidence import MAX_SIZE, File, FileKind
from conversations.cases.roles import Role
from storage.database import Database
from storage.evidence_files import FolderStore

from .conftest import NOON, PlainDesk
from .specimens import CANARY, located

GO = asyncio.Event()
EXE = b"MZ\x90\x00" + bytes(100)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "evidence")


@pytest.fixture
def handler(
    sqlite_db: Database,
    desk: PlainDesk,
    messenger: TelegramMessenger,
    clock: AdjustableClock,
    store: FolderStore,
    tmp_path: Path,
) -> EvidenceHandler:
    copies = FolderStore(tmp_path / "shown")
    return EvidenceHandler(sqlite_db, desk, messenger, clock, store=store, copies=copies, album=0.01)


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(buffer, "JPEG")
    return buffer.getvalue()


async def show(db: Database, world: World, user: User, data: bytes, **file: Any) -> None:
    """A user sends a file, and it becomes the evidence E1 of a case."""
    [message] = await acting.send_files(world, user, [Upload("x.jpg", data, "image/jpeg")], kind="document")
    raw = message["document"]
    known = File(kind=FileKind.DOCUMENT, file_id=raw["file_id"], unique_id="U", size=len(data))
    async with db.work() as work:
        await work.evidence.add("A7KQ2M", [replace(known, **file)], by=Role.BUYER, at=NOON)


async def look(handler: EvidenceHandler, db: Database, *, attempts: int = 1) -> None:
    [leased] = await db.fetches.lease(1, 1, 60)
    await handler.handle(replace(leased, attempts=attempts), GO)


async def pending(db: Database) -> int:
    return (await db.fetches.backlog()).pending


async def test_photo_is_kept_under_its_hash(
    handler: EvidenceHandler, sqlite_db: Database, world: World, ana: User, desk: PlainDesk, store: FolderStore
) -> None:
    data = picture()
    await show(sqlite_db, world, ana, data)

    await look(handler, sqlite_db)

    name = sha256(data).hexdigest()
    assert desk.filed == [("A7KQ2M", 1, name, "image/jpeg", "")]
    assert await store.get(name) == data
    assert await pending(sqlite_db) == 0


async def test_copy_for_others_tells_nothing_and_the_original_stays_as_it_was(
    handler: EvidenceHandler, sqlite_db: Database, world: World, ana: User, desk: PlainDesk, tmp_path: Path
) -> None:
    await show(sqlite_db, world, ana, located())

    await look(handler, sqlite_db)

    [(copy, mime)] = desk.copies
    shown = await FolderStore(tmp_path / "shown").get(copy)
    assert mime == "image/jpeg" and CANARY not in shown
    assert await FolderStore(tmp_path / "evidence").get(sha256(located()).hexdigest()) == located()
    assert desk.filed == [("A7KQ2M", 1, sha256(located()).hexdigest(), "image/jpeg", "")]


@pytest.mark.parametrize(("data", "has_copy"), [(picture(), False), (located(), True)], ids=["plain", "located"])
async def test_photo_needs_a_copy_only_if_it_tells_anything(
    handler: EvidenceHandler,
    sqlite_db: Database,
    world: World,
    ana: User,
    desk: PlainDesk,
    data: bytes,
    has_copy: bool,
) -> None:
    await show(sqlite_db, world, ana, data, kind=FileKind.PHOTO)

    await look(handler, sqlite_db)

    assert [bool(copy) for copy, _ in desk.copies] == [has_copy]


@pytest.mark.parametrize(
    ("data", "file", "reason"),
    [
        (EXE, {}, "type"),
        (b"%PDF-1.4 a program %%EOF", {}, "broken"),
        (picture()[:-200], {}, "broken"),
        (picture(), {"size": MAX_SIZE + 1}, "too_big"),
        (picture(), {"file_id": "AgACnobody"}, "gone"),
        (bytes(MAX_SIZE + 1), {"size": 0}, "too_big"),
    ],
    ids=["type", "no_paper", "broken", "too_big_as_told", "gone", "too_big_as_found"],
)
async def test_what_cannot_be_evidence_is_refused(
    handler: EvidenceHandler,
    sqlite_db: Database,
    world: World,
    ana: User,
    desk: PlainDesk,
    tmp_path: Path,
    data: bytes,
    file: dict[str, Any],
    reason: str,
) -> None:
    await show(sqlite_db, world, ana, data, **file)

    await look(handler, sqlite_db)

    assert desk.filed == [("A7KQ2M", 1, "", "", reason)]
    assert not (tmp_path / "evidence").exists()
    assert await pending(sqlite_db) == 0


async def test_passing_trouble_is_waited_out(
    handler: EvidenceHandler, sqlite_db: Database, world: World, ana: User, desk: PlainDesk
) -> None:
    await show(sqlite_db, world, ana, picture())
    world.inject(Faults.model_validate({"rules": [{"method": "getFile", "kind": "502"}]}))

    await look(handler, sqlite_db)

    assert desk.filed == []
    assert await pending(sqlite_db) == 1
    assert await sqlite_db.fetches.lease(1, 1, 60) == []  # later


async def test_file_that_cannot_be_fetched_for_a_day_counts_as_gone(
    handler: EvidenceHandler, sqlite_db: Database, world: World, ana: User, desk: PlainDesk
) -> None:
    await show(sqlite_db, world, ana, picture())
    world.inject(Faults.model_validate({"rules": [{"method": "getFile", "kind": "502"}]}))

    await look(handler, sqlite_db, attempts=RETRY.attempts)

    assert desk.filed == [("A7KQ2M", 1, "", "", "gone")]
    assert len(await sqlite_db.fetches.dead()) == 1


async def test_evidence_is_looked_into_once(
    handler: EvidenceHandler, sqlite_db: Database, world: World, ana: User, desk: PlainDesk
) -> None:
    await show(sqlite_db, world, ana, picture())
    async with sqlite_db.work() as work:
        [evidence] = await work.evidence.of("A7KQ2M")
        await work.evidence.save("A7KQ2M", replace(evidence, refused="gone"))

    await look(handler, sqlite_db)

    assert desk.filed == []
    assert world.requests.after(0) == []
    assert await pending(sqlite_db) == 0
