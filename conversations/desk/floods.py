"""How much one person may send before they have to wait. Every figure is a house rule; nothing that the policy promises
is lost by it.

Evidence needs no figure here: the policy says how many files of each party are kept in a case, and more are only messages.
Moves, answers to an arbitrator and evidence that there is room for are never held back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from conversations.cases.case import Case
from conversations.desk.visit import QUESTION, Visit, command
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.dialog import Context
from conversations.dialogs.draft import verdict_of
from conversations.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in a period."""

    most: int
    period: timedelta


#: Wrong codes of one person, and wrong codes at one order by all people together. (house)
GUESSES: Final = Limit(5, timedelta(hours=1))
ORDER_GUESSES: Final = Limit(20, timedelta(days=1))

#: Messages to the other side, of one person in one case. (house)
MESSAGES: Final = Limit(30, timedelta(minutes=10))

#: New cases of one person. (house)
CASES: Final = Limit(10, timedelta(days=1))

#: Tallies are needed for so long.
LONGEST: Final = max(limit.period for limit in (GUESSES, ORDER_GUESSES, MESSAGES, CASES))


async def holds_back(visit: Visit, case: Case) -> bool:
    """Counts a message of the visitor in a case; True when it is not to be passed on. They are told that once, and until
    when."""
    tallies, began = visit.work.tallies, visit.now - MESSAGES.period
    said = f"said:{visit.person.id}:{case.ref}"
    if await tallies.count(f"held:{said}", began):
        return True
    if await tallies.count(said, began) < MESSAGES.most:
        await tallies.add(said, visit.now)
        return False
    await tallies.add(f"held:{said}", visit.now)
    await visit.say(
        Phrase.counted(
            "You have sent {n} message in a short time. Until {until} no more are passed on, this one included; the "
            "buttons work as always, and so does evidence. After that, one message with everything in it is read best.",
            "You have sent {n} messages in a short time. Until {until} no more are passed on, this one included; the "
            "buttons work as always, and so does evidence. After that, one message with everything in it is read best.",
            MESSAGES.most,
            until=visit.now + MESSAGES.period,
        ),
        ref=case.ref,
    )
    return True


async def must_wait(visit: Visit, context: Context) -> bool:
    """Whether the visitor has opened so many cases lately that this one waits. Its draft stays, and they are told until
    when; never so where the claim would be judged otherwise by then."""
    opened = sorted(case.opened_at for case in await visit.work.cases.of_buyer(visit.person.id))
    lately = [at for at in opened if at > visit.now - CASES.period]
    if len(lately) < CASES.most:
        return False
    until = lately[-CASES.most] + CASES.period
    if verdict_of(replace(context, now=until)).outcome is not verdict_of(context).outcome:
        return False
    stack = await visit.dialogs()
    await visit.keep_dialogs((*stack, dialogs.back(context.dialog)))
    await visit.say(
        Phrase.counted(
            "You have opened {n} case within a day, the most at a time. This claim is kept as it is: you can send it from "
            "{until} on, and nothing is lost by waiting.",
            "You have opened {n} cases within a day, the most at a time. This claim is kept as it is: you can send it from "
            "{until} on, and nothing is lost by waiting.",
            len(lately),
            until=until,
        ),
        slot=QUESTION,
        choices=((command(Phrase("Go on with the claim"), "resume"),),),
    )
    return True
