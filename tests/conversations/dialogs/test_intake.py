"""From "something is wrong" to a claim, question by question."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.cases.claim import Claimed, Reason, Remedy
from conversations.cases.money import Money
from conversations.cases.orders import Item, OrderKey
from conversations.cases.verdict import Outcome
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.draft import draft_claim, order_key, verdict_of
from conversations.dialogs.intake import INTAKE

DAY = timedelta(days=1)
KEY = ["Acme", "1001"]


@pytest.fixture
def draft(talk):
    """The intake of an order that is known to be the buyer's."""

    def begin(**changes):
        begun = talk("intake", order=KEY)
        begun.context = replace(begun.context, **changes)
        return begun

    return begin


def to_reason(draft, remedy="Return", reason="I changed my mind", quantity="2"):
    draft.tap("☐ 2 × Blue mug")
    draft.tap("Go on")
    draft.tap(quantity)
    draft.tap(remedy)
    draft.tap(reason)
    return draft


def claim_of(draft):
    return draft_claim(draft.context)


# --- the way through -------------------------------------------------------------------------------------------


def test_a_return_without_a_reason(draft):
    begun = to_reason(draft())

    begun.tap("Yes, unused")
    begun.tap("Yes, intact")
    begun.say("Too small")

    assert begun.asked == ["items", "items", "quantities", "remedy", "reason", "unused", "intact", "words"]
    assert [begun.plain(line) for line in begun.question.lines][:5] == [
        "Return for order 1001, store Acme",
        "2 × Blue mug",
        "Reason: I changed my mind",
        "“Too small”",
        "The policy supports this claim.",
    ]
    begun.tap("Send the claim")
    assert begun.step is None
    assert claim_of(begun).items == (Claimed("1", 2),)


def test_a_refund_of_damaged_goods_needs_to_be_shown(draft, a_photo):
    begun = to_reason(draft(), "Refund", "It arrived damaged", "1")

    assert begun.plain(begun.question.notes[0]) == "The damage from close by"
    assert "Go on without evidence" not in begun.labels
    begun.say("see", a_photo(1))
    begun.tap("That is all")
    begun.tap("Leave out")
    begun.tap("Send the claim")

    claim = claim_of(begun)
    assert (claim.remedy, claim.reason, claim.evidence, claim.words) == (Remedy.REFUND, Reason.DAMAGED, 1, "")
    assert verdict_of(begun.context).outcome is Outcome.ELIGIBLE


def test_words_typed_where_evidence_was_asked_for_are_kept_and_may_be_added_to(draft, a_photo):
    begun = to_reason(draft(), "Refund", "It arrived damaged", "1")

    begun.say("The handle is off")
    assert begun.plain(begun.question.lines[0]) == "Noted, your words are kept: “The handle is off”"
    begun.say("", a_photo(1))
    begun.tap("That is all")
    begun.say("and the glaze")
    begun.tap("Send the claim")

    assert claim_of(begun).words == "The handle is off\nand the glaze"


def test_several_items_each_with_its_quantity(draft, build):
    begun = draft()

    begun.tap("☐ 2 × Blue mug")
    begun.tap("☐ 1 × Red scarf")
    begun.tap("Go on")
    begun.say("2")
    begun.tap("Return")

    assert begun.asked[-2:] == ["quantities", "remedy"]
    begun.tap("It does not work")
    assert claim_of(begun).items == (Claimed("1", 2), Claimed("2", 1))


def test_two_lines_of_several_units_are_asked_one_after_another(draft, build):
    order = build.order()
    order = replace(order, items=(order.items[0], replace(order.items[1], quantity=3)))
    begun = draft(order=order)

    begun.say("1")
    begun.say("2")
    begun.tap("Go on")
    assert begun.plain(begun.question.prompt) == "How many of “Blue mug”?"
    begun.tap("1")
    assert begun.plain(begun.question.prompt) == "How many of “Red scarf”?"
    begun.say("4")
    assert begun.complaint is not None
    begun.say("3")

    assert begun.answers["quantities"] == {"1": 1, "2": 3}
    assert begun.step.id == "remedy"


def test_the_only_line_left_needs_no_marking(draft):
    begun = draft(taken={"2": 1})

    assert begun.plain(begun.question.prompt) == "How many of “Blue mug”?"
    assert begun.labels == ["1", "2", "Cancel"]


def test_the_only_unit_left_needs_no_question_at_all(draft):
    begun = draft(taken={"1": 1, "2": 1})

    assert begun.step.id == "remedy"
    begun.tap("Return")
    begun.tap("It does not work")
    assert claim_of(begun).items == (Claimed("1", 1),)


def test_what_was_marked_stays_meant_when_it_is_claimed_meanwhile(draft):
    begun = to_reason(draft())

    begun.context = replace(begun.context, taken={"1": 2})

    assert claim_of(begun).items == (Claimed("1", 2),)


def test_nothing_left_to_claim_is_said(draft):
    begun = draft(taken={"1": 2, "2": 1})

    assert begun.plain(begun.question.prompt) == "Everything in this order is part of a case already."
    assert begun.labels == ["Cancel"]
    begun.say("1")
    assert begun.complaint is not None


