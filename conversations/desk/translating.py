"""Machine translations of what people write to one another: for whom, and who wants them. The original always comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from conversations.desk.visit import Visit, command
from conversations.messages import Choices, Consent, Notice, Outgoing, Person, Placing, Said, Style, Translation
from conversations.phrase import Phrase

#: Longer words take a service longer than anybody wants to wait, in characters.
LONGEST: Final = 2000

#: Whoever said "not now" is asked again after that.
AGAIN: Final = timedelta(days=1)

_SLOT: Final = "translation"
_QUESTION: Final = Phrase("Would you like machine translations under messages in other languages?")
_WHERE: Final = Phrase(
    "The words of such messages then go to the translation service of whoever runs this bot. The original always comes first. "
    "/translate on and /translate off change it."
)
_ANSWERS: Final = {"on": Consent.GIVEN, "off": Consent.REFUSED, "later": Consent.LATER}
_SAID: Final = {
    Consent.GIVEN: Phrase(
        "From the next message on, a machine translation follows what is written to you in another language."
    ),
    Consent.REFUSED: Phrase("No machine translations: neither of what is written to you, nor of what you write."),
    Consent.LATER: Phrase("I will ask again another day. /translate on starts it sooner."),
}


async def follow(visit: Visit, hearers: Sequence[Person], said: Said, *, ref: str) -> None:
    """After words were passed on: has them translated for each hearer of another language who wants it, and asks
    whoever was not asked yet. Words of somebody who refused translations, or of somebody in a room that did, go nowhere."""
    is_fitting = bool(said.text.strip()) and len(said.text) <= LONGEST
    is_refused = Consent.REFUSED in (visit.person.translation, visit.chat.translation)
    if not (visit.settings.translates and is_fitting) or is_refused:
        return
    spoken = visit.settings.spoken
    for hearer in hearers:
        if spoken(hearer.language) == spoken(visit.person.language):
            continue
        if hearer.translation is Consent.GIVEN:
            body = Translation(text=said.text, source=visit.chat.address, message=said.message)
            await visit.work.outbox.add(Outgoing(to=hearer.id, body=body, ref=ref))
        elif _is_to_be_asked(visit, hearer):
            await visit.work.people.save(replace(hearer, translation=Consent.ASKED, translation_at=visit.now))
            await visit.work.outbox.add(
                Outgoing(to=hearer.id, body=_question(), slot=_SLOT, placing=Placing.BELOW, ref=ref)
            )


async def answer(visit: Visit, argument: str) -> None:
    """`/translate on`, `off` or `later`; asks when it says none of them."""
    consent = _ANSWERS.get(argument.strip().lower())
    visit.answers_question = bool(visit.query)
    if consent is None:
        body = _question()
        await visit.tell(Outgoing(to=visit.chat.id, body=body, slot=_SLOT, placing=visit.placing))
        return
    await visit.change(translation=consent, translation_at=visit.now)
    await visit.say(_SAID[consent], slot=_SLOT)


def _is_to_be_asked(visit: Visit, hearer: Person) -> bool:
    if hearer.translation is Consent.LATER and hearer.translation_at is not None:
        return visit.now - hearer.translation_at >= AGAIN
    return hearer.translation is Consent.UNASKED


def _question() -> Notice:
    choices: Choices = (
        (
            command(Phrase("Yes, translate"), "translate", "on", Style.PRIMARY),
            command(Phrase("No translations"), "translate", "off"),
        ),
        (command(Phrase("Not now"), "translate", "later"),),
    )
    return Notice(title=_QUESTION, lines=(_WHERE,), choices=choices, stays=True)
