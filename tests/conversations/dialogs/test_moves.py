"""The dialog of each move: that there is one, that its buttons fit, and the move its answers make."""

from dataclasses import replace

import pytest

from conversations import vocabulary
from conversations.cases.case import platform_owes
from conversations.cases.claim import Claimed, Remedy
from conversations.cases.lifecycle import MOVES as TABLE
from conversations.cases.lifecycle import Act
from conversations.cases.orders import Store
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.terms import Kind, Send
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.commands import BY_NAME, COMMANDS, menu
from conversations.dialogs.moves import MOVES

B, S, A = Role.BUYER, Role.SELLER, Role.ARBITRATOR
PEOPLES = {row.name for row in TABLE if set(row.roles) - {Role.CLOCK}}
NO_ADDRESS = Store(name="Acme")


def test_every_move_of_a_person_has_a_dialog_a_label_and_a_command():
    assert set(MOVES) == set(vocabulary.MOVES) == PEOPLES == {c.name for c in COMMANDS if c.is_move}
    assert all(dialog.name == name and dialog.act is not None for name, dialog in MOVES.items())


def made(talking) -> Act:
    assert talking.step is None, talking.question
    return talking.dialog.act(talking.context)


# --- what each makes of its answers ----------------------------------------------------------------------------


def test_approve_is_confirmed(talk, build):
    approving = talk("approve", build.case(), S)

    assert [build.plain(note) for note in approving.question.notes] == [
        "Return and refund",
        "40.00 USD to the buyer",
        "The buyer sends the goods back",
        "The seller pays 15.00 USD for sending them back",
    ]
    approving.tap("Yes, approve")
    assert made(approving) == Act(move="approve")


def test_approving_a_return_needs_somewhere_to_send_it(talk, build):
    approving = talk("approve", build.case(), S, store=NO_ADDRESS)

    assert approving.step.id == "address"
    approving.say("too short")
    assert approving.complaint is not None
    approving.say("Acme Returns, Hafenstr. 1, Hamburg")
    approving.tap("Yes, approve")
    assert approving.answers["address"] == "Acme Returns, Hafenstr. 1, Hamburg"


def test_approving_a_refund_needs_no_address(talk, build):
    case = build.case(remedy=Remedy.REFUND, reason="faulty", evidence=1)

    assert talk("approve", case, S, store=NO_ADDRESS).step.id == "sure"


def test_refuse_needs_a_reason(talk, build):
    refusing = talk("refuse", build.case(), S)

    refusing.say("no")
    assert refusing.complaint is not None
    refusing.say("It was worn.")
    assert made(refusing) == Act(move="refuse", text="It was worn.")


@pytest.mark.parametrize("name", ["decline", "escalate"])
def test_words_may_be_left_out(talk, build, name):
    case = build.at(State.NEGOTIATING)
    silent, talkative = talk(name, case), talk(name, case)

    silent.tap("Leave out")
    talkative.say("too little")

    assert (made(silent), made(talkative)) == (Act(move=name), Act(move=name, text="too little"))


def test_accept_shows_what_is_agreed(talk, build):
    accepting = talk("accept", build.at(State.NEGOTIATING))

    assert [build.plain(note) for note in accepting.question.notes] == [
        "Compensation, goods stay with the buyer",
        "10.00 USD to the buyer",
    ]
    accepting.tap("Yes, accept")
    assert made(accepting) == Act(move="accept")


def test_accepting_a_ruling_shows_the_ruling(talk, build):
    accepting = talk("accept", build.at(State.RULED))

    assert build.plain(accepting.question.notes[1]) == "30.00 USD to the buyer"


def test_a_seller_accepting_a_return_says_where_to(talk, build):
    case = build.moved(build.at(State.AT_ODDS), "offer", build.buyer, terms=build.terms(Kind.RETURN_REFUND)).case

    assert talk("accept", case, S, store=NO_ADDRESS).step.id == "address"
    assert talk("accept", case, B, store=NO_ADDRESS).step.id == "sure"


@pytest.mark.parametrize(
    ("name", "state"), [("ship", State.AWAITING_RETURN), ("send_goods", State.AWAITING_REPLACEMENT)]
)
def test_a_parcel_has_a_carrier_and_a_number(talk, build, name, state):
    known, other = talk(name, build.at(state)), talk(name, build.at(state))

    known.tap("SF Express")
    known.say(" 12 ")
    assert known.complaint is not None
    known.say("SF1234567890123")
    other.say("Hermes")
    other.say("H-0001")

    assert made(known) == Act(move=name, carrier="SF Express", number="SF1234567890123")
    assert made(other) == Act(move=name, carrier="Hermes", number="H-0001")


