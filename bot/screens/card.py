"""Fitting a card into one message: what is long becomes shorter, what is last goes first; the head always stays."""

from __future__ import annotations

from bot.screens.rich import ELLIPSIS, Rich, joined
from bot.screens.screen import MAX_TEXT

#: A line of a section is not cut below this many UTF-16 units before whole lines are left out.
SHORTEST = 160

#: The head of a card (title, state, turn, deadline) may take this much at most.
_MAX_HEAD = 1500


def fitted(head: Rich, sections: list[list[Rich]], *, limit: int = MAX_TEXT) -> Rich:
    """The card in at most `limit` UTF-16 units; `sections` are headings, each with its lines."""
    head = head.clipped(_MAX_HEAD)
    longest = max((line.size for section in sections for line in section), default=0)
    card = _whole(head, sections)
    while card.size > limit and longest > SHORTEST:
        longest = max(SHORTEST, longest * 3 // 4)
        card = _whole(head, [[line.clipped(longest) for line in section] for section in sections])
    if card.size <= limit:
        return card
    return _without_the_last(head, [[line.clipped(SHORTEST) for line in section] for section in sections], limit)


def _without_the_last(head: Rich, sections: list[list[Rich]], limit: int) -> Rich:
    """Lines are left out from the end, and a "…" says so; no heading stays without a line."""
    card = _whole(head, sections)
    while sections and card.size + len(f"\n{ELLIPSIS}") > limit:
        sections[-1].pop()
        if len(sections[-1]) <= 1:
            sections.pop()
        card = _whole(head, sections)
    return card + f"\n{ELLIPSIS}"


def _whole(head: Rich, sections: list[list[Rich]]) -> Rich:
    return joined("\n\n", (head, *(joined("\n", section) for section in sections)))
