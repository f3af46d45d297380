"""The unit of work: every collection on one transaction."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from conversations.ports import Work
from storage.alarms import SqlAlarms
from storage.cases import SqlCases
from storage.clocks import SqlClocks
from storage.dialogs import SqlDialogs
from storage.erasure import SqlErasure
from storage.evidence import SqlEvidence
from storage.guesses import SqlGuesses
from storage.journal import SqlJournal
from storage.links import SqlLinks
from storage.marks import SqlMarks
from storage.orders import SqlOrders
from storage.packs import SqlPacks
from storage.people import SqlPeople
from storage.posts import SqlPosts
from storage.privacy import SqlPrivacy
from storage.queues import FETCHES, INBOX, Finishing, SqlOutbox
from storage.transaction import Transaction


class SqlWork:
    """Implements `conversations.ports.Work`. All of it happens or nothing does."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.people = SqlPeople(tx)
        self.orders = SqlOrders(tx)
        self.cases = SqlCases(tx)
        self.dialogs = SqlDialogs(tx)
        self.evidence = SqlEvidence(tx)
        self.journal = SqlJournal(tx)
        self.alarms = SqlAlarms(tx)
        self.clocks = SqlClocks(tx)
        self.links = SqlLinks(tx)
        self.posts = SqlPosts(tx)
        self.guesses = SqlGuesses(tx)
        self.packs = SqlPacks(tx)
        self.marks = SqlMarks(tx)
        self.privacy = SqlPrivacy(tx)
        self.erasure = SqlErasure(tx)
        self.outbox = SqlOutbox(tx)
        self.inbox = Finishing(INBOX, tx)
        self.fetches = Finishing(FETCHES, tx)

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """What happens inside is undone alone, what was said in it too, when an exception leaves it."""
        return self._tx.savepoint()


if TYPE_CHECKING:

    def _fits(work: SqlWork) -> Work:
        return work
