"""A command as it was typed, and what stood after it as answers of its dialog. What is missing or unclear is left to be
asked."""

from __future__ import annotations

import re
from typing import Any

from conversations.cases.case import Case
from conversations.cases.money import Money, MoneyError
from conversations.cases.roles import Role
from conversations.cases.terms import Kind

#: A reference: six signs without those that look or sound alike, with a dash in the middle or not.
_REFERENCE = re.compile(r"([A-HJKMNP-Z2-9]{3})(-?)([A-HJKMNP-Z2-9]{3})", re.IGNORECASE)
_COMMAND = re.compile(r"/([^\s@]*)(?:@\S*)?\s*(.*)", re.DOTALL)
_EXHIBIT = re.compile(r"e?([0-9]{1,4})", re.IGNORECASE)
_GOODS = frozenset({"goods", "return"})

#: What surrounds words copied from our own messages: spaces, and the marks that isolate their direction.
_AROUND = " \t\r\n\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def bare(text: str) -> str:
    """What was typed, without the spaces and invisible marks around it."""
    return text.strip(_AROUND)


def command_in(text: str) -> tuple[str, str]:
    """The command that a text begins with, without the name of ours that groups put behind it, and what was typed after it,
    be it in the next line. The command is empty when there is none."""
    match = _COMMAND.fullmatch(text)
    return ("", "") if match is None else (match[1].lower(), match[2].strip())


def reference(text: str) -> tuple[str, bool] | None:
    """A case reference, and whether it was written with its dash (then it can be nothing else)."""
    match = _REFERENCE.fullmatch(bare(text))
    return None if match is None else ((match[1] + match[3]).upper(), bool(match[2]))


def exhibit(text: str) -> str | None:
    """The name of an exhibit (E3), as it was typed: with or without its letter."""
    match = _EXHIBIT.fullmatch(bare(text))
    return None if match is None else f"E{int(match[1])}"


def prefill(move: str, text: str, case: Case) -> dict[str, Any]:
    """The answers that the words after `/move` give."""
    words = text.split()
    if not words:
        return {}
    match move:
        case "offer" | "propose" | "rule":
            return _terms(move, words, case)
        case "ship" | "send_goods":
            return {"carrier": " ".join(words[:-1]), "number": words[-1]} if len(words) > 1 else {"number": words[0]}
        case "refund":
            amount, rest = _amount(words, case)
            number = {"number": " ".join(rest), "method": None} if rest else {}  # the number alone will do
            return {"amount": amount, **number} if amount is not None else {}
        case "dispute_refund":
            amount, _ = _amount(words, case)
            return {"amount": amount} if amount is not None else {}
        case "enforce":
            return {"number": text.strip()}
        case "ask" if words[0].lower() in (Role.BUYER.value, Role.SELLER.value):
            question = {"words": text.split(maxsplit=1)[1]} if len(words) > 1 else {}
            return {"party": words[0].lower(), **question}
        case "refuse" | "decline" | "escalate" | "answer" | "appeal" | "dispute_goods":
            return {"words": text.strip()}
    return {}


def _terms(move: str, words: list[str], case: Case) -> dict[str, Any]:
    try:
        kind = Kind(words[0].lower())
    except ValueError:
        return {}
    answers: dict[str, Any] = {"kind": kind.value}
    rest = words[1:]
    if kind in (Kind.REFUND, Kind.RETURN_REFUND, Kind.COMPENSATION):
        amount, rest = _amount(rest, case)
        if amount is None or not 0 < amount <= case.left.minor:
            return answers  # asked for then, with the most it can be
        answers["amount"] = amount
    if kind in (Kind.REFUND, Kind.EXCHANGE):
        go_back = bool(rest) and rest[0].lower() in _GOODS
        answers["goods"], rest = "yes" if go_back else "no", rest[go_back:]
    if kind is Kind.EXCHANGE:
        answers["replacement"] = "same"
    if move != "rule":
        answers["words"] = " ".join(rest)
    elif len(reasons := " ".join(rest)) >= 10:
        answers["template"] = reasons
    return answers


def _amount(words: list[str], case: Case) -> tuple[int | None, list[str]]:
    """The amount that the words begin with, its currency before or after it, and the words that follow."""
    currency = case.paid.currency
    is_code = [word.upper() == currency for word in words[:2]]
    length = 2 if any(is_code) and len(words) > 1 else 1
    try:
        return Money.parse(" ".join(words[:length]), currency).minor, words[length:]
    except MoneyError:
        return None, words
