"""The use cases: receive what somebody did, let a deadline pass, file evidence, note who cannot be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from conversations import presses
from conversations.cases.case import Actor, Case
from conversations.cases.facts import PartyReachable, PartyUnreachable
from conversations.cases.roles import Role, other
from conversations.desk import (
    commands,
    filing,
    groups,
    linking,
    moving,
    plain_words,
    privacy,
    relaying,
    reporting,
    rooms,
    talking,
)
from conversations.desk.about_case import ENDED, start_move
from conversations.desk.finishing import finish
from conversations.desk.publishing import journal, show_card, tell_parties
from conversations.desk.rooms import recipients
from conversations.desk.visit import QUESTION, Settings, Visit, command
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.arguments import command_in, reference
from conversations.dialogs.relay import REPLY, WHICH_CASE
from conversations.messages import Content, Incoming, Left, Notice, Outgoing, Person, Placing, Pressed, Said
from conversations.phrase import Phrase
from conversations.ports import OpenDialog, Work

#: Dialogs whose answer is not words alone but a message, whatever is in it.
_WHOLE_MESSAGES = frozenset({"reply", "answer"})
#: Dialogs that keep a message until it is known what becomes of it, and so the rest of its album.
_KEEPING = frozenset({WHICH_CASE.name, REPLY.name})
_STALE = Phrase("This has moved on; here is where the case stands now.")
_GONE_ON = Phrase("This has moved on. Please use the newest message, or /cases.")
_TOO_LATE = Phrase("That message has been dealt with already; please send the change as a new message.")
#: Of how many cases of a store the buyers are told that nobody of it can be reached.
_MOST_CASES = 1000
_UNREADABLE = Phrase("This button is from an older version. Please use the newest message, or /cases.")


class Desk:
    """The one door through which a case changes. It keeps nothing between calls: all is in the unit of work."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def receive(self, incoming: Incoming, work: Work, now: datetime) -> None:
        """Answers what somebody did. Everything said and changed is in `work`, and counts when that commits."""
        content = incoming.content
        if incoming.group is not None:
            if (member := await groups.visit_of(incoming, incoming.group, work, now, self.settings)) is not None:
                await _serve(member, content)
            return
        person = await work.people.greet(incoming.sender)
        if isinstance(content, Left):
            await self._set_reachable(person, False, work, now)
            return
        if not person.is_reachable:
            person = await self._set_reachable(person, True, work, now)
            await _welcome_back(person, work)
        visit = Visit(work=work, now=now, settings=self.settings, person=person, finish=finish)
        await _serve(visit, content)

    async def expire(self, ref: str, work: Work, now: datetime) -> None:
        """A case's alarm rang: reminds whose turn it is, or does what happens when nobody acts."""
        await moving.expire(ref, work, now)

    async def file(
        self,
        ref: str,
        n: int,
        work: Work,
        now: datetime,
        *,
        sha256: str = "",
        mime: str = "",
        copy: str = "",
        copy_mime: str = "",
        refused: str = "",
    ) -> None:
        """Exhibit `n` was fetched and looked into: it has a hash now, or a reason why it cannot be used.

        `copy` is the hash of what others see of it, empty when they may see what was sent. `refused` is one of "type",
        "too_big", "gone", "broken". Doing it twice changes nothing.
        """
        case = await work.cases.get(ref, lock=True)
        item = next((item for item in await work.evidence.of(ref) if item.n == n), None)
        if case is None or item is None or not item.is_pending:
            return
        found = replace(item, sha256=sha256, mime=mime, copy=copy, copy_mime=copy_mime, refused=refused)
        await filing.file(case, found, work, now)

    async def forget(self, ref: str, person: int, work: Work) -> frozenset[str]:
        """Takes what this person said and showed off a case that has ended. Returns the names of files that nobody needs
        for it any more. Doing it twice changes nothing."""
        return await privacy.forget(ref, await work.people.get(person), work)

    async def outdate(self, ref: str, work: Work, *, words: bool = False, files: bool = False) -> frozenset[str]:
        """Takes everybody's words, or files, off a case that ended long ago. Returns the names of files as `forget`."""
        return await privacy.outdate(ref, work, words=words, files=files)

    async def digest(self, person: int, store: str, work: Work, now: datetime) -> None:
        """The weekly report of a store is due for one of its sellers. Doing it twice says it once."""
        await reporting.digest(person, store, work, now)

    async def unreachable(self, person: int, work: Work, now: datetime) -> None:
        """Something could not be delivered to a person, for good: the other side of their cases is told. A group hears
        nothing more; those it heard for do."""
        whom = await work.people.get(person)
        if whom.room is not None:
            await linking.leave(whom, work, now, self.settings)
        else:
            await self._set_reachable(whom, False, work, now)

    async def vouch(
        self, group: int, work: Work, now: datetime, *, is_administrator: bool | None, lacks_topics: bool = False
    ) -> None:
        """A group that somebody wants to link was looked at: whether that member is one of its administrators (None: that
        cannot be seen), and whether it has topics that we may not open. Doing it twice says it once."""
        found = await work.people.get(group)
        await linking.vouch(
            found, work, now, self.settings, is_administrator=is_administrator, lacks_topics=lacks_topics
        )

    async def forward(self, group: int, outgoing: Sequence[Outgoing], work: Work) -> None:
        """Messages waited for a group that no longer hears: those that do now are told instead."""
        for each in outgoing:
            await rooms.forward(await work.people.get(group), each, work)

    async def _set_reachable(self, person: Person, is_reachable: bool, work: Work, now: datetime) -> Person:
        if person.is_reachable is is_reachable:
            return person
        person = replace(person, is_reachable=is_reachable)
        await work.people.save(person)
        for case in await work.cases.of_buyer(person.id):
            await _note_reach(case.ref, Role.BUYER, is_reachable, work, now)
        for store in sorted(person.stores):
            colleagues = await work.people.sellers_of(store)
            room = await rooms.room_for(Role.SELLER, store, work)
            others = [*(other for other in colleagues if other.id != person.id), *([room] if room is not None else ())]
            if any(other.is_reachable for other in others):
                continue
            for case in await work.cases.of_stores([store], limit=_MOST_CASES):
                await _note_reach(case.ref, Role.SELLER, is_reachable, work, now)
        return person


