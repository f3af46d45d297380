"""The buyer's way from "something is wrong" to a claim: order, items, remedy, reason, condition, evidence, review."""

from __future__ import annotations

from dataclasses import dataclass, replace

from conversations import vocabulary
from conversations.cases.claim import Reason, Remedy
from conversations.cases.verdict import Outcome
from conversations.dialogs.arguments import bare
from conversations.dialogs.dialog import Complaint, Context, Dialog, answer
from conversations.dialogs.draft import asks, draft_claim, evidence_needed, verdict_of
from conversations.dialogs.order_steps import ORDER_STEPS
from conversations.dialogs.steps import LONGEST, Confirm, Files, Option, Pick, Write
from conversations.messages import Said, Style
from conversations.phrase import Phrase
from conversations.policy.rules import Need
from conversations.ports import OpenDialog
from conversations.understanding import Wish

NAME = "intake"


# --- what, why, how it looks -----------------------------------------------------------------------------------


def _about_remedies(context: Context) -> tuple[Phrase, ...]:
    """What each remedy is; and how the store stands with its buyers, where that is known."""
    line = vocabulary.standing(context.standing) if context.standing else None
    return (*((line,) if line else ()), *(vocabulary.REMEDIES[remedy] for remedy in Remedy))


def _is_ineligible(context: Context) -> bool:
    return verdict_of(context).outcome is Outcome.INELIGIBLE


def _why_not(context: Context) -> tuple[Phrase, ...]:
    failed = [finding for finding in verdict_of(context).findings if finding.outcome is Outcome.INELIGIBLE]
    lines = [Phrase("✗ {found} ({source})", found=finding.found, source=finding.source) for finding in failed]
    if verdict_of(context).instead:
        lines.append(Phrase("You can ask for something else instead:"))
    else:
        lines.append(Phrase("If another reason fits better, choose that one; you can also write to the store itself."))
    return tuple(lines)


def _ways_out(context: Context) -> list[Option]:
    others = [Option(remedy.value, _INSTEAD[remedy], Style.PRIMARY) for remedy in verdict_of(context).instead]
    return [*others, Option("reason", Phrase("Choose another reason"))]


def _way_out(context: Context, value: str) -> dict[str, object]:
    """Another remedy, or another reason; then the claim is judged again, so this step is open again."""
    if value == "reason":
        return {"reason": None, "blocked": None}
    return {"remedy": value, "blocked": None}


_INSTEAD = {
    Remedy.RETURN: Phrase("Ask for a return"),
    Remedy.EXCHANGE: Phrase("Ask for an exchange"),
    Remedy.REFUND: Phrase("Ask for a refund"),
}


# --- the review ------------------------------------------------------------------------------------------------


def _review_lines(context: Context) -> tuple[Phrase, ...]:
    claim, verdict, order = draft_claim(context), verdict_of(context), context.the_order
    lines = [
        Phrase(
            "{remedy} for order {number}, store {store}",
            remedy=vocabulary.REMEDY_NAMES[claim.remedy],
            number=order.key.number,
            store=order.key.store,
        ),
        *vocabulary.items(order, claim.items),
        Phrase("Reason: {reason}", reason=vocabulary.REASONS[claim.reason]),
    ]
    if claim.evidence:
        lines.append(Phrase.counted("Evidence: {n} file", "Evidence: {n} files", claim.evidence))
    if claim.words:
        lines.append(Phrase("“{words}”", words=claim.words))
    lines += [vocabulary.OUTCOMES[verdict.outcome], *vocabulary.verdict_lines(verdict)]
    if line := vocabulary.shipping_line(verdict):
        lines.append(line)
    return tuple(lines)


def _review_notes(context: Context) -> tuple[Phrase, ...]:
    """What the pack recommends over the claim; Back leads there."""
    instead = verdict_of(context).instead
    return tuple(Phrase("You could also choose: {remedy}", remedy=vocabulary.REMEDIES[remedy]) for remedy in instead)


# --- what their own words said ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """A draft with something in it that was not asked for, and a word on that, if the next question shows none."""

    opened: OpenDialog
    note: Phrase | None


