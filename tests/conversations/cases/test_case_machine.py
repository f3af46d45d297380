"""Any life a case can have: random moves by everybody, each held against an account of goods and money kept beside the
code.

The account is told by the journal alone, as a bookkeeper would be who never saw the code's own `Position`. At the end of
a case nothing may hang. Every parcel has arrived, or whoever should have got it said that it did not and somebody has
decided on that since; every payment has arrived; and what became of the buyer's goods is one of these, in this order:

- **home**: the buyer has them. They never left, or came back by the buyer's word or by the default of their deadline.
- **replaced**: the buyer has what was sent for them.
- **refunded**: money was paid under terms that pay for the goods (REFUND, RETURN_REFUND), or the platform paid for them.
- **given up** by the buyer's own word: a parcel is said never to have come, and since then they withdrew, agreed to terms
  that ask for it no more, or let their own deadline pass, of which their card says that it closes the case.
- **decided**: a parcel is said never to have come, and a ruling since then asks for it no more.

So goods that the seller has are never given up or decided on: they go home, or are paid for, or replaced.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

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

from conversations import presses, vocabulary
from conversations.cards import MAY_SET_LIMIT, card
from conversations.cases import facts
from conversations.cases.case import THE_CLOCK, Actor, Denied, Moved, act, default_move, meeting
from conversations.cases.claim import Reason, Remedy
from conversations.cases.deadlines import LEAST_LEFT
from conversations.cases.lifecycle import NAMES, Act, IllegalMove, moves_open, waits_for
from conversations.cases.money import Money
from conversations.cases.orders import Store
from conversations.cases.roles import PARTIES, Role
from conversations.cases.states import ENDS, State
from conversations.cases.terms import Kind, Send, Terms

BUYER, SELLER, ARBITRATOR, CLOCK = Role.BUYER, Role.SELLER, Role.ARBITRATOR, Role.CLOCK
PAYS_FOR_GOODS = (Kind.REFUND, Kind.RETURN_REFUND)
STAY = (Kind.COMPENSATION, Kind.DISMISSAL)
ALLOWANCE = 1500  # what the pack reimburses of a return's shipping


# --- the account -----------------------------------------------------------------------------------------------


class At(StrEnum):
    """Where goods are, by the last word of whoever ought to know."""

    BUYER = "with the buyer"
    TO_SELLER = "on their way to the seller"
    SELLER = "with the seller"
    TO_BUYER = "on their way to the buyer"


@dataclass
class Account:
    """Goods and money as the journal tells of them. Whoever moves goods must have them; who pays, owes.

    A replacement that the buyer has takes the place of the goods when they send it back or get another. Money is in minor
    units.
    """

    goods: At = At.BUYER
    replacement: At | None = None
    terms: Terms | None = None
    agreed: bool = False  # by both parties, not by a ruling
    paid: int = 0  # under the terms in force, as far as the buyer has not said that it never came
    earlier: int = 0
    unconfirmed: bool = False  # the last payment
    doubted: bool = False  # a parcel that never came, by somebody's word, and nobody has decided on it yet
    sent: bool = False  # what the terms in force ask the seller to send
    bought_out: bool = False  # the platform paid for goods that were never sent
    given_up: bool = False

    @property
    def given(self) -> int:
        return self.earlier + self.paid

    @property
    def for_items(self) -> int:
        """What was given beside the shipping that was reimbursed."""
        return max(0, self.given - (self.terms.shipping_amount.minor if self.terms else 0))

    @property
    def owed(self) -> int:
        return max(0, self.terms.due.minor - self.paid)

    def read(self, fact: facts.Fact, who: Role) -> None:
        match fact:
            case facts.ClaimApproved(terms) | facts.OfferAccepted(_, terms, is_agreed=True):
                self._agree(terms, by_both=True)
            case facts.RulingGiven(terms):
                self._agree(terms, by_both=False)
            case facts.GoodsShipped():
                self._leave_buyer()
            case facts.GoodsReceived():
                assert self.goods is At.TO_SELLER
                self.goods = At.SELLER
            case facts.GoodsSent():
                self._leave_seller()
            case facts.DeliveryConfirmed():
                self._come_to_buyer()
            case facts.GoodsDisputed(arrived):
                self._doubt(who, arrived)
            case facts.RefundPaid(voucher, left):
                assert 0 < voucher.amount.minor <= self.owed
                self.paid, self.unconfirmed = self.paid + voucher.amount.minor, True
                assert left.minor == self.owed
            case facts.RefundConfirmed():
                assert self.unconfirmed and not self.owed
                self.unconfirmed = False
            case facts.RefundDisputed(arrived):
                assert self.unconfirmed and arrived.minor < self.paid
                self.paid, self.unconfirmed = arrived.minor, False
            case facts.TermsEnforced(voucher):
                assert voucher.amount.minor > 0
                self.paid, self.unconfirmed = self.paid + voucher.amount.minor, False
                self.bought_out = self.terms.send is not Send.NOTHING and not self.sent
            case facts.ClaimWithdrawn() | facts.CaseClosed():
                self.given_up = True

    def _agree(self, terms: Terms, *, by_both: bool) -> None:
        self.terms, self.agreed = terms, by_both
        self.earlier, self.paid, self.doubted = self.given, 0, False
        self.sent = False

    def _leave_buyer(self) -> None:
        """They ship what the claim is about; a doubted parcel that they ship after all has come."""
        if self.goods in (At.SELLER, At.TO_SELLER):
            assert self.replacement is not None
        if self.replacement is At.BUYER or self.goods in (At.SELLER, At.TO_SELLER):
            self.replacement = None
        self.goods = At.TO_SELLER

    def _leave_seller(self) -> None:
        self.sent = True
        if self.terms.send is Send.ORIGINAL:
            assert self.goods is At.SELLER
            self.goods = At.TO_BUYER
        else:
            self.goods = At.BUYER if self.replacement is At.BUYER else self.goods
            self.replacement = At.TO_BUYER

    def _come_to_buyer(self) -> None:
        if self.terms.send is Send.ORIGINAL:
            assert self.goods is At.TO_BUYER
            self.goods = At.BUYER
        else:
            assert self.replacement is At.TO_BUYER
            self.replacement = At.BUYER

    def _doubt(self, who: Role, arrived: bool) -> None:
        self.doubted = True
        if who is SELLER:
            assert self.goods is At.TO_SELLER
            self.goods = At.SELLER if arrived else At.TO_SELLER
        elif arrived:
            self._come_to_buyer()

    def fate(self) -> str:
        """What became of the buyer's goods; fails where nothing did."""
        if self.goods is At.BUYER:
            return "home"
        if self.replacement is At.BUYER:
            return "replaced"
        if self.given and (self.bought_out or self.terms.kind in PAYS_FOR_GOODS):
            return "refunded"
        assert self.goods is not At.SELLER, "the seller has the goods, and the buyer got nothing for them"
        return "given up" if self.given_up or self.agreed else "decided"