async def _serve(visit: Visit, content: Content) -> None:
    if isinstance(content, Said | Pressed) and content.thread:
        visit.thread = content.thread
        visit.topic = await visit.work.threads.case_of(visit.chat.address, content.thread) or ""
        visit.about = visit.topic if visit.room is not None else ""
    if isinstance(content, Pressed):
        visit.query = content.query
        await _press(visit, content)
    elif isinstance(content, Said):
        visit.message = content.message
        await _hear(visit, content)


async def _welcome_back(person: Person, work: Work) -> None:
    """Whoever comes back to an open case is told that they have missed something: nothing that failed is sent again."""
    cases = [*await work.cases.of_buyer(person.id), *await work.cases.of_stores(sorted(person.stores))]
    if any(case.is_open for case in cases):
        line = Phrase("Welcome back. What was sent to you meanwhile did not arrive; please look into your cases.")
        choices = ((command(Phrase("My cases"), "cases"),),)
        await work.outbox.add(Outgoing(to=person.id, body=Notice(lines=(line,), choices=choices)))


async def _note_reach(ref: str, party: Role, is_reachable: bool, work: Work, now: datetime) -> None:
    """On record, in a word to the other side, and on the cards of whoever else has the case."""
    case = await work.cases.get(ref, lock=True)
    if case is None or not case.is_open:
        return
    fact = PartyReachable(party) if is_reachable else PartyUnreachable(party)
    await journal(case, (fact,), Actor(party), work, now=now)
    await tell_parties(case, (fact,), party, (other(party),), work)
    for role in (other(party), Role.ARBITRATOR):
        for person in await recipients(case, role, work):
            await show_card(case, person, role, work)


async def _press(visit: Visit, content: Pressed) -> None:
    pressed = presses.read(content.do)
    if not content.is_ours:
        await _press_of_others(visit, pressed)
        return
    match pressed:
        case presses.MovePress(ref, turn, move):
            await _press_move(visit, ref, turn, move)
        case presses.AnswerPress():
            await talking.press(visit, pressed)
        case presses.CommandPress(name, argument):
            await visit.toast()
            await commands.run(visit, name, argument)
        case _:
            await visit.toast(_UNREADABLE, is_alert=True)


async def _press_of_others(visit: Visit, pressed: presses.Press | None) -> None:
    """A button that was made up, or made for another chat, does nothing; what it is about is shown to who may see it."""
    named = pressed.argument if isinstance(pressed, presses.CommandPress) else getattr(pressed, "ref", "")
    about = reference(named)
    found = await moving.visible(visit, about[0]) if about else None
    if found is None:
        await visit.toast(_GONE_ON, is_alert=True)
        return
    await visit.toast(_STALE)
    case, role = found
    await show_card(case, visit.chat, role, visit.work, placing=Placing.BELOW)


async def _press_move(visit: Visit, ref: str, turn: int, move: str) -> None:
    found = await moving.visible(visit, ref)
    if found is None:
        await visit.toast(commands.NO_CASE, is_alert=True)
        return
    case, role = found
    await visit.open_ref(ref)
    if turn != case.position.turn:
        await visit.toast(_STALE)
        await show_card(case, visit.chat, role, visit.work, placing=Placing.BELOW)
        return
    await visit.toast()
    await start_move(visit, move, case, role)


