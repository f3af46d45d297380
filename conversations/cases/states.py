"""The names of the states of a case; `lifecycle` says how one leads to another."""

from enum import StrEnum


class State(StrEnum):
    """Where a case stands. All but the last two wait for somebody."""

    AWAITING_SELLER = "awaiting_seller"
    NEGOTIATING = "negotiating"
    AT_ODDS = "at_odds"
    AWAITING_RETURN = "awaiting_return"
    RETURNING = "returning"
    AWAITING_REPLACEMENT = "awaiting_replacement"
    REPLACING = "replacing"
    AWAITING_REFUND = "awaiting_refund"
    REFUNDING = "refunding"
    BREACHED = "breached"
    ESCALATED = "escalated"
    ARBITRATION = "arbitration"
    EVIDENCE_REQUESTED = "evidence_requested"
    RULED = "ruled"
    SETTLED = "settled"
    CLOSED = "closed"


ENDS = frozenset({State.SETTLED, State.CLOSED})
