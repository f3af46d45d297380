"""The card of a case: everything a party needs to see at a glance, and exactly the buttons they may press now."""

from __future__ import annotations

from collections.abc import Sequence

from conversations import presses, vocabulary
from conversations.cases.case import Case
from conversations.cases.evidence import Evidence
from conversations.cases.lifecycle import moves_open
from conversations.cases.money import Money
from conversations.cases.offers import rounds_of
from conversations.cases.orders import Order, Store
from conversations.cases.ratings import Rating
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.cases.terms import Kind, Send, Terms
from conversations.messages import Card, Choice, Choices, Section, Style
from conversations.phrase import Phrase

#: What answers an offer stands before what makes another.
_ANSWERS = ("accept", "decline")
_STYLES = {
    "approve": Style.SUCCESS,
    "accept": Style.SUCCESS,
    "take": Style.PRIMARY,
    "rule": Style.PRIMARY,
    "ship": Style.PRIMARY,
    "send_goods": Style.PRIMARY,
    "refund": Style.PRIMARY,
    "answer": Style.PRIMARY,
    "receive": Style.SUCCESS,
    "receive_goods": Style.SUCCESS,
    "confirm_refund": Style.SUCCESS,
    "refuse": Style.DANGER,
    "decline": Style.DANGER,
    "enforce": Style.DANGER,
}


def card(
    case: Case,
    reader: Role,
    *,
    order: Order | None,
    store: Store,
    evidence: Sequence[Evidence],
    away: Sequence[Role] = (),
) -> Card:
    """The card of a case as `reader` sees it. `away` are the other parties who cannot be reached at the moment."""
    return Card(
        ref=vocabulary.reference(case.ref),
        title=vocabulary.headline(case, order),
        state=_state(case),
        turn=vocabulary.turn(case, reader),
        due_at=case.due_at,
        default=vocabulary.default(case, has_address=bool(store.return_address)),
        sections=(*_away(away), *_sections(case, reader, order, store, evidence)),
        choices=choices(case, reader, evidence=len(evidence)),
    )


def choices(case: Case, reader: Role, *, evidence: int = 0) -> Choices:
    """The buttons of a card: the moves open to the reader, what they may look at, and last the way out."""
    open_moves = sorted(moves_for(case, reader), key=lambda move: move not in _ANSWERS)
    moves = [_move(move, case) for move in open_moves if move != "withdraw"]
    looks = []
    if evidence:
        looks.append(_look("evidence", case, Phrase.counted("Evidence ({n})", "Evidence ({n})", evidence)))
    looks.append(_look("record", case, Phrase("History")))
    if reader is Role.BUYER and not case.is_open and case.rating is None:
        looks.append(_look("rate", case, Phrase("Rate the service")))
    if reader is Role.SELLER and case.rating is not None and not case.rating.answer:
        looks.append(_look("respond", case, Phrase("Answer the rating")))
    if reader is Role.BUYER and may_link(case):
        looks.append(_look("problem", case, Phrase("A problem with the replacement")))
    if case.is_open and reader in (Role.BUYER, Role.SELLER):
        if case.state in MAY_SET_LIMIT and not case.has_met:
            looks.append(_look("limit", case, Phrase("Private limit")))
        other = Phrase("Write to the seller") if reader is Role.BUYER else Phrase("Write to the buyer")
        looks.append(_look("reply", case, other))
    last = [_move("withdraw", case)] if "withdraw" in moves_for(case, reader) else []
    return (*_in_rows(moves), *_in_rows(looks), *_in_rows(last))


def _move(move: str, case: Case) -> Choice:
    do = presses.write(presses.MovePress(case.ref, case.position.turn, move))
    return Choice(vocabulary.MOVES[move], do, _STYLES.get(move, Style.PLAIN))


#: Where the parties are still on their own, and a private limit can bring them together.
MAY_SET_LIMIT = frozenset({State.AWAITING_SELLER, State.NEGOTIATING, State.AT_ODDS})


def may_link(case: Case) -> bool:
    """Whether a replacement was received in this case, so that a new case can be about it."""
    sent = case.position.terms is not None and case.position.terms.send is Send.REPLACEMENT
    return case.state is State.SETTLED and sent and case.replaced_at is not None


def moves_for(case: Case, role: Role) -> tuple[str, ...]:
    """The moves open to a role, without offers beyond the last round."""
    spent = has_no_round_left(case, role)
    return tuple(move for move in moves_open(case.position, role) if not (move == "offer" and spent))


def has_no_round_left(case: Case, role: Role) -> bool:
    """Whether this side could offer now, had it not made all the offers it may."""
    return "offer" in moves_open(case.position, role) and rounds_of(case.offers, role) >= case.limits.rounds


def _look(command: str, case: Case, label: Phrase) -> Choice:
    return Choice(label, presses.write(presses.CommandPress(command, case.ref)))


def _in_rows(buttons: Sequence[Choice], width: int = 2) -> Choices:
    return tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))


def _state(case: Case) -> Phrase:
    if case.is_late and case.state is State.ESCALATED:
        return Phrase("Waiting for another arbitrator: the last one ran out of time")
    return vocabulary.STATES[case.state]


