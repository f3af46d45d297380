"""The buyer's rating: stars, then words if they like (§6)."""

from conversations.cases.ratings import STARS
from conversations.dialogs.dialog import Dialog
from conversations.dialogs.steps import Option, Pick, Write
from conversations.phrase import Phrase

RATING = Dialog(
    "rate",
    (
        Pick(
            id="stars",
            prompt=Phrase("How was the after-sales service?"),
            lines=lambda _: (Phrase("5 is best, 1 is worst. The store will see it."),),
            options=lambda _: [Option(str(n), Phrase.counted("{n} star", "{n} stars", n)) for n in reversed(STARS)],
            width=3,
        ),
        Write(id="words", prompt=Phrase("Would you like to add a few words?"), optional=True),
    ),
)
