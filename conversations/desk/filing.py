"""What becomes of an exhibit once it was looked into: it is on record, the others see it, or its giver hears why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from conversations import vocabulary
from conversations.cases.case import Actor, Case
from conversations.cases.evidence import Evidence
from conversations.cases.facts import EvidenceFiled, EvidenceRefused
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.desk.publishing import HEARERS, journal, mark, show_card, show_evidence
from conversations.desk.rooms import recipients
from conversations.messages import Mark, Notice, Outgoing, Speech
from conversations.phrase import Phrase
from conversations.ports import Work

SPEAKERS = {
    Role.BUYER: Phrase("The buyer writes"),
    Role.SELLER: Phrase("The seller writes"),
}


async def file(case: Case, found: Evidence, work: Work, now: datetime) -> None:
    """Keeps what was found out about an exhibit of a case, which is locked."""
    await work.evidence.save(case.ref, found)
    fact = (
        EvidenceRefused(found.n, found.refused) if found.refused else EvidenceFiled(found.n, found.sha256, found.mime)
    )
    await journal(case, (fact,), Actor(Role.CLOCK), work, now=now)
    given = await work.evidence.of(case.ref)
    judged = replace(case, is_unproven=_is_unproven(case, given))
    if judged != case:
        await work.cases.save(judged)
    if found.refused:
        await _say_why(judged, found, work)
        await _pass_on_words(judged, found, given, work)
    await _show_lot([each for each in given if each.is_with(found)], found, judged, work)
    if found.refused or judged != case:
        for role in HEARERS:
            for person in await recipients(judged, role, work):
                await show_card(judged, person, role, work)


def _is_unproven(case: Case, given: Sequence[Evidence]) -> bool:
    """Whether too little is left of the buyer's evidence, what is still being checked counted in, for what the policy
    asked for. Nothing changes before somebody has looked."""
    return sum(item.by is Role.BUYER and not item.refused for item in given) < case.evidence_needed


async def _say_why(case: Case, refused: Evidence, work: Work) -> None:
    lines = [Phrase("Your evidence {name} cannot be used: {why}", name=refused.name, why=_REFUSED[refused.refused])]
    if case.is_unproven and case.state is State.AWAITING_SELLER and refused.by is Role.BUYER:
        lines.append(
            Phrase(
                "Your claim now lacks the evidence it needs. Please send another photo, video or PDF file here; without "
                "it, an arbitrator decides if the seller does not answer."
            )
        )
    for person in await recipients(case, refused.by, work):
        await work.outbox.add(Outgoing(to=person.id, body=Notice(lines=tuple(lines)), ref=case.ref))


async def _pass_on_words(case: Case, refused: Evidence, given: Sequence[Evidence], work: Work) -> None:
    """What was written with a file arrives even if the file does not."""
    if not refused.caption or any(
        (each.caption, each.at, each.by) == (refused.caption, refused.at, refused.by)
        for each in given
        if not each.refused
    ):
        return
    speaker = Phrase("{party} · {ref}", party=SPEAKERS[refused.by], ref=vocabulary.reference(case.ref))
    body = Speech(speaker=speaker, text=refused.caption, source=refused.file.chat, message=refused.file.message)
    for role in HEARERS:
        for person in await recipients(case, role, work) if role is not refused.by else ():
            await work.outbox.add(Outgoing(to=person.id, body=body, ref=case.ref))


async def _show_lot(lot: Sequence[Evidence], found: Evidence, case: Case, work: Work) -> None:
    """What came together is shown together, to everybody else who has the case, when all of it was looked into."""
    new = [each for each in lot if each.sha256 and not each.is_shown]
    if any(each.is_pending for each in lot) or not new:
        return
    hearers = [person for role in HEARERS if role is not found.by for person in await recipients(case, role, work)]
    for person in hearers:
        await show_evidence(case, person, work, only={each.n for each in new})
    for giver in await recipients(case, found.by, work) if hearers else ():
        await mark(giver, [each.file for each in new], Mark.PASSED_ON, work)
    for each in new:
        await work.evidence.save(case.ref, replace(each, is_shown=True))


_REFUSED = {
    "type": Phrase(
        "it is of a kind that cannot be checked. Please send a photo (JPEG, PNG, WebP, GIF, HEIC), a video (MP4, MOV, "
        "WebM) or a PDF file."
    ),
    "too_big": Phrase("it is larger than 20 MB. Please send a smaller version."),
    "gone": Phrase("it can no longer be fetched. Please send it again."),
    "broken": Phrase("it cannot be opened: it is damaged, or locked by a password. Please send another copy of it."),
}
