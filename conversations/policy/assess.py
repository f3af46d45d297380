"""Judging a claim: every rule of the pack that applies, and what follows from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from conversations.cases.claim import Claim, Reason, Remedy
from conversations.cases.orders import Order
from conversations.cases.verdict import Finding, Outcome, Verdict
from conversations.policy.history import NO_HISTORY, History
from conversations.policy.pack import Pack
from conversations.policy.rules import Subject


def assess(claim: Claim, order: Order, pack: Pack, now: datetime, *, history: History = NO_HISTORY) -> Verdict:
    """The verdict on a claim at an instant: as good as its worst rule, with all of them named.

    `history` is what was claimed on the order before, and when the service was away. `instead` lists the remedies that are open when this one is not, or that the pack recommends over it.
    """
    subject = Subject(claim, order, pack.grounds[claim.reason], now, history)
    findings = _findings(subject, pack)
    outcome = _worst(findings)
    goods_back = subject.ground in pack.goods_back[claim.remedy] and claim.reason is not Reason.NOT_ARRIVED
    return Verdict(
        ground=subject.ground,
        outcome=outcome,
        findings=findings,
        return_shipping=pack.return_shipping_by[subject.ground].payer if goods_back else None,
        goods_back=goods_back,
        instead=_instead(subject, pack, outcome),
    )


def _findings(subject: Subject, pack: Pack) -> tuple[Finding, ...]:
    return tuple(rule.judge(subject) for rule in pack.rules if rule.applies(subject))


def _worst(findings: tuple[Finding, ...]) -> Outcome:
    return max((finding.outcome for finding in findings), default=Outcome.ELIGIBLE)


def _instead(subject: Subject, pack: Pack, outcome: Outcome) -> tuple[Remedy, ...]:
    claim = subject.claim
    others = [remedy for remedy in Remedy if remedy is not claim.remedy]
    if outcome is not Outcome.INELIGIBLE:
        better = {r.better for r in pack.recommend if r.remedy is claim.remedy and subject.ground in r.grounds}
        others = [remedy for remedy in others if remedy in better]
    return tuple(remedy for remedy in others if _is_open(remedy, subject, pack))


def _is_open(remedy: Remedy, subject: Subject, pack: Pack) -> bool:
    other = replace(subject, claim=replace(subject.claim, remedy=remedy))
    return _worst(_findings(other, pack)) is not Outcome.INELIGIBLE
