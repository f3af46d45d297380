"""The privacy worker: erases whoever asked for it, as soon as nothing of theirs is needed, and what cases have kept long
enough. In business time; each case and each person is a transaction of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any, Final

from bot import log
from bot.clock import Clock
from bot.workers.desk import Desk
from bot.workers.retry import first_of
from conversations.desk import floods
from conversations.desk.privacy import may_be_erased
from conversations.policy.retention import Retention
from storage.database import Database
from storage.errors import TryAgain
from storage.evidence_files import EvidenceStore
from storage.privacy import PRIVACY
from storage.work import SqlWork

LOG = log.get(__name__)

#: Seconds between rounds, unless somebody asks to be forgotten or the clock is moved.
EVERY: Final = 60.0

#: Seconds between looks for what was kept long enough.
SWEEP: Final = 3600.0

#: How many people, cases and claims never sent are looked at in one go.
BATCH: Final = 100


class PrivacyWorker:
    """Looks again and again until stopped. Doing anything twice, or being killed in between, does no harm."""

    def __init__(
        self, db: Database, desk: Desk, clock: Clock, retention: Retention, *, stores: Collection[EvidenceStore]
    ) -> None:
        self._db = db
        self._desk = desk
        self._clock = clock
        self._retention = retention
        self._stores = stores
        self._has_erased = False  # somebody since samples were taken

    async def run(self, stop: asyncio.Event) -> None:
        loop, swept_at = asyncio.get_running_loop(), float("-inf")
        while not stop.is_set():
            jump = self._clock.jump  # before the time is read: a move in between is not missed
            try:
                await self.forget(stop)
                if loop.time() - swept_at >= SWEEP:
                    await self.outdate(stop)
                    swept_at = loop.time()
            except TryAgain as err:
                LOG.warning("not erased yet", reason=str(err))
            await first_of(self._db.wait(PRIVACY, EVERY), jump.wait(), stop.wait())
            if jump.is_set():
                swept_at = float("-inf")

    async def round(self, stop: asyncio.Event) -> None:
        """Erases everybody and everything whose time has come."""
        await self.forget(stop)
        await self.outdate(stop)

    async def forget(self, stop: asyncio.Event) -> None:
        """Erases everybody who asked for it and may be."""
        after = 0
        while not stop.is_set():
            async with self._db.reading() as work:
                people = await work.privacy.forgetting(self._clock(), after=after, most=BATCH)
            for person in people:
                await self._surely(self._forget(person), person=person)
                after = person
            if len(people) < BATCH:
                break
        if self._has_erased:
            async with self._db.work() as work:
                await work.erasure.renew_samples()
            self._has_erased = False

    async def outdate(self, stop: asyncio.Event) -> None:
        """Erases what was kept long enough. Reads through much: it is done once an hour."""
        for what in ("evidence", "texts"):
            while not stop.is_set() and await self._outdate(what) == BATCH:
                pass
        while not stop.is_set() and await self._drop_drafts():
            pass

    async def _forget(self, person: int) -> None:
        async with self._db.reading() as work:
            cases = await work.privacy.cases_of(person)
            now = self._clock()
            held = await work.privacy.held_cases([case.ref for case in cases], now)
        waiting = {case.ref for case in cases if not may_be_erased(case, self._retention.held, now)} | held
        for case in cases:
            if case.ref not in waiting:
                async with self._db.work() as work:
                    await self._remove(work, await self._desk.forget(case.ref, person, work))
        if waiting:
            return
        refs = [case.ref for case in cases]
        async with self._db.work() as work:
            found = await work.people.get(person)
            wishes = await work.privacy.of(person)
            is_held = wishes.held_until is not None and wishes.held_until > now
            if wishes.forget_at is None or is_held or {c.ref for c in await work.privacy.cases_of(person)} != set(refs):
                return  # they thought better of it meanwhile, or something came in between
            if not await work.privacy.is_quiet(person, found.address, refs, since=now - floods.GUESSES.period):
                return
            await self._remove(work, await work.erasure.person(found, refs))
        self._has_erased = True
        LOG.info("person erased", person=person, cases=len(refs))

    async def _outdate(self, what: str) -> int:
        now = self._clock()
        kept = self._retention.evidence if what == "evidence" else self._retention.texts
        async with self._db.reading() as work:
            refs = await work.privacy.outdated(what, now - kept, now, most=BATCH)
        done = 0
        for ref in refs:
            done += await self._surely(self._outdate_case(ref, what), ref=ref)
        if done:
            LOG.info("outdated", what=what, cases=done)
        return done

    async def _outdate_case(self, ref: str, what: str) -> None:
        async with self._db.work() as work:
            files = await self._desk.outdate(ref, work, words=what == "texts", files=what == "evidence")
            await self._remove(work, files)
            await work.privacy.note_outdated(ref, what, self._clock())

    async def _surely(self, erasing: Coroutine[Any, Any, None], **about: Any) -> bool:
        """Whether it was done. What cannot be erased keeps nothing else from being erased."""
        try:
            await erasing
        except TryAgain:
            raise
        except Exception as err:
            LOG.error("not erased", **about, **log.failure(err))
            return False
        return True

    async def _drop_drafts(self) -> bool:
        async with self._db.work() as work:
            files = await work.erasure.outdated_drafts(self._clock() - self._retention.dialogs, most=BATCH)
            await self._remove(work, files)
        return bool(files)

    async def _remove(self, work: SqlWork, files: Collection[str]) -> None:
        """Before the commit: if that fails, it is all done again, and a file that is gone is gone."""
        for name in sorted(await work.erasure.unneeded(files)):
            for store in self._stores:
                await store.remove(name)
