"""The commands about a case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from conversations import notices, vocabulary
from conversations.cards import MAY_SET_LIMIT, has_no_round_left, may_link, moves_for
from conversations.cases.case import Case
from conversations.cases.clocks import open_until
from conversations.cases.roles import Role
from conversations.desk import moving, originals, relaying, talking
from conversations.desk.publishing import show_card, show_evidence
from conversations.desk.visit import Visit, command
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.rating import RESPOND
from conversations.dialogs.steps import fitting
from conversations.messages import Dossier, Outgoing, Placing, Said
from conversations.phrase import Phrase

ENDED = Phrase("This case has ended, so nothing more is passed on in it.")
_NO_ROUND_LEFT = Phrase(
    "You have made as many offers as one side may. You can take theirs, write to them, or leave it to an arbitrator."
)
_MOST_LINES = 60


async def store_line(visit: Visit, store: str) -> Phrase | None:
    """How the store stands with its buyers; None when nothing is known."""
    return vocabulary.standing(await visit.work.outcomes.standing(store, visit.now))


async def start_move(visit: Visit, name: str, case: Case, role: Role, argument: str = "") -> None:
    """Begins a move if it is open, with what was typed after its command."""
    if name == "offer" and has_no_round_left(case, role):
        await visit.say(_NO_ROUND_LEFT, ref=case.ref, choices=((command(Phrase("Show the case"), "case", case.ref),),))
        return
    if name not in moves_for(case, role):
        await moving.explain_closed_move(visit, case, role, name)
        return
    await talking.begin(visit, moving.begun(name, case, argument))


async def _show(visit: Visit, case: Case, role: Role, argument: str) -> None:
    if role is Role.BUYER and (line := await store_line(visit, case.store)) is not None:
        await visit.say(line, ref=case.ref)
    await show_card(case, visit.chat, role, visit.work, placing=Placing.BELOW)


async def _evidence(visit: Visit, case: Case, role: Role, argument: str) -> None:
    if not await show_evidence(case, visit.chat, visit.work):
        await visit.say(Phrase("There is no evidence in this case yet."), ref=case.ref)
    elif role is Role.ARBITRATOR and visit.room is None:
        await originals.offer(visit, case)


async def _original(visit: Visit, case: Case, role: Role, argument: str) -> None:
    await originals.begin(visit, case, argument)


async def _record(visit: Visit, case: Case, role: Role, argument: str) -> None:
    entries = await visit.work.journal.of(case.ref)
    secret = notices.HIDDEN if role is Role.ARBITRATOR else notices.HIDDEN | notices.CONFIDENTIAL
    seen = [entry for entry in entries if type(entry.fact) not in secret]
    lines = tuple(
        Phrase("{n}. {at}: {what}", n=n, at=entry.at, what=notices.record(entry.fact, entry.who))
        for n, entry in enumerate(seen, start=1)  # a number left out would tell that there is a secret
    )
    if len(lines) > _MOST_LINES:
        left = Phrase.counted(
            "({n} earlier entry is left out.)", "({n} earlier entries are left out.)", len(lines) - _MOST_LINES
        )
        lines = (left, *lines[-_MOST_LINES:])
    title = Phrase("History of case {ref}", ref=vocabulary.reference(case.ref))
    await visit.say(*lines, title=title, ref=case.ref, is_list=True)


async def _casefile(visit: Visit, case: Case, role: Role, argument: str) -> None:
    """The whole record as papers to keep; an arbitrator has it in the chat at once, too."""
    if role is Role.ARBITRATOR:
        await _show(visit, case, role, argument)
        await _record(visit, case, role, argument)
        if await show_evidence(case, visit.chat, visit.work):
            await originals.offer(visit, case)
        if not await originals.hand_over(visit, case, role):
            return
    await visit.say(Phrase("The case file is being made; it comes as a PDF, with what belongs to it."), ref=case.ref)
    caption = Phrase("Case file {ref}", ref=vocabulary.reference(case.ref))
    dossier = Dossier(ref=case.ref, reader=role, caption=caption)
    await visit.work.outbox.add(Outgoing(to=visit.person.id, body=dossier, ref=case.ref))


async def _reply(visit: Visit, case: Case, role: Role, argument: str) -> None:
    if not case.is_open:
        await visit.say(ENDED, ref=case.ref)
        return
    if role is Role.ARBITRATOR:
        await relaying.hear(visit, case, role, Said(message=visit.message or 0))
        return
    answers = {"words": argument} if argument else {}
    await talking.begin(visit, dialogs.start("reply", case.ref, **answers))


async def _templates(visit: Visit, case: Case, role: Role, argument: str) -> None:
    if not case.is_open:
        await visit.say(ENDED, ref=case.ref)
    elif role is Role.ARBITRATOR:
        await relaying.hear(visit, case, role, Said(message=visit.message or 0))
    else:
        await talking.begin(visit, dialogs.start("templates", case.ref))


async def _note(visit: Visit, case: Case, role: Role, argument: str) -> None:
    answers = {"words": argument} if argument else {}
    await talking.begin(visit, dialogs.start("note", case.ref, **answers))


async def _limit(visit: Visit, case: Case, role: Role, argument: str) -> None:
    if case.state not in MAY_SET_LIMIT or case.has_met or role is Role.ARBITRATOR:
        await visit.say(
            Phrase("A private limit can be set while both sides are still talking, until both limits have met."),
            ref=case.ref,
        )
    else:
        await talking.begin(visit, dialogs.start("limit", case.ref))


async def _problem(visit: Visit, case: Case, role: Role, argument: str) -> None:
    """A new claim on the replacement that this case sent."""
    if role is not Role.BUYER or not may_link(case):
        await visit.say(Phrase("No replacement was received in this case."), ref=case.ref)
        return
    key = case.claim.order
    about = {"order": [key.store, key.number], "number": key.number, "linked": case.ref}
    await talking.begin(visit, dialogs.start("intake", **about))


async def _address(visit: Visit, case: Case, role: Role, argument: str) -> None:
    answers = {"address": argument} if len(argument) >= 10 else {}
    await talking.begin(visit, dialogs.start("address", case.ref, **answers))


async def why_no_rating(visit: Visit, case: Case) -> Phrase | None:
    """Why the buyer cannot rate this case now, or change the rating; None when they can."""
    if case.rating is not None and not case.rating.is_editable(visit.now):
        return Phrase("You have rated this case already. Thank you.")
    if case.rating is not None:
        return None
    if case.ended_at is None:
        return Phrase("You can rate the service once the case has ended.")
    outages = await visit.work.clocks.outages(since=case.ended_at)
    if visit.now > open_until(case.ended_at + case.limits.rating, outages):
        return Phrase("The time for a rating has passed.")
    return None


async def _rate(visit: Visit, case: Case, role: Role, argument: str) -> None:
    if (why_not := await why_no_rating(visit, case)) is not None:
        await visit.say(why_not, ref=case.ref)
    else:
        await talking.begin(visit, dialogs.start("rate", case.ref))


def why_no_answer(case: Case) -> Phrase | None:
    """Why the seller cannot answer the rating; None when they can."""
    if case.rating is None:
        return Phrase("The buyer has not rated this case, so there is nothing to answer yet.")
    if case.rating.answer:
        return Phrase("Your store has answered this rating already.")
    return None


async def _respond(visit: Visit, case: Case, role: Role, argument: str) -> None:
    if (why_not := why_no_answer(case)) is not None:
        await visit.say(why_not, ref=case.ref)
        return
    answers = {"words": argument} if argument else {}
    await talking.begin(visit, dialogs.start("respond", case.ref, **fitting(RESPOND, answers)))


ABOUT_CASE: Mapping[str, Callable[[Visit, Case, Role, str], Awaitable[None]]] = {
    "case": _show,
    "evidence": _evidence,
    "original": _original,
    "record": _record,
    "casefile": _casefile,
    "reply": _reply,
    "templates": _templates,
    "note": _note,
    "limit": _limit,
    "problem": _problem,
    "address": _address,
    "rate": _rate,
    "respond": _respond,
}