@pytest.mark.parametrize("reply", ["0", "3", "-1", "two", "", "9999999", "1.5"])
def test_quantities_are_from_one_to_what_is_left(draft, reply):
    begun = draft(taken={"2": 1})

    begun.say(reply)

    assert begun.plain(begun.complaint.why) == "Please choose a number from 1 to 2."


# --- which order -----------------------------------------------------------------------------------------------


def test_an_order_of_ones_own_is_tapped(talk, build):
    begun = talk("intake")
    begun.context = replace(begun.context, order=None, orders=(build.order(),))

    begun.tap("1001 · Blue mug")

    assert order_key(begun.answers) == OrderKey("Acme", "1001")


@pytest.mark.parametrize("typed", ["1001", "#1001", " 1001 "])
def test_an_order_of_ones_own_is_typed_without_its_code(talk, build, typed):
    begun = talk("intake")
    begun.context = replace(begun.context, order=None, orders=(build.order(),))

    begun.say(typed)

    assert order_key(begun.answers) == OrderKey("Acme", "1001")


def test_of_two_orders_of_one_number_the_code_decides(talk, build):
    mine, other = build.order(), build.order(key=OrderKey("Bolt", "1001"), code="ZZZZ-9999")
    begun = talk("intake")
    begun.context = replace(begun.context, order=None, orders=(mine, other), found=(mine, other))

    begun.say("1001")
    assert (begun.step.id, order_key(begun.answers)) == ("code", None)
    begun.say("zzzz 9999")

    assert order_key(begun.answers) == OrderKey("Bolt", "1001")


@pytest.mark.parametrize("typed", ["k7q2-mx4p", "K7Q2MX4P", " k7q2 mx4p ", "K7Q2–MX4P"])
def test_a_code_is_read_as_people_write_it(talk, build, typed):
    begun = talk("intake", number="1001")
    begun.context = replace(begun.context, order=None, found=(build.order(),))

    begun.say(typed)

    assert order_key(begun.answers) == OrderKey("Acme", "1001")


@pytest.mark.parametrize("typed", ["", "-", "K7Q2", "K7Q2-MX4Q", "K7Q2-MX4P1"])
def test_a_wrong_code_says_the_same_whether_the_order_is_there_or_not(talk, build, typed):
    there, nowhere = talk("intake", number="1001"), talk("intake", number="1001")
    there.context = replace(there.context, order=None, found=(build.order(),))
    nowhere.context = replace(nowhere.context, order=None, found=())

    there.say(typed)
    nowhere.say(typed)

    assert there.complaint == nowhere.complaint is not None
    assert order_key(there.answers) is None


def test_an_order_without_a_code_is_nobodys(talk, build):
    begun = talk("intake", number="1001")
    begun.context = replace(begun.context, order=None, found=(build.order(code=""),))

    begun.say("")

    assert begun.complaint is not None


@pytest.mark.parametrize("reply", ["", "x" * 65])
def test_a_number_has_a_length(talk, reply):
    begun = talk("intake")
    begun.context = replace(begun.context, order=None)

    begun.say(reply)

    assert begun.complaint is not None


@pytest.mark.parametrize("value", ["5", "x", "1001"])
def test_a_button_of_an_order_that_is_not_there_is_refused(talk, build, value):
    begun = talk("intake")
    begun.context = replace(begun.context, order=None, orders=(build.order(),))

    begun.give(value)

    assert begun.complaint is not None


# --- going back ------------------------------------------------------------------------------------------------


def test_going_back_from_the_items_leads_to_another_order(talk, build):
    other = build.order(key=OrderKey("Bolt", "2002"))
    begun = talk("intake")
    begun.context = replace(begun.context, orders=(build.order(), other))
    begun.tap("1001 · Blue mug")
    assert begun.step.id == "items"

    begun.tap("‹ Back")
    assert (begun.step.id, order_key(begun.answers)) == ("number", None)
    begun.tap("2002 · Blue mug")

    assert order_key(begun.answers) == OrderKey("Bolt", "2002")


def test_going_back_after_the_code_asks_for_it_again(talk, build):
    begun = talk("intake", number="1001")
    begun.context = replace(begun.context, found=(build.order(),))
    begun.say("K7Q2-MX4P")

    begun.tap("‹ Back")

    assert (begun.step.id, begun.answers) == ("code", {"number": "1001"})


def test_going_back_to_the_items_keeps_them_marked(draft):
    begun = draft()
    begun.tap("☐ 2 × Blue mug")
    begun.tap("Go on")

    begun.tap("‹ Back")

    assert begun.labels == ["☑ 2 × Blue mug", "☐ 1 × Red scarf", "Go on", "Cancel"]


def test_going_all_the_way_back_and_forth_asks_each_question_again(draft):
    begun = to_reason(draft())
    begun.tap("Yes, unused")
    begun.tap("Yes, intact")

    steps = []
    while "‹ Back" in begun.labels:
        begun.tap("‹ Back")
        steps.append(begun.step.id)

    assert steps == ["intact", "unused", "reason", "remedy", "quantities", "items"]