@pytest.mark.parametrize(
    ("name", "state", "who"), [("ship", State.AWAITING_RETURN, B), ("send_goods", State.AWAITING_REPLACEMENT, S)]
)
def test_a_number_that_looks_wrong_is_asked_about_once_and_may_stay(talk, build, name, state, who):
    kept, again, still_odd = (talk(name, build.at(state), who) for _ in range(3))
    for each in (kept, again, still_odd):
        each.tap("UPS")
        each.say("1Z999")
        assert build.plain(each.question.prompt) == "Is this number right? 1Z999"
        assert [build.plain(line) for line in each.question.lines] == [
            "A number of UPS usually looks like 1Z999AA10123456784.",
            "Tap if it is right all the same, or write it again.",
        ]

    kept.tap("Yes, it is right")
    again.say("1Z999AA10123456784")
    still_odd.say("1Z998")

    assert made(kept) == Act(move=name, carrier="UPS", number="1Z999")
    assert made(again) == Act(move=name, carrier="UPS", number="1Z999AA10123456784")
    assert made(still_odd) == Act(move=name, carrier="UPS", number="1Z998")


@pytest.mark.parametrize(
    ("name", "state", "label"),
    [
        ("receive", State.RETURNING, "Yes, they are back"),
        ("receive_goods", State.REPLACING, "Yes, all is well"),
        ("confirm_refund", State.REFUNDING, "Yes, it has arrived"),
        ("withdraw", State.AT_ODDS, "Yes, withdraw it"),
        ("withdraw", State.AWAITING_SELLER, "Yes, withdraw it"),
    ],
)
def test_what_cannot_be_taken_back_is_confirmed(talk, build, name, state, label):
    confirming = talk(name, build.at(state))

    confirming.tap(label)

    assert made(confirming) == Act(move=name)


def test_disputing_goods_that_came_needs_to_show_them(talk, build, a_photo):
    disputing = talk("dispute_goods", build.at(State.RETURNING), S)

    disputing.tap("They arrived, but something is wrong")
    assert disputing.step.id == "files"
    disputing.say("", a_photo())
    disputing.tap("That is all")
    disputing.say("A cup is missing")

    assert made(disputing) == Act(move="dispute_goods", arrived=True, text="A cup is missing")


def test_words_typed_beside_the_files_count_as_the_ones_that_were_to_come(talk, build, a_photo):
    disputing = talk("dispute_goods", build.at(State.RETURNING), S)
    disputing.tap("They arrived, but something is wrong")
    disputing.say("A cup is missing")
    disputing.say("", a_photo())
    disputing.tap("That is all")

    assert build.plain(disputing.question.lines[0]) == "You have written: “A cup is missing”"
    disputing.say("a" * 1000)
    assert build.plain(disputing.complaint.why) == "That is 1000 characters; please keep it to 984."
    disputing.tap("That is all")

    assert made(disputing) == Act(move="dispute_goods", arrived=True, text="A cup is missing")


def test_words_typed_beside_the_files_add_to_those_before(talk, build, a_photo):
    answering = talk("answer", build.at(State.EVIDENCE_REQUESTED))
    answering.say("In May")
    answering.say("or June")
    assert build.plain(answering.question.lines[0]) == "Noted, your words are kept: “or June”"
    answering.tap("Go on without evidence")

    assert made(answering) == Act(move="answer", text="In May\nor June")


def test_disputing_goods_that_never_came_needs_no_picture(talk, build):
    disputing = talk("dispute_goods", build.at(State.REPLACING), B)

    disputing.tap("They never arrived")
    disputing.say("Nothing came")

    assert made(disputing) == Act(move="dispute_goods", arrived=False, text="Nothing came")


def test_refund_asks_how_much_and_for_its_voucher(talk, build):
    whole, part = (talk("refund", build.at(State.AWAITING_REFUND), S) for _ in range(2))

    whole.tap("All of it: 55.00 USD")
    whole.say("TX-1")
    part.say("60")
    assert part.complaint is not None
    part.say("20")
    part.say("TX-2")
    whole.tap("bank transfer")
    part.say("a cheque")

    assert made(whole) == Act(move="refund", amount=build.usd(5500), number="TX-1", method="bank")
    assert made(part) == Act(move="refund", amount=build.usd(2000), number="TX-2", method="a cheque")


def test_disputing_a_refund_asks_what_arrived(talk, build):
    nothing, some = (talk("dispute_refund", build.at(State.REFUNDING)) for _ in range(2))

    nothing.tap("Nothing at all")
    some.say("12")

    assert made(nothing) == Act(move="dispute_refund", amount=build.usd(0))
    assert made(some) == Act(move="dispute_refund", amount=build.usd(1200))


def test_enforcing_shows_what_the_platform_pays(talk, build):
    case = build.walk(build.at(State.AWAITING_REPLACEMENT), ("breach", build.clock))
    enforcing = talk("enforce", case, A)

    enforcing.say("P-77")
    line = enforcing.question.lines[0]
    assert line.params["amount"] == platform_owes(case) == build.usd(5500)
    enforcing.tap("Enforce it")

    assert made(enforcing) == Act(move="enforce", number="P-77")


