"""Any life a case can have: random moves by everybody, with promises checked after each."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from conversations.cases import facts
from conversations.cases.case import THE_CLOCK, Actor, Denied, Moved, act, default_move, meeting
from conversations.cases.claim import Reason, Remedy
from conversations.cases.lifecycle import NAMES, Act, IllegalMove, moves_open, waits_for
from conversations.cases.money import Money
from conversations.cases.roles import PARTIES, Role
from conversations.cases.states import ENDS, State
from conversations.cases.terms import Kind, Send, next_step
from conversations.cases.vouchers import VoucherKind

CLAIMS = [
    {},
    {"is_used": True},
    {"remedy": Remedy.EXCHANGE},
    {"remedy": Remedy.RETURN, "reason": Reason.FAULTY, "evidence": 1},
    {"remedy": Remedy.REFUND, "reason": Reason.DAMAGED, "evidence": 2},
    {"remedy": Remedy.REFUND, "reason": Reason.NOT_ARRIVED},
]
HOURS = st.integers(0, 47).map(lambda n: timedelta(hours=n))


class Life(RuleBasedStateMachine):
    """A case, an arbitrator who rules and another who may take the appeal."""

    build = None

    @initialize(claim=st.sampled_from(CLAIMS), paid=st.integers(1, 10_000))
    def open(self, claim, paid):
        moved = self.build.open(paid=Money(paid, "USD"), **claim)
        self.case, self.journal, self.now = moved.case, list(moved.facts), self.build.opened

    @rule(data=st.data(), after=HOURS)
    @precondition(lambda self: self.case.is_open)
    def move(self, data, after):
        """Somebody makes a move that is open to them."""
        self.now += after
        role = data.draw(st.sampled_from([r for r in Role if moves_open(self.case.position, r)]))
        name = data.draw(st.sampled_from(moves_open(self.case.position, role)))
        actor = self.actor(role, data)
        before, what = self.case, self.what(name, data)

        outcome = act(before, Act(move=name, **what), actor, now=self.now)

        if isinstance(outcome, Denied):
            assert self.may_be_denied(name, actor, what)
            return
        self.take(before, name, outcome)

    @rule()
    @precondition(lambda self: self.case.is_open)
    def silence(self):
        """Nobody acts until the time is up: the clock's move is always possible."""
        before, self.now = self.case, max(self.now, self.case.due_at)
        name = default_move(before)

        outcome = act(before, name, THE_CLOCK, now=self.now)

        assert isinstance(outcome, Moved)
        self.take(before, name.move, outcome)

    @rule(data=st.data())
    def trespass(self, data):
        """What is not open is refused, whatever it says."""
        role, name = data.draw(st.sampled_from(list(Role))), data.draw(st.sampled_from(NAMES))
        if name in moves_open(self.case.position, role):
            return
        before = self.case

        with pytest.raises(IllegalMove):
            act(before, Act(move=name, **self.what(name, data)), self.actor(role, data), now=self.now)

        assert self.case is before

    def actor(self, role, data) -> Actor:
        if role is not Role.ARBITRATOR:
            return {Role.BUYER: self.build.buyer, Role.SELLER: self.build.seller, Role.CLOCK: THE_CLOCK}[role]
        if self.case.arbitrator and self.case.state is State.ARBITRATION:
            return Actor(role, self.case.arbitrator)
        return data.draw(st.sampled_from([self.build.arbitrator, self.build.another]))

    def what(self, name, data) -> dict:
        amounts = st.integers(0, 12_000).map(lambda minor: Money(minor, "USD"))
        match name:
            case "offer" | "propose" | "rule":
                kind = data.draw(st.sampled_from(list(Kind)))
                back = data.draw(st.booleans()) if kind is not Kind.COMPENSATION else False
                return {"terms": self.build.terms(kind, data.draw(amounts).minor, goods_back=back), "text": "why"}
            case "meet":
                return {"terms": self.build.terms(amount=1)}
            case "refund" | "dispute_refund":
                return {"amount": data.draw(st.none() | amounts), "number": "T"}
            case "ask":
                return {"party": data.draw(st.sampled_from(PARTIES)), "text": "what?"}
            case "dispute_goods":
                return {"arrived": data.draw(st.booleans()), "text": "bad"}
        return {}

    def may_be_denied(self, name, actor, what) -> bool:
        match name:
            case "offer" | "propose" | "rule":
                return True
            case "refund":
                return what["amount"] is not None and not 0 < what["amount"].minor <= self.case.outstanding.minor
            case "dispute_refund":
                return what["amount"] is not None and what["amount"].minor >= self.case.position.done.refunded
            case "take":
                return self.case.appealed_arbitrator == actor.person
        return False

    def take(self, before, name, outcome) -> None:
        after = outcome.case
        endings = [fact for fact in outcome.facts if isinstance(fact, facts.CaseSettled | facts.CaseDismissed)]
        assert len(outcome.facts) == 1 + len(endings) <= 2
        assert after.position.turn == before.position.turn + 1
        assert (after.state is State.SETTLED) == any(isinstance(fact, facts.CaseSettled) for fact in endings)
        self.case = after
        self.journal += outcome.facts

    @invariant()
    def an_open_case_has_one_deadline_and_an_ended_one_none(self):
        case = self.case
        assert case.is_open == (case.due_at is not None) == (case.ended_at is None)
        if case.is_open:
            assert case.due_at > case.since

    @invariant()
    def whoever_is_waited_for_can_act_and_an_end_is_an_end(self):
        position = self.case.position
        assert bool(waits_for(position)) == self.case.is_open
        assert all(moves_open(position, role) for role in waits_for(position))
        if self.case.state in ENDS:
            assert not any(moves_open(position, role) for role in Role)

    @invariant()
    def no_more_is_given_than_was_paid_and_the_shipping_beside_it(self):
        case = self.case
        shipping = case.position.terms.shipping_amount.minor if case.position.terms else 0
        assert case.position.done.given <= case.paid.minor + shipping
        assert case.left.minor >= 0

    @invariant()
    def each_move_is_on_record(self):
        moves = [f for f in self.journal if not isinstance(f, facts.CaseSettled | facts.CaseDismissed)]
        assert len(moves) == 1 + self.case.position.turn

    @invariant()
    def one_offer_at_most_is_open_and_it_is_the_one_on_the_table(self):
        open_offers = [offer.n for offer in self.case.offers if offer.fate == "open"]
        on_table = self.case.position.offer
        assert open_offers == ([on_table.n] if on_table else [])
        if self.case.state is State.NEGOTIATING:
            assert on_table is not None
        if self.case.state in ENDS or self.case.state in (State.RULED, State.AT_ODDS, State.BREACHED):
            assert on_table is None

    @invariant()
    def somebody_is_asked_only_while_an_answer_is_awaited(self):
        position = self.case.position
        assert self.case.state in ENDS or (position.asked is not None) == (self.case.state is State.EVIDENCE_REQUESTED)

    @invariant()
    def an_appeal_is_decided_by_another_arbitrator(self):
        rulings = self.case.rulings
        for appealed, final in pairwise(rulings):
            if final.is_final and not appealed.is_final:
                assert appealed.arbitrator != final.arbitrator

    @invariant()
    def nothing_is_left_hanging_when_it_is_settled(self):
        case, done = self.case, self.case.position.done
        if case.state is not State.SETTLED:
            return
        terms = case.position.terms
        assert next_step(terms, done) is State.SETTLED
        assert done.refunded >= terms.due.minor
        assert not terms.due or done.confirmed
        assert not terms.goods_back or (done.shipped and done.received)
        assert terms.send is Send.NOTHING or (done.sent and done.delivered)

    @invariant()
    def goods_that_the_buyer_no_longer_has_were_paid_for_or_replaced(self):
        case, done = self.case, self.case.position.done
        if case.state is State.SETTLED and done.shipped and not done.delivered:
            assert case.position.terms.kind in (Kind.REFUND, Kind.RETURN_REFUND)

    @invariant()
    def a_closed_case_gave_no_money_and_kept_no_goods(self):
        case, done = self.case, self.case.position.done
        if case.state is State.CLOSED:
            assert done.given == 0
            assert done.goods_with_buyer or done.delivered

    @invariant()
    def vouchers_are_numbered_and_money_adds_up(self):
        case = self.case
        assert [voucher.n for voucher in case.vouchers] == list(range(1, len(case.vouchers) + 1))
        paid = [v.amount.minor for v in case.vouchers if v.kind in (VoucherKind.REFUND, VoucherKind.PLATFORM)]
        assert case.position.done.given <= sum(paid)
        if not any(isinstance(fact, facts.RefundDisputed) for fact in self.journal):
            assert case.position.done.given == sum(paid)


def test_any_life_of_a_case_keeps_the_promises(build):
    class TheLife(Life):
        pass

    TheLife.build = build
    run_state_machine_as_test(
        TheLife,
        settings=settings(
            max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


# --- private limits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("least", "most", "amount"),
    [
        (1000, 2000, 1500),
        (1000, 1001, 1000),
        (1500, 1500, 1500),
        (1501, 1500, None),
        (None, 1500, None),
        (1500, None, None),
    ],
)
def test_private_limits_meet_in_the_middle_or_say_nothing(build, least, most, amount):
    case = replace(build.at(State.AT_ODDS), least=least, most=most)

    found = meeting(case)

    assert found == (None if amount is None else Act(move="meet", terms=build.terms(amount=amount)))


def test_private_limits_are_forgotten_once_they_met(build):
    case = replace(build.at(State.AT_ODDS), least=1000, most=2000)

    moved = build.moved(case, "meet", THE_CLOCK, terms=meeting(case).terms)

    assert moved.facts == (facts.AgreementFound(1, build.terms(amount=1500)),)
    assert (moved.case.least, moved.case.most, moved.case.state) == (None, None, State.NEGOTIATING)
    assert meeting(replace(moved.case, least=1000, most=2000)) is None
