"""What a cell of an order file means: amounts, instants, numbers, flags. A cell that means nothing is a BadCell."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from babel.numbers import is_currency

from conversations.cases.money import Money, exponent

#: More units than anybody buys; amounts are allocated unit by unit.
MAX_QUANTITY = 10_000
_MAX_MINOR = 10**15
_MAX_NAME = 100
_MAX_TITLE = 300

_DECIMAL_POINT = re.compile(r"\d+(\.\d+)?")
_COMMA_GROUPS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}|\d{1,3}(\.\d{3})+,\d{1,2}")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
_SLASHED = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})")
_SHORT_CLOCK = re.compile(r" (\d):(\d\d)")
_SPACED_ZONE = re.compile(r" (?=[+-]\d\d:?\d\d$)| (?=UTC$)")

_YES = frozenset({"true", "yes", "y", "1", "是", "支持"})
_NO = frozenset({"false", "no", "n", "0", "否", "不支持"})


class BadCell(ValueError):
    """A cell cannot be used; the text says why, for the person who mends the file."""


def number(cell: str, what: str = "order number") -> str:
    """An identifier out of the wrappings spreadsheets put around it: `="123"`, a leading apostrophe, a tab.

    Raises BadCell when it is missing, or when a spreadsheet turned it into 5.49E+17 and its digits are gone.
    """
    text = unwrapped(cell)
    if not text:
        raise BadCell(f"no {what}")
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell(
            f"the {what} {text} was cut short by a spreadsheet; export the file again and import it without opening it"
        )
    return _name(text, what)


def unwrapped(cell: str) -> str:
    """The cell's text without the signs that keep a spreadsheet from reading it as a number."""
    text = cell.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.strip().lstrip("'").strip()


def name(cell: str, what: str) -> str:
    """A name that must be there, as it is."""
    if not cell.strip():
        raise BadCell(f"no {what}")
    return _name(cell.strip(), what)


def _name(text: str, what: str) -> str:
    if len(text) > _MAX_NAME:
        raise BadCell(f"the {what} is longer than {_MAX_NAME} signs")
    if any(unicodedata.category(sign) == "Cc" for sign in text):
        raise BadCell(f"the {what} contains a line break or another control character")
    return text


def title(cell: str) -> str:
    """A product's title on one line, shortened to what fits a card. Raises BadCell when there is none."""
    text = " ".join(cell.split())
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cc")
    if not text:
        raise BadCell("no title")
    return text if len(text) <= _MAX_TITLE else text[: _MAX_TITLE - 1] + "…"


def label(cell: str) -> str:
    """An optional short text such as a SKU."""
    return " ".join(unwrapped(cell).split())[:_MAX_NAME]


def currency(cell: str) -> str:
    """An ISO 4217 code that exists."""
    code = cell.strip().upper()
    if not code:
        raise BadCell("no currency")
    if not is_currency(code) or code in ("XXX", "XTS"):
        raise BadCell(f"unknown currency {cell.strip()!r}; an ISO 4217 code such as CNY is needed")
    return code


def quantity(cell: str) -> int:
    """How many were bought: a whole number from 1 (a spreadsheet may write 2.0)."""
    if not re.fullmatch(r"-?\d{1,9}([.,]0+)?", cell):
        raise BadCell(f"the quantity {cell[:20]!r} is not a whole number" if cell else "no quantity")
    units = int(re.split("[.,]", cell)[0])
    if not 1 <= units <= MAX_QUANTITY:
        raise BadCell(f"the quantity {units} is not between 1 and {MAX_QUANTITY}")
    return units


def amount(cell: str, in_currency: str, what: str) -> Money:
    """An amount, never negative: 1234.50, 1,234.50, or with a decimal comma 1234,50 and 1.234,50; signs allowed.

    A file is read more strictly than a person: 12.345 is refused where a currency has two decimals.
    """
    text = re.sub(rf"[\s¥￥$€£'’]|{in_currency}|元", "", unwrapped(cell))
    if _DECIMAL_POINT.fullmatch(text):
        plain = text
    elif _DECIMAL_COMMA.fullmatch(text):
        plain = text.replace(".", "").replace(",", ".")
    elif _COMMA_GROUPS.fullmatch(text):
        plain = text.replace(",", "")
    else:
        raise BadCell(f"the {what} {cell[:20]!r} is not an amount" if cell else f"no {what}")
    minor = Decimal(plain).scaleb(exponent(in_currency))
    if minor != minor.to_integral_value() or minor > _MAX_MINOR:
        raise BadCell(f"the {what} {cell[:20]!r} is not an amount in {in_currency}")
    return Money(int(minor), in_currency)


def amount_or_none(cell: str, in_currency: str, what: str) -> Money:
    """The same, where an empty cell means no money."""
    return amount(cell, in_currency, what) if cell else Money(0, in_currency)


def instant(cell: str, zone: tzinfo, what: str) -> datetime:
    """A point in time as UTC; `zone` is where a time without one was written. A date alone is its midnight.

    Raises BadCell for dates that do not exist or whose day and month could be mistaken for each other.
    """
    text = unwrapped(cell)
    if not text:
        raise BadCell(f"no {what}")
    text = _SLASHED.sub(lambda m: f"{m[1]}-{m[2]:0>2}-{m[3]:0>2}", text, count=1)
    text = _SHORT_CLOCK.sub(r" 0\1:\2", text, count=1)
    text = _SPACED_ZONE.sub("", text).replace("UTC", "+00:00")
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as err:
        raise BadCell(f"the {what} {cell[:40]!r} is not a date like 2024-03-01 10:00:00") from err
    if not 2000 <= at.year <= 2100:
        raise BadCell(f"the {what} {cell[:40]!r} is not in this century")
    return at


def instant_or_none(cell: str, zone: tzinfo, what: str) -> datetime | None:
    """The same, where an empty cell means it has not happened."""
    return instant(cell, zone, what) if unwrapped(cell) else None


def flag(cell: str, what: str, *, default: bool) -> bool:
    """Yes or no in the usual spellings; empty is the default."""
    text = cell.casefold()
    if not text:
        return default
    if text in _YES or text in _NO:
        return text in _YES
    raise BadCell(f"{what} says {cell[:20]!r}; yes or no is needed")


def in_order(purchased_at: datetime, delivered_at: datetime | None) -> None:
    """Raises BadCell when something was delivered before it was bought."""
    if delivered_at is not None and delivered_at < purchased_at:
        raise BadCell(f"delivered ({delivered_at:%Y-%m-%d %H:%M} UTC) before purchased ({purchased_at:%Y-%m-%d %H:%M})")
