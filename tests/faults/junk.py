"""Updates that no messenger should ever send, and what is to become of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from enum import Enum
from itertools import cycle
from random import Random
from typing import Any

Raw = dict[str, Any]


class Fate(Enum):
    """What becomes of an update."""

    DEAD = "kept as a dead letter, since it says something that cannot be read"
    DONE = "read, and answered or of no interest"
    PASSED_OVER = "not kept, since nothing tells it apart"


#: Values that are never what was expected.
ODD: tuple[Any, ...] = (
    None, True, -1.5, float("nan"), float("inf"), "", "12", "\0", "\ud800", [], {}, [[]], {"id": {}}, 2**70, -(2**70),
)  # fmt: skip

_NESTED: Any = "[" * 400 + "]" * 400


def some(count: int, people: list[int], random: Random) -> Iterator[tuple[Fate, Callable[[int], bytes]]]:
    """So many, by these people, kind after kind. Each becomes bytes when it is given the next update id."""
    for _, kind in zip(range(count), cycle(_KINDS), strict=False):
        yield kind(random.choice(people), random)


Junk = tuple[Fate, Callable[[int], bytes]]


def _message(person: int, **more: Any) -> Raw:
    who = {"id": person, "is_bot": False, "first_name": "Junk"}
    chat = {"id": person, "type": "private", "first_name": "Junk"}
    return {"message_id": 1, "date": 1_790_000_000, "chat": chat, "from": who, "text": "Hm.", **more}


def _press(person: int) -> Raw:
    message = _message(person)
    return {"id": "1", "from": message["from"], "message": message, "chat_instance": "1", "data": "old|button"}


def _membership(person: int) -> Raw:
    message = _message(person)
    member = {"user": {"id": 1, "is_bot": True, "first_name": "Bot"}, "status": "member"}
    return {
        "chat": message["chat"],
        "from": message["from"],
        "date": message["date"],
        "old_chat_member": member,
        "new_chat_member": member,
    }


#: An update of each kind that we know, and what we cannot do without in it.
_NEEDED: tuple[tuple[str, Callable[[int], Raw], tuple[str, ...]], ...] = (
    ("message", _message, ("message_id", "date", "chat", "chat.id", "chat.type", "from.id")),
    ("edited_message", _message, ("message_id", "date", "chat", "chat.id", "chat.type", "from.id")),
    ("callback_query", _press, ("id", "from", "from.id", "message.message_id", "message.chat", "message.chat.id")),
    ("my_chat_member", _membership, ("chat", "chat.type", "from", "date", "new_chat_member.status")),
)


def _known(random: Random, person: int) -> tuple[str, Raw, str]:
    kind, make, needed = random.choice(_NEEDED)
    return kind, deepcopy(make(person)), random.choice(needed)


def _missing(person: int, random: Random) -> Junk:
    """Something is not there that is needed."""
    kind, body, place = _known(random, person)
    holder, name = _at(body, place)
    del holder[name]
    return Fate.DEAD, _as({kind: body})


def _wrong(person: int, random: Random) -> Junk:
    """Something is there, but not what it should be."""
    kind, body, place = _known(random, person)
    holder, name = _at(body, place)
    is_text = name in ("type", "status") or (kind, place) == ("callback_query", "id")
    holder[name] = random.choice([odd for odd in ODD if not (is_text and isinstance(odd, str))])
    return Fate.DEAD, _as({kind: body})


def _no_object(person: int, random: Random) -> Junk:
    """A kind that we know, but no object in it."""
    kind, _, _ = random.choice(_NEEDED)
    return Fate.DEAD, _as({kind: random.choice([True, -1.5, "", "12", [], [[]], 2**70])})


def _text_that_is_none(person: int, random: Random) -> Junk:
    """What people write is no text: numbers, lists, a hundred levels of them."""
    text = random.choice([7, ["a"], {"text": "a"}, _NESTED])
    return Fate.DEAD, _as({"message": _message(person, text=text)})


def _impossible_date(person: int, random: Random) -> Junk:
    return Fate.DEAD, _as({"message": _message(person, date=random.choice([10**12, -(10**14), 2**70]))})


def _strange_time(person: int, random: Random) -> Junk:
    """Dates that there are, but not today: 1653, 1970, 9999."""
    return Fate.DONE, _as({"message": _message(person, date=random.choice([-(10**10), 0, 253_402_300_799]))})


def _strange_text(person: int, random: Random) -> Junk:
    """Texts with NULs, halves of surrogates, direction marks; nothing at all; far too much."""
    text = random.choice(["a\0b", "\ud800\udfff\udc00", "\u202e\u2066", "", "/", "/\0", "x" * 100_000, "🧨" * 5000])
    return Fate.DONE, _as({"message": _message(person, text=text)})


def _unknown(person: int, random: Random) -> Junk:
    """A kind we know nothing of, or none."""
    body = random.choice([{}, {"telepathy": _message(person)}, {"telepathy": _NESTED}, {"poll": {"id": 2**70}}])
    return Fate.DONE, _as(body)


def _without_id(person: int, random: Random) -> Junk:
    body: Any = random.choice([None, "update", 7, [], {"message": _message(person)}])
    if isinstance(body, dict):
        body["update_id"] = random.choice([None, "12", 1.5, True, {}, -(2**70), 2**70])
    return Fate.PASSED_OVER, lambda _: _encoded(body)


_KINDS: tuple[Callable[[int, Random], Junk], ...] = (
    _missing, _wrong, _no_object, _text_that_is_none, _impossible_date,
    _strange_time, _strange_text, _unknown, _without_id,
)  # fmt: skip


def _at(body: Raw, place: str) -> tuple[Raw, str]:
    *path, name = place.split(".")
    for step in path:
        body = body[step]
    return body, name


def _as(body: Raw) -> Callable[[int], bytes]:
    return lambda update_id: _encoded({"update_id": update_id, **body})


def _encoded(value: Any) -> bytes:
    return json.dumps(value).replace(json.dumps(_NESTED), _NESTED).encode()
