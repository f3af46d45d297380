"""The kinds of step that dialogs are made of: pick one, write something, name an amount, give files, confirm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from conversations import presses
from conversations.cases.evidence import MAX_SIZE
from conversations.cases.money import Money, MoneyError
from conversations.dialogs.arguments import bare
from conversations.dialogs.dialog import Complaint, Context, Dialog, Given, Reply, option, rows
from conversations.messages import Choice, Question, Said, Style
from conversations.phrase import Phrase

#: How many options fit under one question.
MOST_BUTTONS = 20
#: How much a person writes in one go, in characters.
LONGEST = 1000

Words = Phrase | Callable[[Context], Phrase]
Lines = Callable[[Context], tuple[Phrase, ...]]


def _always(context: Context) -> bool:
    return True


def _nothing(context: Context) -> tuple[Phrase, ...]:
    return ()


def _say(words: Words, context: Context) -> Phrase:
    return words if isinstance(words, Phrase) else words(context)


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to pick from."""

    value: str
    label: Phrase
    style: Style = Style.PLAIN


#: Always the same ones, or those of the moment.
Options = Sequence[Option] | Callable[[Context], Sequence[Option]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Pick one by a button, or by typing its number. With `free`, other words are an answer too. `also` sets further
    answers (None takes one back)."""

    id: str
    prompt: Words
    options: Options
    when: Callable[[Context], bool] = _always
    lines: Lines = _nothing
    width: int = 1
    free: bool = False
    shortest: int = 1
    longest: int = 64
    also: Callable[[Context, str], dict[str, object]] = lambda context, value: {}

    def applies(self, context: Context) -> bool:
        return self.when(context)

    def ask(self, context: Context) -> Question:
        buttons = [option(context, self.id, o.value, o.label, o.style) for o in self._offered(context)]
        return Question(prompt=_say(self.prompt, context), lines=self.lines(context), choices=rows(buttons, self.width))

    def take(self, context: Context, reply: Reply) -> Given | Complaint:
        text = reply if isinstance(reply, str) else reply.text.strip()
        values = [o.value for o in self._offered(context)]
        if isinstance(reply, str) and text in values:
            return Given(text, also=self.also(context, text))
        if isinstance(reply, Said) and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= len(values):
            picked = values[int(text) - 1]
            return Given(picked, also=self.also(context, picked))
        if isinstance(reply, Said) and self.free and text:
            return self._own_words(text)
        return Complaint(Phrase("Please tap one of the buttons, or send its number."))

    def _offered(self, context: Context) -> Sequence[Option]:
        return self.options(context) if callable(self.options) else self.options

    def _own_words(self, text: str) -> Given | Complaint:
        if not self.shortest <= len(text) <= self.longest:
            return Complaint(
                Phrase("Please use between {least} and {most} characters.", least=self.shortest, most=self.longest)
            )
        return Given(text)

    def fits(self, text: str) -> bool:
        return not self.free or self.shortest <= len(text) <= self.longest


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Mark one or more, then go on. Buttons carry positions, so that long values fit; what has no button is listed
    with its number."""

    id: str
    prompt: Words
    options: Callable[[Context], Sequence[Option]]
    lines: Lines = _nothing
    when: Callable[[Context], bool] = _always
    at_least: int = 1
    suggested: Callable[[Context], Sequence[str]] = lambda context: ()

    def applies(self, context: Context) -> bool:
        return self.when(context)

    def _marked(self, context: Context) -> Sequence[str]:
        """What is marked; before anything was, what is suggested."""
        marked: Sequence[str] | None = context.answers.get(self.id)
        return self.suggested(context) if marked is None else marked

    def ask(self, context: Context) -> Question:
        marked = self._marked(context)
        labels = [
            Phrase("{mark} {label}", mark="☑" if o.value in marked else "☐", label=o.label)
            for o in self.options(context)
        ]
        buttons = [option(context, self.id, str(i), label) for i, label in enumerate(labels[:MOST_BUTTONS])]
        if len(marked) >= self.at_least:
            buttons.append(option(context, self.id, presses.DONE, Phrase("Go on"), Style.PRIMARY))
        return Question(
            prompt=_say(self.prompt, context),
            lines=self.lines(context),
            notes=tuple(
                Phrase("{n}. {label}", n=n, label=label)
                for n, label in enumerate(labels[MOST_BUTTONS:], start=MOST_BUTTONS + 1)
            ),
            choices=rows(buttons),
        )

    def take(self, context: Context, reply: Reply) -> Given | Complaint:
        marked = list(self._marked(context))
        typed = "" if isinstance(reply, str) else bare(reply.text)
        value = reply if isinstance(reply, str) else str(int(typed) - 1) if typed.isdecimal() else ""
        if value == presses.DONE and len(marked) >= self.at_least:
            return Given(marked)
        options = self.options(context)
        if not value.isdecimal() or int(value) >= len(options):
            return Complaint(Phrase("Please tap what applies, or send its number, then “Go on”."))
        picked = options[int(value)].value
        marked = [item for item in marked if item != picked] if picked in marked else [*marked, picked]
        return Given(marked, is_final=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Some words. With `optional`, they may be left out; words that were written beside files are kept and added to."""

    id: str
    prompt: Words
    when: Callable[[Context], bool] = _always
    lines: Lines = _nothing
    optional: bool = False
    longest: int = LONGEST
    shortest: int = 1

    def applies(self, context: Context) -> bool:
        return self.when(context)

    def ask(self, context: Context) -> Question:
        said, lines, skip = _said(context), self.lines(context), []
        if said:
            lines = (*lines, Phrase("You have written: “{words}”", words=said))
            skip = [option(context, self.id, presses.SKIP, Phrase("That is all"))]
        elif self.optional:
            skip = [option(context, self.id, presses.SKIP, Phrase("Leave out"))]
        return Question(prompt=_say(self.prompt, context), lines=lines, choices=rows(skip))

    def take(self, context: Context, reply: Reply) -> Given | Complaint:
        said = _said(context)
        if reply == presses.SKIP and (self.optional or said):
            return Given("")
        text = bare(reply.text) if isinstance(reply, Said) else ""
        if len(text) < self.shortest:
            return Complaint(Phrase("Please write it as a message."))
        return _too_long(text, self.longest - len(said)) or Given(text)

    def fits(self, text: str) -> bool:
        return (self.optional and not text) or self.shortest <= len(text) <= self.longest


def _said(context: Context) -> str:
    """What was written beside files before the step for words came; what is written after it is called "more"."""
    return str(context.answers.get("said", ""))


def _too_long(text: str, most: int) -> Complaint | None:
    if len(text) <= most:
        return None
    return Complaint(Phrase("That is {count} characters; please keep it to {most}.", count=len(text), most=most))


def words_of(answers: Mapping[str, Any]) -> str:
    """All that the person has written in their own words, in the order it came."""
    return "\n".join(text for name in ("said", "words", "more") if (text := str(answers.get(name, ""))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount of the case's money between `least` minor units and `most`, typed or by a button. Kept in minor units."""

    id: str
    prompt: Words
    most: Callable[[Context], Money]
    presets: Callable[[Context], Sequence[Option]] = lambda context: ()
    when: Callable[[Context], bool] = _always
    lines: Lines = _nothing
    least: int = 1

    def applies(self, context: Context) -> bool:
        return self.when(context)

    def ask(self, context: Context) -> Question:
        most = self.most(context)
        buttons = [option(context, self.id, o.value, o.label, o.style) for o in self.presets(context)]
        line = Phrase("At most {most}. Tap an amount, or type one in {currency}.", most=most, currency=most.currency)
        return Question(prompt=_say(self.prompt, context), lines=(*self.lines(context), line), choices=rows(buttons, 2))

    def take(self, context: Context, reply: Reply) -> Given | Complaint:
        most = self.most(context)
        try:
            if isinstance(reply, str):
                amount = Money(int(reply), most.currency)
            else:
                amount = Money.parse(reply.text, most.currency)
        except (MoneyError, ValueError):
            return Complaint(Phrase("Please send an amount in {currency}, such as 12.", currency=most.currency))
        if not self.least <= amount.minor <= most.minor:
            return Complaint(Phrase("It can be up to {most}.", most=most))
        return Given(amount.minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Photos, videos or papers, one message after another, until the person says that is all. Words that come alone are
    kept as their own words."""

    id: str
    prompt: Words
    checklist: Lines
    at_least: Callable[[Context], int]
    at_most: Callable[[Context], int]
    when: Callable[[Context], bool] = _always

    def applies(self, context: Context) -> bool:
        return self.when(context)

    def ask(self, context: Context) -> Question:
        have, need = len(context.answers.get(self.id, ())), self.at_least(context)
        lines = [Phrase("Send photos, videos or PDF files, each up to 20 MB. It helps to show:")]
        if have:
            lines.insert(0, Phrase.counted("{n} file received so far.", "{n} files received so far.", have))
        if words := context.answers.get("more", context.answers.get("said")):
            lines.insert(0, Phrase("Noted, your words are kept: “{words}”", words=words))
        buttons = []
        if have >= need:
            label = Phrase("That is all") if have else Phrase("Go on without evidence")
            buttons.append(option(context, self.id, presses.DONE, label, Style.PRIMARY))
        return Question(
            prompt=_say(self.prompt, context),
            lines=tuple(lines),
            notes=self.checklist(context),
            choices=rows(buttons),
        )

    def take(self, context: Context, reply: Reply) -> Given | Complaint:
        have = list(context.answers.get(self.id, ()))
        if reply == presses.DONE and len(have) >= self.at_least(context):
            return Given(have)
        if isinstance(reply, str) or not (reply.files or bare(reply.text)):
            return Complaint(Phrase("Please send a photo, a video or a PDF file here."))
        if not reply.files:
            return self._words_alone(context, have, bare(reply.text))
        usable = [file for file in reply.files if file.may_be_evidence]
        if not usable:
            return Complaint(
                Phrase("Only photos, videos and PDF files can be evidence. Please send it as one of these.")
            )
        if any(file.size > MAX_SIZE for file in usable):
            return Complaint(
                Phrase(
                    "That file is larger than 20 MB. Please send a shorter or smaller version of it; the rest is kept."
                )
            )
        known = {file["unique_id"] for file in have}
        have += [asdict(file) for file in usable if file.unique_id not in known]
        if len(have) > self.at_most(context):
            return Complaint(
                Phrase(
                    "At most {count} files can be given at once; what you sent before is kept.",
                    count=self.at_most(context),
                )
            )
        caption = "\n".join(filter(None, (context.answers.get("caption"), bare(reply.text))))
        return Given(have, is_final=False, also={"caption": caption} if caption else {})

    def _words_alone(self, context: Context, have: list[Any], text: str) -> Given | Complaint:
        so_far = words_of(context.answers)
        if complaint := _too_long(text, max(0, LONGEST - len(so_far))):
            return complaint
        name = "more" if "words" in context.answers else "said"
        words = "\n".join(filter(None, (context.answers.get(name), text)))
        return Given(have, is_final=False, also={name: words})


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """A last look before something that cannot be taken back."""

    prompt: Words
    lines: Lines
    label: Phrase
    notes: Lines = _nothing
    style: Style = Style.SUCCESS
    when: Callable[[Context], bool] = _always
    id: str = "sure"

    def applies(self, context: Context) -> bool:
        return self.when(context)

    def ask(self, context: Context) -> Question:
        yes: Choice = option(context, self.id, presses.DONE, self.label, self.style)
        return Question(
            prompt=_say(self.prompt, context),
            lines=self.lines(context),
            notes=self.notes(context),
            choices=((yes,),),
        )

    def take(self, context: Context, reply: Reply) -> Given | Complaint:
        if reply == presses.DONE:
            return Given(True)
        return Complaint(Phrase("Please tap the button to confirm, or Cancel."))


def fitting(dialog: Dialog, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers typed after a command, without the words that the dialog's own step would refuse: those are asked for."""
    checks = {step.id: step.fits for step in dialog.steps if isinstance(step, Write | Pick)}
    return {
        name: value
        for name, value in answers.items()
        if name not in checks or not isinstance(value, str) or checks[name](value)
    }
