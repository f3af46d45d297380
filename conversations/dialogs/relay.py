"""The dialogs around talking: which case is meant, what to write, a note to oneself, where returns go."""

from __future__ import annotations

from conversations import vocabulary
from conversations.dialogs.dialog import Context, Dialog
from conversations.dialogs.steps import Option, Pick, Write
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
