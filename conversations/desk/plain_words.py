"""Words without a command and without a case: what they seem to ask for is begun, and confirmed before it counts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from conversations.cases.evidence import MAX_SIZE
from conversations.cases.numbers import spellings
from conversations.desk.anywhere import ANYWHERE, begin_claim
from conversations.desk.visit import Visit, start_choices
from conversations.dialogs.steps import LONGEST
from conversations.messages import Said
from conversations.phrase import Phrase
from conversations.understanding import asks_where_it_stands, wish


async def hear(visit: Visit, said: Said) -> None:
    """A buyer's own account begins their claim, with what it says filled in; nobody has to know a command."""
    person = visit.person
    known = {} if person.stores or person.is_arbitrator else await _known(visit, said)
    if asks_where_it_stands(said.text, visit.lexicons) and not ("guess" in known and await _has_no_case(visit)):
        await ANYWHERE["cases"](visit, "")
    elif known:
        await begin_claim(visit, **known)
    else:
        await visit.say(
            Phrase("Tell us what is wrong with an order, and we take it from there. /help shows what else you can do."),
            choices=start_choices(visit.person),
        )


async def _has_no_case(visit: Visit) -> bool:
    """Then "it is broken, when do I get my money back?" asks for a claim and not how one stands."""
    return not await visit.work.cases.of_buyer(visit.person.id)


async def _known(visit: Visit, said: Said) -> dict[str, Any]:
    """What a message tells of a claim; nothing when it does not seem to be about one."""
    files = [asdict(file) for file in said.files if file.may_be_evidence and file.size <= MAX_SIZE]
    wanted, number = wish(said.text, visit.lexicons), await _number_in(visit, said.text)
    if wanted is None and not files and not number:
        return {}
    known: dict[str, Any] = {"said": said.text[:LONGEST]} if said.text else {}
    if wanted is not None:
        known["guess"] = {"remedy": wanted.remedy, "reason": wanted.reason}
    if files:
        known |= {"files": files, "_pending": ["files"]}
    return known | ({"number": number} if number else {})


async def _number_in(visit: Visit, text: str) -> str:
    """The number of an order of theirs that they named."""
    words = {way for word in text.split()[:200] for way in spellings(word.strip(".,;:!?()#"))}
    return next((o.key.number for o in await visit.work.orders.of(visit.person.id) if o.key.number in words), "")
