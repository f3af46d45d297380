"""The words of the house as phrases: remedies, reasons, moves, terms, and where a case stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from conversations.cases.case import Case, claimed_terms, default_move, shipping_allowance
from conversations.cases.claim import Claimed, Reason, Remedy
from conversations.cases.lifecycle import waits_for
from conversations.cases.orders import Order
from conversations.cases.roles import Role
from conversations.cases.standing import LEAST_CASES, Standing, careful_mark, wilson
from conversations.cases.states import State
from conversations.cases.terms import Kind, Send, Terms
from conversations.cases.verdict import Outcome, Verdict
from conversations.cases.vouchers import Voucher, VoucherKind
from conversations.phrase import Phrase

REMEDIES: Mapping[Remedy, Phrase] = {
    Remedy.RETURN: Phrase("Return: goods back, money back"),
    Remedy.EXCHANGE: Phrase("Exchange: goods back, a new one sent"),
    Remedy.REFUND: Phrase("Refund: money back, for goods that are faulty or not as described"),
}

REMEDY_NAMES: Mapping[Remedy, Phrase] = {
    Remedy.RETURN: Phrase("Return"),
    Remedy.EXCHANGE: Phrase("Exchange"),
    Remedy.REFUND: Phrase("Refund"),
}

REASONS: Mapping[Reason, Phrase] = {
    Reason.CHANGED_MIND: Phrase("I changed my mind"),
    Reason.FAULTY: Phrase("It does not work"),
    Reason.DAMAGED: Phrase("It arrived damaged"),
    Reason.WRONG_ITEM: Phrase("It is the wrong item"),
    Reason.PARTS_MISSING: Phrase("Parts are missing"),
    Reason.NOT_AS_DESCRIBED: Phrase("It is not as described"),
    Reason.NOT_ARRIVED: Phrase("It has not arrived"),
}

REASON_NAMES: Mapping[Reason, Phrase] = {
    Reason.CHANGED_MIND: Phrase("changed their mind"),
    Reason.FAULTY: Phrase("does not work"),
    Reason.DAMAGED: Phrase("arrived damaged"),
    Reason.WRONG_ITEM: Phrase("wrong item"),
    Reason.PARTS_MISSING: Phrase("parts missing"),
    Reason.NOT_AS_DESCRIBED: Phrase("not as described"),
    Reason.NOT_ARRIVED: Phrase("has not arrived"),
}

#: What shows a reason best.
CHECKLISTS: Mapping[Reason, tuple[Phrase, ...]] = {
    Reason.CHANGED_MIND: (Phrase("The goods as they are now, with their packaging"),),
    Reason.FAULTY: (
        Phrase("A video of the fault as it happens"),
        Phrase("A photo of the type plate or serial number"),
        Phrase("A test report, if you have one (PDF)"),
    ),
    Reason.DAMAGED: (
        Phrase("The damage from close by"),
        Phrase("The whole item"),
        Phrase("The parcel and its label"),
    ),
    Reason.WRONG_ITEM: (
        Phrase("What you received"),
        Phrase("Its label or article number"),
        Phrase("The parcel's label"),
    ),
    Reason.PARTS_MISSING: (
        Phrase("Everything that was in the parcel, side by side"),
        Phrase("The packing list, if there is one"),
    ),
    Reason.NOT_AS_DESCRIBED: (
        Phrase("The point that differs, from close by"),
        Phrase("A screenshot of what the shop promised"),
    ),
    Reason.NOT_ARRIVED: (Phrase("The carrier's tracking page, if you have it"),),
}

ROLES: Mapping[Role, Phrase] = {
    Role.BUYER: Phrase("The buyer"),
    Role.SELLER: Phrase("The seller"),
    Role.ARBITRATOR: Phrase("The arbitrator"),
    Role.CLOCK: Phrase("The clock"),
}

KINDS: Mapping[Kind, Phrase] = {
    Kind.REFUND: Phrase("Refund, goods stay with the buyer"),
    Kind.RETURN_REFUND: Phrase("Return and refund"),
    Kind.EXCHANGE: Phrase("Exchange"),
    Kind.COMPENSATION: Phrase("Compensation, goods stay with the buyer"),
    Kind.DISMISSAL: Phrase("Dismissal of the claim"),
}

#: What a button that makes the move says.
MOVES: Mapping[str, Phrase] = {
    "approve": Phrase("Approve"),
    "refuse": Phrase("Refuse"),
    "offer": Phrase("Make an offer"),
    "accept": Phrase("Accept"),
    "decline": Phrase("Decline"),
    "escalate": Phrase("Call an arbitrator"),
    "ship": Phrase("I have sent it back"),
    "receive": Phrase("The goods are back"),
    "dispute_goods": Phrase("Something is wrong with the goods"),
    "send_goods": Phrase("I have sent the goods"),
    "receive_goods": Phrase("I have received it"),
    "refund": Phrase("I have refunded"),
    "confirm_refund": Phrase("The money has arrived"),
    "dispute_refund": Phrase("The money has not arrived"),
    "enforce": Phrase("The platform pays"),
    "take": Phrase("Take this case"),
    "ask": Phrase("Ask a party"),
    "propose": Phrase("Propose a settlement"),
    "rule": Phrase("Give a ruling"),
    "release": Phrase("Give it back to the queue"),
    "answer": Phrase("Answer the arbitrator"),
    "appeal": Phrase("Appeal"),
    "withdraw": Phrase("Withdraw the claim"),
}

OUTCOMES: Mapping[Outcome, Phrase] = {
    Outcome.ELIGIBLE: Phrase("The policy supports this claim."),
    Outcome.DISCRETIONARY: Phrase("This can be asked for; the seller decides."),
    Outcome.NEEDS_EVIDENCE: Phrase("Evidence is still needed."),
    Outcome.INELIGIBLE: Phrase("The policy does not allow this claim."),
}

STATES: Mapping[State, Phrase] = {
    State.AWAITING_SELLER: Phrase("Waiting for the seller's answer"),
    State.NEGOTIATING: Phrase("An offer is on the table"),
    State.AT_ODDS: Phrase("No agreement yet"),
    State.AWAITING_RETURN: Phrase("Agreed: the goods are to be sent back"),
    State.RETURNING: Phrase("The goods are on their way back"),
    State.AWAITING_REPLACEMENT: Phrase("Agreed: the seller is to send the goods"),
    State.REPLACING: Phrase("The goods are on their way to the buyer"),
    State.AWAITING_REFUND: Phrase("Agreed: the seller is to refund"),
    State.REFUNDING: Phrase("The refund was sent"),
    State.BREACHED: Phrase("What was agreed has not been done"),
    State.ESCALATED: Phrase("Waiting for an arbitrator"),
    State.ARBITRATION: Phrase("An arbitrator is looking at the case"),
    State.EVIDENCE_REQUESTED: Phrase("The arbitrator has asked a question"),
    State.RULED: Phrase("A ruling was given"),
    State.SETTLED: Phrase("Settled"),
    State.CLOSED: Phrase("Closed"),
}

YOUR_TURN = Phrase("It is your turn.")
TURNS: Mapping[Role, Phrase] = {
    Role.BUYER: Phrase("It is the buyer's turn."),
    Role.SELLER: Phrase("It is the seller's turn."),
    Role.ARBITRATOR: Phrase("It is the arbitrators' turn."),
}
BOTH_TURNS = Phrase("It is the turn of both parties.")

#: What happens if nobody acts, by the move the clock will make.
DEFAULTS: Mapping[str, Phrase] = {
    "approve": Phrase("the claim counts as approved"),
    "escalate": Phrase("an arbitrator is called"),
    "lapse": Phrase("the offer lapses"),
    "close": Phrase("the case is closed"),
    "receive": Phrase("the goods count as received"),
    "breach": Phrase("arbitrators are called to enforce what was agreed"),
    "receive_goods": Phrase("the goods count as received"),
    "confirm_refund": Phrase("the refund counts as received"),
    "remind": Phrase("all arbitrators are reminded"),
    "release": Phrase("the case goes back to the queue"),
    "silent": Phrase("the arbitrator goes on without an answer"),
    "stand": Phrase("the ruling stands"),
}


#: Reasons for a ruling that each reader reads in their own language, by key.
REASONINGS: Mapping[str, Phrase] = {
    "shown": Phrase("The evidence shows the fault that the buyer describes, and the seller has not refuted it."),
    "not_shown": Phrase("The evidence does not show the fault that the claim rests on."),
    "described": Phrase("The goods match what the shop described, so this ground does not hold."),
    "partly": Phrase("The evidence shows a part of what is claimed, so the claim is upheld in part."),
    "late": Phrase("The time for this claim had passed when it was made."),
    "silent": Phrase("The party that was asked gave no answer, so what the other side shows stands unrefuted."),
}


def reasons(template: str, words: str) -> Phrase:
    """The reasons of a ruling: a template in the reader's language, the arbitrator's own words, or both."""
    if template not in REASONINGS:
        return Phrase("“{words}”", words=words)
    if not words:
        return REASONINGS[template]
    return Phrase("{reason} “{words}”", reason=REASONINGS[template], words=words)


def extent(case: Case, terms: Terms) -> Phrase:
    """How far a ruling grants the claim: in full when the buyer gets all that was claimed, and gives up no more for it."""
    if terms.kind is Kind.DISMISSAL:
        return Phrase("The claim is dismissed.")
    claimed, given = claimed_terms(case), terms.amount.minor + case.position.done.earlier
    if terms.send is claimed.send and given >= claimed.amount.minor and terms.goods_back <= claimed.goods_back:
        return Phrase("The claim is granted in full.")
    return Phrase("The claim is granted in part.")


def reference(ref: str) -> str:
    """A case's reference as people read it: A7K-Q2M."""
    return f"{ref[:3]}-{ref[3:]}"


