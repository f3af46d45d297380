"""Which fact each move leaves behind: one table, move -> fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conversations.cases import facts
from conversations.cases.lifecycle import Act, Position
from conversations.cases.money import zero
from conversations.cases.roles import Role
from conversations.cases.terms import Terms
from conversations.cases.vouchers import Voucher

if TYPE_CHECKING:
    from conversations.cases.case import Actor, Case


@dataclass(frozen=True, slots=True)
class _Move:
    """A move just made, as the facts look at it."""

    before: Position
    case: Case
    act: Act
    actor: Actor
    arbitrator: int  # who had the case, or takes it

    @property
    def by_default(self) -> bool:
        return self.actor.role is Role.CLOCK

    @property
    def terms(self) -> Terms:
        terms = self.act.terms or self.case.position.terms
        assert terms is not None
        return terms

    @property
    def voucher(self) -> Voucher:
        return self.case.vouchers[-1]


def record_of(before: Case, after: Case, act: Act, actor: Actor) -> tuple[facts.Fact, ...]:
    """The fact that this move is."""
    arbitrator = before.arbitrator or actor.person
    return (_RECORDS[act.move](_Move(before.position, after, act, actor, arbitrator)),)


def _accepted(move: _Move) -> facts.Fact:
    offer = move.before.offer
    if offer is None:
        return facts.RulingAccepted(is_agreed=move.case.state != move.before.state)
    return facts.OfferAccepted(offer.n, offer.terms, is_agreed=move.case.position.offer is None)


def _offer_n(move: _Move) -> int:
    return move.before.offer.n if move.before.offer else 0


def _maker(move: _Move) -> Role:
    return move.before.offer.by if move.before.offer else Role.SELLER


def _asked(move: _Move) -> Role:
    return move.before.asked or Role.BUYER


_RECORDS: Mapping[str, Callable[[_Move], facts.Fact]] = {
    "approve": lambda m: facts.ClaimApproved(m.terms, m.by_default),
    "refuse": lambda m: facts.ClaimRefused(m.act.text),
    "offer": lambda m: facts.OfferMade(m.case.position.offers, m.terms, m.act.text),
    "meet": lambda m: facts.AgreementFound(m.case.position.offers, m.terms),
    "accept": _accepted,
    "decline": lambda m: facts.OfferDeclined(_offer_n(m), m.act.text),
    "lapse": lambda m: facts.OfferLapsed(_offer_n(m), _maker(m)),
    "escalate": lambda m: facts.CaseEscalated(m.act.text, m.by_default),
    "ship": lambda m: facts.GoodsShipped(m.voucher),
    "receive": lambda m: facts.GoodsReceived(m.by_default),
    "dispute_goods": lambda m: facts.GoodsDisputed(m.act.arrived, m.act.text),
    "send_goods": lambda m: facts.GoodsSent(m.voucher),
    "receive_goods": lambda m: facts.DeliveryConfirmed(m.by_default),
    "refund": lambda m: facts.RefundPaid(m.voucher, m.case.outstanding),
    "confirm_refund": lambda m: facts.RefundConfirmed(m.by_default),
    "dispute_refund": lambda m: facts.RefundDisputed(m.act.amount or zero(m.case.paid.currency)),
    "breach": lambda m: facts.TermsBreached(),
    "enforce": lambda m: facts.TermsEnforced(m.voucher),
    "take": lambda m: facts.CaseTaken(m.actor.person),
    "ask": lambda m: facts.QuestionAsked(m.act.party or Role.BUYER, m.act.text),
    "answer": lambda m: facts.QuestionAnswered(m.act.text),
    "silent": lambda m: facts.QuestionUnanswered(_asked(m)),
    "propose": lambda m: facts.SettlementProposed(m.case.position.offers, m.terms, m.act.text),
    "rule": lambda m: facts.RulingGiven(m.terms, m.act.text, m.before.is_appealed, m.act.cites, m.act.template),
    "release": lambda m: facts.CaseReleased(m.arbitrator, m.by_default),
    "appeal": lambda m: facts.RulingAppealed(m.act.text),
    "stand": lambda m: facts.RulingStood(),
    "withdraw": lambda m: facts.ClaimWithdrawn(m.act.text),
    "close": lambda m: facts.CaseClosed(),
    "remind": lambda m: facts.ArbitratorsReminded(),
}