def test_asking_names_a_party(talk, build):
    asking = talk("ask", build.at(State.ARBITRATION), A)

    asking.tap("The seller")
    asking.say("When was it sent?")

    assert made(asking) == Act(move="ask", party=S, text="When was it sent?")


def test_an_answer_may_bring_evidence(talk, build, a_photo):
    case = build.at(State.EVIDENCE_REQUESTED)
    plain, shown = talk("answer", case), talk("answer", case)

    assert build.plain(plain.question.lines[0]) == "The arbitrator asked: “When?”"
    plain.say("In May")
    plain.tap("Go on without evidence")
    shown.say("In May")
    shown.say("", a_photo())
    shown.tap("That is all")

    assert made(plain) == made(shown) == Act(move="answer", text="In May")


def test_an_appeal_needs_reasons_and_new_evidence(talk, build, a_photo):
    appealing = talk("appeal", build.at(State.RULED))

    appealing.say("The photo is of another mug")
    assert "That is all" not in appealing.labels
    appealing.say("", a_photo())
    appealing.tap("That is all")

    assert made(appealing) == Act(move="appeal", text="The photo is of another mug")


@pytest.mark.parametrize(("name", "state"), [("take", State.ESCALATED), ("release", State.ARBITRATION)])
def test_taking_and_giving_back_ask_nothing(talk, build, name, state):
    assert made(talk(name, build.at(state), A)) == Act(move=name)


# --- terms -----------------------------------------------------------------------------------------------------


def test_an_offer_of_compensation(talk, build):
    offering = talk("offer", build.at(State.AT_ODDS), S)

    offering.tap("Compensation, the buyer keeps the goods")
    assert offering.labels[:4] == ["40.00 USD", "20.00 USD", "12.00 USD", "4.00 USD"]
    offering.tap("12.00 USD")
    offering.say("my best")
    offering.tap("Make the offer")

    assert made(offering) == Act(move="offer", terms=build.terms(amount=1200), text="my best")


@pytest.mark.parametrize(
    ("payer", "shipping", "reimbursed"), [("The seller (15.00 USD)", S, 1500), ("The buyer", B, 0)]
)
def test_an_offer_of_a_return(talk, build, payer, shipping, reimbursed):
    offering = talk("offer", build.at(State.AT_ODDS), S)

    offering.tap("Money back")
    offering.say("30")
    offering.tap("Yes, they go back")
    offering.tap(payer)
    offering.tap("Leave out")
    offering.tap("Make the offer")

    terms = build.terms(Kind.RETURN_REFUND, 3000, shipping=shipping, shipping_amount=build.usd(reimbursed))
    assert made(offering) == Act(move="offer", terms=terms)


def test_a_ruling_after_one_that_failed_over_goods_is_asked_for_money_alone(talk, build):
    ruled = {"terms": build.terms(Kind.EXCHANGE, goods_back=False, shipping=None), "text": "replace it"}
    case = build.walk(
        build.at(State.ARBITRATION),
        ("rule", build.arbitrator, ruled),
        ("stand", build.clock),
        ("send_goods", build.seller, {"carrier": "UPS", "number": "1"}),
        ("dispute_goods", build.buyer, {"text": "wrong again"}),
        ("take", build.arbitrator),
    )
    ruling, offering = talk("rule", case, A), talk("offer", case, S)

    assert "A replacement" not in ruling.labels and "A replacement" in offering.labels
    ruling.tap("Money back")
    ruling.say("30")
    assert "Yes, they go back" not in ruling.labels


def test_a_currency_without_an_allowance_names_no_most_for_sending_back(talk, build):
    case = build.at(State.ESCALATED)
    offering = talk("offer", replace(case, limits=replace(case.limits, return_shipping={})), S)
    offering.tap("Money back")
    offering.say("40")
    offering.tap("Yes, they go back")

    assert offering.labels[:2] == ["The seller", "The buyer"]


def test_an_offer_of_money_while_the_buyer_keeps_the_goods(talk, build):
    offering = talk("offer", build.at(State.AT_ODDS), B)

    offering.tap("Money back")
    offering.tap("40.00 USD")
    offering.tap("No, the buyer keeps them")
    offering.tap("Leave out")
    offering.tap("Make the offer")

    assert made(offering) == Act(move="offer", terms=build.terms(Kind.REFUND, 4000))


