"""Words and files between the parties of a case, passed on without exposing anybody."""

from __future__ import annotations

from conversations import vocabulary
from conversations.cases.case import Actor, Case
from conversations.cases.evidence import MAX_SIZE, File, FileKind
from conversations.cases.facts import MessagePassedOn
from conversations.cases.lifecycle import Act
from conversations.cases.roles import Role, other
from conversations.cases.states import State
from conversations.desk.access import recipients
from conversations.desk.moving import add_evidence, make_move, visible
from conversations.desk.publishing import journal
from conversations.desk.visit import Visit, command
from conversations.messages import Body, Copies, Correction, Outgoing, Said, Speech
from conversations.phrase import Phrase

_SPEAKERS = {
    Role.BUYER: Phrase("The buyer writes"),
    Role.SELLER: Phrase("The seller writes"),
}


_UNREADABLE = Phrase("Please answer the arbitrator in words, or with a photo, a video or a PDF file up to 20 MB.")


async def hear(visit: Visit, case: Case, role: Role, said: Said) -> None:
    """Free words about a case: the answer an arbitrator waits for, else a message to the other side."""
    await visit.open_ref(case.ref)
    if role is Role.ARBITRATOR:
        await visit.say(
            Phrase(
                "Arbitrators speak to the parties through “Ask a party”, proposals and rulings, so all is on record."
            ),
            choices=((command(Phrase("Show the case"), "case", case.ref),),),
            ref=case.ref,
        )
        return
    if case.state is State.EVIDENCE_REQUESTED and case.position.asked is role and not said.is_edit:
        await _answer_arbitrator(visit, case, role, said)
        return
    await pass_on(visit, case, role, said)


async def pass_on(visit: Visit, case: Case, role: Role, said: Said) -> None:
    """Carries a message to the other side and puts it on record; photos, videos and papers become exhibits."""
    speaker = Phrase("{party} · {ref}", party=_SPEAKERS[role], ref=vocabulary.reference(case.ref))
    hearers = await recipients(case, other(role), visit.work)
    body = _body(visit, said, speaker)
    for person in hearers:
        await visit.work.outbox.add(Outgoing(to=person.id, body=body, ref=case.ref))
    fact = MessagePassedOn(said.text, len(said.files), said.is_edit)
    await journal(case, (fact,), Actor(role, visit.person.id), visit.work, now=visit.now)
    lines = [_passed_on(role, case)] if hearers else [_nobody_there(role)]
    if said.files and not said.is_edit:
        lines += await _file(visit, case, role, said)
    await visit.say(*lines, ref=case.ref, quotes=True)


def _body(visit: Visit, said: Said, speaker: Phrase) -> Body:
    source, message = visit.person.address, said.message
    if said.is_edit:
        return Correction(speaker=speaker, text=said.text, source=source, message=message)
    if said.files:
        has_caption = not any(file.kind in (FileKind.STICKER, FileKind.VIDEO_NOTE) for file in said.files)
        return Copies(speaker=speaker, source=source, messages=(message,), caption=said.text, has_caption=has_caption)
    return Speech(speaker=speaker, text=said.text, source=source, message=message)


def _passed_on(role: Role, case: Case) -> Phrase:
    """Names the case, since who has several may have meant another."""
    ref = vocabulary.reference(case.ref)
    if role is Role.BUYER:
        return Phrase("Passed on to the seller ({ref}).", ref=ref)
    return Phrase("Passed on to the buyer ({ref}).", ref=ref)


def _nobody_there(role: Role) -> Phrase:
    if role is Role.BUYER:
        return Phrase("Kept on record. Nobody of the store is in the chat yet; they will find it in the case.")
    return Phrase("Kept on record. The buyer cannot be reached at the moment.")


async def _file(visit: Visit, case: Case, role: Role, said: Said) -> list[Phrase]:
    """Files what was sent as evidence, as far as it can be; says what could not."""
    given = [item for item in await visit.work.evidence.of(case.ref) if item.by is role]
    usable = [file for file in said.files if file.may_be_evidence]
    room = max(0, case.limits.files * (1 + len(case.rulings)) - len(given))
    fitting = [file for file in usable if file.size <= MAX_SIZE]
    added = await add_evidence(visit, case, role, fitting[:room], said.text)
    lines = [Phrase("Filed as evidence: {names}.", names=tuple(f"E{fact.n}" for fact in added))] if added else []
    if len(fitting) < len(usable):
        lines.append(Phrase("A file larger than 20 MB cannot be kept as evidence; a smaller version of it can."))
    if len(fitting) > room:
        lines.append(Phrase("You have given {count} files, the most that are kept as evidence.", count=len(given)))
    return lines


async def _answer_arbitrator(visit: Visit, case: Case, role: Role, said: Said) -> None:
    files: list[File] = [file for file in said.files if file.may_be_evidence and file.size <= MAX_SIZE]
    found = await visible(visit, case.ref, lock=True)  # the clock may have gone on without an answer
    if not files and not said.text:
        await visit.say(_UNREADABLE, ref=case.ref)
    elif found is None or found[0].position.asked is not role:
        await pass_on(visit, case, role, said)
    else:
        await make_move(visit, found[0], role, Act(move="answer", text=said.text), files=files)
