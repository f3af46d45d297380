"""How the command line writes things: phrases in English, instants in UTC, JSON."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from conversations.cases.money import Money
from conversations.phrase import Phrase
from locales import plain

_ISOLATES = str.maketrans("", "", "\u2066\u2067\u2068\u2069")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def english(phrase: Phrase) -> str:
    """The phrase for an operator, without the invisible marks that keep text directions apart in a chat."""
    return plain(phrase, "en").translate(_ISOLATES)


def iso(at: datetime | None) -> str | None:
    """An instant as ISO 8601 in UTC."""
    return None if at is None else at.astimezone(UTC).isoformat()


def minute(at: datetime | None) -> str:
    """An instant for a table, to the minute, in UTC."""
    return "-" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def price(money: Money) -> str:
    """An amount in major units with its currency."""
    return f"{money.decimal:f} {money.currency}"


def echo_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def echo_table(rows: Sequence[Sequence[str]]) -> None:
    """Rows under one another, columns two blanks apart; nothing for no rows."""
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    for row in rows:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Columns in a terminal, where East Asian signs take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
