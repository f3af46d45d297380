"""A policy pack: rules and figures, checked as a whole. How its text is found and merged stands in `loading`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from conversations.cases.claim import Ground, Reason, Remedy
from conversations.cases.deadlines import DEFAULTS, Limits
from conversations.cases.money import Money, MoneyError
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.policy.durations import Duration
from conversations.policy.retention import Retention
from conversations.policy.rules import AnyRule


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

    id: str = Field(pattern=r"^[a-z0-9_]{1,40}(\+store)?$")
    title: str
    hash: str = ""  # of its content
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
    retention: Retention = Retention()
    recommend: tuple[Recommendation, ...] = ()
    rules: tuple[AnyRule, ...]

    @cached_property
    def text(self) -> str:
        """As it is kept; see `loading.restore`. Written once: a long text, and asked for with every claim."""
        return self.model_dump_json()

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
        if missing := [remedy.value for remedy in Remedy if remedy not in self.goods_back]:
            raise ValueError(f"goods_back: nothing for {', '.join(missing)}")
        if missing := [state.value for state in DEFAULTS if state not in self.deadlines]:
            raise ValueError(f"deadlines: none for {', '.join(missing)}")
        if extra := [state.value for state in self.deadlines if state not in DEFAULTS]:
            raise ValueError(f"deadlines: {', '.join(extra)} waits for nobody")
        if missing := [ground.value for ground in Ground if ground not in self.return_shipping_by]:
            raise ValueError(f"return_shipping_by: none for {', '.join(missing)}")
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