def turn(case: Case, reader: Role) -> Phrase | None:
    """Whose turn it is, as `reader` is told; None at an end."""
    owners = waits_for(case.position)
    if not owners:
        return None
    if reader in owners:
        return YOUR_TURN
    return BOTH_TURNS if set(owners) == {Role.BUYER, Role.SELLER} else TURNS[owners[0]]


def default(case: Case, *, has_address: bool = True) -> Phrase | None:
    """What happens if nobody acts; None at an end. `has_address`: the store has said where returns go."""
    if case.state is State.NEGOTIATING and case.position.offer and case.position.offer.by is Role.BUYER:
        return Phrase("the offer lapses, and an arbitrator is called")
    return DEFAULTS[default_move(case, has_address=has_address).move] if case.is_open else None


def items(order: Order, claimed: tuple[Claimed, ...]) -> tuple[Phrase, ...]:
    """The claimed lines of an order, "2 × Blue mug"."""
    return tuple(Phrase("{count} × {item}", count=c.quantity, item=order.item(c.item_no).title) for c in claimed)


def headline(case: Case, order: Order | None) -> Phrase:
    """What a case is called in a title: its reference and its first item."""
    if order is None:
        return Phrase("Case {ref}", ref=reference(case.ref))
    title = order.item(case.claim.items[0].item_no).title
    return Phrase("Case {ref} · {item}", ref=reference(case.ref), item=_short(title))