def _what_was_understood(context: Context) -> tuple[Phrase, ...]:
    guess = context.answers["guess"]
    lines = [Phrase("You have written: “{words}”", words=context.answers["said"])]
    if guess["remedy"]:
        lines.append(Phrase("You would like: {remedy}", remedy=vocabulary.REMEDY_NAMES[Remedy(guess["remedy"])]))
    if guess["reason"]:
        lines.append(Phrase("What went wrong: {reason}", reason=vocabulary.REASONS[Reason(guess["reason"])]))
    return tuple(lines)


def _as_understood(context: Context, value: str) -> dict[str, object]:
    guess = context.answers["guess"]
    return {name: guess[name] for name in ("remedy", "reason") if guess[name]} if value == "yes" else {}


REMEDY = Pick(
    id="remedy",
    prompt=Phrase("What would you like?"),
    options=tuple(Option(remedy.value, vocabulary.REMEDY_NAMES[remedy]) for remedy in Remedy),
    lines=_about_remedies,
    width=3,
)

FILES = Files(
    id="files",
    prompt=Phrase("Please show what happened"),
    checklist=lambda context: vocabulary.CHECKLISTS[Reason(context.answers["reason"])],
    at_least=evidence_needed,
    at_most=lambda context: context.pack.files,
    when=lambda context: context.answers["reason"] != Reason.CHANGED_MIND or evidence_needed(context) > 0,
)


def overhear(context: Context, said: Said, wanted: Wish | None) -> Heard | Complaint | None:
    """What a message that is no answer to the open question tells of the claim all the same, so that nobody has to say
    or show it twice: files, and their own words with what is `wanted` by them. None when it tells nothing new."""
    opened, text, note = context.dialog, bare(said.text), None
    guess = {"remedy": wanted.remedy, "reason": wanted.reason} if wanted is not None else {}
    guess = {name: None if name in context.answers else value for name, value in guess.items()}
    has_wish = any(guess.values())
    if said.files:
        given = FILES.take(context, replace(said, text=""))
        if isinstance(given, Complaint):
            return given
        opened = answer(opened, FILES.id, given)
        note = Phrase.counted("{n} file received so far.", "{n} files received so far.", len(given.value))
    elif not has_wish:
        return None
    answers = dict(opened.answers)
    if text:
        answers["said"] = "\n".join(filter(None, (answers.get("said"), text)))[:LONGEST]
    if has_wish:
        answers["guess"] = guess
        answers.pop("understood", None)
    return Heard(replace(opened, answers=answers), note)


INTAKE = Dialog(
    NAME,
    (
        Pick(
            id="understood",
            prompt=Phrase("Did I understand you right?"),
            lines=_what_was_understood,
            options=(
                Option("yes", Phrase("Yes, that is it"), Style.PRIMARY),
                Option("no", Phrase("No, let me choose")),
            ),
            when=lambda context: "guess" in context.answers,
            also=_as_understood,
            width=2,
        ),
        *ORDER_STEPS,
        REMEDY,
        Pick(
            id="reason",
            prompt=Phrase("What went wrong?"),
            options=tuple(Option(reason.value, vocabulary.REASONS[reason]) for reason in Reason),
        ),
        Pick(
            id="blocked",
            prompt=Phrase("This claim is not possible"),
            lines=_why_not,
            options=_ways_out,
            when=_is_ineligible,
            also=_way_out,
        ),
        Pick(
            id="unused",
            prompt=Phrase("Are the goods unused?"),
            options=(Option("yes", Phrase("Yes, unused")), Option("no", Phrase("No, used"))),
            when=lambda context: asks(context, Need.UNUSED),
            width=2,
        ),
        Pick(
            id="intact",
            prompt=Phrase("Is the packaging intact?"),
            options=(Option("yes", Phrase("Yes, intact")), Option("no", Phrase("No, opened or damaged"))),
            when=lambda context: asks(context, Need.PACKAGING_INTACT),
            width=2,
        ),
        FILES,
        Write(id="words", prompt=Phrase("Would you like to describe it in your own words?"), optional=True),
        Confirm(
            prompt=Phrase("Please look it over"),
            lines=_review_lines,
            notes=_review_notes,
            label=Phrase("Send the claim"),
        ),
    ),
)
