"""How often the same goods may be claimed: at one time, in all, and again after a claim that came to nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.policies import load
from conversations.cases.claim import Claimed, Ground, Reason, Remedy
from conversations.cases.clocks import Outage
from conversations.cases.states import State
from conversations.cases.terms import Kind
from conversations.cases.verdict import Outcome
from conversations.policy import History, assess, history_of
from conversations.policy.history import Earlier, Ending

TMALL, LAW = load("tmall_global"), load("consumer_law")
PACKS = pytest.mark.parametrize("pack", [TMALL, LAW], ids=["tmall_global", "consumer_law"])
NO_REASON, QUALITY = Ground.NO_REASON, Ground.QUALITY


def history(*earlier, item="1"):
    """Earlier claims as (quantity, ending) or (quantity, ending, ground)."""
    return History(tuple(Earlier(item, n, *(ground or [NO_REASON]), ending) for n, ending, *ground in earlier))


def verdict(build, before, pack=TMALL, **claim):
    return assess(build.claim(**claim), build.order(), pack, build.opened, history=before)


def limits(judged):
    """What the rules about repetition found: rule -> whether it holds."""
    return {found.rule: found.holds for found in judged.findings if found.rule.startswith("claims.")}


def test_a_first_claim_is_judged_by_none_of_these_rules(build):
    assert limits(verdict(build, History())) == {}
    assert limits(verdict(build, history((1, Ending.OPEN), item="2"))) == {}


# --- the order has two mugs (line 1) and a scarf (line 2) ------------------------------------------------------

ONE_MUG = (Claimed("1", 1),)


@PACKS
@pytest.mark.parametrize(
    ("earlier", "items", "holds"),
    [
        ([(1, Ending.OPEN)], ONE_MUG, True),  # the other mug
        ([(1, Ending.OPEN)], (Claimed("1", 2),), False),
        ([(2, Ending.OPEN)], ONE_MUG, False),
        ([(1, Ending.OPEN), (1, Ending.OPEN, QUALITY)], ONE_MUG, False),  # on any ground
    ],
)
def test_a_unit_is_in_one_open_case_at_a_time(build, pack, earlier, items, holds):
    judged = verdict(build, history(*earlier), pack, items=items)

    assert limits(judged)["claims.open"] is holds
    assert judged.outcome is (Outcome.ELIGIBLE if holds else Outcome.INELIGIBLE)


@PACKS
@pytest.mark.parametrize(
    ("earlier", "items", "holds"),
    [
        ([(2, Ending.SETTLED)] * 4 + [(1, Ending.DISMISSED, QUALITY)], ONE_MUG, True),  # nine and one: five a unit
        ([(2, Ending.SETTLED)] * 4 + [(1, Ending.DISMISSED, QUALITY)], (Claimed("1", 2),), False),
        ([(2, Ending.SETTLED)] * 5, ONE_MUG, False),
    ],
)
def test_a_unit_is_in_five_claims_in_all(build, pack, earlier, items, holds):
    judged = verdict(build, history(*earlier), pack, items=items)

    assert limits(judged)["claims.all"] is holds
    assert judged.outcome is (Outcome.ELIGIBLE if holds else Outcome.INELIGIBLE)


#: ending -> how often a unit may be claimed again after it
AGAIN = {Ending.WITHDRAWN: 2, Ending.LAPSED: 1, Ending.DISMISSED: 0}


@PACKS
@pytest.mark.parametrize("ending", AGAIN)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_claim_that_came_to_nothing_can_be_made_again_so_many_times(build, pack, ending, times):
    judged = verdict(build, history(*[(2, ending)] * times), pack, items=(Claimed("1", 2),))

    assert limits(judged) == {"claims.all": True, f"claims.{ending}": times <= AGAIN[ending]}
    assert judged.outcome is (Outcome.ELIGIBLE if times <= AGAIN[ending] else Outcome.INELIGIBLE)


@pytest.mark.parametrize("ending", AGAIN)
def test_another_ground_is_another_claim(build, ending):
    judged = verdict(build, history(*[(2, ending)] * 3), reason=Reason.FAULTY, remedy=Remedy.REFUND, evidence=1)

    assert limits(judged) == {"claims.all": True}
    assert judged.outcome is Outcome.ELIGIBLE


def test_the_other_unit_of_a_line_can_be_claimed_after_the_first_was_dismissed(build):
    before = history((1, Ending.DISMISSED))

    assert limits(verdict(build, before, items=ONE_MUG))["claims.dismissed"] is True
    assert limits(verdict(build, before, items=(Claimed("1", 2),)))["claims.dismissed"] is False


def test_what_is_found_names_the_figure_the_items_and_what_is_possible(build):
    def told(before, rule, **claim):
        [found] = [f for f in verdict(build, before, **claim).findings if f.rule == rule]
        return (found.found.plural or found.found.msgid, dict(found.found.params))

    mug, two = ("Blue mug",), {"items": (Claimed("1", 2),)}

    assert told(history((1, Ending.OPEN)), "claims.open", **two) == (
        "Only {n} cases can be open about {items}. Go on in those, or withdraw one first.",
        {"n": 1, "items": mug},
    )
    assert told(history((1, Ending.OPEN)), "claims.open", items=ONE_MUG) == (
        "At most {n} cases can be open about the same goods.",
        {"n": 1},
    )
    assert told(history(*[(2, Ending.SETTLED)] * 5), "claims.all", items=ONE_MUG) == (
        "Only {n} claims can be made about {items}. You can still write to the store itself.",
        {"n": 5, "items": mug},
    )
    assert told(history((1, Ending.SETTLED)), "claims.all", items=ONE_MUG) == (
        "At most {n} claims can be made about the same goods.",
        {"n": 5},
    )
    assert told(history(*[(2, Ending.WITHDRAWN)] * 3), "claims.withdrawn") == (
        "A claim that was given up can be made again {n} times: {items}. Another reason may still be open.",
        {"n": 2, "items": mug},
    )
    assert told(history((2, Ending.WITHDRAWN)), "claims.withdrawn") == ("This may be claimed again.", {})
    assert told(history((2, Ending.DISMISSED)), "claims.dismissed") == (
        "This was decided already and cannot be claimed again: {items}. Another reason may still be open.",
        {"items": mug},
    )


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (Ending.WITHDRAWN, "A claim that was withdrawn cannot be made again: {items}."),
        (Ending.LAPSED, "A claim that ran out cannot be made again: {items}."),
    ],
)
def test_a_pack_may_let_nothing_be_claimed_again(build, after, told):
    rules = [r.model_copy(update={"at_most": 0}) if r.id == f"claims.{after}" else r for r in TMALL.rules]

    judged = verdict(build, history((2, after)), TMALL.model_copy(update={"rules": tuple(rules)}))

    [found] = [f for f in judged.findings if f.rule == f"claims.{after}"]
    assert (found.found.msgid, found.found.params["items"]) == (told, ("Blue mug",))


def test_no_other_remedy_is_open_for_goods_that_were_claimed_too_often(build):
    assert verdict(build, history((2, Ending.OPEN))).instead == ()
    assert verdict(build, history((1, Ending.OPEN)), items=ONE_MUG, remedy=Remedy.REFUND).instead == (
        Remedy.RETURN,
        Remedy.EXCHANGE,
    )


# --- where the history comes from ------------------------------------------------------------------------------


def test_history_tells_how_each_case_ended(build):
    dismissal = {"terms": build.terms(Kind.DISMISSAL, items=()), "text": "no fault is shown"}
    ends = {
        "SETTLD": build.at(State.SETTLED),
        "WITHDR": build.at(State.CLOSED),
        "LAPSED": build.moved(build.at(State.AT_ODDS), "close", build.clock).case,
        "DISMIS": build.walk(
            build.at(State.ARBITRATION), ("rule", build.arbitrator, dismissal), ("stand", build.clock)
        ),
        "STOPEN": build.case(reason=Reason.FAULTY, remedy=Remedy.REFUND, evidence=1),
    }
    cases = [replace(case, ref=ref) for ref, case in ends.items()]

    made = history_of(cases, at=build.opened + timedelta(days=90), withdrawn={"WITHDR"})

    assert made == history(
        (2, Ending.SETTLED),
        (2, Ending.WITHDRAWN),
        (2, Ending.LAPSED),
        (2, Ending.DISMISSED),
        (2, Ending.OPEN, QUALITY),
    )


def test_history_is_as_of_an_instant(build):
    second = timedelta(seconds=1)
    case = build.moved(build.case(), "withdraw", build.buyer, after=timedelta(hours=1)).case
    ended = build.opened + timedelta(hours=1)

    assert history_of((case,), at=build.opened - second) == History()
    assert [e.ending for e in history_of((case,), at=build.opened).earlier] == [Ending.OPEN]
    assert [e.ending for e in history_of((case,), at=ended - second).earlier] == [Ending.OPEN]
    assert [e.ending for e in history_of((case,), at=ended).earlier] == [Ending.LAPSED]


def test_an_outage_that_was_not_over_does_not_count_yet(build):
    gap = Outage(build.opened, build.opened + timedelta(hours=1))

    assert history_of((), at=gap.ended_at, outages=[gap]) == History(outages=(gap,))
    assert history_of((), at=gap.ended_at - timedelta(seconds=1), outages=[gap]) == History()


def test_claims_on_a_replacement_have_a_history_of_their_own(build):
    first, about_replacement = build.case(), build.case(linked="B7KQ2M")
    at = build.opened + timedelta(days=1)

    assert len(history_of((first, about_replacement), at=at).earlier) == 1
    assert len(history_of((first, about_replacement), at=at, linked="B7KQ2M").earlier) == 1
    assert history_of((first,), at=at, linked="B7KQ2M") == History()


def test_units_are_counted_as_often_as_they_were_claimed(build):
    before = history((2, Ending.OPEN), (1, Ending.OPEN, QUALITY), (1, Ending.SETTLED))

    assert before.units("1", endings={Ending.OPEN}) == 3
    assert before.units("1", endings={Ending.OPEN}, ground=QUALITY) == 1
    assert before.units("1", endings=set(Ending)) == 4
    assert before.units("2", endings=set(Ending)) == 0
