"""Amounts of money in minor units: exact, never mixed across currencies, never a float."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

#: Digits after the point where ISO 4217 does not say two.
_EXPONENTS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}


class MoneyError(ValueError):
    """This is not an amount of money in that currency."""


def exponent(currency: str) -> int:
    """Digits after the point in an ISO 4217 currency."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`minor` units (cents, fen, yen) of an ISO 4217 `currency`."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise MoneyError(f"not an ISO 4217 code: {self.currency!r}")

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Reads "1,234.50", "1234,5", "¥ 99", "99 USD" or "１２．５０" as an amount of `currency`.

        A lone separator followed by exactly three digits is a thousands separator unless the currency has three
        decimals. Raises MoneyError for a negative amount, too many decimals, another currency, and whatever is not
        plainly one number: nothing is left out of it to make it one.
        """
        match = _AMOUNT.fullmatch(_plain_signs(text))
        if match is None or not _may_surround(match["before"] + match["after"], currency):
            raise MoneyError(f"not an amount in {currency}: {text!r}")
        whole, _, fraction = _plain_decimal(match["number"].strip(), exponent(currency)).partition(".")
        fraction = fraction.rstrip("0")
        if len(fraction) > exponent(currency):
            raise MoneyError(f"too many decimals for {currency}: {text!r}")
        minor = int((whole or "0") + fraction.ljust(exponent(currency), "0"))
        if minor > _MOST:
            raise MoneyError(f"too much: {text!r}")
        return cls(minor, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __add__(self, more: Money) -> Money:
        return Money(self.minor + self._same(more), self.currency)

    def __sub__(self, less: Money) -> Money:
        return Money(self.minor - self._same(less), self.currency)

    def __lt__(self, than: Money) -> bool:
        return self.minor < self._same(than)

    def __le__(self, than: Money) -> bool:
        return self.minor <= self._same(than)

    def __gt__(self, than: Money) -> bool:
        return self.minor > self._same(than)

    def __ge__(self, than: Money) -> bool:
        return self.minor >= self._same(than)

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise MoneyError(f"{other.currency} does not mix with {self.currency}")
        return other.minor


def zero(currency: str) -> Money:
    """No money, in that currency."""
    return Money(0, currency)


def allocate(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Splits `total` minor units by `weights`, to the unit, with nothing left over (largest remainder, first wins).

    Weights of zero everywhere share equally. Raises ValueError without any weight.
    """
    if not weights:
        raise ValueError("nothing to allocate to")
    parts = list(weights) if any(weights) else [1] * len(weights)
    whole = sum(parts)
    shares = [total * part // whole for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(total * parts[i] % whole), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return tuple(shares)


#: A number, and around it nothing but a currency's code or sign.
_AMOUNT = re.compile(r"(?P<before>\D*?)(?P<number>[.,]?\d[\d.,' ]*)(?P<after>\D*)")
_GROUPED = re.compile(r"\d{1,3}([.,' ])\d{3}(\1\d{3})*|\d{1,2}(,\d{2})*,\d{3}")
_MOST = 10**15


def _plain_signs(text: str) -> str:
    """Digits and separators as ASCII has them: people write with keyboards of many scripts."""
    plain = "".join(unicodedata.normalize("NFKC", c) if unicodedata.category(c) != "No" else c for c in text.strip())
    return plain.translate(_SEPARATORS)


_SEPARATORS = str.maketrans({"٫": ".", "٬": ",", "。": ".", "、": ",", "’": "'"})


def _may_surround(signs: str, currency: str) -> bool:
    letters = "".join(c for c in signs if c.isascii() and c.isalpha()).upper()
    is_plain = all(c.isalpha() or c.isspace() or unicodedata.category(c) in ("Sc", "Cf") for c in signs)
    return is_plain and letters in ("", currency)


def _plain_decimal(number: str, places: int) -> str:
    """The number with nothing but a point in it. Raises MoneyError when its separators make no sense."""
    if number.isdecimal():
        return number
    is_point = places == 3 and sum(c in ".," for c in number) == 1
    if _GROUPED.fullmatch(number) and not is_point:
        return "".join(c for c in number if c.isdecimal())
    point = max(number.rfind("."), number.rfind(","))
    whole, fraction = number[:point], number[point + 1 :]
    head = _GROUPED.fullmatch(whole)
    makes_sense = whole == "" or whole.isdecimal() or (head is not None and number[point] not in whole)
    if point < 0 or not makes_sense or not (fraction.isdecimal() or (fraction == "" and whole)):
        raise MoneyError(f"not a number: {number!r}")
    return "".join(c for c in whole if c.isdecimal()) + "." + fraction
