"""The dialogs in which terms are named: an offer, an arbitrator's proposal, a ruling."""

from __future__ import annotations

from conversations import vocabulary
from conversations.cases.case import as_agreed, claimed_terms, shipping_allowance
from conversations.cases.lifecycle import Act
from conversations.cases.money import Money, zero
from conversations.cases.roles import Role
from conversations.cases.terms import Kind, Send, Terms
from conversations.dialogs.dialog import Context, Dialog
from conversations.dialogs.steps import Amount, Confirm, Mark, Option, Pick, Write
from conversations.messages import Style
from conversations.phrase import Phrase
from conversations.vocabulary import REASONINGS

_MONEY = (Kind.REFUND, Kind.COMPENSATION)
_KIND_LABELS = {
    Kind.REFUND: Phrase("Money back"),
    Kind.EXCHANGE: Phrase("A replacement"),
    Kind.COMPENSATION: Phrase("Compensation, the buyer keeps the goods"),
    Kind.DISMISSAL: Phrase("Dismiss the claim"),
}


def _kinds(context: Context) -> list[Option]:
    kinds = [Kind.REFUND, Kind.EXCHANGE, Kind.COMPENSATION]
    if context.dialog.name == "rule":
        kinds.append(Kind.DISMISSAL)
    if _is_on_money(context):
        kinds.remove(Kind.EXCHANGE)
    return [Option(kind.value, _KIND_LABELS[kind]) for kind in kinds]


def _is_on_money(context: Context) -> bool:
    """Whether this is a ruling after one that failed over goods."""
    return context.dialog.name == "rule" and context.the_case.has_failed_ruling


def _kind(context: Context) -> Kind:
    return Kind(context.answers.get("kind", Kind.DISMISSAL))


def _is_money(context: Context) -> bool:
    return _kind(context) in (*_MONEY, Kind.RETURN_REFUND)


def _most(context: Context) -> Money:
    return context.the_case.left