def topic(case: Case, order: Order | None) -> str:
    """What the topic of a case is called: its reference and its first item, in no language."""
    if order is None:
        return reference(case.ref)
    return f"{reference(case.ref)} · {order.item(case.claim.items[0].item_no).title}"


def closed_topic(topic: str) -> Phrase:
    """What it is called once the case has ended, where a topic cannot be closed."""
    return Phrase("Closed · {topic}", topic=topic)


def _short(title: str) -> str:
    return title if len(title) <= 48 else title[:47].rstrip() + "…"


def terms_lines(terms: Terms) -> tuple[Phrase, ...]:
    """What terms say, point by point."""
    lines = [KINDS[terms.kind]]
    if terms.amount:
        lines.append(Phrase("{amount} to the buyer", amount=terms.amount))
    if terms.goods_back:
        lines.append(Phrase("The buyer sends the goods back"))
        if terms.shipping is Role.SELLER:
            lines.append(_seller_pays(terms))
        elif terms.shipping is Role.BUYER:
            lines.append(Phrase("The buyer pays for sending them back"))
    if terms.send is Send.REPLACEMENT and terms.replacement:
        lines.append(Phrase("The seller sends another item: {item}", item=terms.replacement))
    elif terms.send is Send.REPLACEMENT:
        lines.append(Phrase("The seller sends a replacement"))
    if terms.send is Send.ORIGINAL:
        lines.append(Phrase("The seller sends the goods to the buyer again"))
    return tuple(lines)


