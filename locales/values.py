"""How money, numbers, spans of time, instants and lists read in a language: exact, and not to be mistaken."""

from __future__ import annotations

import re
import sys
from copy import copy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal, get_currency_symbol

from conversations.cases.money import Money, exponent

#: Hours read more precisely than days up to here, as rules and reminders name them: "48 hours", but "3 days".
_LONGEST_IN_HOURS = timedelta(hours=48)

_Unit = Literal["day", "hour", "minute", "second"]
_UNITS: tuple[tuple[_Unit, timedelta], ...] = (
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
    ("second", timedelta(seconds=1)),
)

#: What stands between "2 days" and "3 hours", where it is not a space.
_JOINTS = {"zh_Hans": "", "ja": "", "ar": " و"}

#: Numbers stand right before their units, though the locale data puts spaces there.
_CLOSE = {"ja"}

#: Where the short form of a time would say "PM" in English.
_TIMES = {"ko": "aaaa h:mm"}

_DOLLARS = {"USD": "US$", "TWD": "NT$", "AUD": "A$", "NZD": "NZ$"}

#: Between letters and digits, as in "KWD 1.000".
_NBSP = "\u00a0"

#: Where a bare "¥" can only mean one thing.
_YEN_AND_YUAN = {("zh", "CNY"), ("ja", "JPY")}


@lru_cache(maxsize=1024)
def money(amount: Money, locale: Locale) -> str:
    """The amount with all decimals of its currency, and a symbol that no other currency shares."""
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (exponent(amount.currency),) * 2
    text = str(pattern.apply(amount.decimal, locale, currency=amount.currency, currency_digits=False))
    usual = get_currency_symbol(amount.currency, locale=locale)
    symbol = _own_symbol(usual, amount.currency, locale)
    text = text.replace(usual, symbol)
    return re.sub(f"(?<={re.escape(symbol)})(?=[0-9])", _NBSP, text) if symbol[-1].isalpha() else text


def _own_symbol(usual: str, currency: str, locale: Locale) -> str:
    if usual == "$":
        return _DOLLARS.get(currency, f"{currency[:2]}$")
    if usual == "¥" and (locale.language, currency) not in _YEN_AND_YUAN:
        return f"{currency[:2]}¥"
    return usual


@lru_cache(maxsize=1024)
def number(value: int | Decimal, locale: Locale) -> str:
    """The number with the language's grouping."""
    return format_decimal(value, locale=locale)


def span(duration: timedelta, locale: Locale) -> str:
    """The duration to the second, nothing rounded: "7 days", "48 hours", "2 days 3 hours"."""
    if duration < timedelta():
        return f"-{span(-duration, locale)}"
    if timedelta() < duration <= _LONGEST_IN_HOURS and not duration % timedelta(hours=1):
        return _whole(duration, "hour", locale)
    parts = []
    for unit, length in _UNITS:
        rest = duration % length
        if duration >= length:
            parts.append(_whole(duration - rest, unit, locale))
        duration = rest
    return _JOINTS.get(str(locale), " ").join(parts) or _whole(timedelta(), "second", locale)


def _whole(duration: timedelta, unit: _Unit, locale: Locale) -> str:
    """A duration that is a whole number of units, in that unit however many they are."""
    text = format_timedelta(duration, granularity=unit, threshold=sys.maxsize, locale=locale)
    return text.replace(" ", "") if str(locale) in _CLOSE else text


def instant(at: datetime, locale: Locale) -> str:
    """The time in UTC, and saying so: "Fri, Dec 5, 2025, 4:00 PM UTC"."""
    at = at.astimezone(UTC)
    day = format_skeleton("yMMMEd", at, locale=locale)
    time = format_time(at, _TIMES.get(str(locale), "short"), locale=locale) + " UTC"
    glue = str(locale.datetime_formats["medium"])
    return glue.replace("'", "").replace("{1}", day).replace("{0}", time)


def day(value: date, locale: Locale) -> str:
    """A date without a time."""
    return format_date(value, "medium", locale=locale)


def enumeration(items: list[str], locale: Locale) -> str:
    """The items as a sentence lists them: "a, b and c"."""
    return format_list(items, style="standard", locale=locale)
