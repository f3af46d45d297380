"""Every request that the bot made in the stories of this run, held against the Bot API's own description.

The description is a JSON file that lies beside a developer's checkout; without it the test skips. It runs last.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from stories_bench import REQUESTS, Bench
from stories_steps import opens_refund, refuses, two_parties

_FILE = Path(__file__).parents[3] / "shared" / "bot-api" / "bot-api-10.1.json"
_LONGEST = {"text": 4096, "caption": 1024, "callback_data": 64, "command": 32, "short_description": 120}
_PLAIN: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
    "True": (bool,),
}


@pytest.mark.skipif(not _FILE.exists(), reason="the Bot API's description is not beside this checkout")
async def test_every_request_of_the_stories_is_as_the_bot_api_describes_it(bench: Bench) -> None:
    buyer, seller = await two_parties(bench)
    await opens_refund(bench, buyer)
    await refuses(seller)
    made = [*REQUESTS, *await bench.requests()]
    api = Description(json.loads(_FILE.read_text(encoding="utf-8")))

    wrong = sorted({problem for request in made for problem in api.problems(request)})

    assert wrong == []
    assert {"sendMessage", "editMessageText", "sendPhoto"} <= {request["method"] for request in made}


class Description:
    """The methods and types of the Bot API, as its JSON gives them."""

    def __init__(self, api: dict[str, Any]) -> None:
        self.methods = {name.lower(): method for name, method in api["methods"].items()}
        self.types = api["types"]

    def problems(self, request: dict[str, Any]) -> list[str]:
        """What is wrong with a request; nothing when it is as described."""
        method = self.methods.get(request["method"].lower())
        if method is None:
            return [f"{request['method']}: no such method"]
        fields = {field["name"]: field for field in method.get("fields", ())}
        given = {name: value for name, value in request["params"].items() if not _is_attachment(value)}
        return self._compare(request["method"], fields, given)

    def _compare(self, where: str, fields: dict[str, Any], given: dict[str, Any]) -> list[str]:
        found = [f"{where}.{name}: unknown" for name in given if name not in fields]
        found += [f"{where}.{n}: missing" for n, f in fields.items() if f["required"] and n not in given]
        for name, value in given.items():
            if name in fields:
                found += self._check(f"{where}.{name}", fields[name]["types"], value, longest=_LONGEST.get(name))
        return found

    def _check(self, where: str, types: list[str], value: Any, *, longest: int | None = None) -> list[str]:
        size = len(value.encode() if where.endswith("callback_data") else value) if isinstance(value, str) else 0
        if longest is not None and size > longest:
            return [f"{where}: {size} is more than {longest}"]
        each = [self._as(where, kind, value) for kind in types]
        return min(each, key=len) if each else []

    def _as(self, where: str, kind: str, value: Any) -> list[str]:
        if kind.startswith("Array of "):
            inner = kind.removeprefix("Array of ")
            if not isinstance(value, list):
                return [f"{where}: not a list"]
            kinds = inner.replace(" and ", ", ").split(", ")
            return [problem for i, item in enumerate(value) for problem in self._check(f"{where}[{i}]", kinds, item)]
        if kind in _PLAIN:
            return [] if _is_plain(kind, value) else [f"{where}: {type(value).__name__} is not {kind}"]
        if kind == "InputFile":
            return [] if isinstance(value, str | dict) else [f"{where}: not a file"]
        return self._as_type(where, kind, value)

    def _as_type(self, where: str, kind: str, value: Any) -> list[str]:
        described = self.types.get(kind)
        if described is None or not isinstance(value, dict):
            return [f"{where}: not a {kind}"]
        if subtypes := described.get("subtypes"):
            return min((self._as_type(where, subtype, value) for subtype in subtypes), key=len)
        fields = {field["name"]: field for field in described.get("fields", ())}
        return self._compare(where, fields, value)


def _is_plain(kind: str, value: Any) -> bool:
    """Forms carry numbers and booleans as text."""
    if isinstance(value, str) and kind in ("Integer", "Float"):
        return value.lstrip("-").replace(".", "", 1).isdecimal()
    if isinstance(value, str) and kind in ("Boolean", "True"):
        return value.lower() in ("true", "false", "0", "1")
    if isinstance(value, bool):
        return kind in ("Boolean", "True")
    if kind == "String" and isinstance(value, int):  # a form's text that looks like a number
        return True
    return isinstance(value, _PLAIN[kind])


def _is_attachment(value: Any) -> bool:
    """Files sent by attach:// come under names of their own."""
    return isinstance(value, dict) and set(value) == {"file", "size"}
