"""The dialogs of all other moves: what each needs to be told before it can be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conversations import vocabulary
from conversations.cases.carriers import carrier_of, looks_right
from conversations.cases.case import claimed_terms, platform_owes
from conversations.cases.claim import Reason
from conversations.cases.lifecycle import Act
from conversations.cases.money import Money
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.dialogs.dialog import Context, Dialog, Step
from conversations.dialogs.steps import Amount, Confirm, Files, Option, Pick, Write, words_of
from conversations.dialogs.terms import ADDRESS, OFFER, PROPOSE, RULE
from conversations.messages import Style
from conversations.phrase import Phrase

_CARRIERS = ("SF Express", "YTO", "ZTO", "JD Logistics", "EMS", "DHL", "FedEx", "UPS", "Japan Post", "USPS")


def _dialog(name: str, *steps: Step, act: Callable[[Context], Act] | None = None) -> Dialog:
    return Dialog(name, steps, act or (lambda context: Act(move=name, text=words_of(context.answers))))


def _on_the_table(context: Context) -> tuple[Phrase, ...]:
    """What an acceptance agrees to: the open offer, else the ruling."""
    case = context.the_case
    terms = case.position.offer.terms if case.position.offer else case.position.terms
    return vocabulary.terms_lines(terms) if terms else ()


def _left(context: Context) -> Money:
    return context.the_case.outstanding


def _all_that_is_left(context: Context) -> list[Option]:
    left = _left(context)
    return [Option(str(left.minor), Phrase("All of it: {amount}", amount=left), Style.PRIMARY)]


def _arrived_most(context: Context) -> Money:
    case = context.the_case
    return Money(case.position.done.refunded, case.paid.currency)


def _parcel(name: str, carrier: Phrase, number: Phrase) -> Dialog:
    return _dialog(
        name,
        Pick(
            id="carrier",
            prompt=carrier,
            options=tuple(Option(carrier, Phrase("{carrier}", carrier=carrier)) for carrier in _CARRIERS),
            lines=lambda _: (Phrase("Tap one, or write its name."),),
            width=2,
            free=True,
        ),
        Write(id="number", prompt=number, shortest=4, longest=40),
        Pick(
            id="sure",
            prompt=lambda context: Phrase("Is this number right? {number}", number=context.answers.get("number", "")),
            when=_looks_wrong,
            options=(Option(_KEEP, Phrase("Yes, it is right")),),
            lines=_how_it_looks,
            free=True,
            shortest=4,
            longest=40,
        ),
        act=lambda context: Act(move=name, carrier=context.answers["carrier"], number=_number(context)),
    )


#: The express number stands as it was written first.
_KEEP = "keep"


def _looks_wrong(context: Context) -> bool:
    return not looks_right(str(context.answers.get("carrier", "")), str(context.answers.get("number", "")))


def _how_it_looks(context: Context) -> tuple[Phrase, ...]:
    name = str(context.answers.get("carrier", ""))
    carrier = carrier_of(name)
    usual = Phrase(
        "A number of {carrier} usually looks like {example}.",
        carrier=name,
        example=carrier.example if carrier else "",
    )
    return (usual, Phrase("Tap if it is right all the same, or write it again."))


def _number(context: Context) -> str:
    """The number, or the one that was written in its place when we asked. Asked once: what is said then counts."""
    again = str(context.answers.get("sure", _KEEP))
    return str(context.answers["number"]) if again == _KEEP else again


def _has_arrived(context: Context) -> bool:
    return context.answers.get("arrived") == "yes"


#: What helps a seller, whatever the buyer's reason.
_SELLERS_CHECKLIST = (
    Phrase("The goods and their packaging as they are now, if you have them"),
    Phrase("How they were packed and handed over to the carrier"),
    Phrase("Papers: a test report, the carrier's proof of delivery (PDF)"),
)


def _evidence_checklist(context: Context) -> tuple[Phrase, ...]:
    if context.role is Role.SELLER:
        return _SELLERS_CHECKLIST
    reason = context.case.claim.reason if context.case else Reason.DAMAGED
    return vocabulary.CHECKLISTS[reason]


def _files(prompt: Phrase, at_least: int, when: Callable[[Context], bool] = lambda _: True) -> Files:
    return Files(
        id="files",
        prompt=prompt,
        checklist=_evidence_checklist,
        at_least=lambda _: at_least,
        at_most=lambda context: context.the_case.limits.files,
        when=when,
    )


def _approval(context: Context) -> tuple[Phrase, ...]:
    return vocabulary.terms_lines(claimed_terms(context.the_case))


def _parties(context: Context) -> list[Option]:
    return [Option(Role.BUYER.value, Phrase("The buyer")), Option(Role.SELLER.value, Phrase("The seller"))]


def _enforced(context: Context) -> tuple[Phrase, ...]:
    owed = platform_owes(context.the_case)
    return (Phrase("The platform pays {amount} to the buyer, and the case ends.", amount=owed),)


def _gives_up(context: Context) -> tuple[Phrase, ...]:
    if context.the_case.state is State.AWAITING_SELLER:
        return (Phrase("The case is closed. You can open a new one while the time for it runs."),)
    return (Phrase("The case is closed, and what was offered or agreed falls away."),)


APPROVE = _dialog(
    "approve",
    ADDRESS,
    Confirm(
        prompt=Phrase("Approve the claim?"),
        lines=lambda _: (Phrase("This then counts as agreed:"),),
        notes=_approval,
        label=Phrase("Yes, approve"),
    ),
)
REFUSE = _dialog(
    "refuse",
    Write(
        id="words",
        prompt=Phrase("Why do you refuse?"),
        lines=lambda _: (Phrase("The buyer will read your reason. A calm, concrete one often settles it."),),
        shortest=3,
    ),
)
ACCEPT = _dialog(
    "accept",
    ADDRESS,
    Confirm(
        prompt=Phrase("Accept this?"),
        lines=lambda _: (Phrase("It then counts as agreed and cannot be taken back:"),),
        notes=_on_the_table,
        label=Phrase("Yes, accept"),
    ),
)
DECLINE = _dialog("decline", Write(id="words", prompt=Phrase("Would you like to say why?"), optional=True))
ESCALATE = _dialog(
    "escalate",
    Write(
        id="words",
        prompt=Phrase("What should the arbitrator know?"),
        lines=lambda _: (Phrase("The arbitrator sees the whole record. You can add what is missing."),),
        optional=True,
    ),
)
SHIP = _parcel("ship", Phrase("Which carrier takes the goods back?"), Phrase("What is the express number?"))
SEND_GOODS = _parcel("send_goods", Phrase("Which carrier brings the goods?"), Phrase("What is the express number?"))
RECEIVE = _dialog(
    "receive",
    Confirm(
        prompt=Phrase("Are the goods back, and in order?"),
        lines=lambda _: (Phrase("If something is wrong with them, cancel and say so instead."),),
        label=Phrase("Yes, they are back"),
    ),
)
RECEIVE_GOODS = _dialog(
    "receive_goods",
    Confirm(
        prompt=Phrase("Has it arrived, and is it right?"),
        lines=lambda _: (Phrase("If something is wrong with it, cancel and say so instead."),),
        label=Phrase("Yes, all is well"),
    ),
)
DISPUTE_GOODS = _dialog(
    "dispute_goods",
    Pick(
        id="arrived",
        prompt=Phrase("What is wrong?"),
        options=(
            Option("yes", Phrase("They arrived, but something is wrong")),
            Option("no", Phrase("They never arrived")),
        ),
    ),
    _files(Phrase("Please show what is wrong"), 1, _has_arrived),
    Write(id="words", prompt=Phrase("Please say in a few words what is wrong."), shortest=3),
    act=lambda context: Act(move="dispute_goods", arrived=_has_arrived(context), text=words_of(context.answers)),
)
REFUND = _dialog(
    "refund",
    Amount(id="amount", prompt=Phrase("How much have you refunded?"), most=_left, presets=_all_that_is_left),
    Write(
        id="number",
        prompt=Phrase("What is the transaction number of the payment?"),
        lines=lambda _: (Phrase("It is the voucher of the refund; the buyer sees it."),),
        shortest=3,
        longest=64,
    ),
    Pick(
        id="method",
        prompt=Phrase("How was it paid?"),
        options=tuple(Option(key, label) for key, label in vocabulary.METHODS.items()),
        lines=lambda _: (
            Phrase("Tap one, or write it."),
            Phrase("A picture of the payment can be sent here at any time; it is filed as evidence."),
        ),
        width=2,
        free=True,
        longest=40,
    ),
    act=lambda context: Act(
        move="refund",
        amount=Money(int(context.answers["amount"]), context.the_case.paid.currency),
        number=context.answers["number"],
        method=str(context.answers["method"] or ""),
    ),
)
CONFIRM_REFUND = _dialog(
    "confirm_refund",
    Confirm(
        prompt=Phrase("Has the money arrived in full?"),
        lines=lambda _: (Phrase("The case is then settled."),),
        label=Phrase("Yes, it has arrived"),
    ),
)
DISPUTE_REFUND = _dialog(
    "dispute_refund",
    Amount(
        id="amount",
        prompt=Phrase("How much has arrived?"),
        most=_arrived_most,
        presets=lambda _: [Option("0", Phrase("Nothing at all"))],
        least=0,
    ),
    act=lambda context: Act(
        move="dispute_refund", amount=Money(int(context.answers["amount"]), context.the_case.paid.currency)
    ),
)
ENFORCE = _dialog(
    "enforce",
    Write(id="number", prompt=Phrase("What is the number of the platform's payment?"), shortest=3, longest=64),
    Confirm(prompt=Phrase("Enforce the agreement?"), lines=_enforced, label=Phrase("Enforce it"), style=Style.DANGER),
    act=lambda context: Act(move="enforce", number=context.answers["number"]),
)
ASK = _dialog(
    "ask",
    Pick(id="party", prompt=Phrase("Whom do you ask?"), options=_parties, width=2),
    Write(id="words", prompt=Phrase("What do you want to know?"), shortest=3),
    act=lambda context: Act(move="ask", party=Role(context.answers["party"]), text=context.answers["words"]),
)
ANSWER = _dialog(
    "answer",
    Write(
        id="words",
        prompt=Phrase("What is your answer?"),
        lines=lambda context: (Phrase("The arbitrator asked: “{question}”", question=context.the_case.question),),
    ),
    _files(Phrase("Would you like to add evidence?"), 0),
)
APPEAL = _dialog(
    "appeal",
    Write(
        id="words",
        prompt=Phrase("What did the ruling get wrong?"),
        lines=lambda _: (
            Phrase("An appeal is possible once in a case and needs new evidence. Another arbitrator decides, finally."),
        ),
        shortest=3,
    ),
    _files(Phrase("Please give the new evidence"), 1),
)
WITHDRAW = _dialog(
    "withdraw",
    Confirm(
        prompt=Phrase("Withdraw your claim?"), lines=_gives_up, label=Phrase("Yes, withdraw it"), style=Style.DANGER
    ),
)
TAKE = _dialog("take")
RELEASE = _dialog("release")

#: The dialog of every move that a person can make.
MOVES: Mapping[str, Dialog] = {
    dialog.name: dialog
    for dialog in (
        *(APPROVE, REFUSE, OFFER, ACCEPT, DECLINE, ESCALATE, SHIP, RECEIVE, DISPUTE_GOODS, SEND_GOODS, RECEIVE_GOODS),
        *(REFUND, CONFIRM_REFUND, DISPUTE_REFUND, ENFORCE, TAKE, ASK, ANSWER, PROPOSE, RULE, RELEASE, APPEAL, WITHDRAW),
    )
}
