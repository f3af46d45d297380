"""The card of every state as every role sees it."""

from dataclasses import replace

import pytest

from conversations import presses, vocabulary
from conversations.cards import card, choices, may_link, moves_for
from conversations.cases.claim import Reason, Remedy
from conversations.cases.evidence import Evidence, File, FileKind
from conversations.cases.lifecycle import moves_open
from conversations.cases.orders import Store
from conversations.cases.ratings import Rating
from conversations.cases.roles import Role
from conversations.cases.states import ENDS, State
from conversations.cases.terms import Kind
from conversations.messages import Style

B, S, A = Role.BUYER, Role.SELLER, Role.ARBITRATOR
PEOPLE = (B, S, A)
STORE = Store(name="Acme", return_address="Acme Returns, Hafenstr. 1")


def exhibit(n: int, refused: str = "") -> Evidence:
    file = File(kind=FileKind.PHOTO, file_id=f"f{n}", unique_id=f"u{n}", size=1)
    return Evidence(n=n, by=B, at=None, file=file, refused=refused)


def shown(build, case, reader, *, evidence=(), order=None, away=()):
    return card(case, reader, order=order or build.order(), store=STORE, evidence=evidence, away=away)


def pressed(card_or_choices):
    rows = getattr(card_or_choices, "choices", card_or_choices)
    return [presses.read(choice.do) for row in rows for choice in row]


def text(build, card) -> str:
    lines = [card.title, card.state, card.turn or "", card.default or ""]
    for section in card.sections:
        lines += [section.heading, *section.lines]
    return "\n".join(build.plain(line) for line in lines)


@pytest.mark.parametrize("reader", PEOPLE)
@pytest.mark.parametrize("state", list(State))
def test_a_card_carries_exactly_the_moves_open_to_its_reader(build, state, reader):
    case = build.at(state)

    buttons = pressed(shown(build, case, reader))

    moves = [button for button in buttons if isinstance(button, presses.MovePress)]
    assert sorted(button.move for button in moves) == sorted(moves_open(case.position, reader))
    assert {(button.ref, button.turn) for button in moves} <= {("A7KQ2M", case.position.turn)}


@pytest.mark.parametrize("reader", PEOPLE)
@pytest.mark.parametrize("state", list(State))
def test_a_card_says_whose_turn_it_is_until_when_and_what_happens_otherwise(build, state, reader):
    case = build.at(state)

    seen = shown(build, case, reader, evidence=(exhibit(1),))

    assert (seen.ref, seen.due_at) == ("A7K-Q2M", case.due_at)
    assert (seen.turn is None) == (seen.default is None) == (state in ENDS)
    assert seen.is_over is (state in ENDS)
    assert build.plain(seen.title) == "Case A7K-Q2M · Blue mug"
    assert text(build, seen)
    assert all(len(choice.do.encode()) <= 55 for row in seen.choices for choice in row)


@pytest.mark.parametrize(
    ("state", "looks"),
    [
        (State.AWAITING_SELLER, {B: ["record", "limit", "reply"], S: ["record", "limit", "reply"], A: ["record"]}),
        (State.ESCALATED, {B: ["record", "reply"], S: ["record", "reply"], A: ["record"]}),
        (State.SETTLED, {B: ["record", "rate"], S: ["record"], A: ["record"]}),
        (State.CLOSED, {B: ["record", "rate"], S: ["record"], A: ["record"]}),
    ],
)
def test_a_card_offers_what_its_reader_may_look_at(build, state, looks):
    for reader, names in looks.items():
        buttons = pressed(shown(build, build.at(state), reader))
        commands = [button for button in buttons if isinstance(button, presses.CommandPress)]
        assert [button.command for button in commands] == names
        assert {button.argument for button in commands} == {"A7KQ2M"}


def test_evidence_is_offered_once_there_is_some(build):
    case = build.at(State.ARBITRATION)

    assert "evidence" not in [getattr(b, "command", "") for b in pressed(choices(case, A))]
    assert "evidence" in [getattr(b, "command", "") for b in pressed(choices(case, A, evidence=2))]


