"""The door for what comes from groups: who speaks, whether they may, and what of their talk is meant for us.

The rule, which /help tells in the room: only commands, buttons and answers to our own questions count. All other talk stays
among the members, replies to our messages included; nothing of it reaches the other side of a case. So it does not
matter whether the messenger shows us all that is said in a group, or only what is addressed to us.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from conversations import presses
from conversations.cases.roles import Role
from conversations.desk import linking, talking
from conversations.desk.finishing import finish
from conversations.desk.visit import Settings, Visit
from conversations.dialogs import commands
from conversations.dialogs.arguments import command_in
from conversations.messages import (
    Content,
    Group,
    Incoming,
    Left,
    Moved,
    Notice,
    Outgoing,
    Person,
    Pressed,
    Returned,
    Room,
    Said,
    Sender,
)
from conversations.phrase import Phrase
from conversations.ports import Work

#: A member who talks in reply to us is told so often what becomes of it.
_REMINDED: Final = timedelta(days=1)

_ANONYMOUS: Final = Phrase(
    "I cannot see who you are while you write as the group. Please switch anonymity off in the group's administrators, and "
    "send it again."
)
_NOT_LINKED: Final = Phrase(
    "This group is not linked. Somebody who answers for a store, or an arbitrator, can send /link."
)
_NOT_CONFIRMED: Final = Phrase("The operator has yet to confirm this group. You will hear of it here.")
_AMONG_YOU: Final = Phrase(
    "This stays among you. What is to go to the buyer is sent with /reply, or by the button under the case."
)
_AMONG_ARBITRATORS: Final = Phrase(
    "This stays among you. Arbitrators speak to the parties by the buttons under the case."
)


async def visit_of(incoming: Incoming, group: Group, work: Work, now: datetime, settings: Settings) -> Visit | None:
    """The turn of a member who may act in their room; None when all there was to do is done."""
    known, content = await work.people.at_address(group.address), incoming.content
    if not isinstance(content, Said | Pressed):
        if known is not None:
            await _changed(known, content, work, now, settings)
        return None
    room = known.room if known is not None and known.room is not None and known.room.is_linked else None
    name, argument = _asked(content)
    if not name and isinstance(content, Said) and (room is None or group.is_anonymous or _is_talk(content)):
        return None  # nobody who only talks is even noticed
    if not isinstance(content, Pressed) and room is None and name not in _ALWAYS:
        return None
    here = await work.people.greet(Sender(address=group.address, name=group.title, language=incoming.sender.language))
    if group.is_anonymous:
        await work.outbox.add(Outgoing(to=here.id, body=Notice(lines=(_ANONYMOUS,))))
        return None
    visit = Visit(
        work=work,
        now=now,
        settings=settings,
        person=await work.people.greet(incoming.sender),
        finish=finish,
        message=content.message if isinstance(content, Said) else None,
        thread=content.thread,
        query=content.query if isinstance(content, Pressed) else "",
        room=here,
    )
    if name in _ALWAYS:
        await visit.toast()
        await _ALWAYS[name](visit, argument)
        return None
    why_not = _why_not(visit.person, room)
    if why_not is not None and (name or visit.query):
        await _refuse(visit, why_not)
    return visit if why_not is None else None


async def is_for_us(visit: Visit, said: Said) -> bool:
    """Whether a reply to us is an answer to the member's own open question, or an edit of what was passed on. Whoever takes
    it for a way to the other side is told, once a day, that it is none."""
    here = visit.chat.address
    if said.is_edit:
        return await visit.work.posts.case_of(here, said.message) is not None
    if await is_more_of_album(visit, said):
        return True
    stack = await visit.dialogs()
    if stack:
        question = await visit.work.posts.in_slot(here, visit.question_slot)
        # What has not been written down yet was sent just now: the question, most likely.
        is_new = said.reply_to is not None and not await visit.work.posts.knows(here, said.reply_to)
        if said.reply_to == question or is_new or talking.album_begun(stack[-1], said):
            return True
    reminded = f"among:{visit.person.id}:{visit.chat.id}"
    if not await visit.work.tallies.count(reminded, visit.now - _REMINDED):
        await visit.work.tallies.add(reminded, visit.now)
        await visit.say(_AMONG_YOU if visit.role is Role.SELLER else _AMONG_ARBITRATORS)
    return False


async def is_more_of_album(visit: Visit, said: Said) -> bool:
    """Whether it belongs to an album whose first file was an answer and went into the case as evidence."""
    ref = visit.topic
    if said.album and not ref and said.reply_to is not None:
        ref = await visit.work.posts.case_of(visit.chat.address, said.reply_to) or ""
    given = await visit.work.evidence.of(ref) if said.album and ref else ()
    return any(item.by is visit.role and item.file.album == said.album for item in given)


def _is_talk(said: Said) -> bool:
    """Whether it is neither in reply to us nor a command that was edited."""
    return said.reply_to is None and not (said.is_edit and said.text.startswith("/"))


def _asked(content: Said | Pressed) -> tuple[str, str]:
    """The command and its argument, by whatever means; empty when it is none."""
    if isinstance(content, Said):
        return ("", "") if content.files or content.is_edit else command_in(content.text)
    pressed = presses.read(content.do) if content.is_ours else None
    return (pressed.command, pressed.argument) if isinstance(pressed, presses.CommandPress) else ("", "")


async def _changed(group: Person, content: Content, work: Work, now: datetime, settings: Settings) -> None:
    """Something befell the group as such."""
    if isinstance(content, Moved):
        await linking.move(group, content.to, work, now)
    elif isinstance(content, Left):
        await linking.leave(group, work, now, settings)
    elif isinstance(content, Returned) and content.has_lost_topics:
        await linking.lose_topics(group, work)


def _why_not(person: Person, room: Room | None) -> Phrase | None:
    """Why this member cannot act in the room; None when they can."""
    if room is None:
        return _NOT_LINKED
    if not linking.stands_in(person, room):
        return linking.no_role(room)
    return None if room.hears else _NOT_CONFIRMED


async def _refuse(visit: Visit, why: Phrase) -> None:
    if visit.query:
        await visit.toast(why, is_alert=True)
    else:
        await visit.say(why)


async def _help(visit: Visit, argument: str) -> None:
    room = visit.chat.room
    if room is None or not room.hears:
        await visit.say(_NOT_LINKED if room is None or not room.is_linked else _NOT_CONFIRMED)
        return
    names = commands.here(room.role)
    lines = [
        Phrase("/{command}: {what}", command=each.name, what=each.description)
        for each in commands.COMMANDS
        if each.name in names and not each.is_move
    ]
    lines.append(Phrase("/{command}: {what}", command="unlink", what=Phrase("Link this group no more")))
    lines += linking.how_it_works(room.role)
    await visit.say(*lines, title=Phrase("What you can do here"), is_list=True)


#: What anybody may ask in any group.
_ALWAYS: Mapping[str, Callable[[Visit, str], Awaitable[None]]] = {
    "start": _help,
    "help": _help,
    "link": linking.link,
    "unlink": linking.unlink,
}
