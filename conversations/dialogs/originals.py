"""The dialog before an arbitrator sees an exhibit as it was sent, with all that it tells."""

from __future__ import annotations

from collections.abc import Sequence

from conversations import vocabulary
from conversations.cases.evidence import Evidence
from conversations.dialogs.dialog import Context, Dialog
from conversations.dialogs.steps import Confirm, Option, Pick
from conversations.messages import Style
from conversations.phrase import Phrase

#: The most exhibits that are offered by buttons, the newest; an older one is named after the command.
MOST = 40


def with_original(exhibits: Sequence[Evidence]) -> Sequence[Evidence]:
    """Those of which the original is kept."""
    return [each for each in exhibits if each.sha256 and not each.refused]


def chosen(context: Context) -> Evidence | None:
    """The exhibit that was named; None when it is none, or nothing of it is kept."""
    named = context.answers.get("name")
    return next((each for each in with_original(context.exhibits) if each.name == named), None)


def _options(context: Context) -> list[Option]:
    return [
        Option(each.name, Phrase("{name} · {party}", name=each.name, party=vocabulary.ROLES[each.by]))
        for each in with_original(context.exhibits)[-MOST:]
    ]


def _prompt(context: Context) -> Phrase:
    return Phrase("Open the original of {name}?", name=str(context.answers["name"]))


ORIGINAL = Dialog(
    "original",
    (
        Pick(id="name", prompt=Phrase("Of which exhibit do you want the original?"), options=_options, width=2),
        Confirm(
            prompt=_prompt,
            lines=lambda _: (
                Phrase("It may tell where, when and by whom it was made. Others in the case see a copy without that."),
                Phrase("It goes on record, for both parties to read, that you opened it."),
            ),
            label=Phrase("Open the original"),
            style=Style.PRIMARY,
        ),
    ),
)
