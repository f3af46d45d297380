"""What goes off a case: every kind of fact is known to say something, or to say nothing of anybody."""

from dataclasses import replace
from datetime import timedelta

from conversations.cases import facts
from conversations.cases.evidence import Evidence, File, FileKind
from conversations.cases.offers import Offer
from conversations.cases.ratings import Rating
from conversations.cases.roles import Role
from conversations.cases.rulings import Ruling
from conversations.cases.states import State
from conversations.cases.terms import Kind, Terms
from conversations.cases.vouchers import Voucher, VoucherKind
from conversations.desk import erasing
from conversations.messages import Person
from conversations.ports import Entry

BUYER, SELLER = (
    Person(id=1, address=11, name="Mia", language="en"),
    Person(id=2, address=22, name="Oskar", language="en"),
)

#: Facts that hold nobody's words, and tell nothing of a person but what they did.
SILENT = {
    "ClaimApproved", "OfferAccepted", "OfferLapsed", "PrivateLimitSet", "AgreementFound", "GoodsReceived", "GoodsSent",
    "DeliveryConfirmed", "RefundPaid", "RefundConfirmed", "RefundDisputed", "TermsBreached", "TermsEnforced", "CaseTaken",
    "CaseReleased", "QuestionUnanswered", "RulingAccepted", "RulingStood", "CaseClosed", "CaseSettled", "CaseDismissed",
    "ArbitratorsReminded", "OwnerReminded", "DeadlineExtended", "GraceGiven", "EvidenceAdded", "EvidenceFiled",
    "EvidenceRefused", "PartyUnreachable", "PartyReachable", "EntryErased", "OriginalOpened",
}  # fmt: skip


def entries_of(build, *said) -> list[Entry]:
    return [
        Entry(n=n, at=build.opened, who=who, person=person, fact=fact)
        for n, (who, person, fact) in enumerate(said, start=1)
    ]


def test_every_kind_of_fact_is_known():
    assert {kind.__name__ for kind in erasing._SAYS} | SILENT == set(facts.KINDS)
    assert {kind.__name__ for kind in erasing._SAYS} & SILENT == set()


def test_a_fact_without_words_stays():
    assert erasing.says(facts.ClaimRefused("no"))
    assert not erasing.says(facts.ClaimRefused(""))
    assert not erasing.says(facts.CaseClosed())


def full(build):
    """A case that ended with words of everybody's in it, and its record."""
    terms = Terms(
        kind=Kind.COMPENSATION,
        items=build.case().claim.items,
        amount=build.usd(500),
        goods_back=False,
        shipping=None,
        shipping_amount=build.usd(0),
    )
    at = build.opened
    shipped, sent = (
        Voucher(n=1, kind=VoucherKind.RETURN, by=Role.BUYER, at=at, number="RX1", carrier="DHL"),
        Voucher(n=2, kind=VoucherKind.DELIVERY, by=Role.SELLER, at=at, number="SX1", carrier="UPS"),
    )
    base = build.at(State.SETTLED)
    case = replace(
        base,
        buyer=1,
        claim=replace(base.claim, words="mine"),
        offers=(
            Offer(n=1, by=Role.BUYER, terms=terms, at=at, words="mine"),
            Offer(n=2, by=Role.SELLER, terms=terms, at=at, words="theirs"),
        ),
        vouchers=(shipped, sent),
        rulings=(Ruling(arbitrator=9, terms=terms, reasons="because", at=at),),
        rating=Rating(stars=1, at=at, words="mine", answer="theirs"),
        question="When?",
        refusal="theirs",
        least=1,
        most=2,
    )
    entries = entries_of(
        build,
        (Role.BUYER, 1, facts.CaseOpened(case.claim, case.verdict.ground, case.verdict.outcome, "p", "h")),
        (Role.BUYER, 1, facts.OfferMade(1, terms, "mine")),
        (Role.SELLER, 2, facts.OfferMade(2, terms, "theirs")),
        (Role.SELLER, 2, facts.PrivateLimitSet()),
        (Role.BUYER, 1, facts.GoodsShipped(shipped)),
        (Role.SELLER, 2, facts.GoodsSent(sent)),
        (Role.SELLER, 2, facts.ClaimRefused("theirs")),
        (Role.ARBITRATOR, 9, facts.QuestionAsked(Role.BUYER, "When?")),
        (Role.ARBITRATOR, 9, facts.RulingGiven(terms, "because", False)),
        (Role.BUYER, 1, facts.ServiceRated(1, "mine")),
        (Role.SELLER, 2, facts.RatingAnswered("theirs")),
    )
    return case, entries


