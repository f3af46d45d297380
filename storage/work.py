"""The unit of work: every collection on one transaction."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Final

from conversations.cases.orders import OrderKey
from conversations.ports import Work
from storage.advice import SqlAdvice
from storage.alarms import SqlAlarms
from storage.cases import SqlCases
from storage.clocks import SqlClocks
from storage.dialogs import SqlDialogs
from storage.digests import SqlDigests
from storage.erasure import SqlErasure
from storage.evidence import SqlEvidence
from storage.guesses import SqlGuesses
from storage.heads import SqlHeads
from storage.journal import SqlJournal
from storage.links import SqlLinks
from storage.marks import SqlMarks
from storage.openings import SqlOpenings
from storage.orders import SqlOrders
from storage.outcomes import SqlOutcomes
from storage.packs import SqlPacks
from storage.people import SqlPeople
from storage.posts import SqlPosts
from storage.privacy import SqlPrivacy
from storage.queues import CHECKS, FETCHES, Finishing, SqlInbox, SqlOutbox
from storage.reports import SqlReports
from storage.rooms import SqlRooms
from storage.tallies import SqlTallies
from storage.threads import SqlThreads
from storage.transaction import Transaction

#: So many orders of somebody's are looked at before it is known which one a claim is on.
_FEW: Final = 5


class SqlWork:
    """Implements `conversations.ports.Work`. All of it happens or nothing does."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.people = SqlPeople(tx)
        self.rooms = SqlRooms(tx, self.people)
        self.orders = SqlOrders(tx)
        self.cases = SqlCases(tx)
        self.outcomes = SqlOutcomes(tx, self.orders)
        self.openings = SqlOpenings(tx)
        self.reports = SqlReports(tx, self.openings)
        self.advice = SqlAdvice(tx)
        self.digests = SqlDigests(tx)
        self.dialogs = SqlDialogs(tx)
        self.evidence = SqlEvidence(tx)
        self.journal = SqlJournal(tx)
        self.heads = SqlHeads(tx)
        self.alarms = SqlAlarms(tx)
        self.clocks = SqlClocks(tx)
        self.links = SqlLinks(tx)
        self.posts = SqlPosts(tx)
        self.threads = SqlThreads(tx)
        self.guesses = SqlGuesses(tx)
        self.tallies = SqlTallies(tx)
        self.packs = SqlPacks(tx)
        self.marks = SqlMarks(tx)
        self.outbox = SqlOutbox(tx, self.people, self.posts)
        self.inbox = SqlInbox(tx)
        self.privacy = SqlPrivacy(tx)
        self.erasure = SqlErasure(tx)
        self.fetches = Finishing(FETCHES, tx)
        self.checks = Finishing(CHECKS, tx)

    async def expect(self, addresses: Collection[int], *, speaking: Collection[int] = ()) -> None:
        """Loads what is asked of everybody who comes, for all who are at these addresses and at once. Those who are
        `speaking`, and press nothing, may begin a claim."""
        await self.people.expect(addresses)
        found = {at: person.id for at in sorted(set(addresses)) if (person := await self.people.at_address(at))}
        if not found:
            return
        await self.dialogs.expect(found.values())
        keys, choosing = set[OrderKey](), set[int]()
        for them in found.values():
            for opened in await self.dialogs.of(them):
                named = opened.answers.get("order")
                if isinstance(named, list) and len(named) == len(("store", "number")):
                    keys.add(OrderKey(*named))
                else:
                    choosing.add(them)
        if asked := choosing | {found[at] for at in speaking if at in found}:
            await self.orders.expect_of(asked)
        for them in choosing:  # the next answer names one of theirs
            theirs = await self.orders.of(them)
            keys |= {order.key for order in theirs} if len(theirs) <= _FEW else set()
        if keys:  # an order that somebody is claiming on is looked at with every answer
            await self.orders.expect(keys)

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """What happens inside is undone alone, what was said in it too, when an exception leaves it."""
        return self._tx.savepoint()


if TYPE_CHECKING:

    def _fits(work: SqlWork) -> Work:
        return work
