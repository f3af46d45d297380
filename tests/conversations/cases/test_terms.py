"""What terms ask for next: the whole truth table, against the rule in the design's words."""

from dataclasses import replace
from itertools import product

import pytest

from conversations.cases.claim import Claimed
from conversations.cases.money import Money
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.terms import Done, Kind, Send, Terms, next_step

NOTHING = Terms(
    kind=Kind.REFUND,
    amount=Money(0, "USD"),
    items=(Claimed("1", 1),),
    goods_back=False,
    shipping=None,
    shipping_amount=Money(0, "USD"),
)
PAID = replace(NOTHING, amount=Money(900, "USD"), shipping_amount=Money(100, "USD"))


def expected(terms: Terms, done: Done) -> State:
    waits = (
        (terms.goods_back and not done.shipped, State.AWAITING_RETURN),
        (terms.goods_back and not done.received, State.RETURNING),
        (terms.send != "nothing" and not done.sent, State.AWAITING_REPLACEMENT),
        (terms.send != "nothing" and not done.delivered, State.REPLACING),
        (done.refunded < terms.amount.minor + terms.shipping_amount.minor, State.AWAITING_REFUND),
        (terms.amount.minor + terms.shipping_amount.minor > 0 and not done.confirmed, State.REFUNDING),
        (terms.kind == "dismissal", State.CLOSED),
    )
    return next((state for holds, state in waits if holds), State.SETTLED)


def test_next_step_for_all_terms_and_everything_done():
    for back, send, money, dismissed in product([False, True], Send, [NOTHING, PAID], [False, True]):
        kind = Kind.DISMISSAL if dismissed else money.kind
        terms = replace(money, goods_back=back, send=send, kind=kind)
        for flags in product([False, True], repeat=5):
            shipped, received, sent, delivered, confirmed = flags
            for refunded in (0, 999, 1000, 1001):
                done = Done(shipped, received, sent, delivered, refunded, confirmed)
                assert next_step(terms, done) is expected(terms, done), (terms, done)


@pytest.mark.parametrize(
    ("terms", "done", "state"),
    [
        (replace(PAID, goods_back=True), Done(), State.AWAITING_RETURN),
        (replace(PAID, goods_back=True), Done(shipped=True), State.RETURNING),
        (replace(PAID, goods_back=True), Done(shipped=True, received=True), State.AWAITING_REFUND),
        (replace(NOTHING, send=Send.REPLACEMENT), Done(), State.AWAITING_REPLACEMENT),
        (replace(NOTHING, send=Send.REPLACEMENT), Done(sent=True), State.REPLACING),
        (replace(NOTHING, send=Send.REPLACEMENT), Done(sent=True, delivered=True), State.SETTLED),
        (PAID, Done(refunded=999), State.AWAITING_REFUND),
        (PAID, Done(refunded=1000), State.REFUNDING),
        (PAID, Done(refunded=1000, confirmed=True), State.SETTLED),
        (replace(NOTHING, kind=Kind.DISMISSAL), Done(), State.CLOSED),
        (replace(NOTHING, kind=Kind.DISMISSAL, send=Send.ORIGINAL), Done(True, True), State.AWAITING_REPLACEMENT),
        (replace(NOTHING, kind=Kind.DISMISSAL, send=Send.ORIGINAL), Done(True, True, True, True), State.CLOSED),
        (PAID, Done(earlier=5000), State.AWAITING_REFUND),
    ],
)
def test_next_step_examples(terms, done, state):
    assert next_step(terms, done) is state


def test_due_is_the_amount_and_the_shipping_beside_it():
    assert PAID.due == Money(1000, "USD")
    assert replace(PAID, shipping=Role.SELLER).due == Money(1000, "USD")


@pytest.mark.parametrize(
    ("done", "with_buyer", "given"),
    [
        (Done(), True, 0),
        (Done(shipped=True), False, 0),
        (Done(sent=True), False, 0),
        (Done(refunded=300, earlier=200), True, 500),
    ],
)
def test_done_tells_where_the_goods_are_and_what_was_given(done, with_buyer, given):
    assert (done.goods_with_buyer, done.given) == (with_buyer, given)