async def _hear(visit: Visit, said: Said) -> None:
    if said.text.startswith("/") and not said.files:
        if said.is_edit:
            await _hear_edited_command(visit, said)
        else:
            await commands.run(visit, *command_in(said.text), reply_to=said.reply_to)
        return
    if visit.room is not None and not await groups.is_for_us(visit, said):
        return
    stack = await _with_this_place_on_top(visit, await visit.dialogs())
    if stack and stack[-1].name in _KEEPING and talking.album_begun(stack[-1], said):
        await _keep_more(visit, stack, said)
        return
    if stack and not said.is_edit and not await _is_about_another_case(visit, said, stack[-1]):
        if stack[-1].name in _WHOLE_MESSAGES and stack[-1].step == "words":
            await _hear_whole(visit, stack, said)
        else:
            await talking.take(visit, stack, said)
        return
    if said.is_edit:
        await _hear_edit(visit, said)
        return
    if visit.room is not None and not await groups.is_more_of_album(visit, said):
        return  # no answer after all, and nothing else of a group's talk is passed on
    found = await commands.the_case(visit, said.reply_to, suits=lambda case, role: case.is_open)
    if found is not None:
        await _hear_about(visit, found, said)
    elif any(case.is_open for case in await talking.cases_of(visit)):
        kept = {"text": said.text, "message": said.message, "files": [asdict(file) for file in said.files]}
        await talking.begin(visit, dialogs.start("case", then="hear", **kept))
    else:
        await plain_words.hear(visit, said)


async def _keep_more(visit: Visit, stack: tuple[OpenDialog, ...], said: Said) -> None:
    """The rest of an album waits with its first file."""
    answers = stack[-1].answers
    words = "words" if stack[-1].name == REPLY.name else "text"
    files = [*answers["files"], *(asdict(file) for file in said.files)]
    text = "\n".join(filter(None, (answers[words], said.text)))
    waiting = replace(stack[-1], answers={**answers, "files": files, words: text})
    await visit.keep_dialogs((*stack[:-1], waiting))


async def _hear_whole(visit: Visit, stack: tuple[OpenDialog, ...], said: Said) -> None:
    """A message that was asked for counts as it is, with its files."""
    await visit.keep_dialogs(stack[:-1])
    if (found := await moving.visible(visit, stack[-1].ref)) is not None:
        await _hear_about(visit, found, said)
    else:
        await visit.say(talking.GONE, slot=QUESTION)
    if await visit.dialogs() == stack[:-1]:  # else it led to a question, which was asked
        await talking.resume(visit)


async def _hear_about(visit: Visit, found: tuple[Case, Role], said: Said) -> None:
    case, role = found
    if case.is_open:
        await relaying.hear(visit, case, role, said)
    else:
        await visit.say(ENDED, ref=case.ref)


async def _hear_edited_command(visit: Visit, said: Said) -> None:
    """An edited /reply corrects what it passed on. Any other command was done as it stood, and is not done again."""
    ref = await visit.work.posts.case_of(visit.chat.address, said.message)
    if ref is None:
        return
    name, words = command_in(said.text)
    named, *rest = words.split(maxsplit=1) or [""]
    if (about := reference(named)) is not None and about[0] == ref:
        words = "".join(rest)
    if name == "reply" and words:
        await _hear_edit(visit, replace(said, text=words))
    else:
        await visit.say(_TOO_LATE)


async def _hear_edit(visit: Visit, said: Said) -> None:
    """An edit of something passed on is passed on as an edit; of an answer, it comes too late."""
    ref = await visit.work.posts.case_of(visit.chat.address, said.message)
    found = await moving.visible(visit, ref) if ref else None
    if found is not None and found[0].is_open and found[1] is not Role.ARBITRATOR:
        if not await relaying.is_held_back(visit, *found):
            await relaying.pass_on(visit, *found, said)
    else:
        await visit.say(_TOO_LATE)


async def _with_this_place_on_top(visit: Visit, stack: tuple[OpenDialog, ...]) -> tuple[OpenDialog, ...]:
    """Every thread has a question of its own open: what is said there answers that one, whichever was asked last."""
    here = [opened for opened in stack if visit.is_asked_here(opened)]
    if not here or here[-1] is stack[-1]:
        return stack
    last = stack[-1]
    is_apart = visit.thread or last.thread or await visit.work.threads.has(visit.chat.address, last.ref)
    return (*(opened for opened in stack if opened is not here[-1]), here[-1]) if is_apart else stack


async def _is_about_another_case(visit: Visit, said: Said, opened: OpenDialog) -> bool:
    """Whether it is no answer to the dialog, by where it was said or by what it replies to."""
    if visit.topic:
        return not visit.is_asked_here(opened)
    if said.reply_to is None:
        return False
    about = await visit.work.posts.case_of(visit.chat.address, said.reply_to)
    return about is not None and about != opened.ref