@pytest.mark.parametrize(("answer", "replacement"), [("The same item again", ""), ("Green mug", "Green mug")])
def test_an_offer_of_a_replacement(talk, build, answer, replacement):
    offering = talk("offer", build.at(State.AT_ODDS), S)

    offering.tap("A replacement")
    if replacement:
        offering.say(answer)
    else:
        offering.tap(answer)
    offering.tap("No, the buyer keeps them")
    offering.tap("Leave out")
    offering.tap("Make the offer")

    terms = build.terms(Kind.EXCHANGE, goods_back=False, shipping=None, replacement=replacement)
    assert made(offering) == Act(move="offer", terms=terms)


def test_a_seller_offering_a_return_says_where_to(talk, build):
    offering = talk("offer", build.at(State.AT_ODDS), S, store=NO_ADDRESS)

    offering.tap("A replacement")
    offering.tap("The same item again")
    offering.tap("Yes, they go back")
    offering.tap("The buyer")

    assert offering.step.id == "address"


def test_nobody_asks_whether_goods_go_back_that_are_back_already(talk, build):
    case = build.walk(
        build.at(State.RETURNING), ("dispute_goods", build.seller, {"text": "worn"}), ("take", build.arbitrator)
    )
    ruling = talk("rule", case, A)

    ruling.tap("Money back")
    ruling.say("10")

    assert ruling.step.id == "cites"


def test_a_dismissal_says_that_goods_go_home(talk, build):
    case = build.walk(
        build.at(State.RETURNING), ("dispute_goods", build.seller, {"text": "worn"}), ("take", build.arbitrator)
    )
    ruling = talk("rule", case, A)

    ruling.tap("Dismiss the claim")
    ruling.tap("☐ return.unused (§1, §2)")
    ruling.tap("Go on")
    ruling.say("The goods were worn.")

    assert [build.plain(note) for note in ruling.question.notes] == [
        "Dismissal of the claim",
        "The seller sends the goods to the buyer again",
    ]
    ruling.tap("Give the ruling")
    assert made(ruling) == Act(
        move="rule",
        terms=build.terms(Kind.DISMISSAL, send=Send.ORIGINAL),
        text="The goods were worn.",
        cites=("return.unused",),
    )


def test_a_proposal_binds_nobody(talk, build):
    proposing = talk("propose", build.at(State.ARBITRATION), A)

    proposing.tap("Compensation, the buyer keeps the goods")
    proposing.tap("20.00 USD")
    proposing.say("Half for each")
    assert build.plain(proposing.question.lines[0]) == "It binds nobody until both accept."
    proposing.tap("Propose it")

    assert made(proposing) == Act(move="propose", terms=build.terms(amount=2000), text="Half for each")


def test_a_ruling_with_a_reason_everybody_reads_in_their_own_language(talk, build):
    ruling = talk("rule", build.at(State.ARBITRATION), A)
    first = next(iter(vocabulary.REASONINGS))

    ruling.tap("Money back")
    ruling.tap("40.00 USD")
    ruling.tap("No, the buyer keeps them")
    ruling.say("1")
    ruling.tap("Go on")
    ruling.tap("Reason 1")
    ruling.tap("Leave out")
    ruling.tap("Give the ruling")

    act = made(ruling)
    assert (act.template, act.text, len(act.cites)) == (first, "", 1)
    assert act.terms == build.terms(Kind.REFUND, 4000)


def test_offers_never_dismiss(talk, build):
    assert "Dismiss the claim" not in talk("offer", build.at(State.AT_ODDS), S).labels
    assert "Dismiss the claim" not in talk("propose", build.at(State.ARBITRATION), A).labels


# --- room on the buttons ---------------------------------------------------------------------------------------


def test_every_button_fits_even_where_numbers_and_names_are_long(talk, build):
    long = "長" * 60
    case = build.at(State.ARBITRATION)
    case = replace(case, claim=replace(case.claim, items=(Claimed(long, 1),)), paid=build.usd(10**14))

    for name, dialog in MOVES.items():
        begun = talk(name, replace(case, position=replace(case.position, terms=build.terms(), offer=None)), A)
        for step in dialog.steps:
            begun.put(dialogs.start(name, case.ref, kind="refund", party="buyer", arrived="yes", _trail=["x"]))
            asked = dialogs.question(dialog, step, begun.context)
            assert all(len(choice.do.encode()) <= 55 for row in asked.choices for choice in row)


# --- commands --------------------------------------------------------------------------------------------------


def test_the_menu_of_a_role_holds_its_moves_and_no_others():
    for role in (B, S, A):
        own = {row.name for row in TABLE if role in row.roles}
        assert {c.name for c in menu(frozenset({role})) if c.is_move} == own


def test_somebody_without_a_role_has_a_buyers_menu():
    assert menu(frozenset()) == menu(frozenset({B}))
    assert "queue" not in {c.name for c in menu(frozenset())}


def test_commands_have_one_name_each():
    assert len(BY_NAME) == len(COMMANDS)
    assert all(name.isascii() and len(name) <= 32 for name in BY_NAME)