def in_one_line(points: tuple[Phrase, ...]) -> Phrase:
    """Points one after another, for a sentence that has no room for a list."""
    line = points[0]
    for point in points[1:]:
        line = Phrase("{points} · {point}", points=line, point=point)
    return line


def _seller_pays(terms: Terms) -> Phrase:
    if terms.shipping_amount:
        return Phrase("The seller pays {amount} for sending them back", amount=terms.shipping_amount)
    return Phrase("The seller pays for sending them back")


def verdict_lines(verdict: Verdict) -> tuple[Phrase, ...]:
    """Every rule of a verdict, each with a word for how it went."""
    return tuple(
        Phrase("✓ {found} ({source})", found=finding.found, source=finding.source)
        if finding.holds
        else Phrase("✗ {found} ({source})", found=finding.found, source=finding.source)
        for finding in verdict.findings
    )


def shipping_line(verdict: Verdict, case: Case | None = None) -> Phrase | None:
    """Who pays for sending goods back; None when none go back."""
    if verdict.return_shipping is Role.BUYER:
        return Phrase("You would pay for sending the goods back.")
    if verdict.return_shipping is Role.SELLER:
        if case is not None and (most := shipping_allowance(case)):
            return Phrase("The store pays up to {most} for sending the goods back.", most=most)
        return Phrase("The store pays for sending the goods back.")
    return None


def standing(of: Standing) -> Phrase | None:
    """How a store stands with its buyers, in one line: of small numbers, words and no figures; None for no cases."""
    if not of.cases:
        return None
    mark = careful_mark(of.stars, of.ratings)
    points = [Phrase("few ratings so far")]
    if mark is not None:
        points = [
            Phrase.counted("rated {mark} of 5 by {n} buyer", "rated {mark} of 5 by {n} buyers", of.ratings, mark=mark)
        ]
    if of.cases >= LEAST_CASES and of.first_answer is not None:
        points.append(Phrase("the first answer usually within {time}", time=_hours(of.first_answer)))
    if of.cases >= LEAST_CASES and (share := int(wilson(of.alone, of.cases)[0] * 100)):
        points.append(
            Phrase("at least {share} of cases ended without an arbitrator", share=Phrase("{percent}%", percent=share))
        )
    return Phrase("Store {store}: {points}.", store=of.store, points=tuple(points))


def _hours(time: timedelta) -> timedelta:
    """Rounded up: nothing is promised that half of the buyers do not get."""
    hour = timedelta(hours=1)
    return max(hour, -(-time // hour) * hour)


#: How money is paid back.
METHODS: Mapping[str, Phrase] = {
    "original": Phrase("the way it was paid"),
    "bank": Phrase("bank transfer"),
    "card": Phrase("credit to the card"),
    "alipay": Phrase("Alipay"),
    "wechat": Phrase("WeChat Pay"),
    "paypal": Phrase("PayPal"),
}


def voucher_line(voucher: Voucher) -> Phrase:
    """A voucher in one line, with its number."""
    name, number = voucher.name, voucher.number
    match voucher.kind:
        case VoucherKind.RETURN:
            return Phrase(
                "{name}: sent back with {carrier}, {number}", name=name, carrier=voucher.carrier, number=number
            )
        case VoucherKind.DELIVERY:
            return Phrase("{name}: sent with {carrier}, {number}", name=name, carrier=voucher.carrier, number=number)
        case VoucherKind.REFUND if voucher.method:
            return Phrase(
                "{name}: {amount} refunded ({method}), number {number}",
                name=name,
                amount=voucher.amount,
                method=METHODS.get(voucher.method, Phrase("{words}", words=voucher.method)),
                number=number,
            )
        case VoucherKind.REFUND:
            return Phrase("{name}: {amount} refunded, number {number}", name=name, amount=voucher.amount, number=number)
    return Phrase(
        "{name}: {amount} paid by the platform, number {number}", name=name, amount=voucher.amount, number=number
    )