def _sections(
    case: Case, reader: Role, order: Order | None, store: Store, evidence: Sequence[Evidence]
) -> list[Section]:
    sections = [_claim(case, order, reader)]
    if case.position.terms is None and reader is not Role.BUYER:
        lines = (vocabulary.OUTCOMES[case.verdict.outcome], *vocabulary.verdict_lines(case.verdict))
        sections.append(Section(heading=Phrase("What the policy says"), lines=lines))
    if case.refusal and case.position.terms is None:
        sections.append(Section(heading=Phrase("The seller refused"), lines=(_words(case.refusal),)))
    if case.question and case.state is State.EVIDENCE_REQUESTED:
        asked = vocabulary.ROLES[case.position.asked or Role.BUYER]
        heading = Phrase("{party} was asked", party=asked)
        sections.append(Section(heading=heading, lines=(_words(case.question),)))
    sections += _agreements(case)
    if case.state is State.AWAITING_RETURN and store.return_address and reader is not Role.ARBITRATOR:
        sections.append(Section(heading=Phrase("Send the goods to"), lines=(_words(store.return_address),)))
    if case.vouchers:
        lines = tuple(vocabulary.voucher_line(voucher) for voucher in case.vouchers)
        sections.append(Section(heading=Phrase("Vouchers"), lines=lines))
    if case.rating is not None and reader is not Role.ARBITRATOR:
        sections.append(Section(heading=Phrase("The rating"), lines=_rating_lines(case.rating)))
    if refused := [item.name for item in evidence if item.refused]:
        sections.append(Section(heading=Phrase("Evidence that could not be used"), lines=(_words(", ".join(refused)),)))
    return sections


def _away(parties: Sequence[Role]) -> list[Section]:
    line = Phrase("What is sent to them now does not arrive. Deadlines go on.")
    return [Section(heading=_OUT_OF_REACH[party], lines=(line,)) for party in parties]


_OUT_OF_REACH = {
    Role.BUYER: Phrase("The buyer cannot be reached at the moment"),
    Role.SELLER: Phrase("The seller cannot be reached at the moment"),
}


def _claim(case: Case, order: Order | None, reader: Role) -> Section:
    claim = case.claim
    lines = [
        Phrase(
            "{remedy}, reason: {reason}",
            remedy=vocabulary.REMEDY_NAMES[claim.remedy],
            reason=vocabulary.REASONS[claim.reason] if reader is Role.BUYER else vocabulary.REASON_NAMES[claim.reason],
        )
    ]
    if order is not None:
        lines += vocabulary.items(order, claim.items)
    lines.append(Phrase("Paid for these items: {amount}", amount=case.paid))
    lines.append(Phrase("Order {number}, store {store}", number=claim.order.number, store=case.store))
    if claim.linked:
        lines.append(Phrase("About the replacement sent in case {ref}", ref=vocabulary.reference(claim.linked)))
    if claim.words:
        lines.append(_words(claim.words))
    heading = Phrase("Your claim") if reader is Role.BUYER else Phrase("The claim")
    return Section(heading=heading, lines=tuple(lines))


def _agreements(case: Case) -> list[Section]:
    sections = []
    if (offer := case.position.offer) is not None:
        heading = _OFFERS[offer.by]
        words = next((made.words for made in case.offers if made.n == offer.n), "")
        lines = vocabulary.terms_lines(offer.terms) + ((_words(words),) if words else ())
        sections.append(Section(heading=heading, lines=lines))
    terms = case.position.terms
    if terms is not None:
        if case.rulings and case.rulings[-1].terms == terms:
            sections.append(Section(heading=Phrase("The ruling"), lines=_ruling_lines(case, terms)))
        else:
            sections.append(Section(heading=Phrase("What was agreed"), lines=vocabulary.terms_lines(terms)))
        if case.is_open and terms.kind is not Kind.DISMISSAL and case.outstanding:
            left = _left(case, terms)
            sections[-1] = Section(heading=sections[-1].heading, lines=(*sections[-1].lines, left))
    return sections


def _left(case: Case, terms: Terms) -> Phrase:
    """What is still due; and, once a part was paid, that this is not what was promised."""
    paid = Money(case.position.done.refunded, terms.amount.currency)
    if not paid:
        return Phrase("Still to be refunded: {amount}", amount=case.outstanding)
    return Phrase(
        "Refunded so far: {paid} of the {promised} promised. Still due: {left}",
        paid=paid,
        promised=terms.due,
        left=case.outstanding,
    )


_OFFERS = {
    Role.SELLER: Phrase("The seller offers"),
    Role.BUYER: Phrase("The buyer offers"),
    Role.ARBITRATOR: Phrase("The arbitrator proposes"),
    Role.CLOCK: Phrase("You would both agree to this"),
}


def _ruling_lines(case: Case, terms: Terms) -> tuple[Phrase, ...]:
    ruling = case.rulings[-1]
    what = vocabulary.terms_lines(terms)
    lines = [vocabulary.extent(case, terms), *(what[1:] if terms.kind is Kind.DISMISSAL else what)]
    lines.append(vocabulary.reasons(ruling.template, ruling.reasons))
    if ruling.cites:
        lines.append(Phrase("Relied on: {cites}", cites=ruling.cites))
    return tuple(lines)


def _rating_lines(rating: Rating) -> tuple[Phrase, ...]:
    lines = [Phrase("The service: {stars} of 5", stars=rating.stars)]
    if rating.outcome:
        lines.append(Phrase("The outcome: {stars} of 5", stars=rating.outcome))
    if rating.words:
        lines.append(_words(rating.words))
    if rating.answer:
        lines.append(Phrase("The store's answer: “{words}”", words=rating.answer))
    return tuple(lines)


def _words(text: str) -> Phrase:
    return Phrase("“{words}”", words=text)
