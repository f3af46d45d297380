"""Moves of a whole case: their limits, and what each leaves behind."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from conversations.cases import facts, records
from conversations.cases.case import (
    THE_CLOCK,
    Actor,
    Denied,
    act,
    claimed_terms,
    platform_owes,
    shipping_allowance,
    terms_refused,
)
from conversations.cases.claim import Claimed, Reason, Remedy
from conversations.cases.lifecycle import NAMES, Act, IllegalMove, UnknownMove, moves_open
from conversations.cases.money import Money
from conversations.cases.offers import Fate, rounds_of
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.terms import Kind, Send, Terms
from conversations.cases.vouchers import Voucher, VoucherKind

HOUR = timedelta(hours=1)


def denied(case, name, actor, **what) -> str:
    outcome = act(case, Act(move=name, **what), actor, now=case.since + HOUR)
    assert isinstance(outcome, Denied), outcome
    return outcome.reason.msgid


# --- opening ---------------------------------------------------------------------------------------------------


def test_a_new_case_waits_for_the_seller_and_pins_its_policy(build):
    moved = build.open()
    case = moved.case

    assert (case.state, case.is_open, case.store, case.buyer) == (State.AWAITING_SELLER, True, "Acme", 1)
    assert (case.opened_at, case.since, case.due_at) == (
        build.opened,
        build.opened,
        build.opened + timedelta(hours=48),
    )
    assert (case.policy, case.policy_hash) == ("tmall_global", build.pack.hash)
    assert moved.facts == (
        facts.CaseOpened(case.claim, case.verdict.ground, case.verdict.outcome, "tmall_global", build.pack.hash),
    )


# --- what a claim asks for -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (
            {},
            {
                "kind": Kind.RETURN_REFUND,
                "amount": Money(4000, "USD"),
                "goods_back": True,
                "shipping": Role.SELLER,
                "shipping_amount": Money(1500, "USD"),
                "send": Send.NOTHING,
            },
        ),
        (
            {"reason": Reason.FAULTY, "evidence": 1},
            {
                "kind": Kind.RETURN_REFUND,
                "amount": Money(4000, "USD"),
                "goods_back": True,
                "shipping": Role.BUYER,
                "shipping_amount": Money(0, "USD"),
                "send": Send.NOTHING,
            },
        ),
        (
            {"remedy": Remedy.REFUND, "reason": Reason.FAULTY, "evidence": 1},
            {
                "kind": Kind.REFUND,
                "amount": Money(4000, "USD"),
                "goods_back": False,
                "shipping": None,
                "shipping_amount": Money(0, "USD"),
                "send": Send.NOTHING,
            },
        ),
        (
            {"remedy": Remedy.EXCHANGE},
            {
                "kind": Kind.EXCHANGE,
                "amount": Money(0, "USD"),
                "goods_back": True,
                "shipping": Role.SELLER,
                "shipping_amount": Money(1500, "USD"),
                "send": Send.REPLACEMENT,
            },
        ),
    ],
    ids=["return", "return of faulty goods", "refund", "exchange"],
)
def test_an_approval_agrees_to_what_was_claimed(build, claim, expected):
    case = build.case(**claim)

    approved = build.moved(case, "approve", build.seller)

    terms = Terms(items=(Claimed("1", 2),), **expected)
    assert claimed_terms(case) == terms
    assert approved.case.position.terms == terms
    assert approved.facts == (facts.ClaimApproved(terms),)


def test_shipping_is_reimbursed_up_to_the_packs_allowance_and_not_at_all_in_other_currencies(build):
    assert shipping_allowance(build.case()) == Money(1500, "USD")
    assert shipping_allowance(build.open(paid=Money(1, "BRL")).case) == Money(0, "BRL")


# --- money -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"amount": Money(4000, "USD")}, None),
        ({"amount": Money(4001, "USD")}, "At most {most} can be given back here: what was paid for these items."),
        ({"amount": Money(100, "EUR")}, "This case is in {currency}; please give amounts in that currency."),
        ({"shipping_amount": Money(1, "EUR")}, "This case is in {currency}; please give amounts in that currency."),
        ({"amount": Money(0, "USD")}, "Please name an amount above zero."),
        ({"kind": Kind.REFUND, "amount": Money(0, "USD")}, "Please name an amount above zero."),
        ({"kind": Kind.RETURN_REFUND, "amount": Money(0, "USD")}, "Please name an amount above zero."),
        ({"kind": Kind.EXCHANGE, "amount": Money(0, "USD")}, None),
        ({"kind": Kind.DISMISSAL, "amount": Money(0, "USD")}, None),
        ({"shipping_amount": Money(1500, "USD")}, None),
        ({"shipping_amount": Money(1501, "USD")}, "At most {most} can be reimbursed for return shipping."),
    ],
)
def test_terms_never_promise_more_than_was_paid(build, changes, refused):
    case = build.case()

    reason = terms_refused(case, replace(build.terms(), **changes))

    assert (reason.msgid if reason else None) == refused


@pytest.mark.parametrize(
    ("state", "name", "who"),
    [
        (State.AWAITING_SELLER, "offer", "seller"),
        (State.AT_ODDS, "offer", "buyer"),
        (State.ARBITRATION, "propose", "arbitrator"),
        (State.ARBITRATION, "rule", "arbitrator"),
    ],
)
def test_too_much_is_denied_to_everybody(build, state, name, who):
    reason = denied(build.at(state), name, getattr(build, who), terms=build.terms(Kind.REFUND, 4001))

    assert reason == "At most {most} can be given back here: what was paid for these items."


def test_a_refund_without_an_amount_is_all_that_is_due(build):
    moved = build.moved(build.at(State.AWAITING_REFUND), "refund", build.seller, number="T1")

    voucher = Voucher(
        n=2, kind=VoucherKind.REFUND, by=Role.SELLER, at=build.opened, number="T1", amount=Money(5500, "USD")
    )
    assert moved.case.vouchers[-1] == voucher
    assert moved.facts == (facts.RefundPaid(voucher, Money(0, "USD")),)
    assert moved.case.left == Money(0, "USD")


def test_a_refund_in_parts_says_what_is_still_due(build):
    case = build.at(State.AWAITING_REFUND)

    first = build.moved(case, "refund", build.seller, amount=Money(2000, "USD"), number="T1")
    second = build.moved(first.case, "refund", build.seller, amount=Money(3500, "USD"), number="T2")

    assert (first.case.state, first.facts[0].left) == (State.AWAITING_REFUND, Money(3500, "USD"))
    assert (second.case.state, second.facts[0].left) == (State.REFUNDING, Money(0, "USD"))
    assert [voucher.name for voucher in second.case.vouchers] == ["V1", "V2", "V3"]


@pytest.mark.parametrize("state", [State.AWAITING_REFUND, State.BREACHED])
@pytest.mark.parametrize("minor", [0, 5501])
def test_a_refund_of_nothing_or_too_much_is_denied(build, state, minor):
    reason = denied(build.at(state), "refund", build.seller, amount=Money(minor, "USD"))

    assert reason == "A refund can be up to {left}, what is still due."


def test_a_disputed_refund_leaves_due_what_did_not_arrive(build):
    case = build.at(State.REFUNDING)

    moved = build.moved(case, "dispute_refund", build.buyer, amount=Money(1000, "USD"))

    assert moved.facts == (facts.RefundDisputed(Money(1000, "USD")),)
    assert (moved.case.state, moved.case.outstanding) == (State.BREACHED, Money(4500, "USD"))


def test_a_disputed_refund_without_an_amount_means_that_nothing_arrived(build):
    moved = build.moved(build.at(State.REFUNDING), "dispute_refund", build.buyer)

    assert moved.facts == (facts.RefundDisputed(Money(0, "USD")),)
    assert moved.case.outstanding == Money(5500, "USD")


@pytest.mark.parametrize("minor", [5500, 9999])
def test_a_refund_that_arrived_in_full_cannot_be_disputed(build, minor):
    reason = denied(build.at(State.REFUNDING), "dispute_refund", build.buyer, amount=Money(minor, "USD"))

    assert reason == "If everything has arrived, please confirm the refund instead of disputing it."


def test_what_was_reimbursed_for_shipping_is_not_given_for_the_items(build):
    exchanged = build.walk(
        build.at(State.REPLACING), ("receive_goods", build.buyer), ("refund", build.seller, {"number": "T"})
    )

    assert exchanged.vouchers[-1].amount == Money(1500, "USD")
    assert exchanged.left == Money(4000, "USD")
    assert build.at(State.SETTLED).left == Money(0, "USD")


# --- enforcing -------------------------------------------------------------------------------------------------


def test_enforcing_pays_what_is_outstanding_and_ends_the_case(build):
    part = build.moved(build.at(State.BREACHED), "refund", build.seller, amount=Money(500, "USD"), number="T1").case

    moved = build.moved(part, "enforce", build.arbitrator, number="P1")

    voucher = Voucher(
        n=3, kind=VoucherKind.PLATFORM, by=Role.ARBITRATOR, at=build.opened, number="P1", amount=Money(5000, "USD")
    )
    assert platform_owes(part) == Money(5000, "USD")
    assert moved.facts == (facts.TermsEnforced(voucher), facts.CaseSettled())
    assert (moved.case.state, moved.case.position.done.given) == (State.SETTLED, 5500)


def test_enforcing_turns_goods_that_were_never_sent_into_money(build):
    case = build.walk(build.at(State.AWAITING_REPLACEMENT), ("breach", THE_CLOCK))

    moved = build.moved(case, "enforce", build.arbitrator, number="P1")

    assert moved.case.vouchers[-1].amount == platform_owes(case) == Money(5500, "USD")
    assert moved.case.position.terms.kind is Kind.REFUND
    assert moved.case.state is State.SETTLED


def test_whoever_enforces_keeps_seeing_the_case(build):
    assert build.moved(build.at(State.BREACHED), "enforce", build.another).case.arbitrator == build.another.person


def test_the_arbitrator_who_ruled_may_enforce_the_ruling(build):
    ruled = build.walk(build.at(State.RULED), ("stand", THE_CLOCK), ("breach", THE_CLOCK))

    assert build.moved(ruled, "enforce", build.arbitrator).case.state is State.SETTLED


def test_the_buyer_may_not_enforce_or_take_their_own_case(build):
    buyer = Actor(Role.ARBITRATOR, build.buyer.person)
    reason = "You are the buyer in this case, so another arbitrator has to take it."

    assert denied(build.at(State.BREACHED), "enforce", buyer) == reason
    assert denied(build.at(State.ESCALATED), "take", buyer) == reason


# --- rounds ----------------------------------------------------------------------------------------------------


def counters(build, case, rounds):
    for n in range(rounds):
        for who in (build.seller, build.buyer):
            case = build.moved(case, "offer", who, terms=build.terms(amount=1000 + n), text=f"{n}").case
    return case


def test_each_side_has_three_rounds(build):
    case = counters(build, build.at(State.AT_ODDS), 3)

    assert [rounds_of(case.offers, role) for role in (Role.SELLER, Role.BUYER)] == [3, 3]
    assert denied(case, "offer", build.seller, terms=build.terms()).startswith("You have made {count} offers")


def test_the_rounds_of_one_side_are_not_those_of_the_other(build):
    case = build.at(State.AT_ODDS)
    for _ in range(3):
        case = build.walk(case, ("offer", build.seller, {"terms": build.terms()}), ("decline", build.buyer))

    assert denied(case, "offer", build.seller, terms=build.terms()).startswith("You have made")
    assert build.moved(case, "offer", build.buyer, terms=build.terms()).case.state is State.NEGOTIATING


def test_rounds_count_beside_arbitration_too(build):
    case = counters(build, build.at(State.AT_ODDS), 3)
    case = build.walk(case, ("escalate", build.buyer), ("take", build.arbitrator))

    assert denied(case, "offer", build.buyer, terms=build.terms()).startswith("You have made")
    assert build.moved(case, "propose", build.arbitrator, terms=build.terms()).case.state is State.ARBITRATION


# --- what became of offers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "who", "fate"),
    [
        ("accept", "buyer", Fate.ACCEPTED),
        ("decline", "buyer", Fate.DECLINED),
        ("offer", "buyer", Fate.COUNTERED),
        ("lapse", "clock", Fate.LAPSED),
        ("escalate", "buyer", Fate.DROPPED),
        ("withdraw", "buyer", Fate.DROPPED),
    ],
)
def test_an_offers_fate_is_kept(build, name, who, fate):
    case = build.at(State.NEGOTIATING)
    what = {"terms": build.terms()} if name == "offer" else {}

    after = build.moved(case, name, getattr(build, who), **what).case

    assert case.offers[0].fate is Fate.OPEN
    assert after.offers[0] == replace(case.offers[0], fate=fate)
    assert [offer.n for offer in after.offers] == ([1, 2] if name == "offer" else [1])


def test_an_offer_is_kept_with_its_words_and_its_maker(build):
    moved = build.moved(build.case(), "offer", build.seller, terms=build.terms(), text="my best", after=HOUR)

    offer = moved.case.offers[0]
    assert (offer.n, offer.by, offer.terms, offer.words) == (1, Role.SELLER, build.terms(), "my best")
    assert offer.at == build.opened + HOUR
    assert moved.facts == (facts.OfferMade(1, build.terms(), "my best"),)


@pytest.mark.parametrize("name", ["rule", "propose"])
def test_a_ruling_drops_the_open_offer_and_a_proposal_counters_it(build, name):
    case = build.moved(build.at(State.ARBITRATION), "offer", build.seller, terms=build.terms()).case

    after = build.moved(case, name, build.arbitrator, terms=build.terms(), text="because").case

    assert after.offers[0].fate is {"rule": Fate.DROPPED, "propose": Fate.COUNTERED}[name]


def test_a_half_accepted_proposal_stays_open(build):
    case = build.walk(
        build.at(State.ARBITRATION),
        ("propose", build.arbitrator, {"terms": build.terms()}),
        ("accept", build.buyer),
    )

    both = build.moved(case, "accept", build.seller)

    assert case.offers[0].fate is Fate.OPEN
    assert both.case.offers[0].fate is Fate.ACCEPTED
    assert both.facts == (facts.OfferAccepted(1, build.terms(), is_agreed=True),)


# --- arbitration -----------------------------------------------------------------------------------------------


def appealed(build):
    return build.moved(build.at(State.RULED), "appeal", build.buyer, text="new photo").case


def test_taking_a_case_makes_it_the_arbitrators(build):
    moved = build.moved(build.at(State.ESCALATED), "take", build.arbitrator)

    assert (moved.case.arbitrator, moved.facts) == (9, (facts.CaseTaken(9),))


def test_an_appeal_goes_to_another_arbitrator(build):
    case = appealed(build)

    assert (case.state, case.arbitrator, case.appealed_arbitrator) == (State.ESCALATED, None, 9)
    assert denied(case, "take", build.arbitrator).startswith("You gave the ruling under appeal")
    assert build.moved(case, "take", build.another).case.arbitrator == 8


def test_the_ruling_on_an_appeal_is_final(build):
    terms = build.terms(Kind.REFUND, 100)
    case = build.walk(appealed(build), ("take", build.another))

    moved = build.moved(case, "rule", build.another, terms=terms, text="the photo is old")

    assert [(ruling.arbitrator, ruling.is_final) for ruling in moved.case.rulings] == [(9, False), (8, True)]
    assert moved.facts == (facts.RulingGiven(terms, "the photo is old", True),)
    assert moved.case.state is State.AWAITING_REFUND


def test_after_the_final_ruling_any_arbitrator_may_take_a_new_dispute(build):
    terms = build.terms(Kind.EXCHANGE, goods_back=False, shipping=None)
    case = build.walk(
        appealed(build),
        ("take", build.another),
        ("rule", build.another, {"terms": terms, "text": "replace it"}),
        ("send_goods", build.seller, {"carrier": "UPS", "number": "1"}),
        ("dispute_goods", build.buyer, {"arrived": False, "text": "nothing came"}),
    )

    assert [build.moved(case, "take", who).case.state for who in (build.arbitrator, build.another)] == [
        State.ARBITRATION,
        State.ARBITRATION,
    ]


def test_an_agreement_ends_the_appeal(build):
    terms = build.terms(Kind.EXCHANGE, goods_back=False, shipping=None)
    case = build.walk(
        appealed(build),
        ("offer", build.seller, {"terms": terms}),
        ("accept", build.buyer),
        ("send_goods", build.seller, {"carrier": "UPS", "number": "1"}),
        ("dispute_goods", build.buyer, {"arrived": False, "text": "nothing came"}),
    )

    assert (case.appealed_arbitrator, case.has_failed_ruling) == (None, True)
    assert build.moved(case, "take", build.arbitrator).case.arbitrator == 9


def test_nothing_is_executed_while_an_appeal_is_open(build):
    case = appealed(build)
    doing = ("ship", "receive", "send_goods", "refund", "receive_goods", "confirm_refund", "enforce")

    assert not {name for role in Role for name in moves_open(case.position, role)} & set(doing)


def test_a_case_given_back_by_the_clock_is_late_and_by_hand_is_not(build):
    case = build.at(State.ARBITRATION)

    late = build.moved(case, "release", THE_CLOCK)
    back = build.moved(case, "release", build.arbitrator)

    assert (late.case.is_late, late.case.arbitrator, late.facts) == (
        True,
        None,
        (facts.CaseReleased(9, by_default=True),),
    )
    assert (back.case.is_late, back.case.arbitrator, back.facts) == (False, None, (facts.CaseReleased(9),))


def test_a_late_case_stays_marked(build):
    late = build.moved(build.at(State.ARBITRATION), "release", THE_CLOCK).case

    again = build.walk(late, ("take", build.another), ("release", build.another))

    assert again.is_late


@pytest.mark.parametrize(
    ("name", "who", "fact"),
    [
        ("answer", "buyer", facts.QuestionAnswered("last week")),
        ("silent", "clock", facts.QuestionUnanswered(Role.BUYER)),
    ],
)
def test_a_question_is_answered_or_not(build, name, who, fact):
    case = build.at(State.EVIDENCE_REQUESTED)

    moved = build.moved(case, name, getattr(build, who), text="last week")

    assert case.question == "When?"
    assert (moved.case.state, moved.facts) == (State.ARBITRATION, (fact,))


# --- after a ruling that failed over goods ---------------------------------------------------------------------


def failed_ruling(build, terms, *, appeal=False):
    """A case in arbitration again: the ruled terms sent goods on their way, and what came was wrong."""
    ruled = build.walk(build.at(State.ARBITRATION), ("rule", build.arbitrator, {"terms": terms, "text": "r"}))
    if appeal:
        again = (
            ("appeal", build.buyer),
            ("take", build.another),
            ("rule", build.another, {"terms": terms, "text": "r"}),
        )
        ruled = build.walk(ruled, *again)
    else:
        ruled = build.walk(ruled, ("stand", THE_CLOCK))
    return build.walk(
        ruled,
        ("send_goods", build.seller, {"carrier": "UPS", "number": "1"}),
        ("dispute_goods", build.buyer, {"text": "wrong again"}),
        ("take", build.arbitrator),
    )


REPLACE = {"goods_back": False, "shipping": None}
AGAIN = (
    "An earlier ruling has failed over these goods. Please rule on money: nothing more can be sent back or replaced."
)


@pytest.mark.parametrize("appeal", [False, True])
def test_a_ruling_that_failed_over_goods_is_followed_by_one_on_money(build, appeal):
    case = failed_ruling(build, build.terms(Kind.EXCHANGE, **REPLACE), appeal=appeal)

    for terms in (build.terms(Kind.EXCHANGE, **REPLACE), build.terms(Kind.RETURN_REFUND, 100)):
        assert denied(case, "rule", build.arbitrator, terms=terms, text="r") == AGAIN
    for kind, state in {Kind.REFUND: State.AWAITING_REFUND, Kind.DISMISSAL: State.CLOSED}.items():
        ruled = build.moved(case, "rule", build.arbitrator, terms=build.terms(kind, 100), text="r").case
        assert ruled.rulings[-1].is_final is appeal
        assert (ruled if appeal else build.moved(ruled, "stand", THE_CLOCK).case).state is state


def test_an_appeal_against_a_ruling_on_money_is_about_money(build):
    case = build.walk(
        failed_ruling(build, build.terms(Kind.EXCHANGE, **REPLACE)),
        ("rule", build.arbitrator, {"terms": build.terms(Kind.REFUND, 100), "text": "r"}),
        ("appeal", build.seller),
        ("take", build.another),
    )

    assert denied(case, "rule", build.another, terms=build.terms(Kind.EXCHANGE), text="r") == AGAIN


def test_an_appeal_against_the_first_ruling_may_ask_for_goods(build):
    case = build.walk(appealed(build), ("take", build.another))

    ruled = build.moved(case, "rule", build.another, terms=build.terms(Kind.RETURN_REFUND, 100), text="r").case

    assert ruled.state is State.AWAITING_RETURN


def test_goods_that_are_back_may_be_ruled_on_again_as_returned(build):
    terms = build.terms(Kind.RETURN_REFUND, 100)
    case = build.walk(
        build.at(State.ARBITRATION),
        ("rule", build.arbitrator, {"terms": terms, "text": "r"}),
        ("stand", THE_CLOCK),
        ("ship", build.buyer, {"carrier": "DHL", "number": "1"}),
        ("dispute_goods", build.seller, {"text": "worn"}),
        ("take", build.arbitrator),
    )

    ruled = build.walk(case, ("rule", build.arbitrator, {"terms": terms, "text": "not worn"}), ("stand", THE_CLOCK))

    assert ruled.state is State.AWAITING_REFUND


@pytest.mark.parametrize("name", ["propose", "offer"])
def test_both_parties_may_still_agree_on_goods(build, name):
    case = failed_ruling(build, build.terms(Kind.EXCHANGE, **REPLACE))
    who = {"propose": build.arbitrator, "offer": build.seller}[name]

    made = build.moved(case, name, who, terms=build.terms(Kind.EXCHANGE, **REPLACE)).case

    assert made.position.offer.terms.send is Send.REPLACEMENT


# --- dismissal -------------------------------------------------------------------------------------------------


def test_a_dismissal_while_the_goods_are_with_the_buyer_closes_the_case(build):
    ruled = build.walk(
        build.at(State.ARBITRATION), ("rule", build.arbitrator, {"terms": build.terms(Kind.DISMISSAL), "text": "r"})
    )

    moved = build.moved(ruled, "stand", THE_CLOCK)

    assert moved.facts == (facts.RulingStood(), facts.CaseDismissed())
    assert moved.case.state is State.CLOSED


def disputed_return(build, *, arrived):
    return build.walk(
        build.at(State.RETURNING),
        ("dispute_goods", build.seller, {"arrived": arrived, "text": "broken"}),
        ("take", build.arbitrator),
    )


def test_a_dismissal_sends_back_what_the_seller_has(build):
    case = build.walk(
        disputed_return(build, arrived=True),
        ("rule", build.arbitrator, {"terms": build.terms(Kind.DISMISSAL), "text": "r"}),
        ("stand", THE_CLOCK),
    )

    assert case.rulings[0].terms.send is Send.ORIGINAL
    assert case.state is State.AWAITING_REPLACEMENT
    done = build.walk(case, ("send_goods", build.seller, {"carrier": "UPS", "number": "9"}))
    assert build.moved(done, "receive_goods", build.buyer).facts == (
        facts.DeliveryConfirmed(),
        facts.CaseDismissed(),
    )


@pytest.mark.parametrize("kind", [Kind.DISMISSAL, Kind.COMPENSATION])
def test_a_seller_is_not_asked_to_send_back_what_never_came(build, kind):
    case = disputed_return(build, arrived=False)

    ruled = build.moved(case, "rule", build.arbitrator, terms=build.terms(kind), text="The number is made up.").case

    assert ruled.position.terms == build.terms(kind)


@pytest.mark.parametrize("arrived", [True, False])
def test_a_seller_is_asked_only_once_to_send_the_goods_home(build, arrived):
    dismissal = {"terms": build.terms(Kind.DISMISSAL), "text": "r"}
    case = build.walk(
        disputed_return(build, arrived=True),
        ("rule", build.arbitrator, dismissal),
        ("stand", THE_CLOCK),
        ("send_goods", build.seller, {"carrier": "UPS", "number": "9"}),
        ("dispute_goods", build.buyer, {"arrived": arrived, "text": "no"}),
        ("take", build.arbitrator),
        ("rule", build.arbitrator, dismissal),
    )

    assert case.rulings[1].terms == build.terms(Kind.DISMISSAL)
    assert build.moved(case, "stand", THE_CLOCK).case.state is State.CLOSED


@pytest.mark.parametrize(("name", "who"), [("rule", "arbitrator"), ("propose", "arbitrator"), ("offer", "seller")])
def test_compensation_sends_back_what_is_the_buyers_to_keep(build, name, who):
    case = build.walk(
        build.at(State.RETURNING), ("dispute_goods", build.seller, {"text": "worn"}), ("take", build.arbitrator)
    )

    moved = build.moved(case, name, getattr(build, who), terms=build.terms(Kind.COMPENSATION, 500), text="why")

    assert moved.facts[0].terms == build.terms(Kind.COMPENSATION, 500, send=Send.ORIGINAL)


@pytest.mark.parametrize("kind", [Kind.COMPENSATION, Kind.DISMISSAL])
def test_goods_that_stay_the_buyers_are_never_asked_for(build, kind):
    terms = build.terms(kind, goods_back=True, shipping=Role.SELLER, shipping_amount=Money(1500, "USD"))

    moved = build.moved(build.at(State.ARBITRATION), "rule", build.arbitrator, terms=terms, text="why")

    assert moved.case.position.terms == build.terms(kind)


# --- every move ------------------------------------------------------------------------------------------------

#: A legal example of every move, and the kind of fact that it is.
EXAMPLES = {
    "approve": (State.AWAITING_SELLER, "seller", {}, facts.ClaimApproved),
    "refuse": (State.AWAITING_SELLER, "seller", {"text": "worn"}, facts.ClaimRefused),
    "offer": (State.AT_ODDS, "buyer", {"terms"}, facts.OfferMade),
    "meet": (State.AT_ODDS, "clock", {"terms"}, facts.AgreementFound),
    "accept": (State.NEGOTIATING, "buyer", {}, facts.OfferAccepted),
    "decline": (State.NEGOTIATING, "buyer", {"text": "no"}, facts.OfferDeclined),
    "lapse": (State.NEGOTIATING, "clock", {}, facts.OfferLapsed),
    "escalate": (State.AT_ODDS, "buyer", {"text": "help"}, facts.CaseEscalated),
    "ship": (State.AWAITING_RETURN, "buyer", {"carrier": "DHL", "number": "1"}, facts.GoodsShipped),
    "receive": (State.RETURNING, "seller", {}, facts.GoodsReceived),
    "dispute_goods": (State.RETURNING, "seller", {"text": "broken"}, facts.GoodsDisputed),
    "send_goods": (State.AWAITING_REPLACEMENT, "seller", {"carrier": "UPS", "number": "1"}, facts.GoodsSent),
    "receive_goods": (State.REPLACING, "buyer", {}, facts.DeliveryConfirmed),
    "refund": (State.AWAITING_REFUND, "seller", {"number": "T"}, facts.RefundPaid),
    "confirm_refund": (State.REFUNDING, "buyer", {}, facts.RefundConfirmed),
    "dispute_refund": (State.REFUNDING, "buyer", {}, facts.RefundDisputed),
    "breach": (State.AWAITING_REFUND, "clock", {}, facts.TermsBreached),
    "enforce": (State.BREACHED, "arbitrator", {"number": "P"}, facts.TermsEnforced),
    "take": (State.ESCALATED, "arbitrator", {}, facts.CaseTaken),
    "ask": (State.ARBITRATION, "arbitrator", {"party": Role.SELLER, "text": "q"}, facts.QuestionAsked),
    "answer": (State.EVIDENCE_REQUESTED, "buyer", {"text": "a"}, facts.QuestionAnswered),
    "silent": (State.EVIDENCE_REQUESTED, "clock", {}, facts.QuestionUnanswered),
    "propose": (State.ARBITRATION, "arbitrator", {"terms"}, facts.SettlementProposed),
    "rule": (State.ARBITRATION, "arbitrator", {"terms"}, facts.RulingGiven),
    "release": (State.ARBITRATION, "arbitrator", {}, facts.CaseReleased),
    "appeal": (State.RULED, "buyer", {"text": "new"}, facts.RulingAppealed),
    "stand": (State.RULED, "clock", {}, facts.RulingStood),
    "withdraw": (State.AT_ODDS, "buyer", {}, facts.ClaimWithdrawn),
    "close": (State.AT_ODDS, "clock", {}, facts.CaseClosed),
    "remind": (State.ESCALATED, "clock", {}, facts.ArbitratorsReminded),
}


def test_examples_and_records_know_every_move():
    assert set(EXAMPLES) == set(NAMES) == set(records._RECORDS)


def example(build, name):
    state, who, what, kind = EXAMPLES[name]
    what = {"terms": build.terms()} if what == {"terms"} else what
    return build.at(state), getattr(build, who), what, kind


@pytest.mark.parametrize("name", NAMES)
def test_each_move_leaves_one_fact_of_its_own_and_perhaps_the_end(build, name):
    case, actor, what, kind = example(build, name)

    moved = build.moved(case, name, actor, **what)

    assert type(moved.facts[0]) is kind
    ends = [facts.CaseSettled()] if moved.case.state is State.SETTLED else []
    assert list(moved.facts[1:]) == ends
    assert moved.case.position.turn == case.position.turn + 1


@pytest.mark.parametrize("state", list(State))
def test_a_move_that_is_not_open_is_illegal_whatever_it_says(build, state):
    case, before = build.at(state), build.at(state)
    actors = (build.buyer, build.seller, build.arbitrator, build.clock)
    extremes = {"amount": Money(10**9, "USD"), "party": Role.BUYER, "text": "x", "terms": build.terms(amount=10**9)}

    for actor, name in product(actors, NAMES):
        for what in ({}, extremes) if name not in moves_open(case.position, actor.role) else ():
            with pytest.raises(IllegalMove):
                act(case, Act(move=name, **what), actor, now=case.since)

    assert case == before


def test_a_move_that_does_not_exist_is_unknown(build):
    with pytest.raises(UnknownMove):
        act(build.case(), Act(move="cancel"), build.buyer, now=build.opened)


@pytest.mark.parametrize(
    ("state", "name", "fact"),
    [
        (State.AWAITING_SELLER, "escalate", facts.CaseEscalated(by_default=True)),
        (State.NEGOTIATING, "lapse", facts.OfferLapsed(1, Role.SELLER)),
        (State.RETURNING, "receive", facts.GoodsReceived(by_default=True)),
        (State.REFUNDING, "confirm_refund", facts.RefundConfirmed(by_default=True)),
        (State.REPLACING, "receive_goods", facts.DeliveryConfirmed(by_default=True)),
    ],
)
def test_facts_say_that_the_clock_did_it(build, state, name, fact):
    assert build.moved(build.at(state), name, THE_CLOCK).facts[0] == fact


def test_a_lapsed_offer_of_the_buyer_is_told_as_theirs(build):
    case = build.moved(build.at(State.AT_ODDS), "offer", build.buyer, terms=build.terms()).case

    moved = build.moved(case, "lapse", THE_CLOCK)

    assert (moved.case.state, moved.facts) == (State.ESCALATED, (facts.OfferLapsed(1, Role.BUYER),))


def test_the_ruling_counts_once_both_have_accepted(build):
    first = build.moved(build.at(State.RULED), "accept", build.seller)
    second = build.moved(first.case, "accept", build.buyer)

    assert first.facts == (facts.RulingAccepted(is_agreed=False),)
    assert second.facts == (facts.RulingAccepted(is_agreed=True),)


def test_the_refusal_is_kept(build):
    assert build.at(State.AT_ODDS).refusal == "worn"


def test_ending_keeps_when(build):
    moved = build.moved(build.at(State.REFUNDING), "confirm_refund", build.buyer, after=HOUR)

    assert moved.facts == (facts.RefundConfirmed(), facts.CaseSettled())
    assert moved.case.ended_at == moved.case.since == build.opened + HOUR
