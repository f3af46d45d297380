"""What came of a case, in figures: one flat row a case and one a hearing, folded from its facts for the reports.

Nobody's words are in them. Both follow the case in its own unit of work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from conversations.cases import facts as f
from conversations.cases.case import Case
from conversations.cases.facts import Fact
from conversations.cases.offers import Fate
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.terms import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """Amounts are in minor units of `currency`, spans in seconds.

    `kept` and `missed` count the seller's deadlines; `offers` the seller's, `accepted` those of them the buyer took.
    `refund` is what the buyer got for the goods, `shipping` for sending them back. `service` and `outcome` are the marks of
    the rating, 0 for none.
    """

    ref: str
    store: str
    remedy: str
    ground: str
    reason: str
    currency: str
    opened_at: datetime
    state: str
    answer_seconds: int | None = None
    ended_at: datetime | None = None
    resolve_seconds: int | None = None
    result: str = ""
    kept: int = 0
    missed: int = 0
    offers: int = 0
    accepted: int = 0
    is_escalated: bool = False
    is_reversed: bool = False
    refund: int = 0
    shipping: int = 0
    rated_at: datetime | None = None
    service: int = 0
    outcome: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """The `n`th time that an arbitrator had the case. `how` it ended: "ruled", "released", "late" or, by what the
    parties did, "parties"; empty while it goes on. `is_reversed`: the ruling on the appeal had other terms."""

    ref: str
    n: int
    arbitrator: int
    store: str
    taken_at: datetime
    ended_at: datetime | None = None
    seconds: int | None = None
    how: str = ""
    is_appealed: bool = False
    is_reversed: bool = False


#: What came of a case that ended without terms.
WITHDRAWN: Final = "withdrawn"
LAPSED: Final = "lapsed"

#: What a seller says or does first that counts as an answer.
_ANSWERS = (f.ClaimApproved, f.ClaimRefused, f.OfferMade, f.MessagePassedOn)

#: What changes no figure, and so need not be looked at: much of what happens in a case.
_IDLE = (
    f.EvidenceAdded,
    f.EvidenceFiled,
    f.EvidenceRefused,
    f.NoteWritten,
    f.PrivateLimitSet,
    f.OwnerReminded,
    f.DeadlineExtended,
    f.GraceGiven,
    f.PartyReachable,
    f.PartyUnreachable,
    f.RatingAnswered,
)

#: The states in which the seller may be the one who is waited for.
_WAITS = frozenset(
    {
        State.AWAITING_SELLER,
        State.NEGOTIATING,
        State.RETURNING,
        State.AWAITING_REPLACEMENT,
        State.AWAITING_REFUND,
        State.EVIDENCE_REQUESTED,
    }
)
_IN_HEARING = frozenset({State.ARBITRATION, State.EVIDENCE_REQUESTED})


def begun(case: Case) -> CaseOutcome:
    """The row of a case as far as the case itself tells it."""
    fresh = CaseOutcome(
        ref=case.ref,
        store=case.store,
        remedy=case.claim.remedy.value,
        ground=case.verdict.ground.value,
        reason=case.claim.reason.value,
        currency=case.paid.currency,
        opened_at=case.opened_at,
        state=case.state.value,
    )
    return _as_it_stands(fresh, case)


def changes_figures(facts: Sequence[Fact], *, who: Role) -> bool:
    """Whether `noted` may change anything; of messages, only the seller's first can."""
    return any(
        not isinstance(fact, _IDLE) and (who is Role.SELLER or not isinstance(fact, f.MessagePassedOn))
        for fact in facts
    )


def noted(row: CaseOutcome, case: Case, facts: Sequence[Fact], *, who: Role, at: datetime) -> CaseOutcome:
    """The row after facts that `who` brought about; `case` is as they left it, `row` as it was before."""
    before = State(row.state)
    if who is Role.SELLER:
        if row.answer_seconds is None and any(isinstance(fact, _ANSWERS) for fact in facts):
            row = replace(row, answer_seconds=_seconds(row.opened_at, at))
        row = replace(row, kept=row.kept + _has_kept(before, case, facts))
    row = replace(row, missed=row.missed + any(_is_missed(fact) for fact in facts))
    if case.state is State.ESCALATED or any(isinstance(fact, f.CaseEscalated) for fact in facts):
        row = replace(row, is_escalated=True)
    if any(isinstance(fact, f.ClaimWithdrawn) for fact in facts):
        row = replace(row, result=WITHDRAWN)
    return _as_it_stands(row, case)


