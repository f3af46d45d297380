"""How a person is erased: what each column holds of people, and what becomes of it. A test fails for a column that is not
in here. What was said in cases is taken off by the desk (`conversations.desk.erasing`); the bytes of evidence are the
workers' to remove."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Text, cast, delete, or_, select, text, tuple_, update

from conversations.cases.evidence import Evidence
from conversations.cases.orders import Order
from conversations.messages import Consent, Person
from storage import codec, tables
from storage.people import nowhere
from storage.rooms import came_from_groups
from storage.signs import signs
from storage.tables import bindings, cases, dialogs, evidence, items, lanes, links, orders, people, posts
from storage.transaction import Transaction

#: The lane of updates whose chat is forgotten. They are only remembered by their ids, lest one that is repeated count again.
_NO_LANE = ""
_CODE_LENGTH = 8


class How(StrEnum):
    """What becomes of a column when a person is erased."""

    NOTHING = "it tells nothing of a person"
    NUMBER = "a person's number, which leads nowhere when the person is erased"
    PERSON = "a person's number, with which the row goes"
    ADDRESS = "a person's address, with which the row goes"
    BLANK = "emptied in its row"
    CASE = "taken off by the desk when the case's time has come"
    QUEUE = "emptied or deleted with the item it is in"


_N, _CASE, _Q = How.NOTHING, How.CASE, How.QUEUE

#: Figures of a case, and of an arbitrator's time with it: nobody's words are in them.
_FIGURES = (
    "ref",
    "store",
    "remedy",
    "ground",
    "reason",
    "currency",
    "opened_at",
    "state",
    "answer_seconds",
    "ended_at",
    "resolve_seconds",
    "result",
    "kept",
    "missed",
    "offers",
    "accepted",
    "is_escalated",
    "is_reversed",
    "refund",
    "shipping",
    "rated_at",
    "service",
    "outcome",
)
_HEARINGS = ("ref", "n", "store", "taken_at", "ended_at", "seconds", "how", "is_appealed", "is_reversed")

#: Every column of every table.
COLUMNS: Mapping[str, Mapping[str, How]] = {
    "people": {
        "id": How.NUMBER,
        "address": How.BLANK,
        "name": How.BLANK,
        "language": How.BLANK,
        "has_chosen_language": How.BLANK,
        "is_reachable": How.BLANK,
        "open_ref": How.BLANK,
        "translation": How.BLANK,
        "translation_at": How.BLANK,
    },
    "roles": {"person": How.PERSON, "role": _N, "store": _N},
    "applications": {"person": How.PERSON, "role": _N, "store": _N, "at": _N},
    "rooms": {
        "person": _N,  # a group's
        "role": _N,
        "store": _N,
        "linked_by": How.NUMBER,
        "linked_at": _N,
        "checked_at": _N,
        "confirmed_at": _N,
        "left_at": _N,
    },
    "tallies": {"id": _N, "what": How.NUMBER, "at": _N},  # and gone after a day
    "privacy": {"person": How.PERSON, "exported_at": _N, "forget_at": _N, "held_until": _N, "hold_reason": _N},
    "dialogs": {"person": How.PERSON, "stack": _N, "at": _N},
    "guesses": {"id": _N, "person": How.PERSON, "at": _N},
    "stores": {"name": _N, "return_address": _N, "policy": _N, "templates": _N},
    "orders": {"store": _N, "number": _N, "purchased_at": _N, "doc": How.BLANK},  # its code, which they know
    "bindings": {"store": _N, "number": _N, "person": How.PERSON},
    "links": {
        "token_hash": _N,
        "purpose": _N,
        "store": _N,
        "number": _N,
        "expires_at": _N,
        "used_by": How.BLANK,
        "used_at": _N,
    },
    "cases": {
        "ref": _N,
        "store": _N,
        "order_number": _N,
        "buyer": How.NUMBER,
        "arbitrator": How.NUMBER,
        "state": _N,
        "turn": _N,
        "opened_at": _N,
        "due_at": _N,
        "ended_at": _N,
        "doc": _CASE,
    },
    "outdated": {"ref": _N, "what": _N, "at": _N},
    "journal": {
        "ref": _N,
        "n": _N,
        "at": _N,
        "who": _N,
        "person": How.NUMBER,
        "what": _N,
        "data": _CASE,
        "salt": _CASE,
        "seal": _N,  # of contents that nobody can guess without the salt
        "prev": _N,
        "hash": _N,
    },
    "evidence": {"ref": _N, "n": _N, "doc": _CASE},
    "alarms": {"ref": _N, "at": _N, "leased_until": _N, "holder": _N},
    "extensions": {"n": _N, "store": _N, "begins": _N, "ends": _N, "seconds": _N, "reason": _N, "made_at": _N},
    "outages": {"ended_at": _N, "began_at": _N},
    "packs": {"hash": _N, "id": _N, "text": _N},
    "posts": {
        "address": How.ADDRESS,
        "message": _N,
        "slot": _N,
        "ref": _N,
        "origin_address": How.BLANK,
        "origin_message": How.BLANK,
    },
    "threads": {
        "address": How.ADDRESS,
        "ref": _N,
        "thread": _N,
        "name": _N,
        "is_closed": _N,
        "holds_card": _N,
    },
    "lanes": {"queue": _N, "lane": _Q, "ready_at": _N, "token": _N, "attempts": _N, "suspected": _N},
    "items": {
        "id": _N,
        "queue": _N,
        "lane": _Q,
        "key": _N,
        "payload": _Q,
        "at": _N,
        "done_at": _N,
        "dead": _Q,
    },
    "marks": {"name": _N, "at": _N},
    "heads": {"ref": _N, "n": _N, "hash": _N},
    "publishing": {"began_at": _N, "after": _N},
    "publications": {"n": _N, "at": _N, "count": _N, "digest": _N},
    "outcomes": dict.fromkeys(_FIGURES, _N),
    "openings": {"midnight": _N, "store": _N, "cases": _N},
    "outcome_products": dict.fromkeys(("ref", "product", "title", "store", "reason", "opened_at"), _N),
    "hearings": {**dict.fromkeys(_HEARINGS, _N), "arbitrator": How.NUMBER},
    "suggestions": dict.fromkeys(
        ("store", "kind", "about", "days", "made_at", "was", "title", "reason", "words"), _N
    ),  # the words are ours, about a store
    "digests": {"person": How.PERSON, "store": _N, "until": _N},
    "digests_off": {"person": How.PERSON},
    "processes": {"n": _N, "since": _N},
    "paces": {"name": _N, "full_at": _N},
}

#: The tables that tell something of a person which goes with them.
_SAMPLED = sorted(
    table
    for table, columns in COLUMNS.items()
    if {How.PERSON, How.ADDRESS, How.BLANK, How.QUEUE} & set(columns.values())
)

#: What an update carries of messages that others wrote, or that tell what others wrote.
_QUOTES = frozenset({"reply_to_message", "quote", "external_reply", "pinned_message"})
#: What a messenger keeps of a message that it cannot show any more.
_NAMES = ("chat", "message_id")


class SqlErasure:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def person(self, person: Person, refs: Collection[str]) -> frozenset[str]:
        """Erases a person of whom nothing is needed any more; `refs` are their cases, which the desk has seen to. What is
        left is a number. Returns the names of files of claims that were never sent."""
        await self._tx.settle(*tables.metadata.sorted_tables)
        await self._renew_codes(person.id)
        files = await self._drop_drafts(_is(evidence.c.doc["file"]["chat"], person.address))
        await self._clean_queues(person, refs)
        await self._tx.run(update(links).where(links.c.used_by == person.id).values(used_by=None))
        origin = {"origin_address": None, "origin_message": None}
        await self._tx.run(update(posts).where(posts.c.origin_address == person.address).values(origin))
        for name, columns in COLUMNS.items():
            for column, how in columns.items():
                key = {How.PERSON: person.id, How.ADDRESS: person.address}.get(how)
                if key is not None:
                    table = tables.metadata.tables[name]
                    await self._tx.run(delete(table).where(table.c[column] == key))
        blank: dict[str, object] = {
            "name": "",
            "language": "",
            "has_chosen_language": False,
            "is_reachable": False,
            "open_ref": "",
        }
        blank |= {"translation": Consent.UNASKED.value, "translation_at": None}
        gone = update(people).where(people.c.id == person.id)
        await self._tx.run(gone.values(address=nowhere(person.id), **blank))
        return files

    async def unneeded(self, files: Collection[str]) -> frozenset[str]:
        """Those of the files that no exhibit needs any more: two may have sent the same."""
        if not files:
            return frozenset()
        await self._tx.settle(evidence)
        names = [evidence.c.doc[field].as_string() for field in ("sha256", "copy")]
        rows = await self._tx.all(select(*names).where(or_(*(name.in_(files) for name in names))))
        return frozenset(files) - {name for row in rows for name in row}

    async def renew_samples(self) -> None:
        """PostgreSQL keeps samples of what stands in columns, to plan by. Takes new ones, without whoever was erased."""
        if self._tx.on_postgresql:
            await self._tx.run(text(f"ANALYZE {', '.join(_SAMPLED)}"))

    async def outdated_dialogs(self, seconds: float, *, most: int) -> int:
        """Forgets conversations that nobody went on with for so long, by the database's clock. Returns how many."""
        await self._tx.settle(dialogs)
        old = select(dialogs.c.person).where(dialogs.c.at < self._tx.clock(-seconds)).limit(most)
        gone = delete(dialogs).where(dialogs.c.person.in_(old)).returning(dialogs.c.person)
        return len(await self._tx.all(gone))

    async def outdated_drafts(self, before: datetime, *, most: int) -> frozenset[str]:
        """Forgets what was shown before that for claims that were never sent. Returns the names of its files."""
        await self._tx.settle(cases, dialogs, evidence)
        old = evidence.c.doc["at"].as_string() < codec.encode(before)
        return await self._drop_drafts(old, most=most, only_dropped=True)

    async def _renew_codes(self, person: int) -> None:
        """The code of an order that they know opens it no more."""
        mine = select(bindings.c.store, bindings.c.number).where(bindings.c.person == person)
        theirs = tuple_(orders.c.store, orders.c.number).in_(mine)
        for row in await self._tx.all(select(orders).where(theirs).order_by(orders.c.store, orders.c.number)):
            order = replace(codec.decode(Order, row.doc), code=signs(_CODE_LENGTH))
            named = orders.c.store == row.store, orders.c.number == row.number
            await self._tx.run(update(orders).where(*named).values(doc=codec.encode(order)))

    async def _drop_drafts(self, which: Any, *, most: int = 1000, only_dropped: bool = False) -> frozenset[str]:
        """Evidence of claims that were never sent."""
        unsent = ~select(cases.c.ref).where(cases.c.ref == evidence.c.ref).exists()
        found = await self._tx.all(select(evidence).where(unsent, which).order_by(evidence.c.ref).limit(most))
        files = set[str]()
        for row in found:
            begun = select(dialogs.c.person).where(cast(dialogs.c.stack, Text).contains(row.ref, autoescape=True))
            if only_dropped and await self._tx.first(begun.limit(1)) is not None:
                continue
            shown = codec.decode(Evidence, row.doc)
            files |= {name for name in (shown.sha256, shown.copy) if name}
            await self._tx.run(delete(evidence).where(evidence.c.ref == row.ref, evidence.c.n == row.n))
        return frozenset(files)

    async def _clean_queues(self, person: Person, refs: Collection[str]) -> None:
        inbox, outbox = items.c.queue == "inbox", items.c.queue == "outbox"
        nobody = self._tx.insert(lanes).values(queue="inbox", lane=_NO_LANE, attempts=0)
        await self._tx.run(nobody.on_conflict_do_nothing())
        theirs = update(items).where(inbox, items.c.lane == str(person.address))
        await self._tx.run(theirs.values(lane=_NO_LANE, payload={}, dead=None))
        in_groups = update(items).where(came_from_groups(person.address))
        await self._tx.run(in_groups.values(lane=_NO_LANE, payload={}, dead=None))
        await self._tx.run(delete(items).where(outbox, items.c.lane == str(person.id)))
        about = items.c.payload["ref"].as_string()
        mentioned = about.in_(list(refs))
        if person.name:
            name = codec.dumps(person.name)[1:-1]
            mentioned |= (about == "") & cast(items.c.payload, Text).contains(name, autoescape=True)
        await self._tx.run(delete(items).where(outbox, items.c.done_at.is_not(None), mentioned))
        for queue, lane in (("inbox", str(person.address)), ("outbox", str(person.id))):
            await self._tx.run(delete(lanes).where(lanes.c.queue == queue, lanes.c.lane == lane))
        if refs:
            await self._clean_updates(refs)

    async def _clean_updates(self, refs: Collection[str]) -> None:
        """Updates of others that quote what stood in a case."""
        rows = await self._tx.all(select(posts.c.address).where(posts.c.ref.in_(list(refs))).distinct())
        chats = sorted({str(row.address) for row in rows})
        found = select(items.c.id, items.c.payload).where(items.c.queue == "inbox", items.c.lane.in_(chats))
        for row in await self._tx.all(found.where(items.c.done_at.is_not(None))):
            if (bare := without_quotes(row.payload)) != row.payload:
                await self._tx.run(update(items).where(items.c.id == row.id).values(payload=bare))


def _is(value: Any, address: int) -> Any:
    """Whether a value in JSON is the address. By its digits: it may outgrow 32 bits, and what is no number at all is none."""
    return cast(value.as_string(), Text) == str(address)


def without_quotes(update: Any) -> Any:
    """A raw update without what others wrote: of messages it answers to or presses a button of, only which they were."""
    if isinstance(update, Mapping):
        bare = {}
        for key, value in update.items():
            is_quote = key in _QUOTES or (key == "message" and "data" in update)
            if not is_quote:
                bare[key] = without_quotes(value)
            elif isinstance(value, Mapping) and all(name in value for name in _NAMES):
                bare[key] = {"chat": value["chat"], "message_id": value["message_id"], "date": 0}
        return bare
    return [without_quotes(each) for each in update] if isinstance(update, list) else update
