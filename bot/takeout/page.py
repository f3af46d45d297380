"""The page that people read of everything that is kept about them, in their language. It needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any

from babel import Locale

from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.phrase import Phrase
from conversations.vocabulary import ROLES, STATES
from locales import negotiate, plain

_TITLE = Phrase("Everything that is kept about you")
_ORDERS = Phrase("Your orders")
_CASES = Phrase("Your cases")
_ELSE = Phrase("What else is kept")
_DATA = Phrase("All of it is in the file data.json, for programs to read.")

_STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "li{overflow-wrap:anywhere}time{color:#555}"
)


def page(data: dict[str, Any], language: str) -> str:
    """The page as HTML. Everything in it is a text, whatever people wrote."""
    tag = negotiate(language)

    def say(phrase: Phrase) -> str:
        return escape(plain(phrase, tag))

    def moment(entry: dict[str, Any]) -> str:
        return say(Phrase("{at}", at=_at(entry["at"])))

    person = data["person"]
    parts = [
        f"<h1>{say(_TITLE)}</h1>",
        _list(
            (
                say(Phrase("Made: {at}", at=_at(data["made_at"]))),
                say(Phrase("Name: {name}", name=person["name"])),
                say(Phrase("Address of this chat: {address}", address=str(person["address"]))),
                say(Phrase("Language: {language}", language=person["language"])),
                *(say(Phrase("You answer for store {store}.", store=store)) for store in person["stores"]),
                *((say(ROLES[Role.ARBITRATOR]),) if person["is_arbitrator"] else ()),
            )
        ),
        f"<h2>{say(_ORDERS)}</h2>",
        _list(
            say(
                Phrase(
                    "{store} {number}: {items}",
                    store=order["store"],
                    number=order["number"],
                    items=tuple(item["title"] for item in order["items"]),
                )
            )
            for order in data["orders"]
        ),
        f"<h2>{say(_CASES)}</h2>",
    ]
    for case in data["cases"]:
        state = STATES[State(case["state"])]
        heading = Phrase("{case}: {state}.", case=case["case"], state=state)
        parts.append(f"<h3>{say(heading)}</h3>")
        parts.append(_list(f"<time>{moment(entry)}</time> {escape(entry['text'])}" for entry in case["history"]))
        parts.append(_list(_exhibit(item) for item in case["evidence"]))
    parts.append(f"<h2>{say(_ELSE)}</h2>")
    counts = (
        Phrase("Claims and questions begun: {count}", count=len(data["begun"])),
        Phrase("Wrong codes: {count}", count=len(data["wrong_codes"])),
        Phrase("Links used: {count}", count=len(data["links_used"])),
        Phrase("Messages of ours in your chat: {count}", count=len(data["posts"])),
        Phrase("Messages of yours kept for a few days: {count}", count=len(data["received"])),
    )
    parts.append(_list(say(phrase) for phrase in counts))
    parts.append(f"<p>{say(_DATA)}</p>")
    direction = Locale.parse(tag).text_direction
    head = f'<meta charset="utf-8"><title>{say(_TITLE)}</title><style>{_STYLE}</style>'
    lang = tag.replace("_", "-")
    return f'<!doctype html><html lang="{lang}" dir="{direction}"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _exhibit(item: dict[str, Any]) -> str:
    words = " · ".join(escape(each) for each in (item["name"], item["file_name"], item["caption"]) if each)
    return f'<a href="{escape(item["file"])}">{words}</a>' if item["file"] else words


def _list(lines: Iterable[str]) -> str:
    told = "".join(f"<li>{line}</li>" for line in lines)
    return f"<ul>{told}</ul>" if told else "<p>–</p>"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
