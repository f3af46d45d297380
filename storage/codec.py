"""Values to JSON and back. Fields a row does not have take their defaults, fields it has too many are ignored."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping, Set
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar

import orjson
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.preconf.json import make_converter
from cattrs.strategies import configure_tagged_union

from conversations.cases.facts import KINDS, Fact
from conversations.cases.money import Money
from conversations.messages import Body
from conversations.phrase import Phrase
from conversations.ports import OpenDialog

T = TypeVar("T")

_converter = make_converter(unstruct_collection_overrides={Set: sorted}, detailed_validation=False)

#: What a phrase carries beside `str`, `int` and `None` is tagged: a person's words that look like a date stay words.
_TAGS: dict[str, type] = {"at": datetime, "for": timedelta, "money": Money, "phrase": Phrase, "number": Decimal}
_TAG_OF = {kind: tag for tag, kind in _TAGS.items()}
_LIST = "list"

#: Values are JSON values already: what is not is a mistake of ours.
_ONLY_JSON: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
#: What `str.encode` does with letters that are not ASCII.
_ESCAPED: Final = "escaped as in JSON"


def encode(value: Any) -> Any:
    """The value as JSON values."""
    return _converter.unstructure(value)


def decode(kind: type[T], data: Any) -> T:
    """The value of that kind from what `encode` made of it. Raises an exception of any kind for anything else."""
    return _converter.structure(data, kind)


def encode_fact(fact: Fact) -> tuple[str, Any]:
    """The kind of fact, as the journal names it, and its data."""
    return type(fact).__name__, encode(fact)


def decode_fact(what: str, data: Any) -> Fact:
    """KeyError for a kind of fact there is not."""
    return decode(KINDS[what], data)


def canonical(data: Any) -> str:
    """JSON in one spelling only: sorted keys, no spaces, ASCII. Hashes are taken over it."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def dumps(data: Any) -> str:
    """JSON as the database keeps it; ASCII, so that no person's text can be refused. A float that is no number is null.
    TypeError for what is no JSON value."""
    try:
        text = orjson.dumps(data, option=_ONLY_JSON).decode()
    except TypeError:  # a lone surrogate, a number of more than 64 bits, or no JSON value at all
        return json.dumps(data, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text if text.isascii() else text.encode("ascii", _ESCAPED).decode()


def loads(text: str) -> Any:
    """What `dumps` wrote."""
    return json.loads(text)


def _escape(err: UnicodeError) -> tuple[str, int]:
    assert isinstance(err, UnicodeEncodeError)
    return json.dumps(err.object[err.start : err.end])[1:-1], err.end


def _encode_instant(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC).isoformat()


def _encode_param(value: Any) -> Any:
    if isinstance(value, tuple):
        return {_LIST: [_encode_param(part) for part in value]}
    if value is None or isinstance(value, str | int):
        return value
    return {_TAG_OF[type(value)]: encode(value)}


def _decode_param(data: Any) -> Any:
    if not isinstance(data, Mapping):
        return data
    [(tag, value)] = data.items()
    if tag == _LIST:
        return tuple(_decode_param(part) for part in value)
    return decode(_TAGS[tag], value)


def _encode_phrase(phrase: Phrase) -> dict[str, Any]:
    data: dict[str, Any] = {"id": phrase.msgid}
    if phrase.plural is not None:
        data["plural"] = phrase.plural
    if phrase.params:
        data["params"] = {name: _encode_param(value) for name, value in phrase.params.items()}
    return data


def _decode_phrase(data: Mapping[str, Any], _: type) -> Phrase:
    params = {name: _decode_param(value) for name, value in data.get("params", {}).items()}
    return Phrase.restore(data["id"], data.get("plural"), params)


#: The answers of a dialog are JSON values, and are taken as they are.
_converter.register_unstructure_hook(
    OpenDialog,
    make_dict_unstructure_fn(OpenDialog, _converter, answers=override(unstruct_hook=lambda answers: answers)),
)
_converter.register_structure_hook(
    OpenDialog,
    make_dict_structure_fn(OpenDialog, _converter, answers=override(struct_hook=lambda answers, _: answers)),
)
codecs.register_error(_ESCAPED, _escape)

_converter.register_unstructure_hook(datetime, _encode_instant)
_converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
_converter.register_unstructure_hook(timedelta, lambda span: span.total_seconds())
_converter.register_structure_hook(timedelta, lambda seconds, _: timedelta(seconds=seconds))
_converter.register_unstructure_hook(Decimal, str)
_converter.register_structure_hook(Decimal, lambda text, _: Decimal(text))
_converter.register_unstructure_hook(Phrase, _encode_phrase)
_converter.register_structure_hook(Phrase, _decode_phrase)
configure_tagged_union(Body, _converter, tag_name="body")
