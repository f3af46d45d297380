"""What somebody may ask about their own data: what is kept, all of it to take along, all of it to be erased."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from conversations import vocabulary
from conversations.cases.case import Case
from conversations.desk import erasing, talking
from conversations.desk.joining import dismiss
from conversations.desk.publishing import tell_operator
from conversations.desk.visit import QUESTION, Visit, command
from conversations.messages import Outgoing, Person, Question, Style, Takeout
from conversations.phrase import Phrase
from conversations.ports import Work

#: How often somebody may have everything put together.
EXPORT_EVERY = timedelta(days=1)
_MOST_CASES = 10
_YES, _NO = "yes", "no"

_EXPORT = command(Phrase("Export my data"), "export")
_FORGET = command(Phrase("Have my data erased"), "forget")


# --- erasing, for those whose time has come --------------------------------------------------------------------


def may_be_erased(case: Case, held: timedelta, now: datetime) -> bool:
    """Whether what somebody said in the case is needed by nobody any more: it ended `held` ago or earlier."""
    return case.ended_at is not None and case.ended_at + held <= now


async def forget(ref: str, person: Person, work: Work) -> frozenset[str]:
    """Takes what this person said and showed off a case that has ended."""
    case = await work.cases.get(ref, lock=True)
    if case is None or case.is_open:
        return frozenset()
    entries, exhibits = await work.journal.of(ref), await work.evidence.of(ref)
    return await _keep(case, erasing.without_person(case, entries, exhibits, person), work)


async def outdate(ref: str, work: Work, *, words: bool, files: bool) -> frozenset[str]:
    """Takes everybody's words, or files, off a case that has ended."""
    case = await work.cases.get(ref, lock=True)
    if case is None or case.is_open:
        return frozenset()
    gone = frozenset[str]()
    if words:
        gone |= await _keep(case, erasing.without_words(case, await work.journal.of(ref)), work)
    if files:
        entries, exhibits = await work.journal.of(ref), await work.evidence.of(ref)
        gone |= await _keep(case, erasing.without_files(case, entries, exhibits), work)
    return gone


async def _keep(before: Case, erased: erasing.Erased, work: Work) -> frozenset[str]:
    if erased.case != before:
        await work.cases.save(erased.case)
    if erased.entries:
        await work.journal.erase(before.ref, erased.entries)
    for exhibit in erased.exhibits:
        await work.evidence.save(before.ref, exhibit)
    return erased.files


# --- what people ask for ---------------------------------------------------------------------------------------


async def _privacy(visit: Visit, argument: str) -> None:
    kept = visit.settings.pack.retention
    await visit.say(
        Phrase(
            "Kept are your name and language as your messenger tells them, where to write to you, the orders you named, "
            "what you write and show in your cases, and what came of them."
        ),
        Phrase("Why: to settle your cases, and to be able to show later how they were decided."),
        Phrase(
            "Who sees it: in a case the store, and arbitrators when they are called, see what you say and show, but "
            "neither your name nor your account. Whoever runs this service can see all of it. Nobody else gets it."
        ),
        Phrase(
            "How long: files go {evidence} after their case has ended, words {texts} after it. Messages that were dealt "
            "with go after {done}, those that could not be after {dead}; what you began and did not go on with after "
            "{dialogs}; wrong codes after {guesses}.",
            evidence=kept.evidence,
            texts=kept.texts,
            done=kept.done,
            dead=kept.dead,
            dialogs=kept.dialogs,
            guesses=kept.guesses,
        ),
        Phrase(
            "/export sends you everything about you. /forget has it erased; what you said in a case stays until {held} "
            "after its end, since the other side may need it.",
            held=kept.held,
        ),
        Phrase("What has arrived in somebody else's chat stays there: nobody can take that back."),
        title=Phrase("Your data"),
        choices=((_EXPORT,), (_FORGET,)),
    )
    await talking.resume(visit)


