"""Whole verdicts: every rule named, the worst of them decides, and what is open instead."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.policies import load
from conversations.cases.claim import Claimed, Ground, Reason, Remedy
from conversations.cases.roles import Role
from conversations.cases.verdict import Outcome
from conversations.policy import assess

TMALL, LAW = load("tmall_global"), load("consumer_law")
DAY = timedelta(days=1)


def judge(build, pack=TMALL, *, after=timedelta(0), order=None, **claim):
    return assess(build.claim(**claim), order or build.order(), pack, build.opened + after)


def held(verdict) -> dict[str, bool]:
    return {finding.rule: finding.holds for finding in verdict.findings}


# --- which rules look at what ----------------------------------------------------------------------------------

RETURN_RULES = ("return.basis", "return.window", "return.unused", "return.packaging", "return.product")
EXCHANGE_RULES = ("exchange.basis", "exchange.product", "exchange.window", "exchange.unused", "exchange.packaging")
RULES = {
    (Remedy.RETURN, Reason.CHANGED_MIND): RETURN_RULES,
    (Remedy.RETURN, Reason.FAULTY): ("return.basis", "defect.window", "defect.evidence"),
    (Remedy.EXCHANGE, Reason.CHANGED_MIND): EXCHANGE_RULES,
    (Remedy.EXCHANGE, Reason.WRONG_ITEM): (*EXCHANGE_RULES, "defect.evidence"),
    (Remedy.REFUND, Reason.CHANGED_MIND): ("refund.basis",),
    (Remedy.REFUND, Reason.DAMAGED): ("refund.basis", "defect.window", "defect.evidence"),
    (Remedy.REFUND, Reason.NOT_ARRIVED): ("refund.basis", "defect.window", "refund.arrival"),
}


@pytest.mark.parametrize("pack", [TMALL, LAW], ids=["tmall_global", "consumer_law"])
@pytest.mark.parametrize(("remedy", "reason"), RULES)
def test_every_rule_that_looks_at_the_claim_is_named_once(build, pack, remedy, reason):
    verdict = judge(build, pack, remedy=remedy, reason=reason)

    assert sorted(finding.rule for finding in verdict.findings) == sorted(RULES[remedy, reason])


@pytest.mark.parametrize("pack", [TMALL, LAW], ids=["tmall_global", "consumer_law"])
def test_every_finding_says_where_its_rule_comes_from(build, pack):
    for remedy in Remedy:
        for reason in Reason:
            verdict = judge(build, pack, remedy=remedy, reason=reason)
            assert verdict.findings
            assert all(finding.source and finding.found.msgid for finding in verdict.findings)


GROUNDS = {
    Reason.CHANGED_MIND: Ground.NO_REASON,
    Reason.FAULTY: Ground.QUALITY,
    Reason.DAMAGED: Ground.QUALITY,
    Reason.PARTS_MISSING: Ground.QUALITY,
    Reason.WRONG_ITEM: Ground.MISMATCH,
    Reason.NOT_AS_DESCRIBED: Ground.MISMATCH,
    Reason.NOT_ARRIVED: Ground.MISMATCH,
}


@pytest.mark.parametrize("reason", list(Reason))
def test_each_reason_has_a_ground(build, reason):
    assert judge(build, reason=reason).ground is GROUNDS[reason]


# --- outcomes --------------------------------------------------------------------------------------------------


def test_a_return_without_a_reason_is_eligible_when_everything_holds(build):
    verdict = judge(build)

    assert verdict.outcome is Outcome.ELIGIBLE
    assert held(verdict) == dict.fromkeys(RETURN_RULES, True)
    assert verdict.instead == ()


@pytest.mark.parametrize("remedy", [Remedy.RETURN, Remedy.EXCHANGE])
@pytest.mark.parametrize(("state", "rule"), [("is_used", "unused"), ("is_opened", "packaging")])
def test_used_or_opened_goods_are_for_the_seller_to_judge(build, remedy, state, rule):
    verdict = judge(build, remedy=remedy, **{state: True})

    assert verdict.outcome is Outcome.DISCRETIONARY
    assert [name for name, holds in held(verdict).items() if not holds] == [f"{remedy}.{rule}"]


@pytest.mark.parametrize("remedy", [Remedy.RETURN, Remedy.REFUND])
def test_use_does_not_matter_for_faulty_goods(build, remedy):
    verdict = judge(build, remedy=remedy, reason=Reason.FAULTY, is_used=True, is_opened=True, evidence=1)

    assert verdict.outcome is Outcome.ELIGIBLE


@pytest.mark.parametrize(
    ("count", "outcome"), [(0, Outcome.NEEDS_EVIDENCE), (1, Outcome.ELIGIBLE), (9, Outcome.ELIGIBLE)]
)
@pytest.mark.parametrize("reason", [r for r in Reason if r not in (Reason.CHANGED_MIND, Reason.NOT_ARRIVED)])
def test_a_fault_or_a_wrong_description_has_to_be_shown(build, reason, count, outcome):
    verdict = judge(build, remedy=Remedy.REFUND, reason=reason, evidence=count)

    assert (verdict.outcome, held(verdict)["defect.evidence"]) == (outcome, count > 0)


def test_the_worst_rule_decides_and_all_are_named(build):
    verdict = judge(build, after=30 * DAY, remedy=Remedy.EXCHANGE, is_used=True, reason=Reason.FAULTY, evidence=0)

    assert verdict.outcome is Outcome.INELIGIBLE
    assert held(verdict) == {
        "exchange.basis": True,
        "exchange.product": True,
        "exchange.window": False,
        "exchange.unused": False,
        "exchange.packaging": True,
        "defect.evidence": False,
    }


def test_a_refund_without_a_fault_is_not_possible_but_a_return_is(build):
    verdict = judge(build, remedy=Remedy.REFUND)

    assert (verdict.outcome, verdict.instead) == (Outcome.INELIGIBLE, (Remedy.RETURN, Remedy.EXCHANGE))


def test_only_products_marked_so_can_be_exchanged(build):
    scarf = (Claimed("2", 1),)

    alone = judge(build, remedy=Remedy.EXCHANGE, items=scarf)
    both = judge(build, remedy=Remedy.EXCHANGE, items=(Claimed("1", 1), *scarf))

    assert (alone.outcome, alone.instead) == (Outcome.INELIGIBLE, (Remedy.RETURN,))
    assert both.outcome is Outcome.INELIGIBLE
    [found] = [f.found for f in both.findings if f.rule == "exchange.product"]
    assert found.params["items"] == ("Red scarf",)


def test_what_a_store_does_not_take_back_can_still_be_faulty(build):
    order = build.order()
    order = replace(order, items=tuple(replace(item, returnable=False) for item in order.items))

    assert judge(build, order=order).outcome is Outcome.INELIGIBLE
    assert judge(build, order=order, reason=Reason.FAULTY, evidence=1).outcome is Outcome.ELIGIBLE


@pytest.mark.parametrize("remedy", [Remedy.RETURN, Remedy.EXCHANGE])
def test_what_has_not_arrived_cannot_be_sent_back(build, remedy):
    verdict = judge(
        build, remedy=remedy, reason=Reason.NOT_ARRIVED, order=build.order(delivered_at=None), after=30 * DAY
    )

    assert (verdict.outcome, verdict.instead) == (Outcome.INELIGIBLE, (Remedy.REFUND,))
    assert (verdict.goods_back, verdict.return_shipping) == (False, None)


def test_when_every_window_has_passed_nothing_is_open_instead(build):
    verdict = judge(build, after=200 * DAY, remedy=Remedy.REFUND, reason=Reason.FAULTY, evidence=1)

    assert (verdict.outcome, verdict.instead) == (Outcome.INELIGIBLE, ())


# --- who pays for the way back ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pack", "reason", "payer", "instead"),
    [
        (TMALL, Reason.CHANGED_MIND, Role.SELLER, ()),
        (TMALL, Reason.FAULTY, Role.BUYER, (Remedy.REFUND,)),
        (TMALL, Reason.WRONG_ITEM, Role.BUYER, (Remedy.REFUND,)),
        (LAW, Reason.CHANGED_MIND, Role.BUYER, ()),
        (LAW, Reason.FAULTY, Role.SELLER, ()),
        (LAW, Reason.WRONG_ITEM, Role.SELLER, ()),
    ],
)
def test_the_packs_differ_in_who_pays_for_a_return_and_what_serves_the_buyer_better(
    build, pack, reason, payer, instead
):
    verdict = judge(build, pack, reason=reason, evidence=1)

    assert (verdict.goods_back, verdict.return_shipping, verdict.instead) == (True, payer, instead)


def test_a_refund_that_is_no_longer_open_is_not_recommended(build):
    order = build.order(delivered_at=build.opened - 91 * DAY)

    verdict = judge(build, reason=Reason.FAULTY, evidence=1, order=order)

    assert (verdict.outcome, verdict.instead) == (Outcome.INELIGIBLE, ())


@pytest.mark.parametrize("pack", [TMALL, LAW], ids=["tmall_global", "consumer_law"])
@pytest.mark.parametrize("reason", [Reason.FAULTY, Reason.NOT_AS_DESCRIBED])
def test_a_refund_asks_for_no_goods_back(build, pack, reason):
    verdict = judge(build, pack, remedy=Remedy.REFUND, reason=reason, evidence=1)

    assert (verdict.goods_back, verdict.return_shipping) == (False, None)


def test_nothing_is_looked_at_twice_and_nothing_is_changed(build):
    claim, order = build.claim(), build.order()

    assert assess(claim, order, TMALL, build.opened) == assess(claim, order, TMALL, build.opened)
    assert (claim, order) == (build.claim(), build.order())
