"""Words and files between the parties of a case, passed on without exposing anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from conversations import vocabulary
from conversations.cases.case import Actor, Case
from conversations.cases.evidence import MAX_SIZE, Evidence, File, FileKind
from conversations.cases.facts import MessagePassedOn
from conversations.cases.lifecycle import Act
from conversations.cases.roles import Role, other
from conversations.cases.states import State
from conversations.desk import floods, talking, translating
from conversations.desk.filing import SPEAKERS
from conversations.desk.moving import add_evidence, make_move, visible
from conversations.desk.publishing import journal, show_card
from conversations.desk.rooms import recipients
from conversations.desk.visit import QUESTION, Visit, command
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.relay import REPLY
from conversations.messages import Body, Copies, Correction, Notice, Outgoing, Person, Placing, Said, Speech
from conversations.phrase import Phrase
from conversations.understanding import asks_where_it_stands, is_heated

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
    is_asked = case.state is State.EVIDENCE_REQUESTED and case.position.asked is role
    if is_asked and not said.is_edit and not await _is_more_of_album(visit, case, role, said):
        await _answer_arbitrator(visit, case, role, said)
    else:
        await speak(visit, case, role, said)


async def speak(visit: Visit, case: Case, role: Role, said: Said) -> None:
    """A message to the other side. One that shouts or insults waits for its sender to say how it shall be sent; who
    only asks where things stand sees that at once, beside. Who floods the case has to wait."""
    if await is_held_back(visit, case, role, said.files):
        return
    if said.text and not said.is_edit and is_heated(said.text, visit.lexicons):
        kept = {"words": said.text, "message": said.message, "files": [asdict(file) for file in said.files]}
        await talking.begin(visit, dialogs.start(REPLY.name, case.ref, is_heated=True, **kept))
        return
    await pass_on(visit, case, role, said)
    if not said.files and asks_where_it_stands(said.text, visit.lexicons):
        await show_card(case, visit.chat, role, visit.work, placing=Placing.BELOW)


async def is_held_back(visit: Visit, case: Case, role: Role, files: Sequence[File] = ()) -> bool:
    """Whether the visitor has said too much in this case lately; counts one more. Never so for evidence that the policy
    still has room for."""
    usable = [file for file in files if file.may_be_evidence and file.size <= MAX_SIZE]
    if usable and await _room(visit, case, role) > 0:
        return False
    return await floods.holds_back(visit, case)


async def _is_more_of_album(visit: Visit, case: Case, role: Role, said: Said) -> bool:
    """Whether it belongs to an album whose first file is evidence already: the first has asked, or answered, for all."""
    album = said.album
    given = await visit.work.evidence.of(case.ref) if album else ()
    return any(item.by is role and item.file.album == album for item in given)


async def pass_on_template(visit: Visit, case: Case, role: Role, words: Phrase) -> None:
    """Says words of ours to the other side, in each reader's language, as what the visitor said."""
    hearers = await recipients(case, other(role), visit.work)
    fact = MessagePassedOn("", template=words)
    await journal(case, (fact,), Actor(role, visit.person.id), visit.work, now=visit.now)
    body = Speech(speaker=_speaker(role, case), text="", template=words)
    for person in hearers:
        await visit.work.outbox.add(Outgoing(to=person.id, body=body, ref=case.ref))
    await visit.say(_passed_on(role, case) if hearers else _NOBODY_THERE, ref=case.ref, slot=QUESTION)


def _speaker(role: Role, case: Case) -> Phrase:
    return Phrase("{party} · {ref}", party=SPEAKERS[role], ref=vocabulary.reference(case.ref))


async def pass_on(visit: Visit, case: Case, role: Role, said: Said) -> None:
    """Carries a message to the other side and puts it on record.

    Photos, videos and papers become exhibits, which the other side is shown when they have been checked. What can never
    be checked is not passed on, but for photos, of which the messenger leaves nothing but the picture.
    """
    hearers = await recipients(case, other(role), visit.work)
    fact = MessagePassedOn(said.text, len(said.files), said.is_edit)
    await journal(case, (fact,), Actor(role, visit.person.id), visit.work, now=visit.now)
    usable = [file for file in said.files if file.may_be_evidence]
    if said.is_edit or not usable:
        lines = [await _carry(visit, case, role, said, hearers)]
    else:
        is_filed, lines = await _file(visit, case, role, said, usable)
        if is_filed:
            lines.insert(1, _after_the_check(role, case) if hearers else _NOBODY_THERE)
        elif all(file.kind is FileKind.PHOTO for file in usable):
            lines.insert(0, await _carry(visit, case, role, said, hearers))
        else:
            lines.append(Phrase("It was not passed on: nothing is shown that could not be checked."))
            if said.text:
                lines.insert(0, await _carry(visit, case, role, replace(said, files=()), hearers))
    await _acknowledge(visit, case, said, lines)


