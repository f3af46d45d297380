"""Amounts of money in minor units: exact, never mixed across currencies, never a float."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

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
        """Reads "1,234.50", "1234,5", "¥ 99" or "99 USD" as an amount of `currency`.

        A lone separator followed by exactly three digits is a thousands separator unless the currency has three
        decimals. Raises MoneyError for a negative amount, too many decimals, another currency or no number at all.
        """
        kept = "".join(c for c in text if c.isdigit() or c in ".,'-")
        letters = "".join(c for c in text if c.isascii() and c.isalpha()).upper()
        if letters and letters != currency:
            raise MoneyError(f"not in {currency}: {text!r}")
        plain = _plain_decimal(kept.replace("'", ""), exponent(currency))
        try:
            value = Decimal(plain).scaleb(exponent(currency))
        except InvalidOperation as err:
            raise MoneyError(f"not a number: {text!r}") from err
        if not value.is_finite() or value < 0 or value != value.to_integral_value() or value > 10**15:
            raise MoneyError(f"not an amount in {currency}: {text!r}")
        return cls(int(value), currency)

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


def _plain_decimal(digits: str, places: int) -> str:
    point = max(digits.rfind("."), digits.rfind(","))
    if point < 0:
        return digits
    mark, tail = digits[point], digits[point + 1 :]
    one_kind = not ("." in digits and "," in digits)
    grouping = one_kind and len(tail) == 3 and places != 3
    if grouping or (one_kind and digits.count(mark) > 1):
        return digits.replace(mark, "")
    return digits[:point].replace(",", "").replace(".", "") + "." + tail