def test_withdrawing_stands_last_and_apart(build):
    last = choices(build.at(State.AT_ODDS), B)[-1]

    assert [presses.read(choice.do).move for choice in last] == ["withdraw"]
    assert last[0].style is Style.PLAIN


def test_offers_beyond_the_last_round_are_not_offered(build):
    case = build.at(State.AT_ODDS)
    for _ in range(case.limits.rounds):
        case = build.walk(case, ("offer", build.seller, {"terms": build.terms()}), ("decline", build.buyer))

    assert "offer" in moves_open(case.position, S)
    assert "offer" not in moves_for(case, S)
    assert "offer" in moves_for(case, B)


def test_a_rated_case_is_not_rated_again(build):
    case = replace(build.at(State.SETTLED), rating=Rating(stars=4, at=build.opened))

    assert "rate" not in [getattr(b, "command", "") for b in pressed(choices(case, B))]


def test_a_rating_stands_on_the_parties_cards_alone(build):
    case = replace(build.at(State.SETTLED), rating=Rating(stars=4, at=build.opened))
    full = replace(case, rating=Rating(stars=4, outcome=2, words="slow", answer="sorry", at=build.opened))

    assert "The rating\nThe service: 4 of 5" in text(build, shown(build, case, B))
    assert "The outcome" not in text(build, shown(build, case, B))
    assert "The outcome: 2 of 5\n“slow”\nThe store's answer: “sorry”" in text(build, shown(build, full, S))
    assert "The rating" not in text(build, shown(build, full, A))
    assert ["respond" in str(choices(each, S)) for each in (case, full)] == [True, False]


# --- what stands in it -----------------------------------------------------------------------------------------


def test_the_verdict_is_shown_to_those_who_judge(build):
    case = build.case(is_used=True)

    assert "✗ The goods were used, so the seller decides. (§1, §2)" in text(build, shown(build, case, S))
    assert "✗ The goods were used" in text(build, shown(build, case, A))
    assert "The goods were used" not in text(build, shown(build, case, B))


def test_the_claim_is_in_the_buyers_words(build):
    case = build.case(words="Too small <b>for</b> me")

    assert "I changed my mind" in text(build, shown(build, case, B))
    assert "changed their mind" in text(build, shown(build, case, S))
    for reader in PEOPLE:
        seen = text(build, shown(build, case, reader))
        assert "2 × Blue mug" in seen
        assert "Paid for these items: 40.00 USD" in seen
        assert "“Too small <b>for</b> me”" in seen


def test_an_open_offer_stands_with_its_terms_and_words(build):
    case = build.moved(build.case(), "offer", build.seller, terms=build.terms(), text="my best").case

    seen = text(build, shown(build, case, B))

    assert "The seller offers\nCompensation, goods stay with the buyer\n10.00 USD to the buyer\n“my best”" in seen


def test_what_both_limits_allow_is_offered_to_both(build):
    case = build.moved(build.at(State.AT_ODDS), "meet", build.clock, terms=build.terms()).case

    for reader in (B, S):
        assert "You would both agree to this" in text(build, shown(build, case, reader))


@pytest.mark.parametrize("state", [State.AWAITING_SELLER, State.AT_ODDS, State.NEGOTIATING])
@pytest.mark.parametrize("reader", PEOPLE)
def test_private_limits_are_on_no_card(build, state, reader):
    case = replace(build.at(state), least=1357, most=1246)

    seen = shown(build, case, reader)

    assert seen == shown(build, build.at(state), reader)
    assert "13.57" not in text(build, seen)


def test_the_return_address_is_shown_while_goods_are_to_be_sent(build):
    assert "Hafenstr. 1" in text(build, shown(build, build.at(State.AWAITING_RETURN), B))
    assert "Hafenstr. 1" not in text(build, shown(build, build.at(State.AWAITING_RETURN), A))
    for state in set(State) - {State.AWAITING_RETURN}:
        assert "Hafenstr. 1" not in text(build, shown(build, build.at(state), B))


