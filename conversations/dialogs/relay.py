"""The dialogs around talking: which case is meant, what to write and how, templates, a note, where returns go."""

from __future__ import annotations

from conversations import vocabulary
from conversations.cases.roles import Role
from conversations.dialogs.dialog import Context, Dialog
from conversations.dialogs.steps import Amount, Confirm, Option, Pick, Write
from conversations.phrase import Phrase
from conversations.templates import LONGEST_OWN, MOST_OWN, Template, own_templates, templates


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

#: The longest message that is passed on, in characters.
_LONGEST = 3500


def _politer(context: Context) -> tuple[Template, ...]:
    return templates(context.the_case, context.role, context.order)[:2]


def _ways_to_say_it(context: Context) -> list[Option]:
    politer = [Option(f"t{i}", template.label) for i, template in enumerate(_politer(context))]
    return [*politer, Option("as_is", Phrase("Send it as it is"))]


def _what_was_written(context: Context) -> tuple[Phrase, ...]:
    return (
        Phrase("You have written: “{words}”", words=context.answers["words"]),
        Phrase("You can write it anew here, or say it with one of these:"),
        *(Phrase("{label}: “{words}”", label=each.label, words=each.words) for each in _politer(context)),
    )


#: What to tell the other side. `is_heated` is set when the words shout or insult: then the sender decides how to say it.
REPLY = Dialog(
    "reply",
    (
        Write(id="words", prompt=Phrase("What would you like to tell the other side?"), longest=_LONGEST),
        Pick(
            id="how",
            prompt=Phrase("This may sound harsher than you mean. Calm words often help more. How shall it be sent?"),
            lines=_what_was_written,
            options=_ways_to_say_it,
            when=lambda context: bool(context.answers.get("is_heated")),
            free=True,
            longest=_LONGEST,
        ),
    ),
)


def said_instead(context: Context) -> Template | str | None:
    """What the sender of heated words chose to say: one of our templates, other words of theirs, or None: as it is."""
    how = str(context.answers.get("how", "as_is"))
    if how == "as_is":
        return None
    return next((each for i, each in enumerate(_politer(context)) if how == f"t{i}"), how)


# --- templates -------------------------------------------------------------------------------------------------

_NEW, _DROP = "new", "drop"


def _own(context: Context) -> tuple[Template, ...]:
    if context.role is not Role.SELLER or context.store is None:
        return ()
    return own_templates(context.store, context.the_case, context.order)


def template_chosen(context: Context) -> Template | None:
    """The template that was picked; None for none, or for one that does not fit any more."""
    which = str(context.answers.get("which", ""))
    house = templates(context.the_case, context.role, context.order)
    known = {**{f"t{i}": each for i, each in enumerate(house)}, **{f"o{i}": e for i, e in enumerate(_own(context))}}
    return known.get(which)


def _which_template(context: Context) -> list[Option]:
    options = [Option(f"t{i}", t.label) for i, t in enumerate(templates(context.the_case, context.role, context.order))]
    own = _own(context)
    options += [Option(f"o{i}", template.label) for i, template in enumerate(own)]
    if context.role is Role.SELLER and len(own) < MOST_OWN:
        options.append(Option(_NEW, Phrase("Add a template of your own")))
    if own:
        options.append(Option(_DROP, Phrase("Remove one of your own")))
    return options


def _preview(context: Context) -> tuple[Phrase, ...]:
    chosen = template_chosen(context)
    line = Phrase("The other side reads it in their own language.")
    return (Phrase("“{words}”", words=chosen.words), line) if chosen is not None else ()


TEMPLATES = Dialog(
    "templates",
    (
        Pick(id="which", prompt=Phrase("What would you like to say?"), options=_which_template),
        Write(
            id="words",
            prompt=Phrase("What should the new template say?"),
            lines=lambda _: (
                Phrase(
                    "It is sent as you write it. {ref} stands for the case, {item} for the goods.",
                    ref="{ref}",
                    item="{item}",
                ),
            ),
            when=lambda context: context.answers.get("which") == _NEW,
            longest=LONGEST_OWN,
        ),
        Pick(
            id="gone",
            prompt=Phrase("Which one shall go?"),
            options=lambda context: [Option(str(i), t.label) for i, t in enumerate(_own(context))],
            when=lambda context: context.answers.get("which") == _DROP,
        ),
        Confirm(
            prompt=Phrase("Shall I send this?"),
            lines=_preview,
            label=Phrase("Send it"),
            when=lambda context: template_chosen(context) is not None,
        ),
    ),
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
