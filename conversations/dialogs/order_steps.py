"""The first questions of a claim: which order, whether it is theirs, which of its items and how many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conversations.cases.numbers import spellings
from conversations.cases.orders import Item, Order
from conversations.dialogs.arguments import bare
from conversations.dialogs.dialog import Complaint, Context, Given, Reply, Step, option, rows
from conversations.dialogs.draft import claimable, marked
from conversations.dialogs.steps import Mark, Option, Pick, words_of
from conversations.messages import Question, Said
from conversations.phrase import Phrase
from conversations.understanding import mentioned

#: How many orders are offered as buttons, newest first.
_MOST_ORDERS = 8


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
        if not 1 <= len(number) <= 64 or _is_prose(number):
            return Complaint(Phrase("Please send the order number as it stands in the shop's confirmation."))
        mine = [order.key for order in context.orders if order.key.number in spellings(number)]
        if len(mine) == 1:
            return Given(number, also={"order": [mine[0].store, mine[0].number]})
        return Given(number)


def _is_prose(text: str) -> bool:
    """Shops may call an order what they like, but hardly by a sentence without a digit; some scripts have no spaces."""
    return (len(text.split()) > 2 or text[:1] >= "\u2e80") and not any(sign.isdigit() for sign in text)


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
        return [no for no in marked(context) if units.get(no, 0) > 1]

    def _next(self, context: Context) -> str | None:
        have = context.answers.get(self.id, {})
        return next((no for no in self._asked(context) if no not in have), None)

    def _open(self, context: Context) -> tuple[Item, int]:
        no = self._next(context) or self._asked(context)[-1]
        return next((item, units) for item, units in claimable(context) if item.no == no)


def _cut(item: Item) -> str:
    return item.title if len(item.title) <= 40 else item.title[:39].rstrip() + "…"


def _mentioned_items(context: Context) -> list[str]:
    """The lines that their own words name; only when these tell some from others."""
    open_items = [item for item, _ in claimable(context)]
    return [open_items[i].no for i in mentioned(words_of(context.answers), [item.title for item in open_items])]


#: In order.
ORDER_STEPS: Final[tuple[Step, ...]] = (
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
        options=(Option("again", Phrase("Choose the items again")),),
        when=_has_lost_items,
        also=lambda context, value: {"items": None, "quantities": None, "gone": None},
    ),
    HowMany(),
)
