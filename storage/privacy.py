"""What people asked for about their own data, the operator's holds on it, and what there is of theirs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, or_, select

from conversations.cases.case import Case
from conversations.ports import Wishes
from storage import codec
from storage.rooms import came_from_groups
from storage.tables import cases, guesses, items, journal, lanes, links, outdated, posts, privacy, threads
from storage.transaction import Transaction

#: The name under which workers wait for somebody to ask to be forgotten.
PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class Hold:
    """The operator has to keep what there is of a person."""

    person: int
    until: datetime
    reason: str


class SqlPrivacy:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def of(self, person: int) -> Wishes:
        row = await self._tx.first(select(privacy).where(privacy.c.person == person))
        if row is None:
            return Wishes()
        return Wishes(exported_at=row.exported_at, forget_at=row.forget_at, held_until=row.held_until)

    async def keep(self, person: int, wishes: Wishes) -> None:
        """Keeps when they exported and since when they wish to be forgotten; a hold is the operator's."""
        await self._put(person, exported_at=wishes.exported_at, forget_at=wishes.forget_at)
        self._tx.touch(PRIVACY)

    async def hold(self, person: int, until: datetime, reason: str = "") -> None:
        """Nothing of the person is erased before that."""
        await self._put(person, held_until=until, hold_reason=reason)

    async def release(self, person: int) -> bool:
        """Ends a hold; False when there was none."""
        was_held = (await self.of(person)).held_until is not None
        await self._put(person, held_until=None, hold_reason=None)
        self._tx.touch(PRIVACY)
        return was_held

    async def holds(self) -> Sequence[Hold]:
        rows = await self._tx.all(select(privacy).where(privacy.c.held_until.is_not(None)).order_by(privacy.c.person))
        return [Hold(row.person, row.held_until, row.hold_reason or "") for row in rows]

    async def forgetting(self, now: datetime, *, after: int = 0, most: int = 100) -> Sequence[int]:
        """Who asked to be forgotten and may be as far as the operator is concerned, by number, from `after` on."""
        wished = privacy.c.forget_at.is_not(None), privacy.c.person > after, not_held(now)
        rows = await self._tx.all(select(privacy.c.person).where(*wished).order_by(privacy.c.person).limit(most))
        return [row.person for row in rows]

    async def cases_of(self, person: int) -> Sequence[Case]:
        """Every case in which they said or did anything, or had to, oldest first."""
        await self._tx.settle(cases, journal)
        spoke = select(journal.c.ref).where(journal.c.person == person)  # an arbitrator has at least taken it
        theirs = spoke.union(select(cases.c.ref).where(cases.c.buyer == person))
        found = select(cases.c.doc).where(cases.c.ref.in_(theirs)).order_by(cases.c.opened_at, cases.c.ref)
        rows = await self._tx.all(found)
        return [codec.decode(Case, row.doc) for row in rows]

    async def held_cases(self, refs: Collection[str], now: datetime) -> frozenset[str]:
        """Those of the cases from which nothing may be erased: the operator has to keep what there is of somebody in it."""
        await self._tx.settle(cases, journal)
        held = select(cases.c.ref).where(cases.c.ref.in_(list(refs)), _has_held(now))
        return frozenset(row.ref for row in await self._tx.all(held))

    async def outdated(self, what: str, before: datetime, now: datetime, *, most: int) -> Sequence[str]:
        """Cases that ended before that and still have their "evidence" or "texts", of nobody who is held."""
        await self._tx.settle(cases, journal)
        done = select(outdated.c.ref).where(outdated.c.ref == cases.c.ref, outdated.c.what == what)
        found = (
            select(cases.c.ref)
            .where(cases.c.ended_at < before, ~exists(done), ~_has_held(now))
            .order_by(cases.c.ended_at, cases.c.ref)
            .limit(most)
        )
        return [row.ref for row in await self._tx.all(found)]

    async def note_outdated(self, ref: str, what: str, at: datetime) -> None:
        """Writes down that they are gone."""
        await self._tx.run(self._tx.insert(outdated).values(ref=ref, what=what, at=at).on_conflict_do_nothing())

    # What there is of a person beside their cases, for a copy of it.

    async def traces(self, person: int, address: int) -> dict[str, Any]:
        """What else is kept of somebody, as JSON values: wrong codes, links used, messages and topics in
        their chat, updates."""
        tried = await self._tx.all(select(guesses.c.at).where(guesses.c.person == person).order_by(guesses.c.at))
        used = await self._tx.all(select(links).where(links.c.used_by == person).order_by(links.c.used_at))
        shown = await self._tx.all(select(posts).where(posts.c.address == address).order_by(posts.c.message))
        held = await self._tx.all(select(threads).where(threads.c.address == address).order_by(threads.c.thread))
        came = await self._tx.all(
            select(items.c.at, items.c.payload)
            .where(((items.c.queue == "inbox") & (items.c.lane == str(address))) | came_from_groups(address))
            .order_by(items.c.id)
        )
        return {
            "wrong_codes": [row.at.isoformat() for row in tried],
            "links_used": [
                {"purpose": row.purpose, "store": row.store, "order": row.number, "at": row.used_at.isoformat()}
                for row in used
            ],
            "posts": [{"message": row.message, "case": row.ref} for row in shown],
            "topics": [{"topic": row.thread, "name": row.name, "case": row.ref} for row in held],
            "received": [{"at": row.at.isoformat(), "update": row.payload} for row in came],
        }

    async def is_quiet(self, person: int, address: int, refs: Collection[str], *, since: datetime) -> bool:
        """Whether nothing is under way: no message of theirs to be read, none to be sent to them or about their cases,
        no wrong code since then."""
        waiting = (items.c.queue == "inbox") & (items.c.lane == str(address))
        about = items.c.payload["ref"].as_string().in_(list(refs))
        waiting |= (items.c.queue == "outbox") & ((items.c.lane == str(person)) | about)
        pending = select(func.count()).select_from(items).where(items.c.done_at.is_(None), waiting)
        lately = select(func.count()).select_from(guesses).where(guesses.c.person == person, guesses.c.at >= since)
        leased = (
            select(func.count()).select_from(lanes).where(_lanes_of(person, address), lanes.c.ready_at.is_not(None))
        )
        return not any([await self._tx.scalar(counted) for counted in (pending, lately, leased)])

    async def _put(self, person: int, **values: Any) -> None:
        row = self._tx.insert(privacy).values(person=person, **values)
        await self._tx.run(row.on_conflict_do_update(index_elements=[privacy.c.person], set_=values))


def not_held(now: datetime) -> Any:
    return or_(privacy.c.held_until.is_(None), privacy.c.held_until <= now)


def _has_held(now: datetime) -> Any:
    """Whether somebody in a case is held."""
    held = select(privacy.c.person).where(~not_held(now))
    spoke = select(journal.c.ref).where(journal.c.ref == cases.c.ref, journal.c.person.in_(held))
    return cases.c.buyer.in_(held) | exists(spoke)


def _lanes_of(person: int, address: int) -> Any:
    inbox = (lanes.c.queue == "inbox") & (lanes.c.lane == str(address))
    return inbox | ((lanes.c.queue == "outbox") & (lanes.c.lane == str(person)))
