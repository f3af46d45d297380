"""What there is in the end: everything the bot remembers and everything it said, in a form that two runs can be compared by."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from faults_bench import Bench, plain
from faults_points import SENDS
from sqlalchemy import func, select

from storage.database import Database
from storage.tables import alarms, bindings, cases, dialogs, evidence, items, journal, outages, people, roles

#: Names under which the messenger's own numbers stand: they count what was sent, repeats included.
_MESSENGERS = frozenset({"message", "messages", "file_id", "unique_id", "query", "reply_to", "origin_message"})

#: Different in each run because they are drawn, or because real time goes into them.
_DRAWN = frozenset({"salt", "seal", "prev", "hash", "id"})

#: Names under which the numbers of people stand.
_PEOPLE = frozenset({"buyer", "person", "chat", "source", "seller"})

#: Requests after which the phone rings.
_NOTIFICATIONS = ("send", "copy")


async def of_everything(bench: Bench) -> dict[str, Any]:
    """People, cases with their journals and evidence, what is pending and what was given up."""
    async with Database(bench.url) as db, db.reading() as work:
        tx = work.people._tx  # type: ignore[attr-defined]
        refs = {row.ref: f"<{row.order_number}>" for row in await tx.all(select(cases.c.ref, cases.c.order_number))}
        record: dict[str, Any] = {}
        for table, order in (
            (people, people.c.id),
            (roles, roles.c.person),
            (dialogs, dialogs.c.person),
            (bindings, bindings.c.number),
            (cases, cases.c.order_number),
            (evidence, evidence.c.n),
            (journal, journal.c.n),
            (alarms, alarms.c.at),
            (outages, outages.c.ended_at),
        ):
            rows = [dict(row._mapping) for row in await tx.all(select(table).order_by(order))]
            record[table.name] = [_steady(row, refs) for row in rows]
        for ref in refs:
            assert await work.journal.verify(ref) is None
        record["dead"] = [
            (row.queue, row.dead)
            for row in await tx.all(select(items.c.queue, items.c.dead).where(items.c.dead.is_not(None)))
        ]
        record["pending"] = await tx.scalar(select(func.count()).select_from(items).where(items.c.done_at.is_(None)))
        record["updates"] = await tx.scalar(select(func.count()).select_from(items).where(items.c.queue == "inbox"))
    return record


def differences(found: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """What is in one record and not in the other, line by line: nothing when they are equal."""
    told = []
    for name in sorted({*found, *expected}):
        ours, theirs = (
            Counter(map(_spelled, rows if isinstance(rows := record.get(name), list) else [rows]))
            for record in (found, expected)
        )
        told += [f"{name} has {line}" for line in (ours - theirs).elements()]
        told += [f"{name} lacks {line}" for line in (theirs - ours).elements()]
    return told


async def of_person(bench: Bench, name: str, order: str) -> dict[str, Any]:
    """One person's cases, journals, evidence and dialogs, in words that fit every person who did the same."""
    address = bench.people[name].user.id
    async with Database(bench.url) as db, db.reading() as work:
        tx = work.people._tx  # type: ignore[attr-defined]
        person = await work.people.at_address(address)
        assert person is not None
        found = await tx.all(select(cases).where(cases.c.buyer == person.id))
        [store] = await tx.all(select(bindings.c.store).where(bindings.c.person == person.id))
        names = {row.ref: "<case>" for row in found} | {order: "<order>", store.store: "<store>", name: "<person>"}
        record: dict[str, Any] = {
            "person": replace(person, id=0, address=0),
            "cases": [dict(row._mapping) for row in found],
        }
        for table in (evidence, journal, alarms):
            rows = await tx.all(select(table).where(table.c.ref.in_([row.ref for row in found])))
            record[table.name] = [dict(row._mapping) for row in rows]
        record["dialogs"] = [
            dict(row._mapping) for row in await tx.all(select(dialogs).where(dialogs.c.person == person.id))
        ]
    record["person"] = _steady(repr(record["person"]), names)
    return {what: _of_anybody(_steady(rows, names)) for what, rows in record.items()}


def _of_anybody(value: Any) -> Any:
    """Without the numbers of people and chats."""
    match value:
        case Mapping():
            return {name: "*" if name in _PEOPLE else _of_anybody(each) for name, each in value.items()}
        case list():
            return [_of_anybody(each) for each in value]
        case _:
            return value


async def of_what_was_said(bench: Bench) -> Counter[str]:
    """How often each notification was sent to each chat, whatever became of it there."""
    async with Database(bench.url) as db, db.reading() as work:
        rows = await work.people._tx.all(select(cases.c.ref, cases.c.order_number))  # type: ignore[attr-defined]
    refs = {row.ref: f"<{row.order_number}>" for row in rows}
    said: Counter[str] = Counter()
    for request in bench.world.requests.after(0):
        method, params = request["method"], request["params"]
        if request["ok"] and method.startswith(_NOTIFICATIONS) and method.startswith(SENDS):
            words = params.get("text") or params.get("caption") or _captions(params)
            said[f"{params['chat_id']}: {_masked(plain(str(words)), refs)}"] += 1
    return said


def _captions(params: Mapping[str, Any]) -> str:
    return "|".join(str(media.get("caption", "")) for media in params.get("media", ()))


def _steady(value: Any, refs: Mapping[str, str]) -> Any:
    match value:
        case str():
            return _masked(value, refs)
        case Mapping():
            return {
                name: "*" if (name in _DRAWN and isinstance(each, str)) or name in _MESSENGERS else _steady(each, refs)
                for name, each in value.items()
            }
        case list() | tuple():
            return [_steady(each, refs) for each in value]
        case bool() | int() | float() | None:
            return value
        case _:
            return value.isoformat()


def _masked(text: str, refs: Mapping[str, str]) -> str:
    for ref, name in refs.items():
        text = text.replace(ref, name).replace(f"{ref[:3]}-{ref[3:]}", name)
    return re.sub(r"\b[0-9a-f]{32,64}\b", "#", text)


def _spelled(row: Any) -> str:
    return json.dumps(row, sort_keys=True, ensure_ascii=False)
