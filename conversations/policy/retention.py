"""How long what people said and showed is kept. The house's alone to decide: a store's own policy cannot change it."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from conversations.policy.durations import Duration, spell

#: What is needed however short the periods are: the messenger repeats updates for a day, a wrong code counts for an hour.
_LEAST = {"done": timedelta(days=1), "guesses": timedelta(hours=1)}


class Retention(BaseModel):
    """Periods, each since the thing was over. All of them are `house`: the rules give none.

    `held`: what somebody who asked to be forgotten said in a case stays so long after its end. `evidence` and `texts`:
    files and words of ended cases go then, without anybody asking. `done` and `dead`: messages that were dealt with, and
    that could not be. `dialogs`: conversations and claims that were begun and not gone on with. `guesses`: wrong codes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    held: Duration = timedelta(days=90)
    evidence: Duration = timedelta(days=365)
    texts: Duration = timedelta(days=730)
    done: Duration = timedelta(days=2)
    dead: Duration = timedelta(days=30)
    dialogs: Duration = timedelta(days=90)
    guesses: Duration = timedelta(days=30)

    @model_validator(mode="after")
    def _is_enough(self) -> Self:
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise ValueError(f"retention.{name}: may not be shorter than {spell(least)}")
        return self
