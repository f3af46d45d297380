"""Makes case files: reads what is on record, sets it in a process of its own, and packs it. Changes nothing."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bot import log
from bot.casefiles.archive import pack
from bot.casefiles.failures import CaseFileFailed
from bot.casefiles.fonts import system_fonts
from bot.casefiles.page import page
from bot.casefiles.record import head_of, record
from bot.clock import Clock
from conversations.casefile import CaseFile, case_file
from conversations.cases.evidence import Evidence
from conversations.cases.roles import Role
from storage.database import Database
from storage.errors import StorageError
from storage.evidence_files import EvidenceStore
from storage.journal import Link

LOG = log.get(__name__)

#: Seconds, and bytes of address space (fonts are mapped into it), that setting a file may take.
PATIENCE: Final = 30.0
MEMORY: Final = 4 << 30

#: So many exhibits are shown small; further ones are listed with their hashes like all.
_MOST_PICTURES: Final = 60

#: Bytes of exhibits that go into one archive.
_ROOM: Final = 200 << 20

TEMPLATE: Final = Path(__file__).with_name("template.typ")


@dataclass(frozen=True, slots=True)
class Made:
    """A case file: the PDF, the record that can be checked, and an archive of both with the exhibits."""

    ref: str
    pdf: bytes
    record: dict[str, Any]
    archive: bytes
    is_complete: bool  # False: there was no room for all the exhibits


class CaseFiles:
    """One is made at a time: setting takes a whole processor. `store` keeps originals, `copies` what others see."""

    def __init__(self, db: Database, clock: Clock, *, store: EvidenceStore, copies: EvidenceStore) -> None:
        self._db = db
        self._clock = clock
        self._store = store
        self._copies = copies
        self._setting = asyncio.Semaphore(1)

    @property
    def is_busy(self) -> bool:
        """Whether one is being made, so that the next would have to wait."""
        return self._setting.locked()

    async def make(self, ref: str, reader: Role, language: str, *, room: int = _ROOM) -> Made:
        """The file of a case as `reader` may see it; arbitrators get the originals, parties the copies of exhibits.

        `room` is how many bytes of exhibits go into the archive. KeyError when there is no such case; CaseFileFailed.
        """
        now = self._clock()
        file, chain, evidence = await self._read(ref, reader, now)
        shown = [item for item in evidence if item.sha256]
        to_draw = [item for item in shown if (item.copy_mime or item.mime).startswith("image/")][:_MOST_PICTURES]
        async with self._setting:
            pdf = await _set(file, language, await self._contents(to_draw, of_copies=True))
            exhibits = await self._contents(shown, of_copies=reader is not Role.ARBITRATOR, room=room)
            files = {name: f"evidence/{name}{_ending(data)}" for name, data in exhibits.items()}
            told = record(ref, reader, chain, files=files, evidence=evidence, made_at=now)
            put_in = {files[name]: data for name, data in exhibits.items()}
            archive = await asyncio.to_thread(pack, pdf, told, put_in, ref=file.ref)
        return Made(file.ref, pdf, told, archive, is_complete=len(exhibits) == len(shown))

    async def _read(self, ref: str, reader: Role, now: datetime) -> tuple[CaseFile, Sequence[Link], Sequence[Evidence]]:
        async with self._db.reading() as work:
            case = await work.cases.get(ref)
            if case is None:
                raise KeyError(ref)
            order = await work.orders.get(case.claim.order)
            evidence = await work.evidence.of(ref)
            entries = await work.journal.of(ref)
            chain = await work.journal.chain(ref)
        file = case_file(case, reader, order=order, evidence=evidence, entries=entries, head=head_of(chain), now=now)
        return file, chain, evidence

    async def _contents(self, evidence: Sequence[Evidence], *, of_copies: bool, room: int = _ROOM) -> dict[str, bytes]:
        """The bytes of exhibits, as many as there is room for. One that is lost or damaged is left out: its hash is on
        record, and that it is missing shows."""
        found: dict[str, bytes] = {}
        for item in evidence:
            store, name = (self._copies, item.copy) if of_copies and item.copy else (self._store, item.sha256)
            try:
                data = await store.get(name)
            except StorageError as err:
                LOG.error("exhibit not to be had", exhibit=item.name, reason=type(err).__name__)
                continue
            if (room := room - len(data)) < 0:
                break
            found[item.name] = data
        return found


async def _set(file: CaseFile, language: str, pictures: Mapping[str, bytes]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="casefile-") as name:
        folder = Path(name)
        await asyncio.to_thread(_lay_out, folder, pictures)
        await _press(folder, asyncio.to_thread(_write, file, language, folder))
        return await asyncio.to_thread((folder / "file.pdf").read_bytes)


def _lay_out(folder: Path, pictures: Mapping[str, bytes]) -> None:
    shutil.copy(TEMPLATE, folder)
    for part in ("exhibits", "fonts"):
        (folder / part).mkdir()
    for name, data in pictures.items():
        (folder / "exhibits" / name).write_bytes(data)


def _write(file: CaseFile, language: str, folder: Path) -> bytes:
    """The page, in words for which there are the fonts laid out with it."""
    fonts = system_fonts()
    for path in fonts.files:
        (folder / "fonts" / path.name).symlink_to(path)
    return json.dumps(page(file, language, fonts)).encode()


async def _press(folder: Path, words: Awaitable[bytes]) -> None:
    """Sets what is in the folder. The words are written while the press warms up."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.casefiles.press", str(folder), str(MEMORY), str(int(PATIENCE))),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if not name.startswith("AFTERSALES_")},
    )
    try:
        async with asyncio.timeout(PATIENCE):
            _, said = await child.communicate(await words)
    except TimeoutError as err:
        raise CaseFileFailed("setting it took too long") from err
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        reason = said.decode(errors="replace").strip().splitlines()[-1:] or [f"ended with {child.returncode}"]
        raise CaseFileFailed(f"it could not be set: {reason[0][:100]}")


#: By how files begin; what else is evidence is a film.
_BEGINNINGS: Final = {
    b"\xff\xd8": ".jpg",
    b"\x89PNG": ".png",
    b"GIF8": ".gif",
    b"%PDF": ".pdf",
    b"\x1aE\xdf\xa3": ".webm",
}


def _ending(data: bytes) -> str:
    found = (ending for begins, ending in _BEGINNINGS.items() if data.startswith(begins))
    return next(found, ".mp4" if data[4:8] == b"ftyp" else ".bin")