def test_the_question_stands_while_it_is_open(build):
    assert "The buyer was asked\n“When?”" in text(build, shown(build, build.at(State.EVIDENCE_REQUESTED), B))
    answered = build.walk(build.at(State.EVIDENCE_REQUESTED), ("answer", build.buyer, {"text": "today"}))
    assert "“When?”" not in text(build, shown(build, answered, B))


def test_the_refusal_stands_until_something_is_agreed(build):
    case = build.at(State.AT_ODDS)
    agreed = build.walk(case, ("offer", build.seller, {"terms": build.terms()}), ("accept", build.buyer))

    assert "The seller refused\n“worn”" in text(build, shown(build, case, B))
    assert "The seller refused" not in text(build, shown(build, agreed, B))


def test_a_ruling_stands_with_its_reasons(build):
    seen = text(build, shown(build, build.at(State.RULED), S))

    assert "The ruling\n" in seen
    assert "30.00 USD to the buyer" in seen
    assert "E1 shows it" in seen


def test_what_is_agreed_after_an_appeal_is_no_ruling(build):
    terms = build.terms(Kind.REFUND, 2000)
    case = build.walk(
        build.at(State.RULED),
        ("appeal", build.buyer, {"text": "new"}),
        ("offer", build.seller, {"terms": terms}),
        ("accept", build.buyer),
    )

    seen = text(build, shown(build, case, B))

    assert "What was agreed\nRefund, goods stay with the buyer\n20.00 USD to the buyer" in seen
    assert "The ruling" not in seen


def test_what_is_left_to_refund_is_shown_until_it_is_paid(build):
    case = build.moved(build.at(State.AWAITING_REFUND), "refund", build.seller, amount=build.usd(500), number="T").case

    assert "Refunded so far: 5.00 USD of the 55.00 USD promised. Still due: 50.00 USD" in text(
        build, shown(build, case, B)
    )
    assert "V2: 5.00 USD refunded, number T" in text(build, shown(build, case, S))
    assert "Still to be refunded" not in text(build, shown(build, build.at(State.REFUNDING), B))


def test_evidence_that_could_not_be_used_is_named(build):
    seen = text(build, shown(build, build.at(State.ESCALATED), B, evidence=(exhibit(1), exhibit(2, "broken"))))

    assert "Evidence that could not be used\n“E2”" in seen


def test_a_party_out_of_reach_is_named_first(build):
    seen = shown(build, build.at(State.ESCALATED), A, away=(B, S))

    assert [build.plain(section.heading) for section in seen.sections[:2]] == [
        "The buyer cannot be reached at the moment",
        "The seller cannot be reached at the moment",
    ]


def test_a_case_the_arbitrator_let_lie_says_so(build):
    late = build.walk(build.at(State.ARBITRATION), ("release", build.clock))

    assert "ran out of time" in text(build, shown(build, late, B))


def test_a_card_needs_no_order(build):
    seen = card(build.case(), B, order=None, store=STORE, evidence=())

    assert build.plain(seen.title) == "Case A7K-Q2M"


def test_a_linked_case_names_the_one_before(build):
    seen = text(build, shown(build, build.case(linked="B8LR3N"), S))

    assert "About the replacement sent in case B8L-R3N" in seen


def test_a_problem_with_a_replacement_is_offered_once_it_came(build):
    settled = build.walk(
        build.at(State.REPLACING),
        ("receive_goods", build.buyer),
        ("refund", build.seller, {"number": "T"}),
        ("confirm_refund", build.buyer),
    )

    assert settled.state is State.SETTLED
    assert may_link(settled)
    assert "problem" in [getattr(b, "command", "") for b in pressed(choices(settled, B))]
    assert not may_link(build.at(State.SETTLED))


# --- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_words_and_a_default_where_it_waits(build, state):
    case = build.at(state)

    assert vocabulary.STATES[state].msgid
    assert (vocabulary.default(case) is None) == (state in ENDS)


