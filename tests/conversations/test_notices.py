"""Who hears what: a phrase for every fact, and nobody hears what is not theirs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conversations import notices
from conversations.cases import facts
from conversations.cases.claim import Ground, Reason, Remedy
from conversations.cases.evidence import FileKind
from conversations.cases.money import Money
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.terms import Kind, Send
from conversations.cases.verdict import Outcome
from conversations.cases.vouchers import Voucher, VoucherKind

B, S, A, C = Role.BUYER, Role.SELLER, Role.ARBITRATOR, Role.CLOCK
T = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def voucher(kind: VoucherKind = VoucherKind.REFUND) -> Voucher:
    return Voucher(n=1, kind=kind, by=S, at=T, number="N1", carrier="DHL", amount=Money(100, "USD"))


@pytest.mark.parametrize(("method", "said"), [("bank", "bank transfer"), ("a cheque", "a cheque")])
def test_a_refund_says_how_it_was_paid(build, method, said):
    fact = facts.RefundPaid(replace(voucher(), method=method), Money(50, "USD"))

    told = build.plain(notices.record(fact, S))

    assert told == f"The seller refunded a part. V1: 1.00 USD refunded ({said}), number N1. Still due: 0.50 USD."


@pytest.fixture
def examples(build):
    terms = build.terms()
    return [
        (facts.CaseOpened(build.claim(), Ground.NO_REASON, Outcome.ELIGIBLE, "tmall_global", "h"), B),
        (facts.ClaimApproved(terms), S),
        (facts.ClaimApproved(terms, by_default=True), C),
        (facts.ClaimRefused("worn"), S),
        (facts.OfferMade(1, terms, "my best"), S),
        (facts.OfferMade(1, terms), B),
        (facts.OfferAccepted(1, terms), B),
        (facts.OfferAccepted(1, terms, is_agreed=False), S),
        (facts.OfferDeclined(1, "no"), B),
        (facts.OfferLapsed(1, S), C),
        (facts.OfferLapsed(1, B), C),
        (facts.OfferLapsed(1, C), C),
        (facts.PrivateLimitSet(), B),
        (facts.AgreementFound(1, terms), C),
        (facts.CaseEscalated("help"), B),
        (facts.CaseEscalated(by_default=True), C),
        (facts.GoodsShipped(voucher(VoucherKind.RETURN)), B),
        (facts.GoodsReceived(), S),
        (facts.GoodsReceived(by_default=True), C),
        (facts.GoodsDisputed(True, "broken"), S),
        (facts.GoodsDisputed(False), B),
        (facts.GoodsSent(voucher(VoucherKind.DELIVERY)), S),
        (facts.DeliveryConfirmed(), B),
        (facts.DeliveryConfirmed(by_default=True), C),
        (facts.RefundPaid(voucher(), Money(0, "USD")), S),
        (facts.RefundPaid(voucher(), Money(50, "USD")), S),
        (facts.RefundConfirmed(), B),
        (facts.RefundConfirmed(by_default=True), C),
        (facts.RefundDisputed(Money(0, "USD")), B),
        (facts.RefundDisputed(Money(10, "USD")), B),
        (facts.TermsBreached(), C),
        (facts.TermsEnforced(voucher(VoucherKind.PLATFORM)), A),
        (facts.CaseTaken(9), A),
        (facts.CaseReleased(9), A),
        (facts.CaseReleased(9, by_default=True), C),
        (facts.QuestionAsked(B, "When?"), A),
        (facts.QuestionAnswered("May"), B),
        (facts.QuestionUnanswered(S), C),
        (facts.SettlementProposed(1, terms, "fair"), A),
        (facts.RulingGiven(terms, "E1 shows it", False), A),
        (facts.RulingGiven(terms, "E1 shows it", True, ("E1",)), A),
        (facts.RulingAccepted(False), B),
        (facts.RulingAppealed("new"), S),
        (facts.RulingStood(), C),
        (facts.ClaimWithdrawn(), B),
        (facts.CaseClosed(), C),
        (facts.CaseSettled(), B),
        (facts.CaseDismissed(), C),
        (facts.ArbitratorsReminded(), C),
        (facts.OwnerReminded(T), C),
        (facts.DeadlineExtended(timedelta(days=2), T, "Spring Festival"), C),
        (facts.GraceGiven(T, T, T), C),
        (facts.EvidenceAdded(1, FileKind.PHOTO), B),
        (facts.EvidenceFiled(1, "ab" * 32, "image/jpeg"), C),
        (facts.EvidenceRefused(1, "broken"), C),
        (facts.OriginalOpened(2), A),
        (facts.MessagePassedOn("hi"), B),
        (facts.MessagePassedOn("", 2), B),
        (facts.MessagePassedOn("hi!", is_edit=True), S),
        (facts.NoteWritten("the secret note"), A),
        (facts.ServiceRated(1, "slow"), B),
        (facts.ServiceRated(5), B),
        (facts.ServiceRated(5, "slow", 4), B),
        (facts.RatingChanged(5, "quick", 4), B),
        (facts.RatingAnswered("Thank you."), S),
        (facts.PartyUnreachable(S), S),
        (facts.PartyReachable(B), B),
        (facts.EntryErased(), C),
    ]


def test_every_kind_of_fact_has_words(examples):
    assert {type(fact) for fact, _ in examples} == set(facts.KINDS.values()) == set(notices.NOTICES)


def test_every_fact_reads_as_a_sentence_to_everybody_who_hears_it(build, examples):
    for fact, who in examples:
        heard = [notices.record(fact, who)] + [notices.heard(fact, who, reader) for reader in (B, S, A)]
        for line in filter(None, heard):
            said = build.plain(line)
            assert said
            assert "{" not in said
            assert "None" not in said
            assert ".." not in said


def test_the_other_side_hears_of_every_move(build, examples):
    quiet = {
        *(facts.CaseOpened, facts.PrivateLimitSet, facts.OwnerReminded, facts.ArbitratorsReminded),
        *(facts.EvidenceAdded, facts.EvidenceFiled, facts.EvidenceRefused, facts.MessagePassedOn, facts.NoteWritten),
        *(facts.DeadlineExtended, facts.GraceGiven, facts.EntryErased, facts.OriginalOpened),
    }
    for fact, who in examples:
        if type(fact) in quiet or isinstance(fact, facts.ServiceRated):
            continue
        others = {B, S} - {who}
        assert all(notices.heard(fact, who, reader) is not None for reader in others), fact


def test_a_private_note_is_for_arbitrators_only():
    note = facts.NoteWritten("the secret note")

    assert facts.NoteWritten in notices.CONFIDENTIAL
    assert [notices.heard(note, A, reader) for reader in (B, S)] == [None, None]
    assert "secret" not in str(notices.heard(note, A, A))


def test_a_private_limit_is_for_nobody():
    assert facts.PrivateLimitSet in notices.HIDDEN
    assert [notices.heard(facts.PrivateLimitSet(), B, reader) for reader in (S, A)] == [None, None]


def test_the_seller_hears_the_rating_and_nobody_else_does():
    rated = facts.ServiceRated(4, "quick")

    assert notices.heard(rated, B, S) is not None
    assert notices.heard(rated, B, A) is None


def test_the_doer_is_told_in_the_second_person(build):
    accepted = facts.OfferAccepted(1, build.terms())

    assert build.plain(notices.heard(accepted, B, B)).startswith("You accepted the offer.")
    assert build.plain(notices.heard(accepted, B, S)).startswith("The buyer accepts the offer.")


@pytest.mark.parametrize(
    ("fact", "who", "said"),
    [
        (facts.OfferLapsed(1, S), C, "The buyer did not answer, so the seller's offer has lapsed. Silence never accepts an offer."),
        (facts.OfferLapsed(1, C), C, "You did not both accept the middle between your limits, so it has lapsed. You can still agree otherwise."),
        (facts.OfferLapsed(1, B), C, "The seller did not answer the buyer's offer, so an arbitrator has been called."),
        (facts.GoodsDisputed(False, "empty box"), B, "The buyer says that the goods have not arrived: “empty box”"),
        (facts.GoodsDisputed(True, "wet"), S, "The seller says that something is wrong with the goods: “wet”"),
        (facts.RefundDisputed(Money(0, "USD")), B, "The buyer says that no money has arrived."),
        (facts.RefundDisputed(Money(150, "USD")), B, "The buyer says that only 1.50 USD has arrived."),
        (facts.QuestionAsked(S, "When?"), A, "The arbitrator asks the seller: “When?”"),
    ],
)  # fmt: skip
def test_the_record_tells_what_happened(build, fact, who, said):
    assert build.plain(notices.record(fact, who)) == said


@pytest.mark.parametrize(
    ("kind", "changes", "line"),
    [
        (Kind.REFUND, {}, "Refund, goods stay with the buyer · 10.00 USD to the buyer"),
        (Kind.EXCHANGE, {"goods_back": False}, "Exchange · The seller sends a replacement"),
        (Kind.DISMISSAL, {"send": Send.ORIGINAL}, "Dismissal of the claim · The seller sends the goods to the buyer again"),
        (
            Kind.RETURN_REFUND,
            {"shipping": S, "shipping_amount": Money(1500, "USD")},
            "Return and refund · 10.00 USD to the buyer · The buyer sends the goods back · "
            "The seller pays 15.00 USD for sending them back",
        ),
        (
            Kind.RETURN_REFUND,
            {"shipping": S},
            "Return and refund · 10.00 USD to the buyer · The buyer sends the goods back · "
            "The seller pays for sending them back",
        ),
        (
            Kind.RETURN_REFUND,
            {},
            "Return and refund · 10.00 USD to the buyer · The buyer sends the goods back · "
            "The buyer pays for sending them back",
        ),
    ],
)  # fmt: skip
def test_terms_are_told_in_one_line(build, kind, changes, line):
    fact = facts.ClaimApproved(build.terms(kind, **changes))

    assert build.plain(notices.record(fact, S)) == f"The seller approved the claim. Agreed: {line}"


@pytest.mark.parametrize("state", [State.AWAITING_SELLER])
def test_opening_says_what_and_why(build, state):
    moved = build.open(remedy=Remedy.REFUND, reason=Reason.FAULTY, evidence=1)

    assert build.plain(notices.record(moved.facts[0], B)) == (
        "The buyer opened the case: Refund, reason: does not work. The policy supports this claim."
    )
