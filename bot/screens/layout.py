"""How each kind of message is laid out: what comes first, what is bold, what is set apart. Words of people stay as they
are, and nothing is told by a sign or a colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.screens.card import fitted
from bot.screens.rich import Rich, joined, rich, with_code
from bot.screens.screen import MAX_CAPTION, MAX_TOAST, Button, Screen
from conversations.messages import (
    Body,
    Card,
    Choices,
    Copies,
    Correction,
    Dossier,
    Exhibits,
    Notice,
    Picture,
    Question,
    Receipt,
    Report,
    Review,
    Section,
    Speech,
    Takeout,
    Toast,
    Translation,
)
from conversations.phrase import Phrase
from locales import Code, negotiate
from locales import render as parts_of

#: Longer labels are cut by phones anyway, in worse places.
MAX_LABEL = 64

#: A title names the goods, and goods may have any name: what follows on a card has to stay in sight.
MAX_TITLE = 256


def render(body: Body, language: str) -> Screen:
    """The screen of a message for a reader of `language` (any tag). Never fails, whatever people wrote into it."""
    write = _Writer(negotiate(language))
    match body:
        case Notice():
            return write.screen(write.notice(body), body.choices)
        case Question():
            return write.screen(write.question(body), body.choices)
        case Card():
            return write.screen(write.card(body), body.choices)
        case Speech(speaker=speaker, template=Phrase() as template):
            return write.screen(joined("\n", (write.bold(speaker), write.phrase(template))))
        case Speech(speaker=speaker, text=words) | Correction(speaker=speaker, text=words):
            return write.screen(write.speech(speaker, words))
        case Translation():
            return write.screen(write.speech(Phrase("Machine translation"), body.text))
        case Copies():
            return write.screen(write.speech(body.speaker, body.caption))
        case Report():
            return write.screen(write.report(body), body.choices)
        case Picture():
            return write.screen(write.phrase(body.caption).clipped(MAX_CAPTION))
        case Exhibits() | Dossier() | Takeout():
            return write.screen(write.phrase(body.caption).clipped(MAX_CAPTION))
        case Receipt() | Review():
            return Screen("")
        case Toast():
            text = write.phrase(body.text) if body.text else Rich()
            return Screen(text.clipped(MAX_TOAST).text)


def speaker_line(speaker: Phrase, language: str) -> Screen:
    """Only the line that says who speaks, for what cannot carry it itself."""
    write = _Writer(negotiate(language))
    return write.screen(write.speech(speaker, ""))


@lru_cache(maxsize=4096)
def always_the_same(phrase: Phrase, language: str) -> Rich:
    """One with nothing to fill in, as most of what stands on buttons."""
    return rich(parts_of(phrase, language))


@dataclass(frozen=True, slots=True)
class _Writer:
    """Lays out in one language."""

    language: str

    def screen(self, text: Rich, choices: Choices = ()) -> Screen:
        buttons = tuple(
            tuple(
                Button(self.phrase(choice.label).clipped(MAX_LABEL).text, choice.do, choice.style.value)
                for choice in row
            )
            for row in choices
            if row
        )
        return Screen(text.text, text.entities, buttons)

    def phrase(self, phrase: Phrase | None) -> Rich:
        if phrase is None:
            return Rich()
        if not phrase.params:
            return always_the_same(phrase, self.language)
        return rich(parts_of(phrase, self.language))

    def bold(self, phrase: Phrase | None) -> Rich:
        return self.phrase(phrase).marked("bold")

    def notice(self, notice: Notice) -> Rich:
        lines = joined("\n" if notice.is_list else "\n\n", map(self.phrase, notice.lines))
        return joined("\n", (self.bold(notice.title), lines))

    def question(self, question: Question) -> Rich:
        points = joined("\n", (Rich("• ") + self.phrase(note) for note in question.notes))
        asked = joined("\n", (self.bold(question.prompt), *map(self.phrase, question.lines)))
        return joined("\n\n", (self.phrase(question.complaint), asked, points))

    def report(self, report: Report) -> Rich:
        sections = (joined("\n", self._section(section)) for section in report.sections)
        return joined("\n\n", (self.bold(report.title), *sections))

    def speech(self, speaker: Phrase, words: str) -> Rich:
        sendable = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return joined("\n", (self.bold(speaker), Rich(sendable)))

    def card(self, card: Card) -> Rich:
        title = self.phrase(card.title).clipped(MAX_TITLE)
        state = self.bold(card.state)
        if card.ref not in title.text:
            state = self.phrase(Phrase("Case {ref}", ref=Code(card.ref))) + " · " + state
        head = joined("\n", (with_code(title, card.ref), state))
        time = joined("\n", (self.phrase(card.turn), self._deadline(card.due_at, card.default)))
        return fitted(joined("\n\n", (head, time)), [self._section(section) for section in card.sections])

    def _deadline(self, due_at: datetime | None, default: Phrase | None) -> Rich:
        if due_at is None:
            return Rich()
        if default is None:
            return self.phrase(Phrase("Until {due}.", due=due_at))
        return self.phrase(Phrase("Until {due}; otherwise {default}.", due=due_at, default=default))

    def _section(self, section: Section) -> list[Rich]:
        return [self.bold(section.heading), *(line for line in map(self.phrase, section.lines) if line.text)]
