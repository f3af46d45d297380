"""From a command, or a button that does the same, to what it does: who may, and which case is meant."""

from __future__ import annotations

from collections.abc import Callable

from conversations import vocabulary
from conversations.cards import MAY_SET_LIMIT, may_link, moves_for
from conversations.cases.case import Case
from conversations.cases.lifecycle import NAMES
from conversations.cases.roles import Role
from conversations.desk import moving, talking
from conversations.desk.about_case import ABOUT_CASE, start_move
from conversations.desk.access import is_for, roles_of
from conversations.desk.anywhere import ANYWHERE
from conversations.desk.visit import Visit
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.arguments import reference
from conversations.dialogs.commands import BY_NAME, here
from conversations.phrase import Phrase

#: Commands that tell another role what it can do instead.
_SAY_SO_THEMSELVES = frozenset({"reply", "templates", "limit", "problem"})

NO_CASE = Phrase("There is no such case among yours. /cases shows them all.")


async def run(visit: Visit, name: str, argument: str = "", *, reply_to: int | None = None) -> None:
    """Does what `/name argument` asks for. Whoever lacks the role is told what they can do, and nothing else."""
    if name == "translate" and not visit.settings.translates:
        await _say_unknown(visit, name)
        return
    if visit.role is not None and name not in here(visit.role) and (name in BY_NAME or name in ANYWHERE):
        await visit.say(Phrase("“/{command}” is for our own chat: please send it to me in private.", command=name))
        return
    if name in ANYWHERE:
        await ANYWHERE[name](visit, argument)
        return
    known = BY_NAME.get(name)
    roles = {visit.role} if visit.role is not None else roles_of(visit.person) | {Role.BUYER}
    if known is None or not roles & set(known.roles):
        await _say_unknown(visit, name)
        return
    await _about_case(visit, name, argument, reply_to)


async def _about_case(visit: Visit, name: str, argument: str, reply_to: int | None) -> None:
    """Finds the case a command is about: named, that of the topic, replied to, last opened, the only one; else asks."""
    words = argument.split(maxsplit=1)
    named = reference(words[0]) if words else None
    if named is not None:
        ref, is_sure = named
        found = await moving.visible(visit, ref)
        if found is not None:
            await do(visit, name, *found, words[1] if len(words) > 1 else "")
            return
        if is_sure:
            await visit.say(NO_CASE)
            return
    case = await the_case(visit, reply_to, suits=lambda case, role: _suits(case, role, name))
    if case is not None:
        await do(visit, name, *case, argument)
        return
    candidates = [c for c in await talking.cases_of(visit) if _suits_any(visit, c, name)]
    if not candidates and name in NAMES and (case := await the_case(visit, reply_to)) is not None:
        await do(visit, name, *case, argument)  # it cannot be done there either, but that case says why
        return
    if not candidates:
        await visit.say(_none_for(name), choices=visit.ways_on)
        return
    await talking.begin(visit, dialogs.start("case", then=name, argument=argument))


async def the_case(
    visit: Visit, reply_to: int | None, *, suits: Callable[[Case, Role], bool] = lambda case, role: True
) -> tuple[Case, Role] | None:
    """The case that is meant without being named, if that is clear. In a topic of their own making it never is."""
    if visit.topic:
        return await moving.visible(visit, visit.topic)
    if reply_to is not None and (ref := await visit.work.posts.case_of(visit.chat.address, reply_to)):
        return await moving.visible(visit, ref)
    if visit.thread:
        return None
    if visit.person.open_ref and visit.room is None:  # others of a room may look at another case
        found = await moving.visible(visit, visit.person.open_ref)
        if found is not None and suits(*found):
            return found
    fitting = []
    for case in await talking.cases_of(visit):
        role = visit.stands_in(case)
        if role is not None and suits(case, role):
            fitting.append((case, role))
    return fitting[0] if len(fitting) == 1 else None


def _suits(case: Case, role: Role, name: str) -> bool:
    if name in NAMES:
        return name in moves_for(case, role)
    if _is_others(name, role):
        return False
    if name == "rate":
        return not case.is_open and case.rating is None
    if name == "respond":
        return case.rating is not None and not case.rating.answer
    if name == "limit":
        return case.state in MAY_SET_LIMIT and not case.has_met and role is not Role.ARBITRATOR
    if name == "problem":
        return role is Role.BUYER and may_link(case)
    return case.is_open or name in ("case", "evidence", "original", "record", "casefile")


def _suits_any(visit: Visit, case: Case, name: str) -> bool:
    role = visit.stands_in(case)
    return role is not None and _suits(case, role, name)


def _none_for(name: str) -> Phrase:
    if name in NAMES:
        return Phrase(
            "None of your cases can do “{move}” now. /cases shows where they stand.", move=vocabulary.MOVES[name]
        )
    return Phrase("You have no case for that now. /cases shows all of yours.")


def _is_others(name: str, role: Role) -> bool:
    """Whether a command is for another role than the visitor's in that case, and does not say so itself."""
    return name not in _SAY_SO_THEMSELVES and not is_for(name, role)


async def _say_unknown(visit: Visit, name: str) -> None:
    await visit.say(Phrase("“/{command}” is not something you can do here. /help shows what is.", command=name[:32]))


async def do(visit: Visit, name: str, case: Case, role: Role, argument: str) -> None:
    """Does it in that case, if it is for the visitor's role there: whoever has several has one in each case."""
    await visit.open_ref(case.ref)
    if name in NAMES:
        await start_move(visit, name, case, role, argument)
    elif _is_others(name, role):
        await _say_unknown(visit, name)
    else:
        await ABOUT_CASE[name](visit, case, role, argument)
