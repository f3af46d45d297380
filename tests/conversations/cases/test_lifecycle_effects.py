"""What single moves change beside the state, and what is said of moves that cannot be made."""

import pytest

from conversations.cases.lifecycle import (
    Act,
    IllegalMove,
    LifecycleError,
    OpenOffer,
    Position,
    UnknownMove,
    outstanding,
    waits_for,
)
from conversations.cases.lifecycle import advance as made
from conversations.cases.money import Money
from conversations.cases.roles import PARTIES, Role
from conversations.cases.states import State
from conversations.cases.terms import Done, Kind, Send

BUYER, SELLER, ARBITRATOR = Role.BUYER, Role.SELLER, Role.ARBITRATOR


def test_terms_agreed_on_count_anew_what_is_sent_and_paid(build):
    done = Done(shipped=True, received=True, refunded=500, confirmed=True)
    offer = OpenOffer(1, SELLER, build.terms(Kind.COMPENSATION, 700))

    after = made(Position(state=State.ESCALATED, done=done, offer=offer), Act(move="accept"), BUYER)

    assert after.done == Done(shipped=True, received=True, earlier=500)


def test_goods_sent_after_all_take_the_offer_of_money_off_the_table(build):
    offer = OpenOffer(1, SELLER, build.terms(Kind.COMPENSATION, 700))
    position = Position(
        state=State.AWAITING_REPLACEMENT,
        terms=build.terms(Kind.EXCHANGE),
        done=Done(shipped=True, received=True),
        offer=offer,
    )

    assert made(position, Act(move="send_goods"), SELLER).offer is None


def test_goods_sent_home_are_no_longer_with_the_seller(build):
    terms = build.terms(Kind.DISMISSAL, send=Send.ORIGINAL)
    position = Position(state=State.AWAITING_REPLACEMENT, terms=terms, done=Done(shipped=True, received=True))

    assert made(position, Act(move="send_goods"), SELLER).done == Done(sent=True)


def test_a_replacement_leaves_the_goods_where_they_are(build):
    terms = build.terms(Kind.EXCHANGE)
    position = Position(state=State.AWAITING_REPLACEMENT, terms=terms, done=Done(shipped=True, received=True))

    assert made(position, Act(move="send_goods"), SELLER).done == Done(shipped=True, received=True, sent=True)


def test_money_paid_leaves_no_offer(build):
    offer = OpenOffer(1, SELLER, build.terms(Kind.COMPENSATION, 700))
    position = Position(state=State.AWAITING_REFUND, terms=build.terms(Kind.REFUND, 1000), offer=offer)

    assert made(position, Act(move="refund", amount=Money(1000, "USD")), SELLER).offer is None


def test_money_the_platform_pays_changes_no_terms_that_ask_for_money_alone(build):
    terms = build.terms(Kind.RETURN_REFUND, 1000, shipping=SELLER, shipping_amount=Money(200, "USD"))
    done = Done(shipped=True, received=True, refunded=300)

    after = made(
        Position(state=State.BREACHED, terms=terms, done=done),
        Act(move="enforce", amount=Money(900, "USD")),
        ARBITRATOR,
    )

    assert after.terms == terms
    assert after.done == Done(shipped=True, received=True, refunded=1200, confirmed=True)


@pytest.mark.parametrize(("move", "role"), [("answer", SELLER), ("silent", Role.CLOCK)])
def test_a_question_is_over_once_it_is_answered_or_not(move, role):
    asked = Position(state=State.EVIDENCE_REQUESTED, asked=SELLER)

    assert waits_for(asked) == (SELLER,)
    assert made(asked, Act(move=move), role).asked is None


def test_a_question_to_nobody_waits_for_both():
    assert waits_for(Position(state=State.EVIDENCE_REQUESTED)) == PARTIES


def test_an_appeal_takes_back_who_had_accepted_the_ruling(build):
    ruled = Position(
        state=State.RULED, terms=build.terms(Kind.REFUND, 1000), is_ruled=True, accepted_by=frozenset({BUYER})
    )

    after = made(ruled, Act(move="appeal"), SELLER)

    assert (after.is_appealed, after.accepted_by) == (True, frozenset())


# --- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "act", "role", "told"),
    [
        (Position(), Act(move="offer"), SELLER, "an offer has terms"),
        (Position(state=State.BREACHED), Act(move="enforce"), ARBITRATOR, "enforcing needs terms and an amount"),
        (Position(state=State.AWAITING_REFUND), Act(move="refund"), SELLER, "a refund has an amount"),
        (Position(), Act(move="approve"), SELLER, "nothing is agreed"),
    ],
)
def test_a_mistake_of_the_caller_is_named(position, act, role, told):
    with pytest.raises(LifecycleError) as err:
        made(position, act, role)
    assert str(err.value) == told


def test_a_move_that_is_not_open_names_itself_the_state_and_the_role():
    with pytest.raises(IllegalMove) as err:
        made(Position(), Act(move="ship"), BUYER)
    assert str(err.value) == "buyer may not ship in awaiting_seller"
    with pytest.raises(UnknownMove) as unknown:
        made(Position(), Act(move="dance"), BUYER)
    assert str(unknown.value) == "dance"
    with pytest.raises(LifecycleError) as nothing:
        outstanding(Position())
    assert str(nothing.value) == "nothing is agreed"
