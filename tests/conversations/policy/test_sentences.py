"""Each sentence of the rules text, by section and number, and the tests that hold the desk to it.

The right column says in our words what the sentence is about. Where it only advises sellers, the tests named are of what
the desk does so that the advice is easily followed.
"""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
#: So many sentences each section has, its heading left out.
SENTENCES_IN = {1: 5, 2: 5, 3: 4, 4: 4, 5: 3, 6: 3, 7: 3}

TEXT = "conversations/policy/test_rules_text.py::test_section"
WINDOWS = "conversations/policy/test_windows.py::"
ASSESS = "conversations/policy/test_assess.py::"
CASE = "conversations/cases/test_case.py::"
DEADLINES = "conversations/cases/test_deadlines.py::"
JOURNAL = "storage/test_journal.py::"
STORIES = "stories/"
RECORD = "bot/commands/test_case_command.py::"
DIFF = "bot/commands/test_policy_diff.py::"

NAMED = {
    "§1.1": (f"{TEXT}_1_offers_return_exchange_and_refund",),
    "§1.2": (f"{TEXT}_1_lets_the_buyer_choose_what_fits",),
    "§1.3": (  # fifteen days from the purchase, unused, packaging intact, fit for resale
        f"{TEXT}_1_takes_goods_back_without_a_reason_for_15_days_from_the_purchase",
        f"{TEXT}_1_wants_them_unused_and_in_their_packaging_fit_to_be_sold_again",
        f"{WINDOWS}test_a_window_is_open_to_its_last_instant_and_not_a_second_longer",
        "conversations/policy/test_exclusions.py::test_each_kind_of_goods_is_taken_back_or_not_with_its_reason",
    ),
    "§1.4": (  # exchanges
        f"{TEXT}_1_exchanges_some_products_for_7_days_from_receipt_unused_and_in_their_packaging",
        f"{ASSESS}test_only_products_marked_so_can_be_exchanged",
        f"{WINDOWS}test_a_window_is_open_to_its_last_instant_and_not_a_second_longer",
    ),
    "§1.5": (  # refunds for faults and wrong descriptions, with evidence
        f"{TEXT}_1_refunds_what_is_faulty_or_not_as_described_when_it_is_shown",
        f"{ASSESS}test_a_fault_or_a_wrong_description_has_to_be_shown",
    ),
    "§2.1": (  # there are times, conditions and requirements for returns
        f"{WINDOWS}test_a_window_is_open_to_its_last_instant_and_not_a_second_longer",
        f"{ASSESS}test_every_rule_that_looks_at_the_claim_is_named_once",
    ),
    "§2.2": (  # sellers keep to them
        f"{DEADLINES}test_silence_approves_an_eligible_claim_up_to_the_cap_and_escalates_any_other",
        f"{CASE}test_enforcing_pays_what_is_outstanding_and_ends_the_case",
    ),
    "§2.3": (  # generally seven days from receipt
        f"{TEXT}_2_generally_takes_goods_back_for_7_days_from_receipt",
        f"{WINDOWS}test_seven_days_are_seven_times_24_hours_from_the_instant_wherever_it_was_written_down",
    ),
    "§2.4": (  # the refund within seven days of the goods' return
        f"{TEXT}_2_has_the_seller_refund_within_7_days_of_receiving_the_goods",
        f"{DEADLINES}test_a_refund_is_due_seven_days_after_the_goods_are_back",
    ),
    "§2.5": (  # who pays for sending goods back
        f"{TEXT}_2_has_the_seller_pay_for_a_return_unless_the_goods_are_faulty_or_not_as_described",
        f"{ASSESS}test_the_packs_differ_in_who_pays_for_a_return_and_what_serves_the_buyer_better",
    ),
    "§3.1": (
        f"{STORIES}test_story_offers.py::test_counter_offer_is_accepted_and_compensation_paid_in_parts",
    ),  # talking
    "§3.2": (  # answering soon
        f"{DEADLINES}test_each_state_waits_as_long_as_the_design_says",
        f"{STORIES}test_story_fair_clocks.py::test_owners_are_reminded_of_what_is_left_and_a_festival_moves_the_deadline",
    ),
    "§3.3": (f"{CASE}test_an_offer_is_kept_with_its_words_and_its_maker",),  # reasonable solutions
    "§3.4": (  # the platform may be called, and decides by rules and evidence
        f"{TEXT}_3_lets_a_buyer_who_is_not_satisfied_call_the_platform",
        f"{TEXT}_3_has_the_platform_decide_by_rules_and_evidence",
    ),
    "§4.1": (f"{TEXT}_4_puts_negotiation_first_with_refund_compensation_or_replacement",),
    "§4.2": (  # refund, compensation, replacement
        f"{TEXT}_4_puts_negotiation_first_with_refund_compensation_or_replacement",
        f"{STORIES}test_story_exchange.py::test_store_out_of_stock_offers_money_instead_of_the_replacement",
    ),
    "§4.3": (  # no agreement: the platform looks into it
        f"{TEXT}_4_brings_in_the_platform_when_the_two_cannot_agree",
        f"{STORIES}test_story_arbitration.py::test_refused_claim_is_ruled_on_appealed_and_finally_decided",
    ),
    "§4.4": (f"{CASE}test_each_side_has_three_rounds",),  # no quarrel without an end
    "§5.1": (f"{TEXT}_5_keeps_express_numbers_and_refund_vouchers",),
    "§5.2": (  # the way of a case can be followed and proved
        f"{JOURNAL}test_facts_are_numbered_on_and_come_back",
        f"{JOURNAL}test_tampering_shows",
    ),
    "§5.3": (  # pictures, videos, reports
        f"{TEXT}_5_has_the_buyer_show_what_is_wrong",
        f"{STORIES}test_story_quality_refund.py::test_refund_cannot_be_claimed_without_evidence",
    ),
    "§6.1": (f"{TEXT}_6_lets_the_buyer_rate_the_service",),
    "§6.2": (f"{STORIES}test_story_return.py::test_no_reason_return_ends_settled_and_rated",),  # sellers see the rating
    "§6.3": (f"{STORIES}test_story_arbitration.py::test_dismissal_closes_the_case_and_can_be_rated",),  # good or bad
    "§7.1": (f"{RECORD}test_case_show_as_json_keeps_its_contract",),  # what happened can be analysed
    "§7.2": (f"{RECORD}test_case_list_narrows_by_state_and_store",),  # and looked through regularly
    "§7.3": (f"{DIFF}test_policy_diff_names_the_cases_judged_otherwise_and_the_rules",),  # with how others do it
}


def test_every_sentence_is_named():
    assert list(NAMED) == [f"§{section}.{n + 1}" for section, count in SENTENCES_IN.items() for n in range(count)]


@pytest.mark.parametrize("sentence", NAMED)
def test_the_tests_that_name_a_sentence_exist(sentence):
    for named in NAMED[sentence]:
        file, _, name = named.partition("::")
        tests = {
            node.name for node in ast.parse((TESTS / file).read_text(encoding="utf-8")).body if hasattr(node, "name")
        }
        assert name in tests, f"{sentence}: there is no {named}"
