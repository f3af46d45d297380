"""Faults to inject into the Bot API: which request meets which trouble; does not carry them out."""

from dataclasses import dataclass
from random import Random
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from bot.playground.errors import BotApiError

Kind = Literal["429", "500", "502", "403", "400", "drop_before", "drop_after", "slow"]
DESCRIPTIONS = {
    "400": "Bad Request: injected by the playground",
    "403": "Forbidden: bot was blocked by the user",
    "429": "Too Many Requests: retry after {retry_after}",
    "500": "Internal Server Error",
    "502": "Bad Gateway",
}


class FaultRule(BaseModel):
    """One rule as the control side takes it; `times` counts down, None never ends."""

    model_config = ConfigDict(extra="forbid")

    method: str = "*"
    kind: Kind
    retry_after: int = Field(default=1, ge=0)
    seconds: float = Field(default=0.0, ge=0, le=600)
    times: int | None = Field(default=None, ge=1)
    probability: float = Field(default=1.0, ge=0, le=1)
    description: str | None = None

    def error(self) -> BotApiError | None:
        """What the bot is answered, for the kinds that are answers."""
        if self.kind not in DESCRIPTIONS:
            return None
        description = self.description or DESCRIPTIONS[self.kind].format(retry_after=self.retry_after)
        parameters = {"retry_after": self.retry_after} if self.kind == "429" else None
        return BotApiError(int(self.kind), description, parameters=parameters)


class UpdateDisorder(BaseModel):
    """Chances that an update is delivered twice, or after its successor."""

    model_config = ConfigDict(extra="forbid")

    duplicate: float = Field(default=0.0, ge=0, le=1)
    reorder: float = Field(default=0.0, ge=0, le=1)


class Faults(BaseModel):
    """The whole plan: replaces the one before it."""

    model_config = ConfigDict(extra="forbid")

    rules: list[FaultRule] = []
    updates: UpdateDisorder = UpdateDisorder()
    seed: int | None = None


@dataclass(slots=True)
class _Active:
    rule: FaultRule
    left: int | None


class FaultPlan:
    """Draws the fault of each request: the first rule that fits, has times left and wins its throw."""

    def __init__(self, faults: Faults) -> None:
        self.random = Random(faults.seed)
        self._active = [_Active(rule, rule.times) for rule in faults.rules]

    @classmethod
    def none(cls) -> Self:
        """No faults at all."""
        return cls(Faults())

    def draw(self, method: str) -> FaultRule | None:
        """The fault this request meets, if any."""
        for active in self._active:
            if active.rule.method not in ("*", method) or active.left == 0:
                continue
            if active.rule.probability < 1 and self.random.random() >= active.rule.probability:
                continue
            if active.left is not None:
                active.left -= 1
            return active.rule
        return None

    def shown(self) -> dict[str, Any]:
        """The rules with the times they have left."""
        return {
            "rules": [{**active.rule.model_dump(exclude_none=True), "left": active.left} for active in self._active]
        }