def _presets(context: Context) -> list[Option]:
    most = _most(context)
    shares = [100] if _kind(context) is Kind.RETURN_REFUND else [100, 50, 30, 10]
    amounts = dict.fromkeys(most.minor * share // 100 for share in shares)
    return [
        Option(str(minor), Phrase("{amount}", amount=Money(minor, most.currency))) for minor in amounts if minor > 0
    ]


def _goods_open(context: Context) -> bool:
    """Whether it has to be said that goods go back: only while the buyer has them, and they may be asked for."""
    has_goods = context.the_case.position.done.goods_with_buyer and not _is_on_money(context)
    return has_goods and _kind(context) in (Kind.REFUND, Kind.EXCHANGE)


def _goods_go_back(context: Context) -> bool:
    return _kind(context) is Kind.RETURN_REFUND or context.answers.get("goods") == "yes"


def terms_of(context: Context) -> Terms:
    """The terms that the answers describe."""
    case, kind, back = context.the_case, _kind(context), _goods_go_back(context)
    if kind is Kind.REFUND and back:
        kind = Kind.RETURN_REFUND
    currency = case.paid.currency
    payer = Role(context.answers["shipping"]) if back and "shipping" in context.answers else None
    terms = Terms(
        kind=kind,
        amount=Money(int(context.answers.get("amount", 0)), currency) if _is_money(context) else zero(currency),
        items=case.claim.items,
        goods_back=back,
        shipping=payer,
        shipping_amount=shipping_allowance(case) if payer is Role.SELLER else zero(currency),
        send=Send.REPLACEMENT if kind is Kind.EXCHANGE else Send.NOTHING,
        replacement=_other_item(context),
    )
    return as_agreed(case, terms)


def _needs_address(context: Context) -> bool:
    """A return needs somewhere to go, and only the seller can say where."""
    case, store = context.the_case, context.store
    if store is None or store.return_address:
        return False
    match context.dialog.name:
        case "approve":
            return claimed_terms(case).goods_back
        case "accept":
            return (
                context.role is Role.SELLER and case.position.offer is not None and case.position.offer.terms.goods_back
            )
    return bool(context.answers.get("goods") == "yes" or context.answers.get("kind") == Kind.RETURN_REFUND)


#: Asked of a seller wherever goods are about to be sent back to a store without a return address.
ADDRESS = Write(
    id="address",
    prompt=Phrase("Where should returns to your store be sent?"),
    lines=lambda _: (
        Phrase("Please write the full address, with a name and a phone number. It is kept for later cases."),
    ),
    when=lambda context: context.role is Role.SELLER and _needs_address(context),
    shortest=10,
    longest=300,
)


def _other_item(context: Context) -> str:
    item = str(context.answers.get("replacement", "same"))
    return "" if item == "same" or _kind(context) is not Kind.EXCHANGE else item


def _terms_lines(context: Context) -> tuple[Phrase, ...]:
    return vocabulary.terms_lines(terms_of(context))


def _shipping(context: Context) -> list[Option]:
    seller = Phrase("The seller")
    if most := shipping_allowance(context.the_case):
        seller = Phrase("The seller ({most})", most=most)
    return [Option(Role.SELLER.value, seller), Option(Role.BUYER.value, Phrase("The buyer"))]


_TERMS = (
    Pick(id="kind", prompt=Phrase("What should it be?"), options=_kinds),
    Amount(id="amount", prompt=Phrase("How much money?"), most=_most, presets=_presets, when=_is_money),
    Pick(
        id="replacement",
        prompt=Phrase("What is sent as a replacement?"),
        lines=lambda _: (Phrase("Tap, or write which other item of the store."),),
        options=(Option("same", Phrase("The same item again")),),
        when=lambda context: _kind(context) is Kind.EXCHANGE,
        free=True,
    ),
    Pick(
        id="goods",
        prompt=Phrase("Do the goods go back to the seller?"),
        options=lambda context: [
            Option("no", Phrase("No, the buyer keeps them")),
            Option("yes", Phrase("Yes, they go back")),
        ],
        when=_goods_open,
    ),
    Pick(
        id="shipping",
        prompt=Phrase("Who pays for sending them back?"),
        options=_shipping,
        when=lambda context: _goods_go_back(context) and context.the_case.position.done.goods_with_buyer,
        width=2,
    ),
)


def _citable(context: Context) -> list[Option]:
    """The rules of the verdict and the exhibits of the case."""
    rules = [
        Option(finding.rule, Phrase("{rule} ({source})", rule=finding.rule, source=finding.source))
        for finding in context.the_case.verdict.findings
    ]
    exhibits = [
        Option(item.name, Phrase("{name} · {party}", name=item.name, party=vocabulary.ROLES[item.by]))
        for item in context.exhibits
        if not item.refused
    ]
    return [*exhibits, *rules]


def _reasonings(context: Context) -> tuple[Phrase, ...]:
    """The reasons to choose from, which every party reads in their own language."""
    numbered = (Phrase("{n}. {reason}", n=n, reason=reason) for n, reason in enumerate(REASONINGS.values(), start=1))
    return (*numbered, Phrase("Tap one, which both parties read in their own language, or write your own."))


def _reasons(context: Context) -> tuple[str, str]:
    """The key of a template, if one was tapped, and the arbitrator's own words."""
    template, words = str(context.answers.get("template", "")), str(context.answers.get("words", ""))
    return (template, words) if template in REASONINGS else ("", template)


def _own_words(context: Context) -> tuple[Phrase, ...]:
    words = str(context.answers.get("words", ""))
    return (Phrase("“{words}”", words=words),) if words else ()


def _ruling_lines(context: Context) -> tuple[Phrase, ...]:
    return (Phrase("Reasons: {reasons}", reasons=vocabulary.reasons(*_reasons(context))),)


def _ruling(context: Context) -> Act:
    template, words = _reasons(context)
    cites = tuple(context.answers.get("cites", ()))
    return Act(move="rule", terms=terms_of(context), text=words, template=template, cites=cites)


OFFER = Dialog(
    "offer",
    (
        *_TERMS,
        ADDRESS,
        Write(id="words", prompt=Phrase("Would you like to say something with it?"), optional=True),
        Confirm(
            prompt=Phrase("Make this offer?"), lines=_own_words, notes=_terms_lines, label=Phrase("Make the offer")
        ),
    ),
    lambda context: Act(move="offer", terms=terms_of(context), text=context.answers.get("words", "")),
)

PROPOSE = Dialog(
    "propose",
    (
        *_TERMS,
        Write(id="words", prompt=Phrase("Why do you propose this?"), optional=True),
        Confirm(
            prompt=Phrase("Propose this to both parties?"),
            lines=lambda _: (Phrase("It binds nobody until both accept."),),
            notes=_terms_lines,
            label=Phrase("Propose it"),
        ),
    ),
    lambda context: Act(move="propose", terms=terms_of(context), text=context.answers.get("words", "")),
)

RULE = Dialog(
    "rule",
    (
        *_TERMS,
        Mark(
            id="cites",
            prompt=Phrase("Which rules and evidence do you rely on?"),
            lines=lambda _: (Phrase("Tap each one, then go on."),),
            options=_citable,
        ),
        Pick(
            id="template",
            prompt=Phrase("What are your reasons?"),
            lines=_reasonings,
            options=tuple(Option(key, Phrase("Reason {n}", n=n)) for n, key in enumerate(REASONINGS, start=1)),
            width=3,
            free=True,
            shortest=10,
            longest=1000,
        ),
        Write(
            id="words",
            prompt=Phrase("Would you like to add to that reason?"),
            lines=lambda _: (Phrase("Both parties will read it."),),
            when=lambda context: context.answers.get("template") in REASONINGS,
            optional=True,
        ),
        Confirm(
            prompt=Phrase("Give this ruling?"),
            lines=_ruling_lines,
            notes=_terms_lines,
            label=Phrase("Give the ruling"),
            style=Style.PRIMARY,
        ),
    ),
    _ruling,
)
