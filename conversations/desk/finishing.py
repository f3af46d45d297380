"""What a dialog with all its answers comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conversations import notices, vocabulary
from conversations.cards import MAY_SET_LIMIT
from conversations.cases.case import THE_CLOCK, Actor, Case, Moved, act, meeting
from conversations.cases.facts import Fact, NoteWritten, PrivateLimitSet, RatingAnswered, RatingChanged, ServiceRated
from conversations.cases.lifecycle import NAMES
from conversations.cases.ratings import Rating
from conversations.cases.roles import Role
from conversations.desk import moving, originals, relaying, talking
from conversations.desk.about_case import ENDED, why_no_answer, why_no_rating
from conversations.desk.access import is_for, may
from conversations.desk.commands import NO_CASE, do
from conversations.desk.opening import submit
from conversations.desk.publishing import journal, publish, show_card, tell_parties
from conversations.desk.rooms import recipients
from conversations.desk.visit import QUESTION, Visit, command
from conversations.dialogs import intake
from conversations.dialogs.dialog import Context
from conversations.dialogs.relay import REPLY, TEMPLATES, WHICH_CASE, said_instead, template_chosen
from conversations.messages import Said
from conversations.phrase import Phrase
from conversations.templates import MOST_OWN, Template

#: How often a party may set its private limit in a case.
_MOST_LIMITS = 2

#: Dialogs that end in words to the other side.
_SAY_SOMETHING = frozenset({REPLY.name, TEMPLATES.name})


async def finish(visit: Visit, context: Context) -> None:
    """What a dialog with all its answers comes to; afterwards the one before it is taken up again."""
    name, before = context.dialog.name, await visit.dialogs()
    if name == intake.NAME:
        await submit(visit, context)
    elif name == WHICH_CASE.name:
        await _case_chosen(visit, context)
    elif (found := await moving.visible(visit, context.dialog.ref, lock=True)) is None or not is_for(name, found[1]):
        await visit.say(talking.GONE, slot=QUESTION)
    elif name in _SAY_SOMETHING and not may(name, found[1], found[0].state):
        await visit.say(ENDED, ref=found[0].ref, slot=QUESTION)
    elif name in NAMES:
        await moving.finish(visit, context, *found)
    else:
        await _FINISHERS[name](visit, context, *found)
    if await visit.dialogs() == before:  # else it led to another question, which was asked
        await talking.resume(visit)


async def _rated(visit: Visit, context: Context, case: Case, role: Role) -> None:
    if (too_late := await why_no_rating(visit, case)) is not None:
        await visit.say(too_late, ref=case.ref, slot=QUESTION)
        return
    stars, outcome = int(context.answers["stars"]), int(context.answers["outcome"])
    words = str(context.answers.get("words", ""))
    given: ServiceRated | RatingChanged = ServiceRated(stars, words, outcome)
    rating = Rating(stars=stars, outcome=outcome, words=words, at=visit.now)
    if case.rating is not None:
        given, rating = RatingChanged(stars, words, outcome), replace(rating, at=case.rating.at)
        rating = replace(rating, answer=case.rating.answer, answered_at=case.rating.answered_at)
    case = replace(case, rating=rating)
    await _keep_rating(visit, case, given, Role.BUYER, told=Role.SELLER)


async def _responded(visit: Visit, context: Context, case: Case, role: Role) -> None:
    if (why_not := why_no_answer(case)) is not None:
        await visit.say(why_not, ref=case.ref, slot=QUESTION)
        return
    assert case.rating is not None
    words = str(context.answers["words"])
    case = replace(case, rating=replace(case.rating, answer=words, answered_at=visit.now))
    await _keep_rating(visit, case, RatingAnswered(words), Role.SELLER, told=Role.BUYER)


async def _keep_rating(visit: Visit, case: Case, fact: Fact, role: Role, *, told: Role) -> None:
    """Keeps the case with its rating, thanks whoever gave it or answered, and tells the other side."""
    await visit.work.cases.save(case)
    await journal(case, (fact,), Actor(role, visit.person.id), visit.work, now=visit.now)
    thanks = notices.heard(fact, role, role)
    assert thanks is not None
    change = ((command(Phrase("Change the rating"), "rate", case.ref),),) if role is Role.BUYER else ()
    await visit.say(thanks, ref=case.ref, slot=QUESTION, choices=change)
    await tell_parties(case, (fact,), role, (told,), visit.work)
    for each in (role, told):
        for person in await recipients(case, each, visit.work):
            await show_card(case, person, each, visit.work)


async def _case_chosen(visit: Visit, context: Context) -> None:
    found = await moving.visible(visit, str(context.answers["ref"]))
    then = str(context.answers.get("then", "case"))
    if found is None:
        await visit.say(NO_CASE, slot=QUESTION)
        return
    await visit.say(Phrase("Case {ref}.", ref=vocabulary.reference(found[0].ref)), slot=QUESTION)
    if then == "hear" and not found[0].is_open:
        await visit.say(ENDED, ref=found[0].ref)
    elif then == "hear":
        await relaying.hear(visit, *found, said_of(context.answers))
    else:
        await do(visit, then, *found, str(context.answers.get("argument", "")))


async def _replied(visit: Visit, context: Context, case: Case, role: Role) -> None:
    answers = context.answers
    if "how" not in answers:
        await relaying.hear(visit, case, role, Said(message=visit.message or 0, text=str(answers["words"])))
        return
    instead = said_instead(context)
    if isinstance(instead, Template):
        await relaying.pass_on_template(visit, case, role, instead.words)
        return
    kept = said_of({**answers, "text": instead or answers["words"]})
    await visit.say(Phrase("It is being sent."), ref=case.ref, slot=QUESTION)
    await relaying.pass_on(visit, case, role, kept)


async def _template_used(visit: Visit, context: Context, case: Case, role: Role) -> None:
    answers, store = context.answers, await visit.work.orders.store(case.store)
    if answers["which"] not in ("new", "drop") and await relaying.is_held_back(visit, case, role):
        return
    if answers["which"] == "new":
        added = (*store.templates, str(answers["words"]))[-MOST_OWN:]
        await visit.work.orders.set_templates(store.name, added)
        await visit.say(Phrase("Kept. /templates shows it from now on."), ref=case.ref, slot=QUESTION)
    elif answers["which"] == "drop":
        left = tuple(text for i, text in enumerate(store.templates) if str(i) != answers["gone"])
        await visit.work.orders.set_templates(store.name, left)
        await visit.say(Phrase("Removed."), ref=case.ref, slot=QUESTION)
    elif (chosen := template_chosen(context)) is None:
        await visit.say(Phrase("This template does not fit any more; /templates shows those that do."), slot=QUESTION)
    elif chosen.text:
        await visit.say(Phrase("It is being sent."), ref=case.ref, slot=QUESTION)
        await relaying.pass_on(visit, case, role, Said(message=visit.message or 0, text=chosen.text))
    else:
        await relaying.pass_on_template(visit, case, role, chosen.words)


async def _noted(visit: Visit, context: Context, case: Case, role: Role) -> None:
    fact = NoteWritten(str(context.answers["words"]))
    await journal(case, (fact,), Actor(role, visit.person.id), visit.work, now=visit.now)
    await visit.say(Phrase("Noted, for arbitrators only."), slot=QUESTION)


async def _limit_set(visit: Visit, context: Context, before: Case, role: Role) -> None:
    """Keeps a private limit. What the other side said, or whether it said anything, shows only when both limits meet."""
    if before.state not in MAY_SET_LIMIT or before.has_met:
        await visit.say(
            Phrase("A private limit can be set while both sides are still talking, until both limits have met."),
            slot=QUESTION,
        )
        return
    if await _has_tried_enough(visit, before, role):
        await visit.say(
            Phrase("You have set it twice, so it stays: more tries could reveal the other side's limit."), slot=QUESTION
        )
        return
    amount = int(context.answers["amount"])
    case = replace(before, most=amount) if role is Role.SELLER else replace(before, least=amount)
    await visit.work.cases.save(case)
    facts = (PrivateLimitSet(),)
    await journal(case, facts, Actor(role, visit.person.id), visit.work, now=visit.now)
    await visit.say(
        Phrase("Noted, for nobody else to see. If what you both would accept meets, we will tell you both."),
        slot=QUESTION,
    )
    if (move := meeting(case)) is not None:
        outcome = act(case, move, THE_CLOCK, now=visit.now)
        assert isinstance(outcome, Moved)
        await publish(outcome, THE_CLOCK, visit.work, now=visit.now, before=case)


async def _has_tried_enough(visit: Visit, case: Case, role: Role) -> bool:
    """Whoever could set a limit as often as they like would find the other side's by trying."""
    entries = await visit.work.journal.of(case.ref)
    return sum(entry.who is role and isinstance(entry.fact, PrivateLimitSet) for entry in entries) >= _MOST_LIMITS


async def _address_given(visit: Visit, context: Context, case: Case, role: Role) -> None:
    store = await visit.work.orders.store(case.store)
    await visit.work.orders.set_store(replace(store, return_address=str(context.answers["address"])))
    await visit.say(
        Phrase("Returns to your store will be sent there. Waiting buyers see it in their case."), slot=QUESTION
    )
    buyer = await visit.work.people.get(case.buyer)
    await show_card(case, buyer, Role.BUYER, visit.work)


_FINISHERS = {
    "rate": _rated,
    "respond": _responded,
    "reply": _replied,
    "templates": _template_used,
    "note": _noted,
    "original": originals.send,
    "limit": _limit_set,
    "address": _address_given,
}


def said_of(answers: Mapping[str, object]) -> Said:
    """A message that waited for its case to be named."""
    context_files = moving.files_from(answers.get("files", ()))
    return Said(message=int(str(answers.get("message", 0))), text=str(answers.get("text", "")), files=context_files)
