"""What there is of a person, as they may see it: nobody else's secrets, and no codes that open something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conversations import notices, vocabulary
from conversations.cases.case import Case
from conversations.cases.evidence import Evidence
from conversations.cases.roles import Role
from conversations.desk.access import role_in
from conversations.messages import Person
from conversations.ports import Entry
from locales import plain
from storage import codec
from storage.database import Database
from storage.erasure import without_quotes
from storage.work import SqlWork

#: Answers in a dialog that open something.
_SECRETS = frozenset({"code", "token"})
#: What opens something in an update: the token of a link or an invitation.
_TOKENS = re.compile(r"(/start |[:/]join[: ]|:start:)[\w-]+")
_HIDDEN = "…"
_ISOLATES = str.maketrans("", "", "\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Theirs:
    """A file that somebody sent: `name` in the archive, and the name it is kept under."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything, as JSON values, and the files that belong to it."""

    data: dict[str, Any]
    files: tuple[Theirs, ...]


async def gather(db: Database, person: Person, now: datetime) -> Gathered:
    """Everything about somebody at one moment."""
    files: list[Theirs] = []
    async with db.reading() as work:
        orders = await work.orders.of(person.id)
        wishes = await work.privacy.of(person.id)
        traces = await work.privacy.traces(person.id, person.address)
        codes = {order.code for order in orders if order.code}
        traces["received"] = [
            {**each, "update": _without_secrets(without_quotes(each["update"]), codes)} for each in traces["received"]
        ]
        dialogs = await work.dialogs.of(person.id)
        data = {
            "made_at": codec.encode(now),
            "person": {
                **{name: value for name, value in codec.encode(person).items() if name != "open_ref"},
                "last_case": person.open_ref,
            },
            "wishes": codec.encode(wishes),
            "orders": [
                {
                    "store": order.key.store,
                    "number": order.key.number,
                    "purchased_at": codec.encode(order.purchased_at),
                    "items": [{"title": item.title, "quantity": item.quantity} for item in order.items],
                }
                for order in orders
            ],
            "begun": [
                {
                    "what": dialog.name,
                    "case": dialog.ref,
                    "answers": {name: value for name, value in dialog.answers.items() if name not in _SECRETS},
                }
                for dialog in dialogs
            ],
            "cases": [await _case(work, case, person, files) for case in await work.privacy.cases_of(person.id)],
            **traces,
        }
    return Gathered(data, tuple(files))


async def _case(work: SqlWork, case: Case, person: Person, files: list[Theirs]) -> dict[str, Any]:
    role = role_in(case, person)
    ref = vocabulary.reference(case.ref)
    entries = await work.journal.of(case.ref)
    exhibits = await work.evidence.of(case.ref)
    told: dict[str, Any] = {
        "case": ref,
        "you_are": role.value if role else None,
        "store": case.store,
        "order": case.claim.order.number,
        "opened_at": codec.encode(case.opened_at),
        "ended_at": codec.encode(case.ended_at) if case.ended_at else None,
        "state": case.state.value,
        "remedy": case.claim.remedy.value,
        "reason": case.claim.reason.value,
        "history": [_entry(entry, person) for entry in seen(entries, role, person)],
        "evidence": [_exhibit(ref, item, files) for item in exhibits if _is_theirs(item, case, person)],
    }
    if role is Role.BUYER:
        told["rating"] = codec.encode(case.rating) if case.rating else None
        told["private_limit_minor"] = case.least
    elif role is Role.SELLER:
        told["private_limit_minor"] = case.most
    return told


def seen(entries: Sequence[Entry], role: Role | None, person: Person) -> list[Entry]:
    """What is theirs of a record. A party has all that it may see; others, what they did themselves."""
    if role in (Role.BUYER, Role.SELLER):
        secret = notices.HIDDEN | notices.CONFIDENTIAL
        return [entry for entry in entries if entry.person == person.id or type(entry.fact) not in secret]
    return [entry for entry in entries if entry.person == person.id]


def _entry(entry: Entry, person: Person) -> dict[str, Any]:
    told: dict[str, Any] = {
        "at": codec.encode(entry.at),
        "who": entry.who.value,
        "is_you": entry.person == person.id,
        "what": type(entry.fact).__name__,
        "text": plain(notices.record(entry.fact, entry.who), person.language).translate(_ISOLATES),
    }
    if entry.person == person.id:
        told["data"] = codec.encode(entry.fact)
    return told


def _exhibit(ref: str, item: Evidence, files: list[Theirs]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": item.name,
        "at": codec.encode(item.at),
        "caption": item.caption,
        "file_name": item.file.name,
        "mime": item.mime or item.file.mime,
        "size": item.file.size,
        "sha256": item.sha256,
        "refused": item.refused,
        "file": "",
    }
    if item.sha256:
        told["file"] = f"files/{ref}-{item.name}{_ending(item)}"
        files.append(Theirs(told["file"], item.sha256))
    return told


def _is_theirs(item: Evidence, case: Case, person: Person) -> bool:
    return item.file.chat == person.address or (item.by is Role.BUYER and case.buyer == person.id)


def _ending(item: Evidence) -> str:
    kind = item.mime.rpartition("/")[2]
    return f".{kind}" if kind.isalnum() else ""


def _without_secrets(value: Any, codes: set[str]) -> Any:
    match value:
        case str():
            text = _TOKENS.sub(rf"\g<1>{_HIDDEN}", value)
            for code in codes:
                text = text.replace(code, _HIDDEN)
            return text
        case dict():
            return {key: _without_secrets(each, codes) for key, each in value.items()}
        case list():
            return [_without_secrets(each, codes) for each in value]
    return value
