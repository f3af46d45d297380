"""What is taken off a case when somebody in it is forgotten, or when its words or files have been kept long enough. Says
what the case is like afterwards; changes nothing by itself.

An entry on record is sealed as a whole, so it goes as a whole; what it did to the case stays. Nobody loses what somebody
else said: a ruling's reasons go with time, not with the arbitrator who gave them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conversations.cases import facts
from conversations.cases.case import Case
from conversations.cases.evidence import Evidence, FileKind
from conversations.cases.evidence import File as SentFile
from conversations.cases.ratings import Rating
from conversations.cases.roles import Role
from conversations.cases.vouchers import VoucherKind
from conversations.messages import Person
from conversations.ports import Entry

#: Why an exhibit cannot be shown: its file was erased.
ERASED = "erased"
#: What stands for an express number that was erased.
_NO_NUMBER = "—"
_NO_FILE = SentFile(kind=FileKind.DOCUMENT, file_id="", unique_id="", size=0)

#: What a fact says in its author's own words, or tells of them; empty when it does not. A fact that is not in here never
#: does. Papers of the store and the platform (deliveries, refunds) are nobody's person's.
_SAYS: Mapping[type[facts.Fact], Callable[[Any], object]] = {
    facts.CaseOpened: lambda f: f.claim.words,
    facts.ClaimRefused: lambda f: f.reason,
    facts.OfferMade: lambda f: f.words,
    facts.OfferDeclined: lambda f: f.reason,
    facts.CaseEscalated: lambda f: f.words,
    facts.GoodsShipped: lambda f: f.voucher.number,
    facts.GoodsDisputed: lambda f: f.words,
    facts.QuestionAsked: lambda f: f.question,
    facts.QuestionAnswered: lambda f: f.words,
    facts.SettlementProposed: lambda f: f.words,
    facts.RulingGiven: lambda f: f.reasons,
    facts.RulingAppealed: lambda f: f.words,
    facts.ClaimWithdrawn: lambda f: f.words,
    facts.MessagePassedOn: lambda f: True,
    facts.NoteWritten: lambda f: f.text,
    facts.ServiceRated: lambda f: f.words,
    facts.RatingChanged: lambda f: f.words,
    facts.RatingAnswered: lambda f: f.words,
}
#: What is said for others to go by, and so stays when its author goes.
_DECISIONS = (facts.RulingGiven,)


@dataclass(frozen=True, slots=True)
class Erased:
    """A case without what was taken off it: the case, the numbers of the entries to be erased, the exhibits that
    changed, and the names under which files of theirs were kept."""

    case: Case
    entries: tuple[int, ...]
    exhibits: tuple[Evidence, ...]
    files: frozenset[str]


def without_person(case: Case, entries: Sequence[Entry], exhibits: Sequence[Evidence], person: Person) -> Erased:
    """The case without what this person said and showed in it."""
    gone = [
        entry for entry in entries if entry.person == person.id and says(entry.fact) and not _is_decision(entry.fact)
    ]
    is_buyer = person.id == case.buyer
    # By the record, since what somebody gave in a group came from no chat of theirs.
    given = {e.fact.n for e in entries if e.person == person.id and isinstance(e.fact, facts.EvidenceAdded)}
    shown = [
        item
        for item in exhibits
        if item.refused != ERASED
        and (
            (is_buyer and item.by is Role.BUYER)
            or (bool(item.file.chat) and item.file.chat == person.address)
            or item.n in given
        )
    ]
    after = _without_words(case, [entry.fact for entry in gone])
    if is_buyer:
        after = replace(after, least=None)
    elif any(entry.person == person.id and isinstance(entry.fact, facts.PrivateLimitSet) for entry in entries):
        after = replace(after, most=None)
    return _erased(after, [entry.n for entry in gone], entries, shown)


def without_words(case: Case, entries: Sequence[Entry]) -> Erased:
    """The case without anybody's words, the reasons of rulings among them."""
    gone = [entry for entry in entries if says(entry.fact)]
    after = _without_words(case, [entry.fact for entry in gone])
    rulings = tuple(replace(ruling, reasons="") for ruling in case.rulings)
    after = replace(after, rulings=rulings, least=None, most=None)
    return _erased(after, [entry.n for entry in gone], entries, ())


def without_files(case: Case, entries: Sequence[Entry], exhibits: Sequence[Evidence]) -> Erased:
    """The case without its files and what was written with them."""
    return _erased(case, [], entries, [item for item in exhibits if item.refused != ERASED])


def says(fact: facts.Fact) -> bool:
    """Whether the fact holds somebody's words, or tells of them."""
    return type(fact) in _SAYS and bool(_SAYS[type(fact)](fact))


def _is_decision(fact: facts.Fact) -> bool:
    return isinstance(fact, _DECISIONS)


def _erased(case: Case, numbers: Sequence[int], entries: Sequence[Entry], shown: Sequence[Evidence]) -> Erased:
    """With the fingerprints of files that go, too: they tell whether somebody has a file."""
    of = {item.n for item in shown}
    filed = [entry.n for entry in entries if isinstance(entry.fact, facts.EvidenceFiled) and entry.fact.n in of]
    blank = tuple(
        replace(item, file=_NO_FILE, caption="", sha256="", mime="", copy="", copy_mime="", refused=ERASED)
        for item in shown
    )
    files = frozenset(name for item in shown for name in (item.sha256, item.copy) if name)
    return Erased(case, tuple(sorted({*numbers, *filed})), blank, files)


def _without_words(case: Case, gone: Collection[facts.Fact]) -> Case:
    """The case without the words of these facts."""
    kinds = {type(fact) for fact in gone}
    offers = {fact.n for fact in gone if isinstance(fact, facts.OfferMade | facts.SettlementProposed)}
    return replace(
        case,
        claim=replace(case.claim, words="") if facts.CaseOpened in kinds else case.claim,
        refusal="" if facts.ClaimRefused in kinds else case.refusal,
        question="" if facts.QuestionAsked in kinds else case.question,
        offers=tuple(replace(offer, words="") if offer.n in offers else offer for offer in case.offers),
        vouchers=tuple(
            replace(voucher, number=_NO_NUMBER, carrier="")
            if facts.GoodsShipped in kinds and voucher.kind is VoucherKind.RETURN
            else voucher
            for voucher in case.vouchers
        ),
        rating=_rating_without(case.rating, kinds) if case.rating else None,
    )


def _rating_without(rating: Rating, kinds: Collection[type[facts.Fact]]) -> Rating:
    is_rated = facts.ServiceRated in kinds or facts.RatingChanged in kinds
    is_answered = facts.RatingAnswered in kinds
    return replace(rating, words="" if is_rated else rating.words, answer="" if is_answered else rating.answer)
