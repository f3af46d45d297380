"""Who hears what: one table, fact -> what the record says, what its doer is told, and which other roles hear it.

What the record says is in the third person and serves the other side's notice too. The table holds no logic of
delivery; the desk resolves roles to people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conversations import vocabulary
from conversations.cases import facts
from conversations.cases.roles import Role
from conversations.phrase import Phrase
from conversations.vocabulary import voucher_line

BUYER, SELLER, ARBITRATOR = Role.BUYER, Role.SELLER, Role.ARBITRATOR
Say = Callable[[Any, Role], Phrase]


@dataclass(frozen=True, slots=True)
class Told:
    """`record` for the record and for the `hearers` other than the doer; `you` for the doer; `if_silent` in its
    place when the clock did it."""

    record: Say
    you: Say | None = None
    hearers: tuple[Role, ...] = (BUYER, SELLER, ARBITRATOR)
    if_silent: Say | None = None


def record(fact: facts.Fact, who: Role) -> Phrase:
    """What the record says about a fact."""
    told = NOTICES[type(fact)]
    if told.if_silent is not None and getattr(fact, "by_default", False):
        return told.if_silent(fact, who)
    return told.record(fact, who)


def heard(fact: facts.Fact, who: Role, hearer: Role) -> Phrase | None:
    """What `hearer` is told of a fact that `who` brought about; None when it is not for them."""
    told = NOTICES[type(fact)]
    if hearer is who:
        return told.you(fact, who) if told.you is not None else None
    return record(fact, who) if hearer in told.hearers else None


def _always(phrase: Phrase) -> Say:
    return lambda fact, who: phrase


def _party(who: Role) -> Phrase:
    return vocabulary.ROLES[who]


def _with_words(plain: Phrase, words: str) -> Phrase:
    return Phrase("{what}: “{words}”", what=plain, words=words) if words else Phrase("{what}.", what=plain)


def _terms(terms: Any) -> Phrase:
    return vocabulary.in_one_line(vocabulary.terms_lines(terms))


def _offer_made(fact: facts.OfferMade, who: Role) -> Phrase:
    made = Phrase("The seller makes an offer: {terms}", terms=_terms(fact.terms))
    if who is BUYER:
        made = Phrase("The buyer makes an offer: {terms}", terms=_terms(fact.terms))
    return _with_words(made, fact.words)


def _offer_accepted(fact: facts.OfferAccepted, who: Role) -> Phrase:
    if not fact.is_agreed:
        return Phrase("{party} accepts the proposal; the other side has not answered yet.", party=_party(who))
    return Phrase("{party} accepts the offer. Agreed: {terms}", party=_party(who), terms=_terms(fact.terms))


def _you_accepted(fact: facts.OfferAccepted, who: Role) -> Phrase:
    if not fact.is_agreed:
        return Phrase("You accepted the proposal. It counts once the other side accepts it too.")
    return Phrase("You accepted the offer. Agreed: {terms}", terms=_terms(fact.terms))


def _refund_paid(fact: facts.RefundPaid, who: Role) -> Phrase:
    line = voucher_line(fact.voucher)
    if fact.left:
        return Phrase("The seller refunded a part. {voucher}. Still due: {left}.", voucher=line, left=fact.left)
    return Phrase("The seller refunded. {voucher}. Please check that the money has arrived.", voucher=line)


def _you_refunded(fact: facts.RefundPaid, who: Role) -> Phrase:
    if fact.left:
        return Phrase("Recorded: {voucher}. Still due: {left}.", voucher=voucher_line(fact.voucher), left=fact.left)
    return Phrase(
        "Recorded: {voucher}. The buyer was asked to confirm that it has arrived.", voucher=voucher_line(fact.voucher)
    )


def _refund_disputed(fact: facts.RefundDisputed, who: Role) -> Phrase:
    if fact.arrived:
        return Phrase("The buyer says that only {amount} has arrived.", amount=fact.arrived)
    return Phrase("The buyer says that no money has arrived.")


def _ruling(fact: facts.RulingGiven, who: Role) -> Phrase:
    terms, reasons = _terms(fact.terms), vocabulary.reasons(fact.template, fact.reasons)
    if fact.cites:
        reasons = Phrase("{reasons} (Relied on: {cites})", reasons=reasons, cites=fact.cites)
    if fact.is_final:
        return Phrase("The final ruling on the appeal: {terms}. Reasons: {reasons}", terms=terms, reasons=reasons)
    return Phrase(
        "The arbitrator rules: {terms}. Reasons: {reasons} Each party may accept it, or appeal once with new evidence.",
        terms=terms,
        reasons=reasons,
    )


def _goods_disputed(fact: facts.GoodsDisputed, who: Role) -> Phrase:
    what = Phrase("{party} says that the goods have not arrived", party=_party(who))
    if fact.arrived:
        what = Phrase("{party} says that something is wrong with the goods", party=_party(who))
    return _with_words(what, fact.words)


def _lapsed(fact: facts.OfferLapsed, who: Role) -> Phrase:
    if fact.maker is Role.CLOCK:
        return Phrase(
            "You did not both accept the middle between your limits, so it has lapsed. You can still agree otherwise."
        )
    if fact.maker is SELLER:
        return Phrase("The buyer did not answer, so the seller's offer has lapsed. Silence never accepts an offer.")
    return Phrase("The seller did not answer the buyer's offer, so an arbitrator has been called.")


def _asked(fact: facts.QuestionAsked, who: Role) -> Phrase:
    if fact.party is BUYER:
        return Phrase("The arbitrator asks the buyer: “{question}”", question=fact.question)
    return Phrase("The arbitrator asks the seller: “{question}”", question=fact.question)


def _extended(fact: facts.DeadlineExtended, who: Role) -> Phrase:
    return _with_words(
        Phrase("The time to act is longer by {span}: until {due}", span=fact.by, due=fact.due_at), fact.reason
    )


def _passed_on(fact: facts.MessagePassedOn, who: Role) -> Phrase:
    words = (
        Phrase("{party} changed a message", party=_party(who))
        if fact.is_edit
        else Phrase("{party} wrote", party=_party(who))
    )
    if fact.template is not None:
        words = Phrase("{what}: “{words}”", what=words, words=fact.template)
    elif fact.text:
        words = _with_words(words, fact.text)
    if fact.files:
        return Phrase.counted("{words} ({n} file)", "{words} ({n} files)", fact.files, words=words)
    return words


def _opened(fact: facts.CaseOpened, who: Role) -> Phrase:
    claim = fact.claim
    return Phrase(
        "The buyer opened the case: {remedy}, reason: {reason}. {outcome}",
        remedy=vocabulary.REMEDY_NAMES[claim.remedy],
        reason=vocabulary.REASON_NAMES[claim.reason],
        outcome=vocabulary.OUTCOMES[fact.outcome],
    )


def _rated(fact: facts.ServiceRated | facts.RatingChanged, who: Role) -> Phrase:
    marks = Phrase.counted(
        "The buyer rates the service: {n} star of 5", "The buyer rates the service: {n} stars of 5", fact.stars
    )
    if fact.outcome:
        marks = Phrase("{marks}; the outcome: {outcome} of 5", marks=marks, outcome=fact.outcome)
    return _with_words(marks, fact.words)


# fmt: off
NOTICES: Mapping[type[facts.Fact], Told] = {
    facts.CaseOpened: Told(
        _opened,
        _always(Phrase("Your case is open. The store has been asked; you will hear from us as soon as it answers.")),
        hearers=()),
    facts.ClaimApproved: Told(
        lambda f, who: Phrase("The seller approved the claim. Agreed: {terms}", terms=_terms(f.terms)),
        lambda f, who: Phrase("You approved the claim. Agreed: {terms}", terms=_terms(f.terms)),
        if_silent=lambda f, who: Phrase("The seller did not answer in time, so the claim counts as approved. Agreed: {terms}", terms=_terms(f.terms))),
    facts.ClaimRefused: Told(
        lambda f, who: _with_words(Phrase("The seller refused the claim"), f.reason),
        _always(Phrase("You refused the claim. The buyer has been told your reason, and may make an offer or call an arbitrator."))),
    facts.OfferMade: Told(
        _offer_made,
        lambda f, who: Phrase("Your offer has been made: {terms}", terms=_terms(f.terms))),
    facts.PrivateLimitSet: Told(
        lambda f, who: Phrase("{party} set a private limit.", party=_party(who)),
        hearers=()),
    facts.AgreementFound: Told(
        lambda f, who: Phrase("You would both accept this: {terms}. It counts once each of you has accepted it.", terms=_terms(f.terms)),
        hearers=(BUYER, SELLER)),
    facts.OfferAccepted: Told(_offer_accepted, _you_accepted),
    facts.OfferDeclined: Told(
        lambda f, who: _with_words(Phrase("{party} declined the offer", party=_party(who)), f.reason),
        _always(Phrase("You declined the offer."))),
    facts.OfferLapsed: Told(_lapsed),
    facts.CaseEscalated: Told(
        lambda f, who: _with_words(Phrase("{party} called an arbitrator", party=_party(who)), f.words),
        _always(Phrase("An arbitrator has been called. You can still settle this with the other side at any time.")),
        hearers=(BUYER, SELLER),
        if_silent=_always(Phrase("The seller did not answer in time, so an arbitrator has been called."))),
    facts.GoodsShipped: Told(
        lambda f, who: Phrase("The buyer sent the goods back. {voucher}", voucher=voucher_line(f.voucher)),
        lambda f, who: Phrase("Recorded: {voucher}. The store will check the goods when they arrive.", voucher=voucher_line(f.voucher))),
    facts.GoodsReceived: Told(
        _always(Phrase("The seller has received the goods.")),
        _always(Phrase("You confirmed that the goods are back.")),
        if_silent=_always(Phrase("The seller did not object in time, so the goods count as received."))),
    facts.GoodsDisputed: Told(
        _goods_disputed,
        _always(Phrase("Noted. An arbitrator will look into it; please keep everything as it is."))),
    facts.GoodsSent: Told(
        lambda f, who: Phrase("The seller sent the goods. {voucher}", voucher=voucher_line(f.voucher)),
        lambda f, who: Phrase("Recorded: {voucher}. The buyer has been told.", voucher=voucher_line(f.voucher))),
    facts.DeliveryConfirmed: Told(
        _always(Phrase("The buyer has received the goods.")),
        _always(Phrase("You confirmed that the goods have arrived.")),
        if_silent=_always(Phrase("The buyer did not object in time, so the goods count as received."))),
    facts.RefundPaid: Told(_refund_paid, _you_refunded),
    facts.RefundConfirmed: Told(
        _always(Phrase("The buyer confirmed that the money has arrived.")),
        _always(Phrase("You confirmed that the money has arrived.")),
        if_silent=_always(Phrase("The buyer did not object in time, so the refund counts as received."))),
    facts.RefundDisputed: Told(
        _refund_disputed,
        _always(Phrase("Noted. The store must show or repeat the payment; arbitrators have been called."))),
    facts.TermsBreached: Told(
        _always(Phrase("The seller has not done in time what was agreed. Arbitrators have been called; the seller can still put it right.")),
        hearers=(BUYER, SELLER)),
    facts.TermsEnforced: Told(
        lambda f, who: Phrase("The platform has paid in the seller's place. {voucher}", voucher=voucher_line(f.voucher)),
        lambda f, who: Phrase("Recorded: {voucher}. Both parties have been told.", voucher=voucher_line(f.voucher))),
    facts.CaseTaken: Told(
        _always(Phrase("An arbitrator has taken the case and reads the whole record.")),
        _always(Phrase("The case is yours. Read the record and the evidence, then ask, propose or rule."))),
    facts.CaseReleased: Told(
        _always(Phrase("The arbitrator has given the case back; another one will take it.")),
        _always(Phrase("The case is back in the queue.")),
        hearers=(BUYER, SELLER),
        if_silent=_always(Phrase("The arbitrator ran out of time; another one will take the case."))),
    facts.QuestionAsked: Told(
        _asked,
        _always(Phrase("Your question has been put; you will hear the answer here."))),
    facts.QuestionAnswered: Told(
        lambda f, who: _with_words(Phrase("{party} answered the arbitrator", party=_party(who)), f.words),
        _always(Phrase("Your answer has been given to the arbitrator."))),
    facts.QuestionUnanswered: Told(
        lambda f, who: Phrase("{party} did not answer the arbitrator in time.", party=_party(f.party))),
    facts.SettlementProposed: Told(
        lambda f, who: _with_words(Phrase("The arbitrator proposes a settlement, which counts once both parties accept it: {terms}", terms=_terms(f.terms)), f.words),
        _always(Phrase("Your proposal has been made to both parties; it counts once both accept it."))),
    facts.RulingGiven: Told(
        _ruling,
        _always(Phrase("Your ruling has been given to both parties."))),
    facts.RulingAccepted: Told(
        lambda f, who: Phrase("{party} accepts the ruling.", party=_party(who)),
        _always(Phrase("You accepted the ruling."))),
    facts.RulingAppealed: Told(
        lambda f, who: _with_words(Phrase("{party} appeals the ruling; another arbitrator will decide", party=_party(who)), f.words),
        _always(Phrase("Your appeal has been made. Another arbitrator will decide, and that ruling is final."))),
    facts.RulingStood: Told(
        _always(Phrase("Nobody appealed in time, so the ruling stands."))),
    facts.ClaimWithdrawn: Told(
        lambda f, who: _with_words(Phrase("The buyer withdrew the claim"), f.words),
        _always(Phrase("You withdrew your claim, and the case is closed."))),
    facts.CaseClosed: Told(
        _always(Phrase("The time to act has passed, so the case is closed."))),
    facts.CaseSettled: Told(
        _always(Phrase("Everything that was agreed has been done. The case is settled.")),
        _always(Phrase("Everything that was agreed has been done. The case is settled."))),
    facts.CaseDismissed: Told(
        _always(Phrase("The claim was dismissed, and the case is closed.")),
        _always(Phrase("The claim was dismissed, and the case is closed."))),
    facts.ArbitratorsReminded: Told(
        _always(Phrase("This case still waits for an arbitrator.")),
        hearers=(ARBITRATOR,)),
    facts.OwnerReminded: Told(
        lambda f, who: Phrase("A reminder was sent: the time ends {due}.", due=f.due_at),
        hearers=()),
    facts.DeadlineExtended: Told(
        _extended),
    facts.GraceGiven: Told(
        lambda f, who: Phrase("This service could not be reached from {began} to {ended}, so there is time until {due}.", began=f.began_at, ended=f.ended_at, due=f.due_at)),
    facts.EvidenceAdded: Told(
        lambda f, who: Phrase("{party} added evidence {name}.", party=_party(who), name=f"E{f.n}"),
        hearers=()),
    facts.EvidenceFiled: Told(
        lambda f, who: Phrase("Evidence {name} was checked and filed (SHA-256 {digest}).", name=f"E{f.n}", digest=f.sha256[:16]),
        hearers=()),
    facts.EvidenceRefused: Told(
        lambda f, who: Phrase("Evidence {name} could not be used.", name=f"E{f.n}"),
        hearers=()),
    facts.OriginalOpened: Told(
        lambda f, who: Phrase("The arbitrator opened the original of evidence {name}.", name=f"E{f.n}"),
        hearers=()),
    facts.MessagePassedOn: Told(_passed_on, hearers=()),
    facts.NoteWritten: Told(
        lambda f, who: Phrase("Private note: “{words}”", words=f.text),
        _always(Phrase("Noted, for arbitrators only.")),
        hearers=()),
    facts.ServiceRated: Told(
        _rated,
        _always(Phrase("Thank you. Your rating has been recorded.")),
        hearers=(SELLER,)),
    facts.RatingChanged: Told(
        lambda f, who: Phrase("The buyer has changed the rating. {rating}", rating=_rated(f, who)),
        _always(Phrase("Your rating has been changed.")),
        hearers=(SELLER,)),
    facts.RatingAnswered: Told(
        lambda f, who: Phrase("The seller answers the rating: “{words}”", words=f.words),
        _always(Phrase("Your answer has been given to the buyer.")),
        hearers=(BUYER,)),
    facts.PartyUnreachable: Told(
        lambda f, who: Phrase("{party} cannot be reached in the chat at the moment. Deadlines go on.", party=_party(f.party))),
    facts.PartyReachable: Told(
        lambda f, who: Phrase("{party} can be reached again.", party=_party(f.party))),
    facts.EntryErased: Told(
        _always(Phrase("What stood here was erased.")),
        hearers=()),
}
# fmt: on


#: Facts that only arbitrators may see in a record.
CONFIDENTIAL: frozenset[type[facts.Fact]] = frozenset({facts.NoteWritten})
#: Facts that nobody is shown: a limit is its owner's secret, even that there is one.
HIDDEN: frozenset[type[facts.Fact]] = frozenset({facts.PrivateLimitSet})
assert set(NOTICES) == set(facts.KINDS.values())
