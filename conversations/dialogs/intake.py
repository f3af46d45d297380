"""The buyer's way from "something is wrong" to a claim: order, items, remedy, reason, condition, evidence, review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversations import vocabulary
from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.cases.numbers import spellings
from conversations.cases.orders import Item, Order, OrderKey
from conversations.cases.verdict import Outcome, Verdict
from conversations.dialogs.arguments import bare
from conversations.dialogs.dialog import Complaint, Context, Dialog, Given, Reply, option, rows
from conversations.dialogs.steps import Confirm, Files, Mark, Option, Pick, Write, words_of
from conversations.messages import Question, Said, Style
from conversations.phrase import Phrase
from conversations.policy import assess
from conversations.policy.rules import Need, Subject
from conversations.policy.rules.evidence import EvidenceNeeded
from conversations.understanding import mentioned

NAME = "intake"
#: How many orders are offered as buttons, newest first.
_MOST_ORDERS = 8


def order_key(answers: Mapping[str, Any]) -> OrderKey | None:
    """The order a draft is about, once the person has proved that it is theirs."""
    if "order" not in answers:
        return None
    store, number = answers["order"]
    return OrderKey(store, number)


def draft_claim(context: Context) -> Claim:
    """The claim as far as it has been answered; what is missing is taken at its kindest."""
    answers, order = context.answers, context.the_order
    items = tuple(Claimed(no, quantity) for no, quantity in chosen(context).items())
    return Claim(
        order=order.key,
        items=items,
        remedy=Remedy(answers["remedy"]),
        reason=Reason(answers["reason"]),
        is_used=answers.get("unused") == "no",
        is_opened=answers.get("intact") == "no",
        evidence=len(answers.get("files", ())),
        words=words_of(answers),
        linked=str(answers.get("linked", "")),
    )


def verdict_of(context: Context) -> Verdict:
    """What the policy says of the draft now. Asked for often while an answer is taken, and found once."""
    if not context.judged:
        context.judged.append(
            assess(draft_claim(context), context.the_order, context.pack, context.now, history=context.history)
        )
    return context.judged[0]


def claimable(context: Context) -> tuple[tuple[Item, int], ...]:
    """The lines of the order with the units that no open or settled case has claimed."""
    order = context.the_order
    left = ((item, item.quantity - context.taken.get(item.no, 0)) for item in order.items)
    return tuple((item, units) for item, units in left if units > 0)


def chosen(context: Context) -> dict[str, int]:
    """Line number -> quantity, as answered; a single unit needs no question."""
    quantities = context.answers.get("quantities", {})
    return {no: int(quantities.get(no, 1)) for no in _marked(context)}


def _marked(context: Context) -> tuple[str, ...]:
    """The lines that were marked; the only one there is needs no marking. What was marked stays meant, whatever else
    is claimed meanwhile."""
    marked, open_items = tuple(context.answers.get("items", ())), claimable(context)
    return (open_items[0][0].no,) if not marked and len(open_items) == 1 else marked


# --- the order -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WhichOrder:
    """One of the person's orders by a button, or any order by its number (which its code must then complete)."""

    id: str = "number"

    def applies(self, context: Context) -> bool:
        return "order" not in context.answers

    def ask(self, context: Context) -> Question:
        buttons = [
            option(context, self.id, str(i), Phrase("{number} · {item}", number=o.key.number, item=_first(o)))
            for i, o in enumerate(context.orders[:_MOST_ORDERS])
        ]
        lines = (Phrase("Tap an order, or send its number."),) if buttons else ()
        prompt = Phrase("Which order is it about?") if buttons else Phrase("What is the order number?")
        return Question(prompt=prompt, lines=lines, choices=rows(buttons))

    def take(self, context: Context, reply: Reply) -> Given | Complaint:
        if isinstance(reply, str):
            if reply.isdecimal() and int(reply) < len(context.orders):
                key = context.orders[int(reply)].key
                return Given(key.number, also={"order": [key.store, key.number]})
            return Complaint(Phrase("Please tap one of the orders, or send an order number."))
        number = bare(reply.text)
        if not 1 <= len(number) <= 64:
            return Complaint(Phrase("Please send the order number as it stands in the shop's confirmation."))
        mine = [order.key for order in context.orders if order.key.number in spellings(number)]
        if len(mine) == 1:
            return Given(number, also={"order": [mine[0].store, mine[0].number]})
        return Given(number)