async def _export(visit: Visit, argument: str) -> None:
    wishes = await visit.work.privacy.of(visit.person.id)
    if wishes.exported_at is not None and visit.now < (next_at := wishes.exported_at + EXPORT_EVERY):
        await visit.say(
            Phrase("You had everything sent to you not long ago; it is above. You can ask again from {at}.", at=next_at)
        )
        return
    await visit.work.privacy.keep(visit.person.id, replace(wishes, exported_at=visit.now))
    await visit.say(Phrase("Everything about you is being put together; it comes as a file, or several."))
    body = Takeout(caption=Phrase("Everything that is kept about you. Open the page in it to read."))
    await visit.tell(Outgoing(to=visit.person.id, body=body))


async def _forget(visit: Visit, argument: str) -> None:
    wishes = await visit.work.privacy.of(visit.person.id)
    visit.answers_question = bool(visit.query) and argument in (_YES, _NO)
    if argument == _NO:
        await visit.work.privacy.keep(visit.person.id, replace(wishes, forget_at=None))
        await visit.say(Phrase("Your data stay as they are."), slot=QUESTION)
        await talking.resume(visit)
        return
    stays = _what_stays(await visit.work.privacy.cases_of(visit.person.id), visit)
    if wishes.held_until is not None and wishes.held_until > visit.now:
        until = Phrase("Whoever runs this service has to keep your data until {until}.", until=wishes.held_until)
        stays = (until, *stays)
    keep = command(Phrase("Keep my data"), "forget", _NO)
    if argument == _YES or wishes.forget_at is not None:
        if wishes.forget_at is None:
            await visit.work.privacy.keep(visit.person.id, replace(wishes, forget_at=visit.now))
            await visit.work.dialogs.keep(visit.person.id, ())
            await _leave(visit)
        done = Phrase("Everything about you is being erased. This is the last you hear of it.")
        if stays:
            done = Phrase("Everything about you is being erased, but for what has to stay for a while:")
        last = (Phrase("It goes by itself when its time has come."),) if stays else ()
        await visit.say(done, *stays, *last, choices=((keep,),) if stays else (), slot=QUESTION)
        return
    lines = (
        Phrase("Your name, your orders, your words and your files go. This cannot be undone, and roles you have end."),
        *(
            (
                Phrase(
                    "Some of it has to stay for a while, and with it your name and where to write to you; then it goes by itself:"
                ),
            )
            if stays
            else ()
        ),
    )
    erase = command(Phrase("Erase everything"), "forget", _YES, Style.DANGER)
    question = Question(
        prompt=Phrase("Erase everything about you?"), lines=lines, notes=stays, choices=((erase,), (keep,))
    )
    await visit.ask(question)


def _what_stays(cases: Sequence[Case], visit: Visit) -> tuple[Phrase, ...]:
    """A line for each case in which something is still needed, and until when."""
    held = visit.settings.pack.retention.held
    lines = []
    for case in cases:
        ref = vocabulary.reference(case.ref)
        if case.ended_at is None:
            lines.append(
                Phrase("Case {ref} is open: what you said in it, until {held} after its end.", ref=ref, held=held)
            )
        elif not may_be_erased(case, held, visit.now):
            lines.append(Phrase("Case {ref}: what you said in it, until {until}.", ref=ref, until=case.ended_at + held))
    if len(lines) > _MOST_CASES:
        more = Phrase.counted("And {n} more case.", "And {n} more cases.", len(lines) - _MOST_CASES)
        lines = [*lines[:_MOST_CASES], more]
    return tuple(lines)


async def _leave(visit: Visit) -> None:
    """Whoever is to be forgotten answers for nobody any more, and what they were deciding waits for another. The operator
    is told, but not who it was."""
    person = visit.person
    told = [
        Phrase("Somebody who answered for store {store} asked to be forgotten, and answers no more.", store=store)
        for store in sorted(person.stores)
    ]
    if person.is_arbitrator:
        told.append(Phrase("An arbitrator asked to be forgotten, and decides no more."))
    await visit.work.people.settle(person.id)  # nor is anybody asked to confirm what they were invited to
    if told:
        await dismiss(person, visit.work, visit.now, stores=person.stores, is_arbitrator=person.is_arbitrator)
        visit.person = await visit.work.people.get(person.id)
        await tell_operator(visit.settings, visit.work, *told)


COMMANDS: Mapping[str, Callable[[Visit, str], Awaitable[None]]] = {
    "privacy": _privacy,
    "export": _export,
    "forget": _forget,
}
