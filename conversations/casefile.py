"""The case file: everything on record about a case, as one reader may see it, in phrases. What it looks like is not known
here.

Each party has its own view. Nobody's private limit is in any of them, nor is an arbitrator's note in a party's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from conversations import notices, vocabulary
from conversations.cases.case import Case
from conversations.cases.evidence import Evidence, FileKind
from conversations.cases.facts import Fact, MessagePassedOn
from conversations.cases.offers import Fate, Offer
from conversations.cases.orders import Order
from conversations.cases.roles import Role
from conversations.cases.rulings import Ruling
from conversations.cases.vouchers import Voucher, VoucherKind
from conversations.phrase import Phrase
from conversations.ports import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the file: lines, then a table (its first row names the columns, which get `shares` of the width), then
    exhibits to be shown small."""

    heading: Phrase
    lines: tuple[Phrase, ...] = ()
    rows: tuple[tuple[Phrase, ...], ...] = ()
    shares: tuple[int, ...] = ()
    exhibits: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """The whole file of a case for one reader."""

    ref: str
    at: datetime
    title: Phrase
    lines: tuple[Phrase, ...]
    parts: tuple[Part, ...]


#: How many entries of what happened, and of what was written, a file has room for: the latest.
MOST_ENTRIES = 2_000

_KINDS: Mapping[FileKind, Phrase] = {
    FileKind.PHOTO: Phrase("Photo"),
    FileKind.VIDEO: Phrase("Video"),
}
_DOCUMENT = Phrase("Document")

_PROVES: Mapping[VoucherKind, Phrase] = {
    VoucherKind.RETURN: Phrase("The goods were sent back"),
    VoucherKind.DELIVERY: Phrase("The goods were sent to the buyer"),
    VoucherKind.REFUND: Phrase("The seller paid"),
    VoucherKind.PLATFORM: Phrase("The platform paid in the seller's place"),
}

_FATES: Mapping[Fate, Phrase] = {
    Fate.OPEN: Phrase("open"),
    Fate.ACCEPTED: Phrase("accepted"),
    Fate.DECLINED: Phrase("declined"),
    Fate.COUNTERED: Phrase("answered by another offer"),
    Fate.LAPSED: Phrase("lapsed"),
    Fate.DROPPED: Phrase("overtaken"),
}

_VIEWS: Mapping[Role, Phrase] = {
    Role.BUYER: Phrase("This is the buyer's copy."),
    Role.SELLER: Phrase("This is the seller's copy."),
    Role.ARBITRATOR: Phrase("This is the arbitrators' copy, with their notes. It is not for the parties."),
}

_NONE = Phrase("None.")


def may_see(fact: Fact, reader: Role) -> bool:
    """Whether a reader may see that this happened."""
    if type(fact) in notices.HIDDEN:
        return False
    return reader is Role.ARBITRATOR or type(fact) not in notices.CONFIDENTIAL


def case_file(
    case: Case,
    reader: Role,
    *,
    order: Order | None,
    evidence: Sequence[Evidence],
    entries: Sequence[Entry],
    head: str,
    now: datetime,
) -> CaseFile:
    """The file of a case as `reader` may see it at `now`. `head` is the hash of the last entry of its chain."""
    seen = [entry for entry in entries if may_see(entry.fact, reader)]
    written = [entry for entry in seen if isinstance(entry.fact, MessagePassedOn)]
    happened = [entry for entry in seen if not isinstance(entry.fact, MessagePassedOn)]
    parts = [
        _parties(case),
        _claim(case, order),
        _verdict(case),
        _standing(case),
        _offers(case.offers),
        *(_ruling(ruling, case) for ruling in case.rulings),
        _vouchers(case.vouchers),
        _evidence(evidence),
        _log(Phrase("What happened"), happened),
        _log(Phrase("What was written"), written),
        _chain(head),
    ]
    return CaseFile(
        ref=vocabulary.reference(case.ref),
        at=now,
        title=vocabulary.headline(case, order),
        lines=(Phrase("Case file as of {at}", at=now), _VIEWS[reader]),
        parts=tuple(part for part in parts if part.lines or part.rows),
    )


def _parties(case: Case) -> Part:
    lines = [
        Phrase("Seller: the store {store}", store=case.store),
        Phrase("Buyer: who placed order {number}", number=case.claim.order.number),
    ]
    if case.arbitrator is not None:
        lines.append(Phrase("An arbitrator has the case."))
    return Part(heading=Phrase("The parties"), lines=tuple(lines))


def _claim(case: Case, order: Order | None) -> Part:
    claim = case.claim
    lines = [
        Phrase(
            "{remedy}, reason: {reason}",
            remedy=vocabulary.REMEDY_NAMES[claim.remedy],
            reason=vocabulary.REASON_NAMES[claim.reason],
        ),
        Phrase("Opened {at}", at=case.opened_at),
    ]
    if order is not None:
        lines += vocabulary.items(order, claim.items)
    lines.append(Phrase("Paid for these items: {amount}", amount=case.paid))
    if claim.linked:
        lines.append(Phrase("About the replacement sent in case {ref}", ref=vocabulary.reference(claim.linked)))
    if claim.words:
        lines.append(_words(claim.words))
    return Part(heading=Phrase("The claim"), lines=tuple(lines))