@dataclass(frozen=True, slots=True)
class OrderCode:
    """The code that proves the order is theirs: a link can be forwarded and a number guessed, so neither is enough.

    Whether the number or the code was wrong is not told.
    """

    id: str = "code"

    def applies(self, context: Context) -> bool:
        return "order" not in context.answers

    def ask(self, context: Context) -> Question:
        number = context.answers.get("number", "")
        return Question(
            prompt=Phrase("What is the code of order {number}?", number=number),
            lines=(Phrase("The shop sent it to you with the order confirmation."),),
        )

    def take(self, context: Context, reply: Reply) -> Given | Complaint:
        code = _plain(reply.text) if isinstance(reply, Said) else ""
        for order in context.found:
            if code and _plain(order.code) == code:
                return Given(True, also={"order": [order.key.store, order.key.number]})
        return Complaint(
            Phrase(
                "This number and code do not belong together. Please check both in the shop's confirmation, then send "
                "the code again, or go back to change the number."
            )
        )


def _plain(code: str) -> str:
    return "".join(sign for sign in code if sign.isalnum()).upper()


def _first(order: Order) -> str:
    title = order.items[0].title
    return title if len(title) <= 30 else title[:29].rstrip() + "…"


# --- the items -------------------------------------------------------------------------------------------------


def _lines_left(context: Context) -> list[Option]:
    return [
        Option(item.no, Phrase("{count} × {item}", count=units, item=_cut(item))) for item, units in claimable(context)
    ]


def _which_items(context: Context) -> Phrase:
    if claimable(context):
        return Phrase("Which items are concerned?")
    return Phrase("Everything in this order is part of a case already.")


def _has_lost_items(context: Context) -> bool:
    """Whether the store has taken a marked line out of the order meanwhile."""
    return not set(context.answers.get("items", ())) <= {item.no for item in context.the_order.items}


def _how_to_mark(context: Context) -> tuple[Phrase, ...]:
    if claimable(context):
        return (Phrase("Tap each one, then go on."),)
    return (Phrase("Open that case with /case, or go back to choose another order."),)


@dataclass(frozen=True, slots=True)
class HowMany:
    """How many units of each marked line, one line after another."""

    id: str = "quantities"

    def applies(self, context: Context) -> bool:
        return self._next(context) is not None

    def ask(self, context: Context) -> Question:
        item, units = self._open(context)
        buttons = [option(context, self.id, str(n), Phrase("{n}", n=n)) for n in range(1, min(units, 8) + 1)]
        return Question(
            prompt=Phrase("How many of “{item}”?", item=item.title),
            lines=(Phrase.counted("{n} can be claimed.", "Up to {n} can be claimed.", units),),
            choices=rows(buttons, 4),
        )

    def take(self, context: Context, reply: Reply) -> Given | Complaint:
        item, units = self._open(context)
        text = reply if isinstance(reply, str) else reply.text.strip()
        if not text.isdecimal() or len(text) > 6 or not 1 <= int(text) <= units:
            return Complaint(Phrase("Please choose a number from 1 to {most}.", most=units))
        quantities = {**context.answers.get(self.id, {}), item.no: int(text)}
        is_last = len(self._asked(context)) == len([no for no in self._asked(context) if no in quantities])
        return Given(quantities, is_final=is_last)

    def _asked(self, context: Context) -> list[str]:
        units = {item.no: left for item, left in claimable(context)}
        return [no for no in _marked(context) if units.get(no, 0) > 1]

    def _next(self, context: Context) -> str | None:
        have = context.answers.get(self.id, {})
        return next((no for no in self._asked(context) if no not in have), None)

    def _open(self, context: Context) -> tuple[Item, int]:
        no = self._next(context) or self._asked(context)[-1]
        return next((item, units) for item, units in claimable(context) if item.no == no)


def _cut(item: Item) -> str:
    return item.title if len(item.title) <= 40 else item.title[:39].rstrip() + "…"


