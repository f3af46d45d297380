"""The buyer's rating: a mark for the service, one for the outcome, words if they like (§6); and the seller's answer."""

from conversations.cases.ratings import STARS
from conversations.dialogs.dialog import Dialog
from conversations.dialogs.steps import Option, Pick, Write
from conversations.phrase import Phrase

_STARS = tuple(Option(str(n), Phrase.counted("{n} star", "{n} stars", n)) for n in reversed(STARS))


RATING = Dialog(
    "rate",
    (
        Pick(
            id="stars",
            prompt=Phrase("How was the after-sales service?"),
            lines=lambda _: (Phrase("5 is best, 1 is worst. The store will see it."),),
            options=_STARS,
            width=3,
        ),
        Pick(
            id="outcome",
            prompt=Phrase("And how content are you with the outcome?"),
            lines=lambda _: (Phrase("This mark is for what came of your claim, not for how you were treated."),),
            options=_STARS,
            width=3,
        ),
        Write(id="words", prompt=Phrase("Would you like to add a few words?"), optional=True),
    ),
)

RESPOND = Dialog(
    "respond",
    (
        Write(
            id="words",
            prompt=Phrase("What would you like to answer to the rating?"),
            lines=lambda _: (Phrase("You can answer once. The buyer will see it."),),
        ),
    ),
)