async def _carry(visit: Visit, case: Case, role: Role, said: Said, hearers: Sequence[Person]) -> Phrase:
    """Says it to the others as it is; gives what the speaker is told."""
    body = _body(visit, said, _speaker(role, case))
    for person in hearers:
        await visit.work.outbox.add(Outgoing(to=person.id, body=body, ref=case.ref))
    await translating.follow(visit, hearers, said, ref=case.ref)
    return _passed_on(role, case) if hearers else _NOBODY_THERE


async def _acknowledge(visit: Visit, case: Case, said: Said, lines: Sequence[Phrase]) -> None:
    """One notice for each message, and one for all that came together."""
    album = said.album
    await visit.tell(
        Outgoing(
            to=visit.chat.id,
            body=Notice(lines=tuple(lines), stays=bool(album)),
            slot=f"album:{album}" if album else "",
            placing=Placing.REPLACE if album else Placing.NEW,
            ref=case.ref,
            answers=visit.message,
        )
    )


def _body(visit: Visit, said: Said, speaker: Phrase) -> Body:
    source, message = visit.chat.address, said.message
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


#: A store may have nobody here; a buyer is always somebody.
_NOBODY_THERE = Phrase("Kept on record. Nobody of the store is in the chat yet; they will find it in the case.")


def _after_the_check(role: Role, case: Case) -> Phrase:
    ref = vocabulary.reference(case.ref)
    if role is Role.BUYER:
        return Phrase("The seller sees it as soon as it has been checked ({ref}).", ref=ref)
    return Phrase("The buyer sees it as soon as it has been checked ({ref}).", ref=ref)


async def _file(visit: Visit, case: Case, role: Role, said: Said, usable: Sequence[File]) -> tuple[bool, list[Phrase]]:
    """Files what was sent as evidence, as far as it can be. Gives whether any was, and what to say of it: first what was
    filed, of the same album before too."""
    given = [item for item in await visit.work.evidence.of(case.ref) if item.by is role]
    room = _room_beside(given, case)
    fitting = [file for file in usable if file.size <= MAX_SIZE]
    added = await add_evidence(visit, case, role, fitting[:room], said.text)
    album = said.album
    names = [item.name for item in given if album and item.file.album == album] + [f"E{fact.n}" for fact in added]
    lines = [Phrase("Filed as evidence: {names}.", names=tuple(names))] if names else []
    if len(fitting) < len(usable):
        lines.append(Phrase("A file larger than 20 MB cannot be kept as evidence; a smaller version of it can."))
    if len(fitting) > room:
        lines.append(Phrase("You have given {count} files, the most that are kept as evidence.", count=len(given)))
    return bool(added), lines


async def _room(visit: Visit, case: Case, role: Role) -> int:
    return _room_beside([item for item in await visit.work.evidence.of(case.ref) if item.by is role], case)


def _room_beside(given: Sequence[Evidence], case: Case) -> int:
    """How many more files the policy keeps as evidence of one party."""
    return max(0, case.limits.files * (1 + len(case.rulings)) - len(given))


async def _answer_arbitrator(visit: Visit, case: Case, role: Role, said: Said) -> None:
    files: list[File] = [file for file in said.files if file.may_be_evidence and file.size <= MAX_SIZE]
    found = await visible(visit, case.ref, lock=True)  # the clock may have gone on without an answer
    if not files and not said.text:
        await visit.say(_UNREADABLE, ref=case.ref)
    elif found is None or found[0].position.asked is not role:
        await pass_on(visit, case, role, said)
    else:
        await make_move(visit, found[0], role, Act(move="answer", text=said.text), files=files)
