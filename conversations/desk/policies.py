"""What a claim is judged by: the policy of the order's store, and what was claimed on the order before."""

from __future__ import annotations

from datetime import datetime

from conversations.cases.facts import ClaimWithdrawn
from conversations.cases.orders import Order, Store
from conversations.cases.states import State
from conversations.policy import History, Pack, PackError, for_store, history_of
from conversations.ports import Work


def policy_of(store: Store, house: Pack) -> Pack:
    """The store's own policy where it has one that fits the house's, else the house's.

    One stops fitting when the house policy becomes kinder than the store's in some respect.
    """
    try:
        return for_store(house, store.policy, store.name) if store.policy else house
    except PackError:
        return house


async def history_on(order: Order, work: Work, now: datetime, *, linked: str = "", but: str = "") -> History:
    """The earlier claims on an order, or those on the replacement that case `linked` brought; case `but` left out. And
    the outages since it was placed."""
    cases = [case for case in await work.cases.of_order(order.key) if case.ref != but]
    withdrawn = {case.ref for case in cases if case.state is State.CLOSED and await _is_withdrawn(case.ref, work)}
    outages = await work.clocks.outages(since=order.purchased_at)
    return history_of(cases, at=now, withdrawn=withdrawn, linked=linked, outages=outages)


async def _is_withdrawn(ref: str, work: Work) -> bool:
    return any(isinstance(entry.fact, ClaimWithdrawn) for entry in await work.journal.of(ref))