def test_what_a_buyer_said_goes_and_nothing_else(build):
    case, entries = full(build)

    erased = erasing.without_person(case, entries, (), BUYER)

    assert erased == erasing.Erased(
        replace(
            case,
            claim=replace(case.claim, words=""),
            offers=(replace(case.offers[0], words=""), case.offers[1]),
            vouchers=(replace(case.vouchers[0], number="—", carrier=""), case.vouchers[1]),
            rating=replace(case.rating, words=""),
            least=None,
        ),
        (1, 2, 5, 10),
        (),
        frozenset(),
    )


def test_what_a_seller_said_goes_and_nothing_else(build):
    case, entries = full(build)

    erased = erasing.without_person(case, entries, (), SELLER)

    after = replace(case, offers=(case.offers[0], replace(case.offers[1], words="")), refusal="", most=None)
    after = replace(after, rating=replace(after.rating, answer=""))
    assert erased == erasing.Erased(after, (3, 7, 11), (), frozenset())


def test_a_colleague_who_set_no_limit_takes_none_along(build):
    case, entries = full(build)

    erased = erasing.without_person(case, entries, (), replace(SELLER, id=3))

    assert erased == erasing.Erased(case, (), (), frozenset())


def test_reasons_of_a_ruling_stay_when_the_arbitrator_goes_and_go_with_time(build):
    case, entries = full(build)

    erased = erasing.without_person(case, entries, (), replace(SELLER, id=9))
    assert (erased.case, erased.entries) == (replace(case, question=""), (8,))

    erased = erasing.without_words(case, entries)
    assert erased.entries == (1, 2, 3, 5, 7, 8, 9, 10, 11)
    assert [ruling.reasons for ruling in erased.case.rulings] == [""]
    assert (erased.case.least, erased.case.most, erased.case.rating.words) == (None, None, "")


def test_files_are_their_senders_with_fingerprint_and_all(build):
    case, _ = full(build)
    entries = entries_of(
        build,
        (Role.CLOCK, 0, facts.EvidenceFiled(1, "aa", "image/png")),
        (Role.CLOCK, 0, facts.EvidenceFiled(2, "bb", "image/png")),
    )

    def exhibit(n: int, by: Role, *, chat: int = 0, sha256: str = "", copy: str = "") -> Evidence:
        file = File(kind=FileKind.DOCUMENT, file_id="f", unique_id="u", size=9, name="me.png", chat=chat)
        return Evidence(
            n=n, by=by, at=build.opened + timedelta(hours=1), file=file, caption="c", sha256=sha256, copy=copy
        )

    exhibits = [
        exhibit(1, Role.BUYER, sha256="aa", copy="cc"),
        exhibit(2, Role.SELLER, chat=22, sha256="bb"),
        exhibit(3, Role.SELLER, chat=33),
    ]

    of_buyer = erasing.without_person(case, entries, exhibits, BUYER)
    assert ([e.n for e in of_buyer.exhibits], of_buyer.entries, of_buyer.files) == ([1], (1,), {"aa", "cc"})
    of_seller = erasing.without_person(case, entries, exhibits, SELLER)
    assert ([e.n for e in of_seller.exhibits], of_seller.entries, of_seller.files) == ([2], (2,), {"bb"})
    [blank] = of_seller.exhibits
    nothing = File(kind=FileKind.DOCUMENT, file_id="", unique_id="", size=0)
    assert blank == Evidence(n=2, by=Role.SELLER, at=exhibits[1].at, file=nothing, refused="erased")

    added = (Role.SELLER, SELLER.id, facts.EvidenceAdded(3, FileKind.DOCUMENT))  # in a group, by the record
    of_member = erasing.without_person(case, [*entries, *entries_of(build, added)], exhibits, SELLER)
    assert [e.n for e in of_member.exhibits] == [2, 3]

    everything = erasing.without_files(case, entries, exhibits)
    assert ([e.n for e in everything.exhibits], everything.files) == ([1, 2, 3], {"aa", "bb", "cc"})
    assert erasing.without_files(case, entries, everything.exhibits).exhibits == ()
    assert erasing.without_person(case, entries, everything.exhibits, BUYER).exhibits == ()
