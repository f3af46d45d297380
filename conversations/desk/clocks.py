"""Time given to a running wait, by the operator or after an outage: kept, put on record, shown, and told to its owner."""

from __future__ import annotations

from datetime import datetime

from conversations.cases.case import THE_CLOCK, Case
from conversations.cases.clocks import fairly
from conversations.cases.deadlines import reminds_only
from conversations.cases.lifecycle import waits_for
from conversations.cases.roles import Role
from conversations.desk.publishing import HEARERS, journal, set_alarm, show_card, tell_parties
from conversations.desk.rooms import recipients
from conversations.ports import Work


async def reconsider(ref: str, work: Work, now: datetime) -> bool:
    """Gives the case's deadline the time it is owed, under lock. False when it had that already, or waits no more."""
    case = await work.cases.get(ref, lock=True)
    return case is not None and await give_time(case, work, now)


async def give_time(case: Case, work: Work, now: datetime) -> bool:
    """Moves the deadline of a locked case on where an extension or an outage says so. False when none does."""
    if case.due_at is None:
        return False
    extensions = await work.clocks.extensions(case.store, since=case.due_at)
    outages = await work.clocks.outages(since=case.since)
    case, facts = fairly(case, extensions=extensions, outages=outages)
    if not facts:
        return False
    await work.cases.save(case)
    await set_alarm(case, work, now=now)
    await journal(case, facts, THE_CLOCK, work, now=now)
    for role in HEARERS:
        for person in await recipients(case, role, work):
            await show_card(case, person, role, work)
    if not reminds_only(case.state):
        await tell_parties(case, facts, Role.CLOCK, waits_for(case.position), work)
    return True