# --- the machine -----------------------------------------------------------------------------------------------

CLAIMS = [
    {},
    {"is_used": True},
    {"remedy": Remedy.EXCHANGE},
    {"remedy": Remedy.EXCHANGE},
    {"remedy": Remedy.RETURN, "reason": Reason.FAULTY, "evidence": 1},
    {"remedy": Remedy.REFUND, "reason": Reason.DAMAGED, "evidence": 2},
    {"remedy": Remedy.REFUND, "reason": Reason.NOT_ARRIVED},
]
HOURS = st.integers(0, 47).map(lambda n: timedelta(hours=n))
STORES = [Store(name="Acme", return_address="Hafenstr. 1"), Store(name="Acme")]
ENDINGS = (facts.CaseSettled, facts.CaseDismissed)
#: What leads on, so that lives grow old.
FAVOURED = ("approve", "rule", "dispute_goods", "send_goods")
BEGIN_ANEW = {
    (facts.OfferMade, State.NEGOTIATING),
    (facts.AgreementFound, State.NEGOTIATING),
    (facts.ArbitratorsReminded, State.ESCALATED),
    (facts.ArbitratorsReminded, State.BREACHED),
}


def usd(minor: int) -> Money:
    return Money(minor, "USD")


PROMISES = []


def promise(check):
    """Registers what holds after every step. (As invariants of their own they would fill each report.)"""
    PROMISES.append(check)
    return check