@pytest.mark.parametrize(
    ("state", "turns"),
    [
        (State.AWAITING_SELLER, ("It is the seller's turn.", "It is your turn.", "It is the seller's turn.")),
        (State.NEGOTIATING, ("It is your turn.", "It is the buyer's turn.", "It is the buyer's turn.")),
        (State.BREACHED, ("It is the arbitrators' turn.", "It is your turn.", "It is your turn.")),
        (State.RULED, ("It is your turn.", "It is your turn.", "It is the turn of both parties.")),
        (State.EVIDENCE_REQUESTED, ("It is your turn.", "It is the buyer's turn.", "It is the buyer's turn.")),
        (State.SETTLED, ("None", "None", "None")),
    ],
)
def test_each_reader_is_told_whose_turn_it_is(build, state, turns):
    case = build.at(state)

    assert tuple(build.plain(vocabulary.turn(case, reader)) for reader in PEOPLE) == turns


def test_the_buyer_is_told_that_silence_approves_or_escalates(build):
    assert build.plain(vocabulary.default(build.case())) == "the claim counts as approved"
    assert build.plain(vocabulary.default(build.case(is_used=True))) == "an arbitrator is called"


def test_long_titles_are_cut(build):
    order = build.order()
    order = replace(order, items=(replace(order.items[0], title="x" * 100),))

    assert len(build.plain(vocabulary.headline(build.case(), order))) == len("Case A7K-Q2M · ") + 48
    assert vocabulary.topic(build.case(), order) == f"A7K-Q2M · {order.items[0].title}"
    assert vocabulary.topic(build.case(), None) == "A7K-Q2M"
    assert build.plain(vocabulary.closed_topic("A7K-Q2M")) == "Closed · A7K-Q2M"


def ruling_on(build, kind, amount=0, *, earlier=0, claimed=None, **terms):
    """What the card says of a ruling on a claim of 40.00 (a refund of goods the buyer keeps), line by line."""
    claim = claimed or {"remedy": Remedy.REFUND, "reason": Reason.FAULTY, "evidence": 1}
    case = build.walk(build.case(**claim), ("refuse", build.seller, {"text": "no"}), ("escalate", build.buyer))
    done = replace(case.position.done, earlier=earlier)
    case = build.walk(replace(case, position=replace(case.position, done=done)), ("take", build.arbitrator))
    rule = {"terms": build.terms(kind, amount, **terms), "text": "E1 shows it"}
    [section] = [
        section
        for section in shown(build, build.walk(case, ("rule", build.arbitrator, rule)), B).sections
        if section.heading.msgid == "The ruling"
    ]
    return [build.plain(line) for line in section.lines]


EXCHANGE = {"remedy": Remedy.EXCHANGE, "reason": Reason.CHANGED_MIND}
RETURN = {"remedy": Remedy.RETURN, "reason": Reason.CHANGED_MIND}


@pytest.mark.parametrize(
    ("claimed", "kind", "amount", "earlier", "extent"),
    [
        (None, Kind.REFUND, 4000, 0, "in full"),
        (None, Kind.REFUND, 3999, 0, "in part"),
        (None, Kind.REFUND, 3000, 1000, "in full"),  # with what the buyer got before
        (None, Kind.COMPENSATION, 4000, 0, "in full"),
        (None, Kind.RETURN_REFUND, 4000, 0, "in part"),  # the goods were not to go back
        (None, Kind.EXCHANGE, 0, 0, "in part"),
        (EXCHANGE, Kind.EXCHANGE, 0, 0, "in full"),
        (EXCHANGE, Kind.RETURN_REFUND, 4000, 0, "in part"),
        (RETURN, Kind.RETURN_REFUND, 4000, 0, "in full"),
        (RETURN, Kind.REFUND, 4000, 0, "in full"),  # and may keep the goods
    ],
)
def test_a_ruling_grants_in_full_only_what_was_claimed(build, claimed, kind, amount, earlier, extent):
    assert ruling_on(build, kind, amount, earlier=earlier, claimed=claimed)[0] == f"The claim is granted {extent}."


def test_a_dismissal_stands_on_the_card_once(build):
    assert ruling_on(build, Kind.DISMISSAL) == ["The claim is dismissed.", "“E1 shows it”"]
