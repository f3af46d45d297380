"""What each kind of rule says it found: the whole finding, for a claim that passes and one that does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.policies import load
from conversations.cases.claim import Claimed, Ground, Reason, Remedy
from conversations.cases.verdict import Finding, Outcome
from conversations.phrase import Phrase
from conversations.policy import History, assess
from conversations.policy.history import Earlier, Ending
from conversations.policy.rules.window import Window

TMALL = load("tmall_global")
DAY = timedelta(days=1)


def found(build, rule, *, order=None, after=timedelta(0), history=(), **claim):
    verdict = assess(
        build.claim(**claim), order or build.order(), TMALL, build.opened + after, history=History(history)
    )
    return next(finding for finding in verdict.findings if finding.rule == rule)


def held(rule, source, phrase):
    return Finding(rule, True, phrase, source, Outcome.ELIGIBLE)


def failed(rule, source, phrase, outcome=Outcome.INELIGIBLE):
    return Finding(rule, False, phrase, source, outcome)


def test_what_a_basis_finds(build):
    missing = {"reason": Reason.NOT_ARRIVED, "order": build.order(delivered_at=None)}
    refund = {"remedy": Remedy.REFUND, "reason": Reason.FAULTY}

    assert found(build, "return.basis") == held(
        "return.basis", "§1", Phrase("A return can be asked for with this reason.")
    )
    assert found(build, "exchange.basis", remedy=Remedy.EXCHANGE) == held(
        "exchange.basis", "§1", Phrase("An exchange can be asked for with this reason.")
    )
    assert found(build, "refund.basis", **refund) == held(
        "refund.basis", "§1", Phrase("A refund can be asked for with this reason.")
    )
    assert found(build, "return.basis", **missing) == failed(
        "return.basis", "§1", Phrase("What has not arrived cannot be sent back; you can ask for a refund.")
    )
    assert found(build, "refund.basis", remedy=Remedy.REFUND) == failed(
        "refund.basis", "§1", Phrase("A refund without sending the goods back needs a fault or a wrong description.")
    )


def test_what_a_window_finds(build):
    until = build.opened + 6 * DAY

    assert found(build, "return.window") == held(
        "return.window", "§1, §2", Phrase("In time: open until {until}.", until=until)
    )
    assert found(build, "return.window", after=7 * DAY) == failed(
        "return.window", "§1, §2", Phrase("Too late: the time for this ended on {until}.", until=until)
    )
    assert found(build, "return.window", order=build.order(delivered_at=None)) == held(
        "return.window", "§1, §2", Phrase("In time: the goods have not been delivered yet.")
    )


def test_a_window_from_the_purchase_alone_does_not_run_out_before_delivery(build):
    span = {"since": "purchase", "length": "1d"}
    window = Window.model_validate({"id": "w", "kind": "window", "source": "§1", "any_of": [span]})
    pack = TMALL.model_copy(update={"rules": (window,)})

    on_its_way, there = (
        assess(build.claim(), build.order(**changes), pack, build.opened) for changes in ({"delivered_at": None}, {})
    )

    assert (on_its_way.outcome, there.outcome) == (Outcome.ELIGIBLE, Outcome.INELIGIBLE)


@pytest.mark.parametrize("remedy", ["return", "exchange"])
def test_what_a_condition_finds(build, remedy):
    source = {"return": "§1, §2", "exchange": "§1"}[remedy]
    unused, intact = f"{remedy}.unused", f"{remedy}.packaging"
    claim = {"remedy": Remedy(remedy)}

    assert found(build, unused, **claim) == held(unused, source, Phrase("The goods are unused."))
    assert found(build, intact, **claim) == held(intact, source, Phrase("The packaging is intact."))
    assert found(build, unused, is_used=True, **claim) == failed(
        unused, source, Phrase("The goods were used, so the seller decides."), Outcome.DISCRETIONARY
    )
    assert found(build, intact, is_opened=True, **claim) == failed(
        intact, source, Phrase("The packaging is not intact, so the seller decides."), Outcome.DISCRETIONARY
    )


def test_what_a_product_finds(build):
    order = build.order()
    unreturnable = replace(order, items=tuple(replace(item, returnable=False) for item in order.items))
    both = (Claimed("1", 1), Claimed("2", 1))

    assert found(build, "exchange.product", remedy=Remedy.EXCHANGE) == held(
        "exchange.product", "§1", Phrase("The store exchanges this product.")
    )
    assert found(build, "exchange.product", remedy=Remedy.EXCHANGE, items=both) == failed(
        "exchange.product", "§1", Phrase("Cannot be exchanged: {items}.", items=("Red scarf",))
    )
    assert found(build, "return.product") == held(
        "return.product", "house", Phrase("The store takes this product back.")
    )
    assert found(build, "return.product", order=unreturnable, items=both) == failed(
        "return.product",
        "house",
        Phrase("Cannot be returned without a reason: {items}.", items=("Blue mug", "Red scarf")),
    )


def test_a_better_remedy_is_the_packs_to_name(build):
    """A better remedy is named only where both the remedy and the ground are the pack's."""
    [advice] = TMALL.recommend
    pack = TMALL.model_copy(
        update={"recommend": (advice.model_copy(update={"better": Remedy.EXCHANGE, "grounds": (Ground.QUALITY,)}),)}
    )

    assert assess(build.claim(), build.order(), pack, build.opened).instead == ()
    assert assess(build.claim(reason=Reason.FAULTY), build.order(), pack, build.opened).instead == (Remedy.EXCHANGE,)


