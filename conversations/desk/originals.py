"""The originals of exhibits: for the arbitrator who has the case, one at a time, and each time on record."""

from __future__ import annotations

from conversations import vocabulary
from conversations.cases.case import Actor, Case
from conversations.cases.facts import OriginalOpened
from conversations.cases.roles import Role
from conversations.desk import talking
from conversations.desk.access import decides
from conversations.desk.publishing import journal
from conversations.desk.visit import QUESTION, Visit, command
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.arguments import exhibit
from conversations.dialogs.dialog import Context
from conversations.dialogs.originals import MOST, ORIGINAL, chosen, with_original
from conversations.messages import Exhibits, Outgoing
from conversations.phrase import Phrase

_ANOTHERS = Phrase("Originals are for the arbitrator who has the case. Take the case first.")
_NONE = Phrase("No original is kept in this case: nothing was shown yet, or it could not be used.")
_GONE = Phrase("The original of this exhibit is not kept any more.")


async def offer(visit: Visit, case: Case) -> None:
    """Buttons under the evidence, for those exhibits that others see a copy of."""
    exhibits = await visit.work.evidence.of(case.ref)
    others = [each for each in with_original(exhibits) if each.copy][-MOST:]
    if not others or not decides(case, visit.person):
        return
    buttons = [command(Phrase("{name}", name=each.name), "original", f"{case.ref} {each.name}") for each in others]
    line = Phrase("These are shown as copies, which tell nothing of place, time and device. The originals:")
    await visit.say(line, choices=dialogs.rows(buttons, 4), ref=case.ref)


async def begin(visit: Visit, case: Case, argument: str) -> None:
    """Asks which exhibit, unless that was said, and then whether they are sure."""
    exhibits = with_original(await visit.work.evidence.of(case.ref))
    if not decides(case, visit.person):
        await visit.say(_ANOTHERS, ref=case.ref, choices=((command(Phrase("Show the case"), "case", case.ref),),))
    elif not exhibits:
        await visit.say(_NONE, ref=case.ref)
    else:
        named = exhibit(argument)
        known = {"name": named} if named in {each.name for each in exhibits} else {}
        await talking.begin(visit, dialogs.start(ORIGINAL.name, case.ref, **known))


async def send(visit: Visit, context: Context, case: Case, role: Role) -> None:
    """Puts on record that the original is opened, and by whom, and sends it. `case` is locked."""
    item = chosen(context)
    if not decides(case, visit.person):
        await visit.say(_ANOTHERS, slot=QUESTION)
        return
    if item is None:
        await visit.say(_GONE, slot=QUESTION)
        return
    await journal(case, (OriginalOpened(item.n),), Actor(role, visit.person.id), visit.work, now=visit.now)
    await visit.say(Phrase("It is on record that you opened the original of {name}.", name=item.name), slot=QUESTION)
    caption = Phrase(
        "{ref} · {name} · {party} · the original",
        ref=vocabulary.reference(case.ref),
        name=item.name,
        party=vocabulary.ROLES[item.by],
    )
    body = Exhibits(caption=caption, files=(item.original,), are_originals=True)
    await visit.work.outbox.add(Outgoing(to=visit.person.id, body=body, ref=case.ref))


async def hand_over(visit: Visit, case: Case, role: Role) -> bool:
    """Whether the visitor may have all originals, as a case file brings them; puts on record that they do."""
    if not decides(case, visit.person):
        await visit.say(_ANOTHERS, ref=case.ref)
        return False
    opened = [each for each in with_original(await visit.work.evidence.of(case.ref)) if each.copy]
    facts = tuple(OriginalOpened(each.n) for each in opened)
    await journal(case, facts, Actor(role, visit.person.id), visit.work, now=visit.now)
    return True
