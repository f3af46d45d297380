"""Packs everything about a person into archives that a bot may send."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Final

from bot import log
from bot.clock import Clock
from bot.messenger import Upload
from bot.takeout.gathering import gather
from bot.takeout.page import page
from conversations.messages import Person
from storage.database import Database
from storage.errors import StorageError
from storage.evidence_files import EvidenceStore

LOG = log.get(__name__)

#: Bytes that go into one archive. A bot may send 50 MB as one file; one file of evidence has 20 MB at most.
ROOM: Final = 45 << 20


class Takeouts:
    """Puts together what there is of people. `store` keeps what they sent; no more than one archive is in memory."""

    def __init__(self, db: Database, clock: Clock, *, store: EvidenceStore, room: int = ROOM) -> None:
        self._db = db
        self._clock = clock
        self._store = store
        self._room = room

    async def parts(self, person: Person) -> AsyncIterator[Upload]:
        """The archives, one after the other; the first holds the page and the data."""
        gathered = await gather(self._db, person, self._clock())
        number, box = 1, _Box()
        box.add("data.json", json.dumps(gathered.data, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
        box.add("index.html", page(gathered.data, person.language).encode("utf-8", "replace"))
        for file in gathered.files:
            try:
                data = await self._store.get(file.sha256)
            except StorageError as err:
                LOG.warning("not to be had for a takeout", reason=type(err).__name__)
                continue
            if box.size and box.size + len(data) > self._room:
                yield box.closed(number)
                number, box = number + 1, _Box()
            box.add(file.name, data)
        yield box.closed(number)


class _Box:
    """One archive. Photos and films are packed as they are: they do not get smaller."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self._zip = zipfile.ZipFile(self._bytes, "w")
        self.size = 0

    def add(self, name: str, data: bytes) -> None:
        is_text = name.endswith((".json", ".html"))
        self._zip.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED if is_text else zipfile.ZIP_STORED)
        self.size += len(data) + 2 * len(name) + 200

    def closed(self, number: int) -> Upload:
        self._zip.close()
        return Upload(f"your-data-{number}.zip", "application/zip", self._bytes.getvalue())
