"""What has happened in a case, in the past tense. Facts are journaled, and notices are made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from conversations.cases.claim import Claim, Ground
from conversations.cases.evidence import FileKind
from conversations.cases.money import Money
from conversations.cases.roles import Role
from conversations.cases.terms import Terms
from conversations.cases.verdict import Outcome
from conversations.cases.vouchers import Voucher
from conversations.phrase import Phrase


class Fact:
    """Something that happened. `by_default` marks what the clock did because nobody acted."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CaseOpened(Fact):
    claim: Claim
    ground: Ground
    outcome: Outcome
    policy: str
    policy_hash: str


@dataclass(frozen=True, slots=True)
class ClaimApproved(Fact):
    terms: Terms
    by_default: bool = False


@dataclass(frozen=True, slots=True)
class ClaimRefused(Fact):
    reason: str


@dataclass(frozen=True, slots=True)
class OfferMade(Fact):
    n: int
    terms: Terms
    words: str = ""


@dataclass(frozen=True, slots=True)
class OfferAccepted(Fact):
    n: int
    terms: Terms
    is_agreed: bool = True  # False: a proposal that still waits for the other party


@dataclass(frozen=True, slots=True)
class OfferDeclined(Fact):
    n: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OfferLapsed(Fact):
    n: int
    maker: Role


@dataclass(frozen=True, slots=True)
class PrivateLimitSet(Fact):
    """A party told the desk how far it would go. How far is never on record."""


@dataclass(frozen=True, slots=True)
class AgreementFound(Fact):
    """The private limits of both parties meet: both may agree to the middle."""

    n: int
    terms: Terms


@dataclass(frozen=True, slots=True)
class CaseEscalated(Fact):
    words: str = ""
    by_default: bool = False


@dataclass(frozen=True, slots=True)
class GoodsShipped(Fact):
    voucher: Voucher


@dataclass(frozen=True, slots=True)
class GoodsReceived(Fact):
    by_default: bool = False


@dataclass(frozen=True, slots=True)
class GoodsDisputed(Fact):
    arrived: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class GoodsSent(Fact):
    voucher: Voucher


@dataclass(frozen=True, slots=True)
class DeliveryConfirmed(Fact):
    by_default: bool = False


@dataclass(frozen=True, slots=True)
class RefundPaid(Fact):
    voucher: Voucher
    left: Money


@dataclass(frozen=True, slots=True)
class RefundConfirmed(Fact):
    by_default: bool = False


@dataclass(frozen=True, slots=True)
class RefundDisputed(Fact):
    arrived: Money


@dataclass(frozen=True, slots=True)
class TermsBreached(Fact):
    pass


@dataclass(frozen=True, slots=True)
class TermsEnforced(Fact):
    voucher: Voucher


@dataclass(frozen=True, slots=True)
class CaseTaken(Fact):
    arbitrator: int


@dataclass(frozen=True, slots=True)
class CaseReleased(Fact):
    arbitrator: int
    by_default: bool = False


@dataclass(frozen=True, slots=True)
class QuestionAsked(Fact):
    party: Role
    question: str


@dataclass(frozen=True, slots=True)
class QuestionAnswered(Fact):
    words: str


@dataclass(frozen=True, slots=True)
class QuestionUnanswered(Fact):
    party: Role


@dataclass(frozen=True, slots=True)
class SettlementProposed(Fact):
    n: int
    terms: Terms
    words: str = ""


@dataclass(frozen=True, slots=True)
class RulingGiven(Fact):
    terms: Terms
    reasons: str
    is_final: bool
    cites: tuple[str, ...] = ()
    template: str = ""


@dataclass(frozen=True, slots=True)
class RulingAccepted(Fact):
    is_agreed: bool


@dataclass(frozen=True, slots=True)
class RulingAppealed(Fact):
    words: str


@dataclass(frozen=True, slots=True)
class RulingStood(Fact):
    pass


@dataclass(frozen=True, slots=True)
class ClaimWithdrawn(Fact):
    words: str = ""


@dataclass(frozen=True, slots=True)
class CaseClosed(Fact):
    """The buyer let the time pass: nothing more will happen."""


@dataclass(frozen=True, slots=True)
class CaseSettled(Fact):
    """Everything that was agreed or ruled has been done."""


@dataclass(frozen=True, slots=True)
class CaseDismissed(Fact):
    """A dismissal was agreed or ruled, and nothing is left to do."""


@dataclass(frozen=True, slots=True)
class ArbitratorsReminded(Fact):
    pass


@dataclass(frozen=True, slots=True)
class OwnerReminded(Fact):
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DeadlineExtended(Fact):
    """The operator gave this wait more time: for a festival, a strike, a storm."""

    by: timedelta
    due_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GraceGiven(Fact):
    """The service was away from `began_at` until `ended_at`, so the wait goes on until `due_at` at least."""

    due_at: datetime
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceAdded(Fact):
    n: int
    kind: FileKind


@dataclass(frozen=True, slots=True)
class EvidenceFiled(Fact):
    n: int
    sha256: str
    mime: str


@dataclass(frozen=True, slots=True)
class EvidenceRefused(Fact):
    n: int
    why: str


@dataclass(frozen=True, slots=True)
class OriginalOpened(Fact):
    """The arbitrator asked for an exhibit as it was sent, and not for the copy that all see."""

    n: int


@dataclass(frozen=True, slots=True)
class MessagePassedOn(Fact):
    """`template` are words of ours that the speaker chose to say."""

    text: str
    files: int = 0
    is_edit: bool = False
    template: Phrase | None = None


@dataclass(frozen=True, slots=True)
class NoteWritten(Fact):
    """An arbitrator's private note: for arbitrators only, never for a party."""

    text: str


@dataclass(frozen=True, slots=True)
class ServiceRated(Fact):
    """`stars` for the service, `outcome` for what came of it (0: was not asked)."""

    stars: int
    words: str = ""
    outcome: int = 0


@dataclass(frozen=True, slots=True)
class RatingChanged(Fact):
    stars: int
    words: str = ""
    outcome: int = 0


@dataclass(frozen=True, slots=True)
class RatingAnswered(Fact):
    """The seller's one answer to a rating."""

    words: str


@dataclass(frozen=True, slots=True)
class PartyUnreachable(Fact):
    party: Role


@dataclass(frozen=True, slots=True)
class PartyReachable(Fact):
    party: Role


@dataclass(frozen=True, slots=True)
class EntryErased(Fact):
    """What stood here was erased, as its owner may ask. That something stood here remains, and so does the chain."""


#: Every kind of fact by its name, as the journal writes it.
KINDS: dict[str, type[Fact]] = {kind.__name__: kind for kind in Fact.__subclasses__()}
