"""The case as a whole: opening it, moving it, and what each move leaves behind (facts, vouchers, offers, a deadline).

The lifecycle says which moves are possible; here stand the limits on their contents: money, rounds, who may arbitrate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from conversations.cases import deadlines
from conversations.cases.claim import Claim, Remedy
from conversations.cases.deadlines import LEAST_LEFT, PAUSES, Held, Limits
from conversations.cases.facts import CaseDismissed, CaseOpened, CaseSettled, Fact
from conversations.cases.lifecycle import NAMES, Act, IllegalMove, Position, advance, moves_open, outstanding
from conversations.cases.money import Money, zero
from conversations.cases.offers import Fate, Offer, rounds_of
from conversations.cases.ratings import Rating
from conversations.cases.records import record_of
from conversations.cases.roles import Role
from conversations.cases.rulings import Ruling
from conversations.cases.states import ENDS, State
from conversations.cases.terms import Kind, Send, Terms
from conversations.cases.verdict import Outcome, Verdict
from conversations.cases.vouchers import Voucher, VoucherKind
from conversations.phrase import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A claim and all that came of it. `paid` is the most that may be given back for its items.

    `since` and `due_at` bound the current wait; `extensions` are the numbers of those that are part of it already.
    `policy` and `policy_hash` pin the pack it was judged under.
    """

    ref: str
    buyer: int
    claim: Claim
    verdict: Verdict
    paid: Money
    policy: str
    policy_hash: str
    limits: Limits
    opened_at: datetime
    since: datetime
    due_at: datetime | None
    extensions: tuple[int, ...] = ()
    held: Held | None = None  # the clock that stands still meanwhile
    position: Position = Position()
    arbitrator: int | None = None
    ended_at: datetime | None = None
    offers: tuple[Offer, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    rating: Rating | None = None
    question: str = ""  # what the arbitrator asked last
    refusal: str = ""  # why the seller refused
    evidence_needed: int = 0  # how much the policy asked for when the claim was made
    is_unproven: bool = False  # so much of the evidence turned out to be none that the verdict no longer stands
    is_late: bool = False  # an arbitrator let the time pass
    replaced_at: datetime | None = None  # when the buyer received what was sent
    least: int | None = None  # the buyer's private limit, in minor units; nobody else's to see
    most: int | None = None  # the seller's
    has_met: bool = False  # the limits met once; they are not asked again, lest they be guessed by trying

    @property
    def store(self) -> str:
        return self.claim.order.store

    @property
    def state(self) -> State:
        return self.position.state

    @property
    def is_open(self) -> bool:
        return self.state not in ENDS

    @property
    def left(self) -> Money:
        """What may still be given back for the items: what was paid for them, less what the buyer got for them already.

        What was reimbursed for sending them back stands outside that cap.
        """
        shipping = self.position.terms.shipping_amount.minor if self.position.terms else 0
        for_items = max(0, self.position.done.given - shipping)
        return Money(max(0, self.paid.minor - for_items), self.paid.currency)

    @property
    def outstanding(self) -> Money:
        return outstanding(self.position)

    @property
    def appealed_arbitrator(self) -> int | None:
        """Who gave the ruling that is under appeal, and so may not decide on it; None when none is, or the parties agreed
        meanwhile."""
        position = self.position
        if position.is_appealed and position.is_ruled and self.rulings and not self.rulings[-1].is_final:
            return self.rulings[-1].arbitrator
        return None

    @property
    def has_failed_ruling(self) -> bool:
        """Whether an earlier ruling, other than one under appeal, did not end the case: goods were disputed again, or
        could be sent nowhere. The next ruling is on money, so that nobody sends goods to and fro without end."""
        return len(self.rulings) > (self.appealed_arbitrator is not None)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a move, in which role. The clock is nobody: person 0."""

    role: Role
    person: int = 0


THE_CLOCK = Actor(Role.CLOCK)


@dataclass(frozen=True, slots=True)
class Moved:
    """A move was made: the case after it, and what has happened."""

    case: Case
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Denied:
    """An expected refusal, in words that say what can be done instead. Nothing has changed."""

    reason: Phrase


def open_case(
    claim: Claim,
    verdict: Verdict,
    *,
    ref: str,
    buyer: int,
    paid: Money,
    policy: str,
    policy_hash: str,
    limits: Limits,
    now: datetime,
    evidence_needed: int = 0,
) -> Moved:
    """A new case, waiting for the seller. The caller has made sure that the verdict allows it."""
    case = Case(
        ref=ref,
        buyer=buyer,
        claim=claim,
        verdict=verdict,
        paid=paid,
        policy=policy,
        policy_hash=policy_hash,
        limits=limits,
        opened_at=now,
        since=now,
        due_at=now + limits.waits[State.AWAITING_SELLER],
        evidence_needed=evidence_needed,
    )
    return Moved(case, (CaseOpened(claim, verdict.ground, verdict.outcome, policy, policy_hash),))


def claimed_terms(case: Case) -> Terms:
    """The terms the buyer asked for: what an approval agrees to."""
    claim, verdict = case.claim, case.verdict
    goods_back = verdict.goods_back
    pays_shipping = goods_back and verdict.return_shipping is Role.SELLER
    exchange = claim.remedy is Remedy.EXCHANGE
    return Terms(
        kind=Kind.EXCHANGE if exchange else Kind.RETURN_REFUND if goods_back else Kind.REFUND,
        amount=zero(case.paid.currency) if exchange else case.paid,
        items=claim.items,
        goods_back=goods_back,
        shipping=verdict.return_shipping if goods_back else None,
        shipping_amount=shipping_allowance(case) if pays_shipping else zero(case.paid.currency),
        send=Send.REPLACEMENT if exchange else Send.NOTHING,
    )


def shipping_allowance(case: Case) -> Money:
    """The most that is reimbursed for sending the goods back, beside the price."""
    currency = case.paid.currency
    return Money(case.limits.return_shipping.get(currency, 0), currency)


def act(case: Case, move: Act, actor: Actor, *, now: datetime) -> Moved | Denied:
    """Makes a move. Denied for what the person could know better, IllegalMove for what the table does not allow."""
    if move.move in NAMES and move.move not in moves_open(case.position, actor.role):
        raise IllegalMove(move.move, case.state, actor.role)
    move = _completed(case, move)
    if denied := _denied(case, move, actor):
        return denied
    before, position = case.position, advance(case.position, move, actor.role)
    after = replace(case, position=position)
    after = _with_records(after, before, move, actor, now)
    after = _with_deadline(after, before, move, now)
    return Moved(after, (*record_of(case, after, move, actor), *_ending(after)))


def default_move(case: Case, *, has_address: bool = True) -> Act:
    """What the clock does when the current wait is over. `has_address`: the store has said where returns go."""
    if case.state is State.AWAITING_SELLER and not _may_approve_by_default(case, has_address):
        return Act(move="escalate")
    if case.state is State.AWAITING_RETURN and not has_address:  # the buyer could not send anything anywhere
        return Act(move="escalate")
    return Act(move=deadlines.DEFAULTS[case.state])


def _may_approve_by_default(case: Case, has_address: bool) -> bool:
    if not has_address and claimed_terms(case).goods_back:
        return False  # there would be nowhere to send it
    cap = case.limits.caps.get(case.paid.currency, -1)
    return case.verdict.outcome is Outcome.ELIGIBLE and not case.is_unproven and case.paid.minor <= cap


#: Under these the goods are the buyer's to keep, and go back to them.
_GOODS_STAY = frozenset({Kind.COMPENSATION, Kind.DISMISSAL})


def as_agreed(case: Case, terms: Terms) -> Terms:
    """The terms with what follows from where the goods are: those that stay the buyer's are not asked for, and are sent
    back if the seller has them. What never came, as the seller says, they cannot send."""
    if terms.kind not in _GOODS_STAY:
        return terms
    held = case.position.done.received
    return replace(
        terms,
        goods_back=False,
        shipping=None,
        shipping_amount=zero(terms.amount.currency),
        send=Send.ORIGINAL if held else Send.NOTHING,
    )


def _completed(case: Case, move: Act) -> Act:
    """Fills in what follows from the case: approved terms, the rest of a refund, goods on their way home."""
    match move.move:
        case "approve" if move.terms is None:
            return replace(move, terms=claimed_terms(case))
        case "rule" | "offer" | "propose" if move.terms is not None:
            return replace(move, terms=as_agreed(case, move.terms))
        case "refund" if move.amount is None and case.position.terms is not None:
            return replace(move, amount=case.outstanding)
        case "enforce" if case.position.terms is not None:
            return replace(move, amount=platform_owes(case))
        case "dispute_refund" if move.amount is None:
            return replace(move, amount=zero(case.paid.currency))
    return move


def platform_owes(case: Case) -> Money:
    """What the platform pays when it enforces the agreed terms: goods it cannot send become money."""
    terms = case.position.terms
    if terms is not None and terms.send is not Send.NOTHING and not case.position.done.sent:
        return case.left + terms.shipping_amount
    return case.outstanding


def _denied(case: Case, move: Act, actor: Actor) -> Denied | None:
    if move.terms is not None and move.move in ("offer", "propose", "rule"):
        if reason := terms_refused(case, move.terms):
            return Denied(reason)
    match move.move:
        case "rule" if move.terms is not None and case.has_failed_ruling and _moves_goods(case, move.terms):
            return Denied(
                Phrase(
                    "An earlier ruling has failed over these goods. Please rule on money: nothing more can be sent back "
                    "or replaced."
                )
            )
        case "offer" if rounds_of(case.offers, actor.role) >= case.limits.rounds:
            return Denied(
                Phrase(
                    "You have made {count} offers, the most one side may make. You can accept theirs, or bring in an "
                    "arbitrator.",
                    count=case.limits.rounds,
                )
            )
        case "refund" if move.amount is not None and case.position.terms is not None:
            if not move.amount or move.amount > case.outstanding:
                return Denied(Phrase("A refund can be up to {left}, what is still due.", left=case.outstanding))
        case "dispute_refund" if move.amount is not None:
            if move.amount.minor >= case.position.done.refunded:
                return Denied(Phrase("If everything has arrived, please confirm the refund instead of disputing it."))
        case "take" | "enforce" if actor.person == case.buyer:
            return Denied(Phrase("You are the buyer in this case, so another arbitrator has to take it."))
        case "take" if case.appealed_arbitrator == actor.person:
            return Denied(Phrase("You gave the ruling under appeal, so another arbitrator has to take it."))
    return None


def _moves_goods(case: Case, terms: Terms) -> bool:
    """Whether goods would be sent on their way, other than home."""
    return terms.send is Send.REPLACEMENT or (terms.goods_back and not case.position.done.received)


def terms_refused(case: Case, terms: Terms) -> Phrase | None:
    """Why these terms cannot be offered or ruled in this case; None when they can."""
    currency = case.paid.currency
    if terms.amount.currency != currency or terms.shipping_amount.currency != currency:
        return Phrase("This case is in {currency}; please give amounts in that currency.", currency=currency)
    if terms.amount > case.left:
        return Phrase("At most {most} can be given back here: what was paid for these items.", most=case.left)
    if terms.kind in (Kind.REFUND, Kind.RETURN_REFUND, Kind.COMPENSATION) and not terms.amount:
        return Phrase("Please name an amount above zero.")
    if terms.shipping_amount > shipping_allowance(case):
        return Phrase("At most {most} can be reimbursed for return shipping.", most=shipping_allowance(case))
    return None


def meeting(case: Case) -> Act | None:
    """The move that both private limits allow: compensation in the middle between the least the buyer would take and
    the most the seller would give, rounded down to the minor unit. None when they do not meet."""
    if case.least is None or case.most is None or case.most < case.least or case.has_met:
        return None
    nothing = zero(case.paid.currency)
    terms = Terms(
        kind=Kind.COMPENSATION,
        amount=Money((case.least + case.most) // 2, case.paid.currency),
        items=case.claim.items,
        goods_back=False,
        shipping=None,
        shipping_amount=nothing,
    )
    return Act(move="meet", terms=terms)


def _with_deadline(case: Case, before: Position, move: Act, now: datetime) -> Case:
    state = case.state
    if state in ENDS:
        return replace(case, since=now, due_at=None, ended_at=now, extensions=(), held=None)
    if state is before.state and (move.move, state) not in deadlines.RESTARTS:
        return case
    wait = case.limits.waits[state]
    extensions: tuple[int, ...] = ()
    held: Held | None = None
    if case.held is not None and PAUSES.get(before.state) is state:
        wait, extensions = max(case.held.left, min(LEAST_LEFT, wait)), case.held.extensions
    if PAUSES.get(state) is before.state and case.due_at is not None:
        held = Held(case.due_at - now, case.extensions)
    return replace(case, since=now, due_at=now + wait, extensions=extensions, held=held)


def _with_records(case: Case, before: Position, move: Act, actor: Actor, now: datetime) -> Case:
    case = replace(case, offers=_offers(case, before, move, actor, now))
    match move.move:
        case "refuse":
            return replace(case, refusal=move.text)
        case "ship" | "send_goods" | "refund":
            return replace(case, vouchers=(*case.vouchers, _voucher(case, move, actor, now)))
        case "enforce":  # whoever enforces it has the case from then on, and keeps seeing it
            voucher = _voucher(case, move, actor, now)
            return replace(case, vouchers=(*case.vouchers, voucher), arbitrator=actor.person)
        case "receive_goods":
            return replace(case, replaced_at=now)
        case "meet":
            return replace(case, least=None, most=None, has_met=True)
        case "take":
            return replace(case, arbitrator=actor.person)
        case "release":
            return replace(case, arbitrator=None, is_late=case.is_late or actor.role is Role.CLOCK)
        case "ask":
            return replace(case, question=move.text)
        case "rule" if move.terms is not None:
            ruling = Ruling(
                arbitrator=actor.person,
                terms=move.terms,
                reasons=move.text,
                at=now,
                is_final=before.is_appealed,
                cites=move.cites,
                template=move.template,
            )
            return replace(case, rulings=(*case.rulings, ruling))
        case "appeal":
            return replace(case, arbitrator=None)
    return case


def _offers(case: Case, before: Position, move: Act, actor: Actor, now: datetime) -> tuple[Offer, ...]:
    """The history, with the fate of the offer that was open and the one just made."""
    was, now_open = before.offer, case.position.offer
    offers = list(case.offers)
    if was is not None and (now_open is None or now_open.n != was.n):
        fates = {"decline": Fate.DECLINED, "lapse": Fate.LAPSED, "accept": Fate.ACCEPTED}
        fate = Fate.COUNTERED if now_open else fates.get(move.move, Fate.DROPPED)
        offers = [replace(offer, fate=fate) if offer.n == was.n else offer for offer in offers]
    if now_open is not None and (was is None or was.n != now_open.n):
        offers.append(Offer(n=now_open.n, by=actor.role, terms=now_open.terms, at=now, words=move.text))
    return tuple(offers)


_VOUCHERS = {
    "ship": VoucherKind.RETURN,
    "send_goods": VoucherKind.DELIVERY,
    "refund": VoucherKind.REFUND,
    "enforce": VoucherKind.PLATFORM,
}


def _voucher(case: Case, move: Act, actor: Actor, now: datetime) -> Voucher:
    return Voucher(
        n=len(case.vouchers) + 1,
        kind=_VOUCHERS[move.move],
        by=actor.role,
        at=now,
        number=move.number,
        carrier=move.carrier,
        amount=move.amount,
        method=move.method,
    )


def _ending(case: Case) -> tuple[Fact, ...]:
    if case.state is State.SETTLED:
        return (CaseSettled(),)
    if case.state is State.CLOSED and case.position.terms and case.position.terms.kind is Kind.DISMISSAL:
        return (CaseDismissed(),)
    return ()
