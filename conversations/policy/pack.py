"""A policy pack: rules and figures read from TOML, checked as it is read, named by the hash of its content."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from conversations.cases.claim import Ground, Reason, Remedy
from conversations.cases.deadlines import DEFAULTS, Limits
from conversations.cases.money import Money, MoneyError
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.policy.durations import Duration
from conversations.policy.rules import AnyRule

#: How far packs may extend one another.
_MAX_DEPTH = 8


class PackError(ValueError):
    """A policy pack cannot be used; the message names the pack, the rule and the field."""


class Shipping(BaseModel):
    """Who pays for sending goods back on a ground, and where that is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payer: Role
    source: str

    @field_validator("payer")
    @classmethod
    def _is_a_party(cls, payer: Role) -> Role:
        if payer not in (Role.BUYER, Role.SELLER):
            raise ValueError("buyer or seller")
        return payer


class Recommendation(BaseModel):
    """A remedy that serves the buyer better than the one they chose, on that ground."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    remedy: Remedy
    grounds: tuple[Ground, ...]
    better: Remedy
    source: str


class Pack(BaseModel):
    """Everything a marketplace decides about its after-sales service. Amounts are in major units in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    title: str
    hash: str = ""
    grounds: Mapping[Reason, Ground]
    goods_back: Mapping[Remedy, tuple[Ground, ...]]
    return_shipping_by: Mapping[Ground, Shipping]
    deadlines: Mapping[State, Duration]
    caps: Mapping[str, str] = Field(default_factory=dict)
    return_shipping: Mapping[str, str] = Field(default_factory=dict)
    rounds: int = Field(default=3, ge=1, le=20)
    files: int = Field(default=10, ge=1, le=100)
    rating: Duration = timedelta(days=30)
    transit: Duration = timedelta(days=10)
    recommend: tuple[Recommendation, ...] = ()
    rules: tuple[AnyRule, ...]

    @field_validator("caps", "return_shipping")
    @classmethod
    def _are_amounts(cls, amounts: Mapping[str, str]) -> Mapping[str, str]:
        for currency, text in amounts.items():
            try:
                Money.parse(text, currency)
            except MoneyError as err:
                raise ValueError(str(err)) from err
        return amounts

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if missing := [reason.value for reason in Reason if reason not in self.grounds]:
            raise ValueError(f"grounds: no ground for {', '.join(missing)}")
        if missing := [state.value for state in DEFAULTS if state not in self.deadlines]:
            raise ValueError(f"deadlines: none for {', '.join(missing)}")
        if missing := [ground.value for ground in Ground if ground not in self.return_shipping_by]:
            raise ValueError(f"return_shipping_by: none for {', '.join(missing)}")
        ids = [rule.id for rule in self.rules]
        if twice := sorted({rule for rule in ids if ids.count(rule) > 1}):
            raise ValueError(f"rules: more than one is called {', '.join(twice)}")
        return self

    @property
    def limits(self) -> Limits:
        """The figures a case takes along."""
        return Limits(
            waits=dict(self.deadlines),
            rounds=self.rounds,
            files=self.files,
            rating=self.rating,
            caps={currency: Money.parse(text, currency).minor for currency, text in self.caps.items()},
            return_shipping={c: Money.parse(text, c).minor for c, text in self.return_shipping.items()},
        )


def load(name: str, read: Callable[[str], str]) -> Pack:
    """The pack called `name`; `read` gives the text of a pack by name (and of those it extends).

    Raises PackError for text that is not TOML, a field that is missing, unknown or malformed, or a circle of packs.
    """
    data = _merged(name, read, depth=0)
    canonical = repr(_sorted(data)).encode()
    data["hash"] = hashlib.sha256(canonical).hexdigest()
    try:
        return Pack.model_validate(data)
    except ValidationError as err:
        raise PackError(_explained(name, data, err)) from err


def _merged(name: str, read: Callable[[str], str], *, depth: int) -> dict[str, Any]:
    if depth > _MAX_DEPTH:
        raise PackError(f"{name}: packs extend one another in a circle")
    try:
        data = tomllib.loads(read(name))
    except tomllib.TOMLDecodeError as err:
        raise PackError(f"{name}: not TOML: {err}") from err
    parent = data.pop("extends", None)
    if parent is None:
        return data
    return _over(_merged(str(parent), read, depth=depth + 1), data)


def _over(base: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key, rules rule by rule (by id; `drop` removes inherited ones); the rest is replaced."""
    merged = dict(base)
    dropped = set(data.pop("drop", ()))
    for key, value in data.items():
        if key == "rules" and isinstance(value, list):
            by_id = {rule.get("id"): rule for rule in base.get("rules", ())}
            by_id.update({rule.get("id"): rule for rule in value})
            merged[key] = list(by_id.values())
        elif isinstance(value, dict) and isinstance(base.get(key), dict):
            merged[key] = {**base[key], **value}
        else:
            merged[key] = value
    merged["rules"] = [rule for rule in merged.get("rules", ()) if rule.get("id") not in dropped]
    return merged


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, _sorted(value[key])) for key in sorted(value)]
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value


def _explained(name: str, data: dict[str, Any], err: ValidationError) -> str:
    lines = []
    for error in err.errors():
        where = [str(part) for part in error["loc"]]
        if where[:1] == ["rules"] and len(where) > 1 and where[1].isdigit():
            rule = data["rules"][int(where[1])]
            where = [f"rule {rule.get('id', where[1])}", *where[3:]]
        lines.append(f"{name}: {'.'.join(where) or 'pack'}: {error['msg']}")
    return "\n".join(lines)
