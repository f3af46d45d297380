"""Polite words for what people in a case say most, by side and by where the case stands, filled in with its facts.

They are phrases, so whoever hears them reads their own language. A store's own templates are its words, as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conversations import vocabulary
from conversations.cases.case import Case
from conversations.cases.orders import Order, Store
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.phrase import Phrase

#: How many templates a store may add, and how long one may be, in characters.
MOST_OWN, LONGEST_OWN = 10, 500


@dataclass(frozen=True, slots=True)
class Template:
    """Words to choose: what the button says, and what the other side would read; `text` when it is the store's own."""

    label: Phrase
    words: Phrase
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    states: frozenset[State]
    label: Phrase
    words: Callable[..., Phrase]


def _in(*states: State) -> frozenset[State]:
    return frozenset(states)


_TALKING = _in(State.AWAITING_SELLER, State.NEGOTIATING, State.AT_ODDS)
_OPEN = frozenset(state for state in State if state not in (State.SETTLED, State.CLOSED))

_SELLERS = (
    _Row(
        _in(State.AWAITING_SELLER),
        Phrase("We are looking into it"),
        lambda item, due, **_: Phrase(
            "Thank you for telling us about {item}. We are sorry for the trouble. We are looking into it, and you will "
            "have our answer by {due}.",
            item=item,
            due=due,
        ),
    ),
    _Row(
        _TALKING,
        Phrase("Please show us more"),
        lambda item, **_: Phrase(
            "Could you please send us another photo or a short video of {item} that shows the problem? It helps us to "
            "settle this soon.",
            item=item,
        ),
    ),
    _Row(
        _in(State.NEGOTIATING),
        Phrase("About the offer"),
        lambda due, **_: Phrase(
            "Thank you for your patience. The offer on the table can be taken until {due}. If something else would suit "
            "you better, please tell us.",
            due=due,
        ),
    ),
    _Row(
        _in(State.AT_ODDS),
        Phrase("We see it differently"),
        lambda **_: Phrase(
            "We understand that you see it differently, and we would still like to find an answer with you. What would "
            "be fair for you?"
        ),
    ),
    _Row(
        _in(State.AWAITING_RETURN),
        Phrase("How to send it back"),
        lambda item, due, **_: Phrase(
            "Please pack {item} well, send it to the address in the case by {due}, and keep the carrier's receipt. As "
            "soon as it is here, we will take care of the rest.",
            item=item,
            due=due,
        ),
    ),
    _Row(
        _in(State.AWAITING_REPLACEMENT),
        Phrase("We are sending it"),
        lambda due, **_: Phrase(
            "We are preparing what we have to send you. It will be on its way by {due}, and you will see the express "
            "number here.",
            due=due,
        ),
    ),
    _Row(
        _in(State.AWAITING_REFUND),
        Phrase("We are refunding it"),
        lambda amount, due, **_: Phrase(
            "We are preparing your refund of {amount}. It will be sent by {due}, and you will see its number here.",
            amount=amount,
            due=due,
        ),
    ),
    _Row(
        _in(State.REFUNDING),
        Phrase("The refund is on its way"),
        lambda **_: Phrase(
            "Your refund has been sent. A bank can take some days to show it. If it is not there by then, please tell us."
        ),
    ),
    _Row(
        _OPEN,
        Phrase("We are sorry"),
        lambda item, **_: Phrase(
            "We are sorry that {item} has given you trouble. We would like to put this right with you.", item=item
        ),
    ),
)

_BUYERS = (
    _Row(
        _in(State.AWAITING_SELLER, State.AWAITING_REPLACEMENT, State.AWAITING_REFUND),
        Phrase("When can I expect it?"),
        lambda item, **_: Phrase(
            "I am still waiting for news about {item}. Could you please tell me when I can expect it? Thank you.",
            item=item,
        ),
    ),
    _Row(
        _in(State.NEGOTIATING, State.AT_ODDS),
        Phrase("I see it differently"),
        lambda item, **_: Phrase(
            "I see this differently: {item} is not as it should be, and I would like a fair answer. Please look at my "
            "evidence again.",
            item=item,
        ),
    ),
    _Row(
        _in(State.REFUNDING, State.BREACHED),
        Phrase("The money is not here yet"),
        lambda **_: Phrase("The refund has not arrived yet. Could you please check it with your bank? Thank you."),
    ),
    _Row(
        _OPEN,
        Phrase("I am disappointed"),
        lambda item, **_: Phrase(
            "I am disappointed with {item}, and I would be glad if we could settle this soon. Thank you.", item=item
        ),
    ),
)


def templates(case: Case, role: Role, order: Order | None) -> tuple[Template, ...]:
    """The house's templates for a side of a case where it stands now; the one that fits best first."""
    facts = {
        "item": _item(case, order),
        "due": case.due_at,
        "amount": case.outstanding if case.position.terms else case.paid,
    }
    rows = _SELLERS if role is Role.SELLER else _BUYERS
    return tuple(Template(row.label, row.words(**facts)) for row in rows if case.state in row.states)


def own_templates(store: Store, case: Case, order: Order | None) -> tuple[Template, ...]:
    """What the store has added: its words, with {ref} and {item} filled in."""
    filled = [
        text.replace("{ref}", vocabulary.reference(case.ref)).replace("{item}", _item(case, order))
        for text in store.templates
    ]
    return tuple(
        Template(Phrase("{words}", words=shortened(text)), Phrase("{words}", words=text), text) for text in filled
    )


def shortened(text: str, most: int = 40) -> str:
    """The beginning of a template, to tell it by."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _item(case: Case, order: Order | None) -> str:
    return order.item(case.claim.items[0].item_no).title if order is not None else vocabulary.reference(case.ref)