class Life(RuleBasedStateMachine):
    """One case after another, two arbitrators, and a buyer who is one as well.

    Chance favours whoever is waited for and what leads on, and withdrawing least: else few lives would grow old.
    """

    build = None

    @initialize(claim=st.sampled_from(CLAIMS), paid=st.integers(1, 10_000), store=st.sampled_from(STORES))
    def open(self, claim, paid, store):
        moved = self.build.open(paid=usd(paid), **claim)
        self.case, self.now, self.store = moved.case, self.build.opened, store
        self.journal, self.account, self.hearings, self.drawn = [(BUYER, moved.facts[0])], Account(), "", None
        self.since, self.due, self.left = self.now, self.now + moved.case.limits.waits[State.AWAITING_SELLER], None

    @rule(data=st.data())
    @precondition(lambda self: not self.case.is_open)
    def next_case(self, data):
        """A life that is over makes room for the next."""
        self.open(data.draw(st.sampled_from(CLAIMS)), data.draw(st.integers(1, 10_000)), self.store)

    @rule(data=st.data(), after=HOURS, chance=st.integers(0, 9))
    @precondition(lambda self: self.case.is_open)
    def move(self, data, after, chance):
        """Somebody makes a move that is open to them, or lets the time run out; what is denied is denied for a reason."""
        position = self.case.position
        roles = waits_for(position) if chance < 6 else (*PARTIES, ARBITRATOR)
        choices = [(role, name) for role in roles for name in moves_open(position, role)]
        choices = [choice for choice in choices if choice[1] != "withdraw" or chance == 9]
        choices += 3 * [choice for choice in choices if choice[1] in FAVOURED]
        role, name = data.draw(st.sampled_from([*choices, (CLOCK, self.default().move)] if chance > 3 else choices))
        actor, what = self.actor(role, data), self.what(name, data)
        self.now = max(self.now, self.case.due_at) if role is CLOCK else self.now + after

        outcome = act(self.case, Act(move=name, **what), actor, now=self.now)

        assert isinstance(outcome, Denied) == self.is_to_be_denied(name, actor, what)
        if isinstance(outcome, Moved):
            self.take(outcome, role)

    @rule(amount=st.integers(1, 10_000))
    @precondition(lambda self: self.case.state in MAY_SET_LIMIT and not self.case.has_met)
    @precondition(lambda self: None in (self.case.least, self.case.most))
    def private_limit(self, amount):
        """A party says in private how far it would go; what both would accept is put to them at once."""
        role, amount = BUYER if self.case.least is None else SELLER, min(amount, self.case.paid.minor)
        self.case = replace(self.case, **({"least": amount} if role is BUYER else {"most": amount}))
        if (move := meeting(self.case)) is not None:
            outcome = act(self.case, move, THE_CLOCK, now=self.now)
            assert isinstance(outcome, Moved)
            self.take(outcome, CLOCK)

    @rule(data=st.data(), role=st.sampled_from(list(Role)), name=st.sampled_from(NAMES))
    @precondition(lambda self: self.case.position.turn % 4 == 3)
    def trespass(self, data, role, name):
        """What is not open is refused, whatever it says."""
        if name in moves_open(self.case.position, role):
            return
        before = self.case

        with pytest.raises(IllegalMove):
            act(before, Act(move=name, **self.what(name, data)), self.actor(role, data), now=self.now)

        assert self.case is before

    def default(self) -> Act:
        return default_move(self.case, has_address=bool(self.store.return_address))

    def actor(self, role, data) -> Actor:
        if role is not ARBITRATOR:
            return {BUYER: self.build.buyer, SELLER: self.build.seller, CLOCK: THE_CLOCK}[role]
        if self.case.arbitrator and self.case.state is State.ARBITRATION:
            return Actor(role, self.case.arbitrator)
        others = 2 * (self.build.arbitrator.person, self.build.another.person) + (self.case.buyer,)
        return Actor(role, data.draw(st.sampled_from(others)))

    def what(self, name, data) -> dict:
        amounts = st.integers(0, self.case.paid.minor + 10).map(usd)
        match name:
            case "offer" | "propose" | "rule":
                return {"terms": self.terms(data, data.draw(amounts)), "text": "why"}
            case "meet":
                return {"terms": self.build.terms(amount=1)}
            case "refund" | "dispute_refund":
                return {"amount": data.draw(st.none() | amounts), "number": "T"}
            case "ask":
                return {"party": data.draw(st.sampled_from(PARTIES)), "text": "what?"}
            case "dispute_goods":
                return {"arrived": data.draw(st.booleans()), "text": "bad"}
        return {}

    def terms(self, data, amount) -> Terms:
        kind = data.draw(st.sampled_from(list(Kind)))
        back = kind is Kind.RETURN_REFUND or (kind is not Kind.REFUND and data.draw(st.booleans()))
        shipping = data.draw(st.sampled_from((0, ALLOWANCE, ALLOWANCE + 1))) if back else 0
        payer = (SELLER if shipping else BUYER) if back else None
        return self.build.terms(kind, amount.minor, goods_back=back, shipping=payer, shipping_amount=usd(shipping))

    def is_to_be_denied(self, name, actor, what) -> bool:
        account, amount = self.account, what["amount"].minor if what.get("amount") is not None else None
        match name:
            case "offer" | "propose" | "rule":
                spent = name == "offer" and self.offers_of(actor.role) >= self.case.limits.rounds
                return spent or self.are_refused(what["terms"], name)
            case "refund":
                return amount is not None and not 0 < amount <= account.owed
            case "dispute_refund":
                return amount is not None and amount >= account.paid
            case "take":
                return actor.person in (self.case.buyer, self.appealed_arbitrator())
            case "enforce":
                return actor.person == self.case.buyer
        return False

    def are_refused(self, terms, name) -> bool:
        if name == "rule" and self.has_failed_ruling() and self.moves_goods(terms):
            return True
        is_too_much = terms.amount.minor > self.case.paid.minor - self.account.for_items
        is_nothing = not terms.amount and terms.kind in (*PAYS_FOR_GOODS, Kind.COMPENSATION)
        return is_too_much or is_nothing or (terms.shipping_amount.minor > ALLOWANCE and terms.kind not in STAY)

    def has_failed_ruling(self) -> bool:
        """Whether a ruling was given before this one and the one it is an appeal against."""
        return self.hearings.count("R") > self.hearings.endswith("A")

    def moves_goods(self, terms) -> bool:
        buyer_has_some = self.account.goods is not At.SELLER or self.account.replacement is At.BUYER
        return terms.send is Send.REPLACEMENT or (terms.goods_back and terms.kind not in STAY and buyer_has_some)

    def offers_of(self, role) -> int:
        return sum(who is role and isinstance(fact, facts.OfferMade) for who, fact in self.journal)

    def appealed_arbitrator(self) -> int | None:
        """Who gave the ruling that is under appeal."""
        return self.case.rulings[-1].arbitrator if self.hearings.endswith("A") else None

    def take(self, outcome, who) -> None:
        """Every move is journaled: one fact of its own, and perhaps that it was the end."""
        before, after = self.case, outcome.case
        made, *endings = outcome.facts
        assert not isinstance(made, ENDINGS) and all(isinstance(fact, ENDINGS) for fact in endings)
        assert after.position.turn == before.position.turn + 1
        if after.state is State.SETTLED:
            assert endings == [facts.CaseSettled()]
        else:
            assert endings in ([], [facts.CaseDismissed()]) and len(endings) <= (after.state is State.CLOSED)
        self.account.read(made, who)
        self.hear(made, after.state)
        self.journal.append((who, made))
        self.wait(after, made)
        self.case = after

    def hear(self, made, state) -> None:
        """Keeps what leads to rulings and away from them: Escalated, Disputed, Ruled, Appealed, Given up for an agreement."""
        match made:
            case facts.RulingGiven():
                self.hearings += "R"
            case facts.RulingAppealed():
                self.hearings += "A"
            case facts.GoodsDisputed():
                self.hearings += "D"
            case facts.CaseEscalated() | facts.OfferLapsed() if state is State.ESCALATED:
                assert "R" not in self.hearings or not self.store.return_address  # there is nowhere to send the goods
                self.hearings += "E"
            case facts.ClaimApproved() | facts.OfferAccepted(is_agreed=True):
                self.hearings += "G"

    def wait(self, after, made) -> None:
        """A new wait is as long as the pack says; an arbitrator who waited for an answer has what was left."""
        was, state = self.case.state, after.state
        if state is was and (type(made), state) not in BEGIN_ANEW:
            return
        wait = after.limits.waits.get(state)
        if (was, state) == (State.EVIDENCE_REQUESTED, State.ARBITRATION):
            wait = max(self.left, LEAST_LEFT)
        if state is State.EVIDENCE_REQUESTED:
            self.left = self.due - self.now
        self.since, self.due = self.now, self.now + wait if wait else None

    @invariant()
    def every_promise_is_kept(self):
        for is_kept in PROMISES:
            is_kept(self)

    # --- promises ----------------------------------------------------------------------------------------------

    @promise
    def a_case_waits_until_one_deadline_and_an_ended_one_for_nothing(self):
        case = self.case
        assert (case.since, case.due_at) == (self.since, self.due)
        assert case.is_open == (case.due_at is not None) == (case.ended_at is None) == (case.state not in ENDS)
        if case.is_open:
            assert case.due_at > case.since
            assert self.default().move in moves_open(case.position, CLOCK)

    @promise
    def whoever_is_waited_for_can_act_and_an_end_is_an_end(self):
        position = self.case.position
        assert bool(waits_for(position)) == self.case.is_open
        assert all(moves_open(position, role) for role in waits_for(position))
        if not self.case.is_open:
            assert not any(moves_open(position, role) for role in Role)

    @promise
    def the_journal_holds_every_move_in_its_order(self):
        assert len(self.journal) == 1 + self.case.position.turn

    @promise
    def no_more_is_given_or_promised_than_was_paid_and_shipping_is_beside_it(self):
        case, account = self.case, self.account
        assert account.for_items <= case.paid.minor
        assert account.given <= case.paid.minor + ALLOWANCE
        assert case.left.minor == case.paid.minor - account.for_items
        assert case.position.done.given == account.given
        if account.terms and not account.bought_out:
            assert account.earlier + account.terms.amount.minor <= case.paid.minor
            assert account.terms.shipping_amount.minor <= ALLOWANCE

    @promise
    def the_state_asks_for_what_is_where_it_is_asked_for(self):
        account = self.account
        if not account.bought_out:
            assert self.case.position.terms == account.terms
        match self.case.state:
            case State.AWAITING_RETURN:
                assert account.terms.goods_back
                assert At.BUYER in (account.goods, account.replacement) or account.goods is At.TO_BUYER
            case State.RETURNING:
                assert account.terms.goods_back and account.goods is At.TO_SELLER
            case State.AWAITING_REPLACEMENT:
                assert account.terms.send is Send.REPLACEMENT or account.goods is At.SELLER
            case State.REPLACING:
                assert At.TO_BUYER in (account.goods, account.replacement)
            case State.AWAITING_REFUND:
                assert account.owed and not account.doubted
            case State.REFUNDING:
                assert account.unconfirmed and not account.owed
            case State.BREACHED:
                assert account.owed or (account.terms.send is not Send.NOTHING)

    @promise
    def a_claim_is_withdrawn_only_while_nothing_is_lost(self):
        if "withdraw" in moves_open(self.case.position, BUYER):
            assert At.BUYER in (self.account.goods, self.account.replacement) or self.account.goods is At.TO_BUYER
            assert not self.account.given
            assert "R" not in self.hearings or "G" in self.hearings.rpartition("R")[2], (
                "what was ruled is not theirs to drop"
            )

    @promise
    def at_the_end_no_goods_and_no_money_hang(self):
        account = self.account
        if self.case.is_open:
            return
        assert not account.unconfirmed
        assert not account.doubted or account.given_up
        assert account.fate() in ("home", "replaced", "refunded", "given up", "decided")
        if self.case.state is State.SETTLED:
            assert not account.given_up
            self.what_was_agreed_was_done()
        else:
            assert not account.given
            assert account.given_up or account.terms.kind is Kind.DISMISSAL

    def what_was_agreed_was_done(self):
        account, terms = self.account, self.account.terms
        if account.bought_out:
            assert account.for_items == self.case.paid.minor
            return
        assert account.paid == terms.due.minor
        assert not terms.goods_back or account.goods is At.SELLER
        assert terms.send is not Send.REPLACEMENT or account.replacement is At.BUYER
        assert terms.send is not Send.ORIGINAL or account.goods is At.BUYER

    @promise
    def one_ruling_is_given_two_after_an_appeal_and_another_only_over_goods_in_dispute(self):
        case, heard = self.case, self.hearings
        assert heard.count("R") == len(case.rulings) and heard.count("A") <= 1
        assert not re.search("(?<![EDA])R", heard), "ruled again, and nothing had come between"
        assert not re.search("(?<!R)A|A[^RG]", heard), "an appeal is against a ruling, and leads to one or is settled"
        assert not re.search("R([EDA]R){4}", heard), "ruled over and over"
        assert [ruling.is_final for ruling in case.rulings] == [
            "A" in heard[: n.start()] for n in re.finditer("R", heard)
        ]
        if heard.endswith("AR"):
            assert case.rulings[-1].arbitrator != case.rulings[-2].arbitrator

    @promise
    def nothing_is_done_while_an_appeal_is_open(self):
        if self.hearings.endswith("A"):
            assert self.case.state in (State.ESCALATED, State.ARBITRATION, State.EVIDENCE_REQUESTED)

    @promise
    def a_ruling_after_one_that_failed_sends_nothing_on_its_way_but_the_goods_home(self):
        heard = self.hearings
        if re.search("R[ED](RA)?R$", heard):
            assert not self.moves_goods(self.account.terms)
            assert self.case.state not in (State.AWAITING_RETURN, State.RETURNING)

    @promise
    def one_offer_at_most_is_open_and_it_is_the_one_on_the_table(self):
        case, on_table = self.case, self.case.position.offer
        assert [offer.n for offer in case.offers if offer.fate == "open"] == ([on_table.n] if on_table else [])
        assert [offer.n for offer in case.offers] == list(range(1, len(case.offers) + 1))
        if case.state is State.NEGOTIATING:
            assert on_table is not None
        if case.state in ENDS or case.state in (State.RULED, State.AT_ODDS, State.BREACHED):
            assert on_table is None

    @promise
    def somebody_is_asked_only_while_an_answer_is_awaited(self):
        case = self.case
        assert not case.is_open or (case.position.asked is not None) == (case.state is State.EVIDENCE_REQUESTED)

    @promise
    def vouchers_are_numbered_and_all_on_record(self):
        told = [fact.voucher for _, fact in self.journal if hasattr(fact, "voucher")]
        assert list(self.case.vouchers) == told
        assert [voucher.n for voucher in told] == list(range(1, len(told) + 1))

    @promise
    def every_card_agrees_with_the_state(self):
        """Three readers see one state, one deadline and one default; each sees their own turn and exactly their moves."""
        if self.case is self.drawn:
            return
        case = self.drawn = self.case
        owners, order = waits_for(case.position), self.build.order()
        other = replace(case, least=None if case.least else 7, most=None if case.most else 3)
        for reader in (BUYER, SELLER, ARBITRATOR):
            seen = card(case, reader, order=order, store=self.store, evidence=())
            if case.least or case.most:
                assert card(other, reader, order=order, store=self.store, evidence=()) == seen, "a private limit shows"
            assert seen.due_at == self.due
            assert case.state is State.ESCALATED or seen.state == vocabulary.STATES[case.state]
            assert (seen.turn is None, seen.turn == vocabulary.YOUR_TURN) == (not owners, reader in owners)
            assert (seen.default is None) == (not case.is_open)
            assert self.moves_on(seen) == self.moves_of(reader)

    def moves_on(self, seen) -> list[str]:
        buttons = [presses.read(choice.do) for row in seen.choices for choice in row]
        moves = [button for button in buttons if isinstance(button, presses.MovePress)]
        assert {(button.ref, button.turn) for button in moves} <= {(self.case.ref, self.case.position.turn)}
        return sorted(button.move for button in moves)

    def moves_of(self, reader) -> list[str]:
        spent = self.offers_of(reader) >= self.case.limits.rounds
        return sorted(name for name in moves_open(self.case.position, reader) if not (name == "offer" and spent))


@pytest.mark.hypothesis
@pytest.mark.no_cover  # 25,000 steps take long enough uncounted, and other tests reach every line
def test_any_life_of_a_case_keeps_the_promises(build):
    class TheLife(Life):
        pass

    TheLife.build = build
    run_state_machine_as_test(TheLife, settings=settings(suppress_health_check=list(HealthCheck)))


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
