"""Two packs on one claim."""

from datetime import timedelta

from bot.policies import load
from conversations.cases.claim import Reason, Remedy
from conversations.cases.roles import Role
from conversations.cases.verdict import Outcome
from conversations.policy import assess, difference, for_store
from conversations.policy.history import Earlier, Ending, History

TMALL, LAW = load("tmall_global"), load("consumer_law")
DAYS = timedelta(days=1)


def own(text):
    return for_store(TMALL, text, "own.toml")


def test_verdicts_that_come_to_the_same_are_no_difference(build):
    refund = build.claim(remedy=Remedy.REFUND, reason=Reason.FAULTY, evidence=1)
    longer = own('[[rules]]\nid = "defect.window"\nany_of = [{ since = "receipt", length = "99d" }]')

    assert difference(build.claim(), build.order(), TMALL, TMALL, build.opened) is None
    assert difference(refund, build.order(), TMALL, LAW, build.opened) is None
    assert difference(refund, build.order(), TMALL, longer, build.opened) is None  # another date was found


def test_the_outcome_may_differ_and_the_rules_that_make_it_are_named(build):
    claim, order, at = build.claim(), build.order(), build.opened + 6 * DAYS  # 15 days from the purchase

    found = difference(claim, order, own('[return_shipping]\nUSD = "20"'), LAW, at)

    assert (found.one, found.other) == (assess(claim, order, TMALL, at), assess(claim, order, LAW, at))
    assert (found.one.outcome, found.other.outcome) == (Outcome.ELIGIBLE, Outcome.INELIGIBLE)
    assert (found.one.return_shipping, found.other.return_shipping) == (Role.SELLER, Role.BUYER)
    assert found.rules == ("return.window",)


def test_a_rule_that_only_one_of_them_has_is_named(build):
    claim = build.claim(remedy=Remedy.REFUND, reason=Reason.FAULTY)
    lax = own('drop = ["defect.evidence"]')

    there, back = (difference(claim, build.order(), *packs, build.opened) for packs in ((TMALL, lax), (lax, TMALL)))

    assert [there.one.outcome, there.other.outcome] == [Outcome.NEEDS_EVIDENCE, Outcome.ELIGIBLE]
    assert [back.one.outcome, back.other.outcome] == [Outcome.ELIGIBLE, Outcome.NEEDS_EVIDENCE]
    assert there.rules == back.rules == ("defect.evidence",)


def test_whether_goods_go_back_may_differ_alone(build):
    claim = build.claim(remedy=Remedy.REFUND, reason=Reason.FAULTY, evidence=1)
    keeps = TMALL.model_copy(update={"goods_back": {**TMALL.goods_back, Remedy.REFUND: ("quality",)}})

    found = difference(claim, build.order(), TMALL, keeps, build.opened)

    assert (found.one.goods_back, found.other.goods_back, found.rules) == (False, True, ())


def test_both_look_at_what_was_claimed_before(build):
    before = History((Earlier("1", 2, "no_reason", Ending.DISMISSED),))
    lax = own('drop = ["claims.dismissed"]')

    found = difference(build.claim(), build.order(), TMALL, lax, build.opened, history=before)

    assert (found.one.outcome, found.other.outcome) == (Outcome.INELIGIBLE, Outcome.ELIGIBLE)
    assert found.rules == ("claims.dismissed",)
