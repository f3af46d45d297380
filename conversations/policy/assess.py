"""Judging a claim: every rule of the pack that applies, and what follows from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from conversations.cases.claim import Claim, Ground, Reason, Remedy
from conversations.cases.orders import Order
from conversations.cases.verdict import Finding, Outcome, Verdict
from conversations.policy.pack import Pack
from conversations.policy.rules import Subject


def assess(claim: Claim, order: Order, pack: Pack, now: datetime) -> Verdict:
    """The verdict on a claim at an instant: as good as its worst rule, with all of them named.

    `instead` lists the remedies that are open when this one is not, or that the pack recommends over it.
    """
    ground = pack.grounds[claim.reason]
    findings = _findings(claim, order, pack, ground, now)
    outcome = _worst(findings)
    goods_back = ground in pack.goods_back[claim.remedy] and claim.reason is not Reason.NOT_ARRIVED
    return Verdict(
        ground=ground,
        outcome=outcome,
        findings=findings,
        return_shipping=pack.return_shipping_by[ground].payer if goods_back else None,
        goods_back=goods_back,
        instead=_instead(claim, order, pack, ground, outcome, now),
    )


def _findings(claim: Claim, order: Order, pack: Pack, ground: Ground, now: datetime) -> tuple[Finding, ...]:
    subject = Subject(claim, order, ground, now)
    return tuple(rule.judge(subject) for rule in pack.rules if rule.applies(subject))


def _worst(findings: tuple[Finding, ...]) -> Outcome:
    return max((finding.outcome for finding in findings), default=Outcome.ELIGIBLE)


def _instead(
    claim: Claim, order: Order, pack: Pack, ground: Ground, outcome: Outcome, now: datetime
) -> tuple[Remedy, ...]:
    others = [remedy for remedy in Remedy if remedy is not claim.remedy]
    if outcome is not Outcome.INELIGIBLE:
        better = {r.better for r in pack.recommend if r.remedy is claim.remedy and ground in r.grounds}
        others = [remedy for remedy in others if remedy in better]
    return tuple(
        remedy
        for remedy in others
        if _worst(_findings(replace(claim, remedy=remedy), order, pack, ground, now)) is not Outcome.INELIGIBLE
    )
