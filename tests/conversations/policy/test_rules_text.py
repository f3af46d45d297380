"""The rules text, sentence by sentence: each test names the section and says in our words what it decides.

What the text recommends to sellers beyond that (to be friendly, calm and quick) decides no case; the answers of the desk
are about it, and the reports.
"""

from datetime import timedelta

from conversations.cases.claim import Reason, Remedy
from conversations.cases.lifecycle import moves_open
from conversations.cases.ratings import STARS, Rating
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.terms import Kind
from conversations.cases.verdict import Outcome
from conversations.cases.vouchers import VoucherKind
from conversations.policy import assess

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def judge(build, *, days_since_purchase=9, days_since_receipt=2, on_top=timedelta(0), **claim):
    order = build.order(
        purchased_at=build.opened - days_since_purchase * DAY - on_top,
        delivered_at=build.opened - days_since_receipt * DAY - on_top,
    )
    return assess(build.claim(**claim), order, build.pack, build.opened)


def test_section_1_offers_return_exchange_and_refund():
    assert {remedy.value for remedy in Remedy} == {"return", "exchange", "refund"}


def test_section_1_lets_the_buyer_choose_what_fits(build):
    fault = {"reason": Reason.FAULTY, "evidence": 1}

    assert [judge(build, remedy=remedy, **fault).outcome for remedy in Remedy] == [Outcome.ELIGIBLE] * 3


def test_section_1_takes_goods_back_without_a_reason_for_15_days_from_the_purchase(build):
    late_receipt = {"days_since_purchase": 15, "days_since_receipt": 14}

    assert judge(build, **late_receipt).outcome is Outcome.ELIGIBLE
    assert judge(build, **late_receipt, on_top=SECOND).outcome is Outcome.INELIGIBLE


def test_section_1_wants_them_unused_and_in_their_packaging_fit_to_be_sold_again(build):
    assert judge(build, is_used=True).outcome is Outcome.DISCRETIONARY
    assert judge(build, is_opened=True).outcome is Outcome.DISCRETIONARY


def test_section_1_exchanges_some_products_for_7_days_from_receipt_unused_and_in_their_packaging(build):
    last = {"remedy": Remedy.EXCHANGE, "days_since_receipt": 7}
    order = build.order()

    assert (order.item("1").exchangeable, order.item("2").exchangeable) == (True, False)
    assert judge(build, **last).outcome is Outcome.ELIGIBLE
    assert judge(build, **last, on_top=SECOND).outcome is Outcome.INELIGIBLE
    assert judge(build, **last, is_used=True).outcome is Outcome.DISCRETIONARY
    assert judge(build, **last, is_opened=True).outcome is Outcome.DISCRETIONARY


def test_section_1_refunds_what_is_faulty_or_not_as_described_when_it_is_shown(build):
    for reason in (Reason.FAULTY, Reason.NOT_AS_DESCRIBED):
        assert judge(build, remedy=Remedy.REFUND, reason=reason).outcome is Outcome.NEEDS_EVIDENCE
        assert judge(build, remedy=Remedy.REFUND, reason=reason, evidence=1).outcome is Outcome.ELIGIBLE
    assert judge(build, remedy=Remedy.REFUND).outcome is Outcome.INELIGIBLE


def test_section_2_generally_takes_goods_back_for_7_days_from_receipt(build):
    long_on_its_way = {"days_since_purchase": 40, "days_since_receipt": 7}

    assert judge(build, **long_on_its_way).outcome is Outcome.ELIGIBLE
    assert judge(build, **long_on_its_way, on_top=SECOND).outcome is Outcome.INELIGIBLE


def test_section_2_has_the_seller_refund_within_7_days_of_receiving_the_goods(build):
    case = build.moved(build.at(State.RETURNING), "receive", build.seller, after=4 * DAY).case

    assert (case.state, case.due_at) == (State.AWAITING_REFUND, case.since + 7 * DAY)


def test_section_2_has_the_seller_pay_for_a_return_unless_the_goods_are_faulty_or_not_as_described(build):
    assert judge(build).return_shipping is Role.SELLER
    assert judge(build, reason=Reason.FAULTY, evidence=1).return_shipping is Role.BUYER
    assert judge(build, reason=Reason.NOT_AS_DESCRIBED, evidence=1).return_shipping is Role.BUYER


def test_section_3_lets_a_buyer_who_is_not_satisfied_call_the_platform(build):
    assert "escalate" in moves_open(build.at(State.NEGOTIATING).position, Role.BUYER)
    assert "escalate" in moves_open(build.at(State.AT_ODDS).position, Role.BUYER)


def test_section_3_has_the_platform_decide_by_rules_and_evidence(build):
    ruled = build.at(State.RULED)

    assert (ruled.rulings[0].reasons, ruled.state) == ("E1 shows it", State.RULED)


def test_section_4_puts_negotiation_first_with_refund_compensation_or_replacement(build):
    case = build.case()

    assert "escalate" not in moves_open(case.position, Role.BUYER)
    for kind in (Kind.REFUND, Kind.COMPENSATION, Kind.EXCHANGE):
        assert build.moved(case, "offer", build.seller, terms=build.terms(kind)).case.state is State.NEGOTIATING


def test_section_4_brings_in_the_platform_when_the_two_cannot_agree(build):
    assert build.moved(build.at(State.AT_ODDS), "escalate", build.buyer).case.state is State.ESCALATED


def test_section_5_keeps_express_numbers_and_refund_vouchers(build):
    vouchers = build.at(State.REFUNDING).vouchers

    assert [(voucher.kind, voucher.number) for voucher in vouchers] == [
        (VoucherKind.RETURN, "RX1"),
        (VoucherKind.REFUND, "T1"),
    ]


def test_section_5_has_the_buyer_show_what_is_wrong(build):
    [finding] = [f for f in judge(build, reason=Reason.DAMAGED).findings if f.rule == "defect.evidence"]

    assert (finding.holds, finding.source) == (False, "§1, §5")


def test_section_6_lets_the_buyer_rate_the_service(build):
    assert STARS == (1, 2, 3, 4, 5)
    assert Rating(stars=5, at=build.opened).words == ""