def heard(
    hearings: Sequence[Hearing], before: CaseOutcome, case: Case, facts: Sequence[Fact], *, at: datetime
) -> tuple[Hearing, ...]:
    """The hearings after the facts; `before` is the row before them."""
    kept = list(hearings)
    for fact in facts:
        match fact:
            case f.CaseTaken(arbitrator=arbitrator):
                kept.append(
                    Hearing(ref=case.ref, n=len(kept) + 1, arbitrator=arbitrator, store=case.store, taken_at=at)
                )
            case f.RulingGiven(is_final=is_final):
                if is_final and is_reversal(case):
                    kept = [replace(h, is_reversed=h.is_reversed or h is _appealed(kept)) for h in kept]
                kept = _ended(kept, at, "ruled")
            case f.CaseReleased(by_default=by_default):
                kept = _ended(kept, at, "late" if by_default else "released")
            case f.RulingAppealed():
                last = [h.n for h in kept if h.how == "ruled"][-1:]
                kept = [replace(h, is_appealed=h.is_appealed or h.n in last) for h in kept]
    if State(before.state) in _IN_HEARING and case.state not in _IN_HEARING:
        kept = _ended(kept, at, "parties")
    return tuple(kept)


def touches_hearings(before: CaseOutcome, case: Case, facts: Sequence[Fact]) -> bool:
    """Whether `heard` may change anything."""
    of_hearings = (f.CaseTaken, f.RulingGiven, f.CaseReleased, f.RulingAppealed)
    return State(before.state) in _IN_HEARING or any(isinstance(fact, of_hearings) for fact in facts)


def is_reversal(case: Case) -> bool:
    """Whether the last ruling, on an appeal, says other than the one that was appealed."""
    if len(case.rulings) < 2 or not case.rulings[-1].is_final or case.rulings[-2].is_final:
        return False
    return case.rulings[-1].terms != case.rulings[-2].terms


def _appealed(hearings: Sequence[Hearing]) -> Hearing | None:
    return next((hearing for hearing in reversed(hearings) if hearing.is_appealed), None)


def _ended(hearings: list[Hearing], at: datetime, how: str) -> list[Hearing]:
    return [
        replace(h, ended_at=at, seconds=_seconds(h.taken_at, at), how=how) if h.ended_at is None else h
        for h in hearings
    ]


def _as_it_stands(row: CaseOutcome, case: Case) -> CaseOutcome:
    """What the case itself tells, whatever led there."""
    mine = [offer for offer in case.offers if offer.by is Role.SELLER]
    terms, rating = case.position.terms, case.rating
    shipping = min(terms.shipping_amount.minor, case.position.done.refunded) if terms is not None else 0
    return replace(
        row,
        state=case.state.value,
        ended_at=case.ended_at,
        resolve_seconds=None if case.ended_at is None else _seconds(case.opened_at, case.ended_at),
        result=_result(row, case),
        offers=len(mine),
        accepted=sum(offer.fate is Fate.ACCEPTED for offer in mine),
        is_reversed=row.is_reversed or is_reversal(case),
        refund=case.position.done.given - shipping,
        shipping=shipping,
        rated_at=rating.at if rating else None,
        service=rating.stars if rating else 0,
        outcome=rating.outcome if rating else 0,
    )


def _result(row: CaseOutcome, case: Case) -> str:
    if case.is_open:
        return ""
    terms = case.position.terms
    if row.result == WITHDRAWN or terms is None:
        return row.result or LAPSED
    if case.state is State.CLOSED and terms.kind is not Kind.DISMISSAL:
        return LAPSED
    return terms.kind.value


def _has_kept(before: State, case: Case, facts: Sequence[Fact]) -> bool:
    """Whether the seller did what was waited for: the wait is over, or an offer was met by another one."""
    if before not in _WAITS:
        return False
    return case.state is not before or (
        before is State.NEGOTIATING and any(isinstance(fact, f.OfferMade) for fact in facts)
    )


def _is_missed(fact: Fact) -> bool:
    """Whether the clock had to act in the seller's place."""
    match fact:
        case f.ClaimApproved(by_default=True) | f.GoodsReceived(by_default=True) | f.TermsBreached():
            return True
        case f.CaseEscalated(by_default=True) | f.OfferLapsed(maker=Role.BUYER):
            return True
        case f.QuestionUnanswered(party=Role.SELLER):
            return True
    return False


def _seconds(begin: datetime, end: datetime) -> int:
    return max(0, int((end - begin).total_seconds()))