# --- what, why, how it looks -----------------------------------------------------------------------------------


def _about_remedies(context: Context) -> tuple[Phrase, ...]:
    """What each remedy is; and how the store stands with its buyers, where that is known."""
    line = vocabulary.standing(context.standing) if context.standing else None
    return (*((line,) if line else ()), *(vocabulary.REMEDIES[remedy] for remedy in Remedy))


def _asks(context: Context, need: Need) -> bool:
    """Whether any rule of the pack looks at this condition for the claim so far."""
    claim, order = draft_claim(context), context.the_order
    subject = Subject(claim, order, context.pack.grounds[claim.reason], context.now)
    return any(rule.asks is need and rule.applies(subject) for rule in context.pack.rules)


def evidence_needed(context: Context) -> int:
    """How many photos, videos or reports the policy asks for with the claim so far."""
    claim = draft_claim(context)
    subject = Subject(claim, context.the_order, context.pack.grounds[claim.reason], context.now)
    needs = [r.at_least for r in context.pack.rules if isinstance(r, EvidenceNeeded) and r.applies(subject)]
    return max(needs, default=0)


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


def _mentioned_items(context: Context) -> list[str]:
    """The lines that their own words name; only when these tell some from others."""
    open_items = [item for item, _ in claimable(context)]
    return [open_items[i].no for i in mentioned(words_of(context.answers), [item.title for item in open_items])]


INTAKE = Dialog(
    NAME,
    (
        Pick(
            id="understood",
            prompt=Phrase("Did I understand you right?"),
            lines=_what_was_understood,
            options=lambda _: [
                Option("yes", Phrase("Yes, that is it"), Style.PRIMARY),
                Option("no", Phrase("No, let me choose")),
            ],
            when=lambda context: "guess" in context.answers,
            also=_as_understood,
            width=2,
        ),
        WhichOrder(),
        OrderCode(),
        Mark(
            id="items",
            prompt=_which_items,
            lines=_how_to_mark,
            options=_lines_left,
            when=lambda context: len(claimable(context)) != 1,
            suggested=_mentioned_items,
        ),
        Pick(
            id="gone",
            prompt=Phrase("This order has changed"),
            lines=lambda _: (Phrase("Something you chose is no longer part of it."),),
            options=lambda _: [Option("again", Phrase("Choose the items again"))],
            when=_has_lost_items,
            also=lambda context, value: {"items": None, "quantities": None, "gone": None},
        ),
        HowMany(),
        Pick(
            id="remedy",
            prompt=Phrase("What would you like?"),
            options=lambda _: [Option(remedy.value, vocabulary.REMEDY_NAMES[remedy]) for remedy in Remedy],
            lines=_about_remedies,
            width=3,
        ),
        Pick(
            id="reason",
            prompt=Phrase("What went wrong?"),
            options=lambda _: [Option(reason.value, vocabulary.REASONS[reason]) for reason in Reason],
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
            options=lambda _: [Option("yes", Phrase("Yes, unused")), Option("no", Phrase("No, used"))],
            when=lambda context: _asks(context, Need.UNUSED),
            width=2,
        ),
        Pick(
            id="intact",
            prompt=Phrase("Is the packaging intact?"),
            options=lambda _: [Option("yes", Phrase("Yes, intact")), Option("no", Phrase("No, opened or damaged"))],
            when=lambda context: _asks(context, Need.PACKAGING_INTACT),
            width=2,
        ),
        Files(
            id="files",
            prompt=Phrase("Please show what happened"),
            checklist=lambda context: vocabulary.CHECKLISTS[Reason(context.answers["reason"])],
            at_least=evidence_needed,
            at_most=lambda context: context.pack.files,
            when=lambda context: context.answers["reason"] != Reason.CHANGED_MIND or evidence_needed(context) > 0,
        ),
        Write(id="words", prompt=Phrase("Would you like to describe it in your own words?"), optional=True),
        Confirm(
            prompt=Phrase("Please look it over"),
            lines=_review_lines,
            notes=_review_notes,
            label=Phrase("Send the claim"),
        ),
    ),
)
