"""A claim while it is being made: what the answers so far come to, and what the policy says of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.cases.orders import Item, OrderKey
from conversations.cases.verdict import Verdict
from conversations.dialogs.dialog import Context
from conversations.dialogs.steps import words_of
from conversations.policy import assess
from conversations.policy.rules import Need, Subject
from conversations.policy.rules.evidence import EvidenceNeeded


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
    items, taken = context.the_order.items, context.taken
    return tuple((item, left) for item in items if (left := item.quantity - taken.get(item.no, 0)) > 0)


def chosen(context: Context) -> dict[str, int]:
    """Line number -> quantity, as answered; a single unit needs no question."""
    quantities = context.answers.get("quantities", {})
    return {no: int(quantities.get(no, 1)) for no in marked(context)}


def marked(context: Context) -> tuple[str, ...]:
    """The lines that were marked; the only one there is needs no marking. What was marked stays meant, whatever else
    is claimed meanwhile."""
    marked, open_items = tuple(context.answers.get("items", ())), claimable(context)
    return (open_items[0][0].no,) if not marked and len(open_items) == 1 else marked


def asks(context: Context, need: Need) -> bool:
    """Whether any rule of the pack looks at this condition for the claim so far."""
    subject = _subject(context)
    return any(rule.asks is need and rule.applies(subject) for rule in context.pack.rules)


def evidence_needed(context: Context) -> int:
    """How many photos, videos or reports the policy asks for with the claim so far."""
    subject = _subject(context)
    needs = [r.at_least for r in context.pack.rules if isinstance(r, EvidenceNeeded) and r.applies(subject)]
    return max(needs, default=0)


def _subject(context: Context) -> Subject:
    """The claim so far, as the rules of the pack look at it."""
    claim = draft_claim(context)
    return Subject(claim, context.the_order, context.pack.grounds[claim.reason], context.now)
