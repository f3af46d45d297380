"""What another policy would have said of the same claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conversations.cases.claim import Claim
from conversations.cases.orders import Order
from conversations.cases.verdict import Verdict
from conversations.policy.assess import assess
from conversations.policy.history import NO_HISTORY, History
from conversations.policy.pack import Pack


@dataclass(frozen=True, slots=True)
class Difference:
    """Two verdicts on one claim that differ in what they come to, and the rules that found something else."""

    one: Verdict
    other: Verdict
    rules: tuple[str, ...]


def difference(
    claim: Claim, order: Order, one: Pack, other: Pack, now: datetime, *, history: History = NO_HISTORY
) -> Difference | None:
    """How the verdicts of two packs differ in outcome, return shipping or whether the goods go back; None if they do not."""
    a, b = (assess(claim, order, pack, now, history=history) for pack in (one, other))
    if (a.outcome, a.return_shipping, a.goods_back) == (b.outcome, b.return_shipping, b.goods_back):
        return None
    return Difference(a, b, _changed(a, b))


def _changed(a: Verdict, b: Verdict) -> tuple[str, ...]:
    """The rules that one verdict alone applied, or that came to something else."""
    found, then = ({finding.rule: finding.outcome for finding in verdict.findings} for verdict in (a, b))
    return tuple(rule for rule in {**found, **then} if found.get(rule) != then.get(rule))
