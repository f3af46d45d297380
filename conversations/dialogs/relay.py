"""The dialogs around talking: which case is meant, what to write, a note to oneself, where returns go."""

from __future__ import annotations

from conversations import vocabulary
from conversations.cases.roles import Role
from conversations.dialogs.dialog import Context, Dialog
from conversations.dialogs.steps import Amount, Option, Pick, Write
from conversations.phrase import Phrase


def _cases(context: Context) -> list[Option]:
    return [
        Option(
            case.ref,
            Phrase("{ref} · {state}", ref=vocabulary.reference(case.ref), state=vocabulary.STATES[case.state]),
        )
        for case in context.cases[:10]
    ]


#: Which case a command is about. `then` in the answers is the command to go on with.
WHICH_CASE = Dialog("case", (Pick(id="ref", prompt=Phrase("Which case is this about?"), options=_cases),))

REPLY = Dialog(
    "reply",
    (Write(id="words", prompt=Phrase("What would you like to tell the other side?"), longest=3500),),
)
NOTE = Dialog(
    "note",
    (
        Write(
            id="words",
            prompt=Phrase("What would you like to note?"),
            lines=lambda _: (Phrase("Only arbitrators will ever see it."),),
        ),
    ),
)


def _limit_prompt(context: Context) -> Phrase:
    if context.role is Role.SELLER:
        return Phrase("What is the most you would pay if the buyer keeps the goods?")
    return Phrase("What is the least you would take and keep the goods?")


#: How far a party would go, told to the desk alone.
LIMIT = Dialog(
    "limit",
    (
        Amount(
            id="amount",
            prompt=_limit_prompt,
            most=lambda context: context.the_case.left,
            lines=lambda _: (
                Phrase(
                    "Nobody else will ever see it. If what you both would accept meets, we offer both of you the middle."
                ),
            ),
        ),
    ),
)
ADDRESS = Dialog(
    "address",
    (
        Write(
            id="address",
            prompt=Phrase("Where should returns to your store be sent?"),
            lines=lambda _: (Phrase("Please write the full address, with a name and a phone number."),),
            shortest=10,
            longest=300,
        ),
    ),
)
