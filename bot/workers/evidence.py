"""The evidence worker: fetches what was shown, looks into it, keeps it and a copy that others may see, each under its
hash, and tells the desk."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import Final

from bot import log
from bot.clock import Clock
from bot.messenger import DeliveryError, FileGone, FileTooBig, Messenger
from bot.operating.metrics import EVIDENCE
from bot.workers.cleaning import Unclean, clean, is_plain_photo
from bot.workers.desk import Desk
from bot.workers.inspection import Refused, inspect
from bot.workers.lanes import LaneWorker
from bot.workers.retry import RetryPolicy, pause
from conversations.cases.evidence import MAX_SIZE, Evidence, FileKind
from storage.database import Database
from storage.evidence_files import EvidenceStore
from storage.lanes import Leased
from storage.queues import Fetch

LOG = log.get(__name__)

#: A file stays at the messenger; so we try for about a day.
RETRY: Final = RetryPolicy(first=2, factor=2, longest=900, attempts=110)

#: Cases at once, files of a case at once, seconds until others may take them over.
WIDTH, EACH, SECONDS = 2, 1, 180.0

#: Seconds in which the rest of an album arrives, when its first file has.
ALBUM: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What became of a file: kept under `sha256`, and its `copy` for others under another; or `refused` with one of the
    desk's codes."""

    sha256: str = ""
    mime: str = ""
    copy: str = ""
    copy_mime: str = ""
    refused: str = ""


class EvidenceHandler:
    """One file at a time: no more than one is in memory for each case in work."""

    def __init__(
        self,
        db: Database,
        desk: Desk,
        messenger: Messenger,
        clock: Clock,
        *,
        store: EvidenceStore,
        copies: EvidenceStore,
        album: float = ALBUM,
    ) -> None:
        self._db = db
        self._desk = desk
        self._messenger = messenger
        self._clock = clock
        self._store = store
        self._copies = copies
        self._album = album
        self._decoding = asyncio.Semaphore(1)  # a picture unfolded can be hundreds of megabytes

    async def handle(self, leased: Leased[Fetch], stop: asyncio.Event) -> None:
        item = leased.items[0]
        fetch = item.payload
        evidence, is_alone = await self._evidence(fetch)
        if evidence is not None and evidence.file.album and is_alone:
            await pause(stop, self._album)  # so that what was sent together is shown together
        try:
            found = await self._look(evidence) if evidence is not None else None
        except DeliveryError as err:
            await self._put_off(leased, fetch, err)
            return
        async with self._db.work() as work:
            if found is not None:
                await self._desk.file(fetch.ref, fetch.n, work, self._clock(), **asdict(found))
            await work.fetches.finish(leased, done=[item.id])
        if found is not None:
            EVIDENCE.labels("refused" if found.refused else "kept").inc()
            LOG.info("evidence looked into", ref=fetch.ref, n=fetch.n, mime=found.mime, refused=found.refused)

    async def _evidence(self, fetch: Fetch) -> tuple[Evidence | None, bool]:
        """The exhibit, unless it was looked into already or is gone; and whether nothing came together with it yet."""
        async with self._db.reading() as work:
            exhibits = await work.evidence.of(fetch.ref)
        found = next((each for each in exhibits if each.n == fetch.n and each.is_pending), None)
        return found, found is not None and sum(each.is_with(found) for each in exhibits) == 1

    async def _look(self, evidence: Evidence) -> Finding:
        if evidence.file.size > MAX_SIZE:
            return Finding(refused="too_big")
        try:
            data = await self._messenger.fetch(evidence.file.file_id)
        except FileTooBig:
            return Finding(refused="too_big")
        except FileGone:
            return Finding(refused="gone")
        async with self._decoding:
            found = await asyncio.to_thread(inspect, data)
            if isinstance(found, Refused):
                return Finding(refused=found.reason)
            if evidence.file.kind is FileKind.PHOTO and found.mime == "image/jpeg" and is_plain_photo(data):
                return Finding(sha256=await self._store.put(data), mime=found.mime)
            try:
                shown = await clean(data, found.mime)
            except Unclean as err:
                LOG.info("evidence not clean", n=evidence.n, mime=found.mime, reason=str(err))
                return Finding(refused="broken")
        return Finding(
            sha256=await self._store.put(data),
            mime=found.mime,
            copy=await self._copies.put(shown.data),
            copy_mime=shown.mime,
        )

    async def _put_off(self, leased: Leased[Fetch], fetch: Fetch, err: DeliveryError) -> None:
        item = leased.items[0]
        if err.permanent or RETRY.gives_up(leased.attempts):
            LOG.error("evidence not fetched", ref=fetch.ref, n=fetch.n, reason=err.message)
            async with self._db.work() as work:
                await self._desk.file(fetch.ref, fetch.n, work, self._clock(), refused="gone")
                await work.fetches.finish(leased, dead={item.id: err.message})
            return
        retry_in = err.retry_after or RETRY.delay(leased.attempts)
        LOG.warning("evidence not fetched yet", ref=fetch.ref, n=fetch.n, reason=err.message, retry_in=retry_in)
        async with self._db.work() as work:
            await work.fetches.finish(leased, retry_in=retry_in)


def evidence_worker(
    db: Database, desk: Desk, messenger: Messenger, clock: Clock, *, store: EvidenceStore, copies: EvidenceStore
) -> LaneWorker[Fetch]:
    """The worker over the evidence to fetch. `store` keeps what was sent, `copies` what is shown of it."""
    handler = EvidenceHandler(db, desk, messenger, clock, store=store, copies=copies)
    return LaneWorker(
        db.fetches, handler, db, finishing=lambda work: work.fetches, width=WIDTH, each=EACH, seconds=SECONDS
    )
