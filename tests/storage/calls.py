"""Every method of every collection called once, in a database where a lot has happened: see `crowds`."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from conversations.cases.clocks import Outage
from conversations.cases.evidence import Evidence, File, FileKind
from conversations.cases.facts import ClaimWithdrawn
from conversations.cases.figures import Suggestion
from conversations.cases.orders import OrderKey, Store
from conversations.cases.roles import Role
from conversations.messages import Notice, Outgoing, Room, Sender
from conversations.phrase import Phrase
from conversations.ports import Application, Link, LinkPurpose, OpenDialog, Wishes
from storage.database import Database
from storage.lanes import Leased, Outcome
from storage.posts import Posted
from storage.queues import RawUpdate
from storage.threads import Thread
from storage.work import SqlWork

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
KEY, OTHER = OrderKey("Lumen", "N5000"), OrderKey("Store 1", "N5001")
REF = "R05000"
EXHIBIT = File(kind=FileKind.PHOTO, file_id="f", unique_id="u", size=1, mime="image/jpeg")
SHOWN = Evidence(n=1, by=Role.BUYER, at=NOW, file=EXHIBIT, caption="")

ROOM = Room(role=Role.SELLER, store="Lumen", linked_by=1, linked_at=NOW)
ADVICE = Suggestion(store="Lumen", kind="slow", made_at=NOW, days=30, was=1)

Call = Callable[[SqlWork], Awaitable[Any]]
LEASED: Leased[Any] = Leased("5000", "t5000", 1, ())

#: `collection.method` -> a call of it. Person 1 is the seller of Lumen, which has half of all cases; person 2 is the
#: arbitrator of half of all cases.
CALLS: dict[str, Call] = {
    "people.expect": lambda w: w.people.expect([5_000, 5_001]),
    "people.greet": lambda w: w.people.greet(Sender(address=5_000, name="Ann", language="de")),
    "people.get": lambda w: w.people.get(5_000),
    "people.of_ids": lambda w: w.people.of_ids([5_000, 5_001]),
    "people.at_address": lambda w: w.people.at_address(5_000),
    "people.sellers_of": lambda w: w.people.sellers_of("Lumen"),
    "people.arbitrators": lambda w: w.people.arbitrators(),
    "people.room_of": lambda w: w.people.room_of(Role.SELLER, "Lumen"),
    "people.move": lambda w: _moved(w),
    "people.save": lambda w: _renamed(w),
    "rooms.keep": lambda w: w.rooms.keep(5_000, ROOM),
    "rooms.check": lambda w: w.rooms.check(5_000),
    "orders.expect": lambda w: w.orders.expect([KEY, OTHER]),
    "orders.expect_of": lambda w: w.orders.expect_of([5_000, 5_001]),
    "dialogs.expect": lambda w: w.dialogs.expect([5_000, 5_001]),
    "orders.get": lambda w: w.orders.get(KEY, lock=True),
    "orders.numbered": lambda w: w.orders.numbered("n5000"),
    "orders.of": lambda w: w.orders.of(5_000),
    "orders.put": lambda w: _reordered(w),
    "orders.bind": lambda w: w.orders.bind(KEY, 5_001),
    "orders.is_bound": lambda w: w.orders.is_bound(KEY, 5_000),
    "orders.store": lambda w: w.orders.store("Lumen"),
    "orders.set_store": lambda w: w.orders.set_store(Store(name="Lumen", return_address="Here")),
    "orders.set_policy": lambda w: w.orders.set_policy("Lumen", ""),
    "orders.set_templates": lambda w: w.orders.set_templates("Lumen", ()),
    "orders.stores": lambda w: w.orders.stores(),
    "cases.new_ref": lambda w: w.cases.new_ref(),
    "cases.add": lambda w: _changed(w, ref="FRESH1"),
    "cases.get": lambda w: w.cases.get(REF, lock=True),
    "cases.save": lambda w: _changed(w),
    "cases.of_order": lambda w: w.cases.of_order(KEY),
    "cases.of_buyer": lambda w: w.cases.of_buyer(5_000),
    "cases.of_stores": lambda w: w.cases.of_stores(["Lumen", "Store 7"]),
    "cases.queue": lambda w: w.cases.queue(),
    "cases.of_arbitrator": lambda w: w.cases.of_arbitrator(2),
    "cases.due_between": lambda w: w.cases.due_between(NOW, NOW + timedelta(minutes=3), store="Lumen"),
    "cases.due_before": lambda w: w.cases.due_before(NOW + timedelta(minutes=3)),
    "cases.all": lambda w: w.cases.all(),
    "dialogs.of": lambda w: w.dialogs.of(5_000),
    "dialogs.keep": lambda w: w.dialogs.keep(5_000, (OpenDialog(name="intake", ref="", step="number", answers={}),)),
    "evidence.of": lambda w: w.evidence.of("FRESH1"),
    "evidence.add": lambda w: w.evidence.add(REF, [EXHIBIT], by=Role.BUYER, at=NOW),
    "evidence.save": lambda w: w.evidence.save(REF, SHOWN),
    "journal.add": lambda w: w.journal.add(REF, [ClaimWithdrawn()], who=Role.BUYER, person=5_000, at=NOW),
    "journal.of": lambda w: w.journal.of(REF),
    "journal.verify": lambda w: w.journal.verify(REF),
    "alarms.set": lambda w: w.alarms.set(REF, NOW),
    "clocks.extensions": lambda w: w.clocks.extensions("Lumen", since=NOW),
    "clocks.outages": lambda w: w.clocks.outages(since=NOW),
    "clocks.extend": lambda w: w.clocks.extend("Lumen", begins=NOW, ends=NOW + HOUR, by=HOUR, at=NOW),
    "clocks.all_extensions": lambda w: w.clocks.all_extensions(),
    "clocks.add_outage": lambda w: w.clocks.add_outage(Outage(NOW - HOUR, NOW)),
    "packs.keep": lambda w: w.packs.keep("tmall_global", "f00d", "{}"),
    "packs.text": lambda w: w.packs.text("f00d"),
    "links.issue": lambda w: w.links.issue(Link(purpose=LinkPurpose.ARBITRATOR), expires_at=None),
    "links.peek": lambda w: w.links.peek("token", NOW),
    "links.redeem": lambda w: w.links.redeem("token", NOW, person=5_000),
    "posts.record": lambda w: w.posts.record(5_000, 70_000, slot="question", origin=(1, 2)),
    "posts.keep": lambda w: w.posts.keep([Posted(5_000, 70_001, slot="question", origin=(1, 2))]),
    "posts.after": lambda w: w.posts.after(5_000, 5_000, ref=REF, limit=12),
    "posts.in_slots": lambda w: w.posts.in_slots([(5_000, "question"), (5_001, "question")]),
    "posts.in_slot": lambda w: w.posts.in_slot(5_000, "question"),
    "posts.copy_of": lambda w: w.posts.copy_of(5_000, 5_000, to=5_001),
    "posts.knows": lambda w: w.posts.knows(5_000, 70_000),
    "posts.case_of": lambda w: w.posts.case_of(5_000, 70_000),
    "threads.of": lambda w: w.threads.of(5_000, REF),
    "threads.has": lambda w: w.threads.has(5_000, REF),
    "threads.keep": lambda w: w.threads.keep(5_000, REF, Thread(number=70_000, name="R05-000")),
    "threads.case_of": lambda w: w.threads.case_of(5_000, 5_000),
    "guesses.count": lambda w: w.guesses.count(5_000, NOW - HOUR),
    "guesses.add": lambda w: w.guesses.add(5_000, NOW),
    "marks.get": lambda w: w.marks.get("alive", lock=True),
    "marks.set": lambda w: w.marks.set("alive", NOW),
    "journal.chain": lambda w: w.journal.chain(REF),
    "journal.is_missed": lambda w: w.journal.is_missed(REF),
    "journal.verify_many": lambda w: w.journal.verify_many([REF]),
    "heads.last": lambda w: w.heads.last(),
    "people.apply": lambda w: w.people.apply(Application(person=5_000, role=Role.SELLER, store="Lumen", at=NOW)),
    "people.settle": lambda w: w.people.settle(5_000),
    "tallies.count": lambda w: w.tallies.count("said:5000", NOW - HOUR),
    "tallies.add": lambda w: w.tallies.add("said:5000", NOW),
    "tallies.purge": lambda w: w.tallies.purge(NOW - HOUR),
    "outcomes.get": lambda w: w.outcomes.get(REF),
    "outcomes.hearings_of": lambda w: w.outcomes.hearings_of(REF),
    "outcomes.standing": lambda w: w.outcomes.standing("Lumen", NOW),
    "outcomes.note": lambda w: _noted(w),
    "advice.of": lambda w: w.advice.of("Lumen"),
    "advice.keep": lambda w: w.advice.keep(ADVICE),
    "advice.drop": lambda w: w.advice.drop(ADVICE),
    "digests.set_off": lambda w: w.digests.set_off(5_000, True),
    "digests.done": lambda w: w.digests.done(5_000, "Lumen", NOW),
    "privacy.of": lambda w: w.privacy.of(5_000),
    "privacy.keep": lambda w: w.privacy.keep(5_000, Wishes(forget_at=NOW)),
    "privacy.hold": lambda w: w.privacy.hold(5_000, NOW + HOUR, "a lawsuit"),
    "privacy.release": lambda w: w.privacy.release(5_000),
    "privacy.holds": lambda w: w.privacy.holds(),
    "privacy.forgetting": lambda w: w.privacy.forgetting(NOW),
    "privacy.cases_of": lambda w: w.privacy.cases_of(5_000),
    "privacy.held_cases": lambda w: w.privacy.held_cases([REF], NOW),
    "privacy.note_outdated": lambda w: w.privacy.note_outdated(REF, "texts", NOW),
    "journal.erase": lambda w: w.journal.erase(REF, [1]),
    "inbox.arrive": lambda w: w.inbox.arrive([RawUpdate(update_id=900_001, lane="5000", payload={})], each=10),
    "inbox.suspect": lambda w: w.inbox.suspect(LEASED),
    "inbox.finish_all": lambda w: w.inbox.finish_all([(LEASED, Outcome(done=[5_000]))]),
    "inbox.finish": lambda w: w.inbox.finish(LEASED, done=[5_000], dead={5_001: "broken"}),
    "outbox.finish": lambda w: w.outbox.finish(LEASED, done=[5_000], retry_in=1),
    "outbox.suspect": lambda w: w.outbox.suspect(LEASED),
    "outbox.finish_all": lambda w: w.outbox.finish_all([(LEASED, Outcome(done=[5_000], keep_for=1))]),
    "outbox.add": lambda w: w.outbox.add(Outgoing(to=5_000, body=Notice(lines=(Phrase("Hello"),)))),
    "fetches.suspect": lambda w: w.fetches.suspect(LEASED),
    "checks.suspect": lambda w: w.checks.suspect(LEASED),
    "fetches.finish_all": lambda w: w.fetches.finish_all([(LEASED, Outcome(retry_in=1))]),
    "checks.finish_all": lambda w: w.checks.finish_all([(LEASED, Outcome(retry_in=1))]),
    "fetches.finish": lambda w: w.fetches.finish(LEASED, keep_for=1),
    "checks.finish": lambda w: w.checks.finish(LEASED, keep_for=1),
}

#: The same for what the workers call on the database itself.
WORKERS: dict[str, Callable[[Database], Awaitable[Any]]] = {
    "inbox.put": lambda db: db.inbox.put([RawUpdate(update_id=900_000, lane="5000", payload={})]),
    "inbox.lease": lambda db: db.inbox.lease(4, 10, 30.0),
    "inbox.dead": lambda db: db.inbox.dead(),
    "inbox.revive": lambda db: db.inbox.revive([5_001]),
    "inbox.purge": lambda db: db.inbox.purge(timedelta(days=30)),
    "inbox.reclaim": lambda db: db.inbox.reclaim(["t1"]),
    "outbox.lease": lambda db: db.outbox.lease(16, 10, 60.0),
    "fetches.lease": lambda db: db.fetches.lease(4, 10, 60.0),
    "checks.lease": lambda db: db.checks.lease(4, 10, 60.0),
    "alarms.due": lambda db: db.alarms.due(NOW, 20, 30.0),
    "alarms.late": lambda db: db.alarms.late(NOW),
    "alarms.next_at": lambda db: db.alarms.next_at(),
    "alarms.reclaim": lambda db: db.alarms.reclaim(),
    "pace.take": lambda db: db.pace("bot 1", rate=30, burst=30).take([1]),
    "presence.release": lambda db: db._presence._release(9_999, is_over=True),
}

#: What reads much by its nature, and is called on the operator's command line or not at all.
OPERATOR = {
    "cases.count_by_state": "a gauge that is scraped",
    "people.applications": "a list on the command line",
    "rooms.all": "a list on the command line",
    "people.with_roles": "a list on the command line",
    "digests.due": "once a week, of every seller",
    "journal.refs": "all records are checked on the command line",
    "heads.broken_off": "all records are checked on the command line",
    "heads.digest": "all records, once a day",
    "heads.go_on": "two hundred records at a time, once a day",
    "heads.begin": "once a day",
    "heads.underway": "one row, if any",
    "heads.finish": "one row, if any, once a day",
    "openings.bring_up": "the cases of a day, once a day",
    "openings.within": "the cases of two days at most, besides a row for each store",
    "reports.arbitrators": "figures over a period, on the command line",
    "reports.figures": "figures over a period; how long they take is measured by tests.bench.reports",
    "reports.peers": "figures over a period; how long they take is measured by tests.bench.reports",
    "reports.words": "figures over a period; how long they take is measured by tests.bench.reports",
    "cases.opened_since": "a new policy is tried on all past cases",
    "orders.all": "a list of orders on the command line",
    "privacy.outdated": "once an hour, of cases that ended long ago",
    "privacy.traces": "all that is kept of a person, whom it is sent to once a day at most; the queues hold two days",
    "privacy.is_quiet": "for whoever is to be forgotten and has nothing else waiting; of what is pending",
    "erasure.person": "once for each person who is forgotten, in everything that may tell of them",
    "erasure.renew_samples": "after somebody was forgotten, a sample of each table",
    "erasure.unneeded": "once for each case that loses its files",
    "erasure.outdated_dialogs": "once an hour",
    "erasure.outdated_drafts": "once an hour",
    "outbox.introduce": "people and slots that the unit of work knows of already; see people.get and posts.in_slots",
    "guesses.purge": "of a table that only holds wrong guesses",
}


class _Undo(Exception):
    """Ends a unit of work without keeping it."""


async def tried(db: Database, call: Call) -> None:
    """Calls it, and undoes what it did."""
    with suppress(_Undo):
        async with db.work() as work:
            await call(work)
            await work._tx.flush()
            raise _Undo


async def _moved(work: SqlWork) -> Any:
    return await work.people.move(await work.people.get(5_003), -5_003)


async def _renamed(work: SqlWork) -> None:
    await work.people.save(replace(await work.people.get(5_000), name="Another", stores=frozenset({"Lumen"})))


async def _reordered(work: SqlWork) -> None:
    order = await work.orders.get(KEY)
    assert order is not None
    [item] = order.items
    await work.orders.put(replace(order, items=(replace(item, no="2"),)))


async def _noted(work: SqlWork) -> None:
    case = await work.cases.get(REF)
    assert case is not None
    await work.outcomes.note(replace(case, ref=REF), [ClaimWithdrawn()], who=Role.BUYER, at=NOW)


async def _changed(work: SqlWork, ref: str = "") -> None:
    case = await work.cases.get(REF)
    assert case is not None
    await (work.cases.add(replace(case, ref=ref)) if ref else work.cases.save(replace(case, ref=REF)))
