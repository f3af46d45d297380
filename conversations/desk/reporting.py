"""Reports for sellers: asked for by `/report`, or sent once a week; counted when they are handed over, beside the desk's
transaction. What is suggested is kept, to see whether it worked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from conversations.cases.figures import Period, Suggestion
from conversations.desk.visit import Visit, command
from conversations.messages import Choices, Outgoing, Picture, Report, Review
from conversations.phrase import Phrase
from conversations.ports import Work
from conversations.reports import screens
from conversations.reports.recurring import recurring
from conversations.reports.screens import Findings
from conversations.reports.suggestions import Advised, find, is_due, standing_with

#: The lengths of time a report can be about, in days. The digest is about the first.
LENGTHS: Final = (7, 30, 90)
USUAL: Final = 30

#: Weeks begin on a Monday, at eight in the morning UTC, when most sellers are at work or about to be.
_A_MONDAY: Final = datetime(2024, 1, 1, 8, tzinfo=UTC)
_WEEK: Final = timedelta(days=7)


def week_of(now: datetime) -> datetime:
    """When the current week began: the digest is about the one before."""
    return _A_MONDAY + (now - _A_MONDAY) // _WEEK * _WEEK


async def answer(visit: Visit, argument: str) -> None:
    """`/report [7|30|90] [STORE]`, and `/report off` or `on` for the weekly one."""
    stores = sorted(visit.person.stores)
    if not stores:
        await visit.say(Phrase("“/{command}” is not something you can do here. /help shows what is.", command="report"))
        return
    if argument.lower() in ("on", "off"):
        await _switch(visit, is_off=argument.lower() == "off")
        return
    words = argument.split(maxsplit=1)
    days = int(words[0]) if words and words[0] in map(str, LENGTHS) else 0
    name = " ".join(words[1:]) if days else argument
    named = [stores[0]] if not name and len(stores) == 1 else _named(name, stores)
    if not named:
        await _ask_which(visit, stores, days or USUAL)
        return
    choices = _choices(stores.index(named[0]), but=days or USUAL)
    review = Review(store=named[0], days=days or USUAL, ends=visit.now, choices=choices)
    await visit.tell(Outgoing(to=visit.person.id, body=review))


async def digest(person: int, store: str, work: Work, now: datetime) -> None:
    """The weekly report of a store, once to each of its sellers; nothing where nothing happened."""
    week = week_of(now)
    reader = await work.people.get(person)
    if not reader.sells_for(store) or not await work.digests.done(person, store, week):
        return
    off = (command(Phrase("No weekly reports"), "report", "off"),)
    choices = (*_choices(sorted(reader.stores).index(store), but=LENGTHS[0]), off)
    review = Review(store=store, days=LENGTHS[0], ends=week, choices=choices, unless_empty=True)
    await work.outbox.add(Outgoing(to=person, body=review))


# --- handed over -----------------------------------------------------------------------------------------------


async def findings_of(store: str, days: int, work: Work, now: datetime) -> Findings:
    """All that a report is made of. Only reads."""
    period = Period.last(days, now)
    figures = await work.reports.figures(store, period)
    kept = [s for s in await work.advice.of(store) if s.days == days and not is_due(s, period.before.begins)]
    advice = standing_with(find(figures, store=store, days=days, now=now), kept)
    return Findings(
        store=store,
        period=period,
        now=figures,
        before=await work.reports.figures(store, period.before),
        peers=await work.reports.peers(store, period),
        advice=tuple([await _with_words(s, period, work) if s not in kept else s for s in advice]),
        tried=[s for s in kept if is_due(s, period.begins)],
    )


def bodies_of(review: Review, findings: Findings) -> Sequence[Picture | Report]:
    """What is sent of a review: a picture, where there is something to draw, and the text."""
    if findings.is_empty and review.unless_empty:
        return ()
    text = screens.report(findings, choices=review.choices)
    picture = screens.picture(findings)
    return (text,) if picture is None else (picture, text)


async def remember(findings: Findings, work: Work) -> None:
    """Keeps what was suggested, and forgets what has been looked at for a whole period. Idempotent."""
    days, begins = findings.period.days, findings.period.before.begins
    kept = [s for s in await work.advice.of(findings.store) if s.days == days]
    for old in (s for s in kept if is_due(s, begins)):
        await work.advice.drop(old)
    for new in (s for s in findings.advice if s not in kept):
        await work.advice.keep(new)


async def _with_words(suggestion: Suggestion, period: Period, work: Work) -> Suggestion:
    """With the words that recur in the claims about its product."""
    if suggestion.kind != Advised.PRODUCT:
        return suggestion
    about, others = await work.reports.words(suggestion.store, suggestion.about, period)
    return replace(suggestion, words=recurring(about, others))


async def _switch(visit: Visit, *, is_off: bool) -> None:
    await visit.work.digests.set_off(visit.person.id, is_off)
    if is_off:
        again = command(Phrase("Send them again"), "report", "on")
        line = Phrase("No more weekly reports. /report still shows one at any time.")
        await visit.say(line, choices=((again,),))
    else:
        await visit.say(Phrase("A report on each of your stores will come here every Monday, unless nothing happened."))


async def _ask_which(visit: Visit, stores: Sequence[str], days: int) -> None:
    buttons = [
        (command(Phrase("{store}", store=store), "report", f"{days} #{n}"),) for n, store in enumerate(stores, start=1)
    ]
    await visit.say(Phrase("Which store is it about?"), choices=tuple(buttons))


def _named(name: str, stores: Sequence[str]) -> list[str]:
    """The store of that name, or of that number as the buttons have it, for which names can be too long."""
    number = name.removeprefix("#")
    if number != name and number.isdecimal() and 1 <= int(number) <= len(stores):
        return [stores[int(number) - 1]]
    return [store for store in stores if store.casefold() == name.casefold()]


def _choices(store: int, *, but: int) -> Choices:
    """The other lengths of time."""
    return (
        tuple(
            command(Phrase.counted("{n} day", "{n} days", days), "report", f"{days} #{store + 1}")
            for days in LENGTHS
            if days != but
        ),
    )
