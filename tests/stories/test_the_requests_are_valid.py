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

from bot.playground.world import DEMO_TOKEN

_FILE = Path(__file__).parents[3] / "shared" / "bot-api" / "bot-api-10.1.json"
_LONGEST = {
    "text": 4096,
    "caption": 1024,
    "callback_data": 64,
    "command": 32,
    "description": 512,
    "short_description": 120,
    "answerCallbackQuery.text": 200,
    "createForumTopic.name": 128,
    "editForumTopic.name": 128,
}
#: How a request may end, besides well: the person has blocked the bot, the message says all that already, or a poll
#: of a bot that was stopped is ended by that of its successor; a topic was deleted with all that was in it, or topics were
#: switched off; the bot finds out that it is no longer in a group; a story that looks for secrets has requests refused with
#: a token, and one cut off.
_EXPECTED = (
    "bot was blocked by the user",
    "bot is not a member of the supergroup chat",
    "message is not modified",
    "message thread not found",
    "message to edit not found",
    "the chat is not a forum",
    "terminated by other getUpdates request",
    f"at /bot{DEMO_TOKEN}/x",
    "dropped before execution",
)
_PLAIN: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
    "True": (bool,),
}


_is_there = pytest.mark.skipif(not _FILE.exists(), reason="the Bot API's description is not beside this checkout")


@_is_there
async def test_every_request_of_the_stories_is_as_the_bot_api_describes_it(bench: Bench) -> None:
    buyer, seller = await two_parties(bench)
    await opens_refund(bench, buyer)
    await refuses(seller)
    made = [*REQUESTS, *await bench.requests()]
    api = Description.read()

    wrong = sorted({problem for request in made for problem in api.problems(request)})

    assert wrong == []
    assert {"sendMessage", "editMessageText", "sendPhoto"} <= {request["method"] for request in made}
    refused = {f"{r['method']}: {r['description']}" for r in made if not r["ok"]}
    assert [why for why in sorted(refused) if not any(words in why for words in _EXPECTED)] == []


_KEYBOARD = {"inline_keyboard": [[{"text": "Go", "callback_data": "é" * 33}]]}


@_is_there
@pytest.mark.parametrize(
    ("method", "params", "problem"),
    [
        ("sendMesage", {}, "sendMesage: no such method"),
        ("sendMessage", {"chat_id": "7"}, "sendMessage.text: missing"),
        ("sendMessage", {"chat_id": "7", "text": "x", "txt": "y"}, "sendMessage.txt: unknown"),
        ("sendMessage", {"chat_id": "7", "text": "😀" * 2049}, "sendMessage.text: 4098 is more than 4096"),
        (
            "sendMessage",
            {"chat_id": "7", "text": "x", "protect_content": "yes"},
            "sendMessage.protect_content: str is not Boolean",
        ),
        ("sendMessage", {"chat_id": "7", "text": "x", "entities": "[]"}, "sendMessage.entities: not a list"),
        (
            "sendMessage",
            {"chat_id": "7", "text": "x", "entities": [{"type": "bold", "offset": 0}]},
            "sendMessage.entities[0].length: missing",
        ),
        (
            "sendMessage",
            {"chat_id": "7", "text": "x", "reply_markup": _KEYBOARD},
            "sendMessage.reply_markup.inline_keyboard[0][0].callback_data: 66 is more than 64",
        ),
        (
            "sendMediaGroup",
            {"chat_id": "7", "media": [{"type": "photo", "media": "1"}, {"type": "photo"}]},
            "sendMediaGroup.media[1].media: missing",
        ),
        (
            "answerCallbackQuery",
            {"callback_query_id": "1", "text": "x" * 201},
            "answerCallbackQuery.text: 201 is more than 200",
        ),
    ],
)
def test_a_request_that_is_wrong_is_found(method: str, params: dict[str, Any], problem: str) -> None:
    assert Description.read().problems({"method": method, "params": params}) == [problem]


@_is_there
def test_a_request_that_is_right_is_not_found_wrong() -> None:
    button = {"text": "Go", "callback_data": "1:c:help", "style": "primary"}
    params = {
        "chat_id": "7",
        "text": "x",
        "protect_content": "true",
        "reply_parameters": {"message_id": 3},
        "entities": [{"type": "date_time", "offset": 0, "length": 1, "unix_time": 5, "date_time_format": "wDt"}],
        "reply_markup": {"inline_keyboard": [[button]]},
    }

    assert Description.read().problems({"method": "sendMessage", "params": params}) == []


class Description:
    """The methods and types of the Bot API, as its JSON gives them."""

    def __init__(self, api: dict[str, Any]) -> None:
        self.methods = {name.lower(): method for name, method in api["methods"].items()}
        self.types = api["types"]

    @classmethod
    def read(cls) -> Description:
        return cls(json.loads(_FILE.read_text(encoding="utf-8")))

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
                found += self._check(f"{where}.{name}", fields[name]["types"], value)
                found += _too_long(f"{where}.{name}", name, value)
        return found

    def _check(self, where: str, types: list[str], value: Any) -> list[str]:
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


def _too_long(where: str, name: str, value: Any) -> list[str]:
    """Texts are counted in UTF-16 units, what a button carries in bytes."""
    longest = _LONGEST.get(where, _LONGEST.get(name))
    if longest is None or not isinstance(value, str):
        return []
    size = len(value.encode()) if name == "callback_data" else len(value.encode("utf-16-le")) // 2
    return [f"{where}: {size} is more than {longest}"] if size > longest else []


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