# --- what the policy does not allow ----------------------------------------------------------------------------


def test_a_claim_that_is_too_late_says_what_is_open_instead(draft, build):
    begun = to_reason(draft(now=build.opened + 60 * DAY), "Exchange", "It does not work")

    assert begun.step.id == "blocked"
    assert [begun.plain(line) for line in begun.question.lines] == [
        "✗ Too late: the time for this ended on 2026-03-07 09:00. (§1)",
        "You can ask for something else instead:",
    ]
    assert begun.labels == ["Ask for a return", "Ask for a refund", "Choose another reason", "‹ Back", "Cancel"]
    begun.tap("Ask for a refund")
    assert (begun.answers["remedy"], begun.step.id) == ("refund", "files")


def test_another_reason_is_asked_for_and_judged_anew(draft):
    begun = to_reason(draft(), "Refund", "I changed my mind")
    assert begun.step.id == "blocked"

    begun.tap("Choose another reason")
    assert begun.step.id == "reason"
    begun.tap("It is the wrong item")

    assert begun.step.id == "files"


def test_back_from_another_reason_leads_to_the_remedy(draft):
    begun = to_reason(draft(), "Refund", "I changed my mind")
    begun.tap("Choose another reason")

    begun.tap("‹ Back")

    assert begun.step.id == "remedy"


def test_nothing_open_instead_leaves_another_reason(draft, build):
    begun = to_reason(draft(now=build.opened + 60 * DAY))

    assert begun.labels == ["Choose another reason", "‹ Back", "Cancel"]
    begun.say("please")
    assert (begun.complaint is not None, begun.step.id) == (True, "blocked")


def test_a_draft_left_until_the_window_has_passed_is_judged_by_the_day_it_is_sent(draft, build):
    begun = to_reason(draft())
    begun.tap("Yes, unused")
    begun.tap("Yes, intact")
    begun.tap("Leave out")
    assert begun.step.id == "sure"

    begun.context = replace(begun.context, now=build.opened + 30 * DAY)

    assert begun.step.id == "blocked"


def test_conditions_are_asked_only_where_a_rule_looks_at_them(draft):
    faulty, exchange = to_reason(draft(), reason="It does not work"), to_reason(draft(), "Exchange")

    assert (faulty.step.id, exchange.step.id) == ("files", "unused")


def test_used_goods_may_be_asked_for(draft):
    begun = to_reason(draft())
    begun.tap("No, used")
    begun.tap("No, opened or damaged")
    begun.tap("Leave out")

    assert "This can be asked for; the seller decides." in [begun.plain(line) for line in begun.question.lines]
    assert (claim_of(begun).is_used, claim_of(begun).is_opened) == (True, True)


def test_a_refund_is_recommended_over_a_return_of_faulty_goods(draft, a_photo):
    begun = to_reason(draft(), reason="It does not work")
    begun.say("", a_photo())
    begun.tap("That is all")
    begun.tap("Leave out")

    [note] = begun.question.notes
    assert begun.plain(note).startswith("You could also choose: Refund")
    assert "You would pay for sending the goods back." in [begun.plain(line) for line in begun.question.lines]


def test_what_has_not_arrived_may_be_shown_and_need_not(draft, build):
    begun = to_reason(draft(order=build.order(delivered_at=None)), "Refund", "It has not arrived")

    assert "Go on without evidence" in begun.labels


# --- room on the buttons ---------------------------------------------------------------------------------------


def test_every_button_fits_whatever_the_lines_are_called(talk, build):
    items = tuple(
        Item(no="長" * 30 + str(n), title="長" * 200, quantity=9, unit_price=Money(1, "USD"), exchangeable=True)
        for n in range(30)
    )
    order = build.order(items=items, key=OrderKey("長" * 60, "9" * 60))
    begun = talk("intake", order=[order.key.store, order.key.number])
    begun.context = replace(begun.context, order=order, orders=(order,) * 12)

    for step in INTAKE.steps:
        answers = {"remedy": "refund", "reason": "changed_mind", "items": [items[0].no], "_trail": ["x"]}
        answers |= {"said": "broken", "guess": {"remedy": "refund", "reason": None}}
        begun.put(dialogs.start("intake", **answers))
        asked = dialogs.question(INTAKE, step, begun.context)
        assert all(len(choice.do.encode()) <= 55 for row in asked.choices for choice in row)


def test_every_line_of_a_long_order_can_be_chosen(talk, build):
    items = tuple(Item(no=f"L{n}", title=f"Thing {n}", quantity=1, unit_price=Money(1, "USD")) for n in range(1, 31))
    begun = talk("intake", order=KEY)
    begun.context = replace(begun.context, order=build.order(items=items))

    assert begun.plain(begun.question.notes[-1]) == "30. ☐ 1 × Thing 30"
    begun.say("30")
    assert begun.answers["items"] == ["L30"]
    assert begun.plain(begun.question.notes[-1]) == "30. ☑ 1 × Thing 30"