def test_a_mark_is_the_one_the_rule_asks_for(build):
    item = build.order().items[0]
    only_exchanged = build.order(items=(replace(item, exchangeable=True, returnable=False),))
    only_returned = build.order(items=(replace(item, exchangeable=False, returnable=True),))

    assert found(build, "exchange.product", remedy=Remedy.EXCHANGE, order=only_exchanged).holds
    assert not found(build, "exchange.product", remedy=Remedy.EXCHANGE, order=only_returned).holds
    assert found(build, "return.product", order=only_returned).holds
    assert not found(build, "return.product", order=only_exchanged).holds


@pytest.mark.parametrize("count", [1, 3])
def test_what_evidence_finds(build, count):
    assert found(build, "defect.evidence", reason=Reason.FAULTY, evidence=count) == held(
        "defect.evidence",
        "§1, §5",
        Phrase.counted("{n} photo, video or report was given.", "{n} photos, videos or reports were given.", count),
    )
    assert found(build, "defect.evidence", reason=Reason.FAULTY) == failed(
        "defect.evidence",
        "§1, §5",
        Phrase.counted(
            "At least {n} photo, video or test report is needed.",
            "At least {n} photos, videos or test reports are needed.",
            1,
        ),
        Outcome.NEEDS_EVIDENCE,
    )


def test_what_an_arrival_finds(build):
    missing = {"remedy": Remedy.REFUND, "reason": Reason.NOT_ARRIVED}
    on_its_way = build.order(delivered_at=None)
    expected = on_its_way.purchased_at + 15 * DAY
    delivered_at = build.order().delivered_at

    assert found(build, "refund.arrival", order=on_its_way, after=30 * DAY, **missing) == held(
        "refund.arrival", "house", Phrase("The goods should have arrived by {until}.", until=expected)
    )
    assert found(build, "refund.arrival", order=on_its_way, **missing) == failed(
        "refund.arrival",
        "house",
        Phrase("The goods may still be on their way until {until}, so the seller decides.", until=expected),
        Outcome.DISCRETIONARY,
    )
    assert found(build, "refund.arrival", after=30 * DAY, **missing) == failed(
        "refund.arrival",
        "house",
        Phrase("The order was reported as delivered on {at}, so the seller decides.", at=delivered_at),
        Outcome.DISCRETIONARY,
    )


def test_what_limits_on_claims_find_in_one_or_many(build):
    def earlier(ending, times):
        return (Earlier("1", 2, Ground.NO_REASON, ending),) * times

    items = ("Blue mug",)

    assert found(build, "claims.open", history=earlier(Ending.OPEN, 1)) == failed(
        "claims.open",
        "house",
        Phrase.counted(
            "Only {n} case can be open about {items}. Go on in that one, or withdraw it first.",
            "Only {n} cases can be open about {items}. Go on in those, or withdraw one first.",
            1,
            items=items,
        ),
    )
    assert found(build, "claims.all", history=earlier(Ending.SETTLED, 5)) == failed(
        "claims.all",
        "house",
        Phrase.counted(
            "Only {n} claim can be made about {items}. You can still write to the store itself.",
            "Only {n} claims can be made about {items}. You can still write to the store itself.",
            5,
            items=items,
        ),
    )
    assert found(build, "claims.withdrawn", history=earlier(Ending.WITHDRAWN, 3)) == failed(
        "claims.withdrawn",
        "house",
        Phrase.counted(
            "A claim that was given up can be made again {n} time: {items}. Another reason may still be open.",
            "A claim that was given up can be made again {n} times: {items}. Another reason may still be open.",
            2,
            items=items,
        ),
    )


def test_units_dismissed_on_another_ground_do_not_count(build):
    before = (
        Earlier("1", 1, Ground.NO_REASON, Ending.DISMISSED),
        Earlier("1", 2, Ground.QUALITY, Ending.DISMISSED),
    )

    assert found(build, "claims.dismissed", history=before, items=(Claimed("1", 1),)).holds
    assert not found(build, "claims.dismissed", history=before, items=(Claimed("1", 2),)).holds


def test_goods_of_no_excluded_kind_are_taken_back(build):
    order = build.order()
    order = replace(order, items=tuple(replace(item, category="Flowers") for item in order.items))
    pack = TMALL.model_copy(
        update={
            "rules": tuple(
                rule.model_copy(update={"categories": {}}) if rule.id == "goods.exclusions" else rule
                for rule in TMALL.rules
            )
        }
    )

    assert assess(build.claim(), order, pack, build.opened).outcome is Outcome.ELIGIBLE
    assert assess(build.claim(), order, TMALL, build.opened).outcome is Outcome.INELIGIBLE


def test_only_the_remedy_the_pack_speaks_of_has_a_better_one(build):
    fault = {"reason": Reason.FAULTY, "evidence": 1}

    better = {
        remedy: assess(build.claim(remedy=remedy, **fault), build.order(), TMALL, build.opened).instead
        for remedy in Remedy
    }

    assert better == {Remedy.RETURN: (Remedy.REFUND,), Remedy.EXCHANGE: (), Remedy.REFUND: ()}