def _verdict(case: Case) -> Part:
    head = (Phrase("Rule"), Phrase("What was found"), Phrase("Source"))
    rows = [
        (
            Phrase("{words}", words=finding.rule),
            Phrase("✓ {found}", found=finding.found) if finding.holds else Phrase("✗ {found}", found=finding.found),
            Phrase("{words}", words=finding.source),
        )
        for finding in case.verdict.findings
    ]
    policy = Phrase("Policy {policy}, SHA-256 {digest}", policy=case.policy, digest=case.policy_hash)
    return Part(
        heading=Phrase("What the policy says"),
        lines=(vocabulary.OUTCOMES[case.verdict.outcome], policy),
        rows=(head, *rows),
        shares=(3, 8, 2),
    )


def _standing(case: Case) -> Part:
    lines = [vocabulary.STATES[case.state]]
    if case.due_at is not None:
        lines.append(Phrase("The time to act ends {at}", at=case.due_at))
    if case.ended_at is not None:
        lines.append(Phrase("Ended {at}", at=case.ended_at))
    if case.refusal:
        lines.append(Phrase("The seller refused: “{words}”", words=case.refusal))
    if case.position.terms is not None:
        lines += [Phrase("• {point}", point=point) for point in vocabulary.terms_lines(case.position.terms)]
        if case.outstanding:
            lines.append(Phrase("Still to be refunded: {amount}", amount=case.outstanding))
    return Part(heading=Phrase("Where it stands"), lines=tuple(lines))


def _offers(offers: Sequence[Offer]) -> Part:
    head = (Phrase("No."), Phrase("Made by"), Phrase("When"), Phrase("Terms"), Phrase("What became of it"))
    rows = tuple(
        (
            Phrase("{n}", n=offer.n),
            vocabulary.ROLES[offer.by],
            Phrase("{at}", at=offer.at),
            _with_words(vocabulary.in_one_line(vocabulary.terms_lines(offer.terms)), offer.words),
            _FATES[offer.fate],
        )
        for offer in offers
    )
    return Part(heading=Phrase("Offers"), rows=(head, *rows) if rows else (), shares=(1, 2, 3, 6, 3))


def _ruling(ruling: Ruling, case: Case) -> Part:
    lines = [
        Phrase("Given {at}", at=ruling.at),
        vocabulary.extent(case, ruling.terms),
        *(Phrase("• {point}", point=point) for point in vocabulary.terms_lines(ruling.terms)),
        vocabulary.reasons(ruling.template, ruling.reasons),
    ]
    if ruling.cites:
        lines.append(Phrase("Relied on: {cites}", cites=ruling.cites))
    heading = Phrase("The final ruling on the appeal") if ruling.is_final else Phrase("The ruling")
    return Part(heading=heading, lines=tuple(lines))


def _vouchers(vouchers: Sequence[Voucher]) -> Part:
    head = (Phrase("Voucher"), Phrase("What it proves"), Phrase("Given by"), Phrase("When"))
    rows = tuple(
        (
            vocabulary.voucher_line(voucher),
            _PROVES[voucher.kind],
            vocabulary.ROLES[voucher.by],
            Phrase("{at}", at=voucher.at),
        )
        for voucher in vouchers
    )
    return Part(heading=Phrase("Vouchers"), rows=(head, *rows) if rows else (), shares=(5, 4, 3, 3))


def _evidence(evidence: Sequence[Evidence]) -> Part:
    head = (Phrase("Exhibit"), Phrase("Given by"), Phrase("When"), Phrase("What it is to show, and its SHA-256"))
    rows = tuple(
        (
            Phrase("{name}: {kind}", name=item.name, kind=_KINDS.get(item.file.kind, _DOCUMENT)),
            vocabulary.ROLES[item.by],
            Phrase("{at}", at=item.at),
            _with_words(_standing_of(item), item.caption),
        )
        for item in evidence
    )
    usable = tuple(item for item in evidence if item.sha256)
    table = (head, *rows) if rows else ()
    return Part(heading=Phrase("Evidence"), rows=table, shares=(2, 2, 3, 7), exhibits=usable)


def _standing_of(item: Evidence) -> Phrase:
    if item.refused:
        return Phrase("Could not be used.")
    if item.is_pending:
        return Phrase("Has not been checked yet.")
    return Phrase("{digest}", digest=item.sha256)


def _log(heading: Phrase, entries: Sequence[Entry]) -> Part:
    """Numbered anew: a number left out would tell that there is a secret."""
    rows = [
        (Phrase("{n}", n=n), Phrase("{at}", at=entry.at), notices.record(entry.fact, entry.who))
        for n, entry in enumerate(entries, start=1)
    ]
    if not rows:
        return Part(heading=heading, lines=(_NONE,))
    left = len(rows) - MOST_ENTRIES
    lines = (
        (Phrase.counted("({n} earlier entry is left out.)", "({n} earlier entries are left out.)", left),)
        if left > 0
        else ()
    )
    head = (Phrase("No."), Phrase("When"), Phrase("What"))
    return Part(heading=heading, lines=lines, rows=(head, *rows[-MOST_ENTRIES:]), shares=(1, 3, 9))


def _chain(head: str) -> Part:
    lines = (
        Phrase("Every entry of this record is sealed, and chained to the one before it. The last one's SHA-256:"),
        Phrase("{digest}", digest=head),
        Phrase("“aftersales case verify-file” checks the file that comes with this one."),
    )
    return Part(heading=Phrase("How to check this record"), lines=lines)


def _words(text: str) -> Phrase:
    return Phrase("“{words}”", words=text)


def _with_words(what: Phrase, words: str) -> Phrase:
    return Phrase("{what} “{words}”", what=what, words=words) if words else what
