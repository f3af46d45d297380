"""What a claim has to be shown with."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field

from conversations.cases.verdict import Finding, Outcome
from conversations.phrase import Phrase
from conversations.policy.rules.rule import Rule, Subject


class EvidenceNeeded(Rule):
    """At least so many photos, videos or test reports."""

    kind: Literal["evidence"]
    at_least: int = Field(ge=1)

    def judge(self, subject: Subject) -> Finding:
        count = subject.claim.evidence
        if count >= self.at_least:
            return self._held(
                Phrase.counted(
                    "{n} photo, video or report was given.", "{n} photos, videos or reports were given.", count
                )
            )
        return self._failed(
            Phrase.counted(
                "At least {n} photo, video or test report is needed.",
                "At least {n} photos, videos or test reports are needed.",
                self.at_least,
            ),
            Outcome.NEEDS_EVIDENCE,
        )

    def _harsher_figures(self, house: Self) -> Iterator[str]:
        if self.at_least > house.at_least:
            yield f"at_least: may not be more than {house.at_least}"
