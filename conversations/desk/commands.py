"""What each command does. A button under a notice does the same as the command of its name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from conversations import notices, vocabulary
from conversations.cards import moves_for
from conversations.cases.case import Actor, Case
from conversations.cases.facts import NoteWritten, ServiceRated
from conversations.cases.lifecycle import NAMES
from conversations.cases.ratings import Rating
from conversations.cases.roles import Role
from conversations.cases.states import ENDS
from conversations.desk import moving, relaying, talking
from conversations.desk.access import role_in, roles_of
from conversations.desk.opening import submit
from conversations.desk.publishing import journal, show_card, show_evidence, tell_operator, tell_parties
from conversations.desk.visit import QUESTION, Visit, command
from conversations.dialogs import commands, intake
from conversations.dialogs import dialog as dialogs
from conversations.dialogs.arguments import reference
from conversations.dialogs.commands import BY_NAME
from conversations.dialogs.dialog import Context
from conversations.messages import Choices, Placing, Question, Said, Style
from conversations.phrase import Phrase
from conversations.ports import LinkPurpose

NO_CASE = Phrase("There is no such case among yours. /cases shows them all.")
ENDED = Phrase("This case has ended, so nothing more is passed on in it.")
_MOST_LINES = 60
_PAGE = 10


async def run(visit: Visit, name: str, argument: str = "", *, reply_to: int | None = None) -> None:
    """Does what `/name argument` asks for. Whoever lacks the role is told what they can do, and nothing else."""
    if name in _PLAIN:
        await _PLAIN[name](visit, argument)
        return
    known = BY_NAME.get(name)
    roles = roles_of(visit.person) | {Role.BUYER}
    if known is None or not roles & set(known.roles):
        await visit.say(
            Phrase("“/{command}” is not something you can do here. /help shows what is.", command=name[:32])
        )
        return
    await _about_case(visit, name, argument, reply_to)


async def _about_case(visit: Visit, name: str, argument: str, reply_to: int | None) -> None:
    """Finds the case a command is about: named, replied to, the one last opened, the only one; else asks."""
    words = argument.split(maxsplit=1)
    named = reference(words[0]) if words else None
    if named is not None:
        ref, is_sure = named
        found = await moving.visible(visit, ref)
        if found is not None:
            await _do(visit, name, *found, words[1] if len(words) > 1 else "")
            return
        if is_sure:
            await visit.say(NO_CASE)
            return
    case = await the_case(visit, reply_to, suits=lambda case, role: _suits(case, role, name))
    if case is not None:
        await _do(visit, name, *case, argument)
        return
    candidates = [c for c in await talking.cases_of(visit.person.id, visit) if _suits_any(visit, c, name)]
    if not candidates:
        await visit.say(_none_for(name), choices=start_choices(visit))
        return
    await talking.begin(visit, dialogs.start("case", then=name, argument=argument), finish)


async def the_case(
    visit: Visit, reply_to: int | None, *, suits: Callable[[Case, Role], bool] = lambda case, role: True
) -> tuple[Case, Role] | None:
    """The case that is meant without being named, if that is clear."""
    if reply_to is not None and (ref := await visit.work.posts.case_of(visit.person.address, reply_to)):
        return await moving.visible(visit, ref)
    if visit.person.open_ref:
        found = await moving.visible(visit, visit.person.open_ref)
        if found is not None and suits(*found):
            return found
    fitting = []
    for case in await talking.cases_of(visit.person.id, visit):
        role = role_in(case, visit.person)
        if role is not None and suits(case, role):
            fitting.append((case, role))
    return fitting[0] if len(fitting) == 1 else None


def _suits(case: Case, role: Role, name: str) -> bool:
    if name in NAMES:
        return name in moves_for(case, role)
    if name == "rate":
        return role is Role.BUYER and not case.is_open and case.rating is None
    return case.is_open or name in ("case", "evidence", "record", "casefile")


def _suits_any(visit: Visit, case: Case, name: str) -> bool:
    role = role_in(case, visit.person)
    return role is not None and _suits(case, role, name)


def _none_for(name: str) -> Phrase:
    if name in NAMES:
        return Phrase(
            "None of your cases can do “{move}” now. /cases shows where they stand.", move=vocabulary.MOVES[name]
        )
    return Phrase("You have no case for that now. /cases shows all of yours.")


async def _do(visit: Visit, name: str, case: Case, role: Role, argument: str) -> None:
    await visit.open_ref(case.ref)
    if name in NAMES:
        await start_move(visit, name, case, role, argument)
    else:
        await _CASE_COMMANDS[name](visit, case, role, argument)


async def start_move(visit: Visit, name: str, case: Case, role: Role, argument: str = "") -> None:
    """Begins a move if it is open, with what was typed after its command."""
    if name not in moves_for(case, role):
        await moving.explain_closed_move(visit, case, role, name)
        return
    await talking.begin(visit, moving.begun(name, case, argument), finish)


# --- finishing dialogs -----------------------------------------------------------------------------------------


async def finish(visit: Visit, context: Context) -> None:
    """What a dialog with all its answers comes to; afterwards the one before it is taken up again."""
    name = context.dialog.name
    if name == intake.NAME:
        await submit(visit, context)
    elif name in NAMES:
        if files := moving.files_of(context):
            case, role = context.the_case, context.role
            await moving.add_evidence(visit, case, role, files, str(context.answers.get("caption", "")))
        await moving.finish(visit, context)
    else:
        await _FINISHERS[name](visit, context)
    await talking.resume(visit, finish)


async def _rated(visit: Visit, context: Context) -> None:
    case = await visit.work.cases.get(context.dialog.ref, lock=True)
    if case is None or case.rating is not None or not await _may_rate(visit, case):
        return
    stars, words = int(context.answers["stars"]), str(context.answers.get("words", ""))
    case = replace(case, rating=Rating(stars=stars, words=words, at=visit.now))
    await visit.work.cases.save(case)
    facts = (ServiceRated(stars, words),)
    await journal(case, facts, Actor(Role.BUYER, visit.person.id), visit.work, now=visit.now)
    await visit.say(Phrase("Thank you. Your rating has been recorded."), ref=case.ref, slot=QUESTION)
    await tell_parties(case, facts, Role.BUYER, (Role.SELLER,), visit.work)
    await show_card(case, visit.person, Role.BUYER, visit.work)


async def _case_chosen(visit: Visit, context: Context) -> None:
    found = await moving.visible(visit, str(context.answers["ref"]))
    then = str(context.answers.get("then", "case"))
    if found is None:
        await visit.say(NO_CASE, slot=QUESTION)
        return
    await visit.say(Phrase("Case {ref}.", ref=vocabulary.reference(found[0].ref)), slot=QUESTION)
    if then == "hear":
        await relaying.hear(visit, *found, said_of(context.answers))
    else:
        await _do(visit, then, *found, str(context.answers.get("argument", "")))


async def _replied(visit: Visit, context: Context) -> None:
    found = await moving.visible(visit, context.dialog.ref)
    if found is not None:
        said = Said(message=visit.message or 0, text=str(context.answers["words"]))
        await relaying.pass_on(visit, *found, said)


async def _noted(visit: Visit, context: Context) -> None:
    found = await moving.visible(visit, context.dialog.ref)
    if found is not None and found[1] is Role.ARBITRATOR:
        fact = NoteWritten(str(context.answers["words"]))
        await journal(found[0], (fact,), Actor(Role.ARBITRATOR, visit.person.id), visit.work, now=visit.now)
        await visit.say(Phrase("Noted, for arbitrators only."), slot=QUESTION)


async def _address_given(visit: Visit, context: Context) -> None:
    found = await moving.visible(visit, context.dialog.ref)
    if found is None or found[1] is not Role.SELLER:
        return
    case = found[0]
    store = await visit.work.orders.store(case.store)
    await visit.work.orders.set_store(replace(store, return_address=str(context.answers["address"])))
    await visit.say(
        Phrase("Returns to your store will be sent there. Waiting buyers see it in their case."), slot=QUESTION
    )
    buyer = await visit.work.people.get(case.buyer)
    await show_card(case, buyer, Role.BUYER, visit.work)


_FINISHERS = {
    "rate": _rated,
    "case": _case_chosen,
    "reply": _replied,
    "note": _noted,
    "address": _address_given,
}


def said_of(answers: Mapping[str, object]) -> Said:
    """A message that waited for its case to be named."""
    context_files = moving.files_from(answers.get("files", ()))
    return Said(message=int(str(answers.get("message", 0))), text=str(answers.get("text", "")), files=context_files)


# --- commands about a case -------------------------------------------------------------------------------------


async def _show(visit: Visit, case: Case, role: Role, argument: str) -> None:
    await show_card(case, visit.person, role, visit.work, placing=Placing.BELOW)


async def _evidence(visit: Visit, case: Case, role: Role, argument: str) -> None:
    if not await show_evidence(case, visit.person, visit.work):
        await visit.say(Phrase("There is no evidence in this case yet."), ref=case.ref)


async def _record(visit: Visit, case: Case, role: Role, argument: str) -> None:
    entries = await visit.work.journal.of(case.ref)
    seen = [e for e in entries if role is Role.ARBITRATOR or type(e.fact) not in notices.CONFIDENTIAL]
    lines = tuple(
        Phrase("{n}. {at}: {what}", n=entry.n, at=entry.at, what=notices.record(entry.fact, entry.who))
        for entry in seen
    )
    if len(lines) > _MOST_LINES:
        left = Phrase.counted(
            "({n} earlier entry is left out.)", "({n} earlier entries are left out.)", len(lines) - _MOST_LINES
        )
        lines = (left, *lines[-_MOST_LINES:])
    await visit.say(*lines, title=Phrase("History of case {ref}", ref=vocabulary.reference(case.ref)), ref=case.ref)


async def _casefile(visit: Visit, case: Case, role: Role, argument: str) -> None:
    await _show(visit, case, role, argument)
    await _record(visit, case, role, argument)
    await show_evidence(case, visit.person, visit.work)


async def _reply(visit: Visit, case: Case, role: Role, argument: str) -> None:
    if not case.is_open:
        await visit.say(ENDED, ref=case.ref)
        return
    if role is Role.ARBITRATOR:
        await relaying.hear(visit, case, role, Said(message=visit.message or 0))
        return
    answers = {"words": argument} if argument else {}
    await talking.begin(visit, dialogs.start("reply", case.ref, **answers), finish)


async def _note(visit: Visit, case: Case, role: Role, argument: str) -> None:
    answers = {"words": argument} if argument else {}
    await talking.begin(visit, dialogs.start("note", case.ref, **answers), finish)


async def _address(visit: Visit, case: Case, role: Role, argument: str) -> None:
    answers = {"address": argument} if len(argument) >= 10 else {}
    await talking.begin(visit, dialogs.start("address", case.ref, **answers), finish)


async def _may_rate(visit: Visit, case: Case) -> bool:
    is_buyer = case.buyer == visit.person.id
    return is_buyer and case.ended_at is not None and visit.now <= case.ended_at + case.limits.rating


async def _rate(visit: Visit, case: Case, role: Role, argument: str) -> None:
    if case.rating is not None:
        await visit.say(Phrase("You have rated this case already. Thank you."), ref=case.ref)
    elif case.is_open:
        await visit.say(Phrase("You can rate the service once the case has ended."), ref=case.ref)
    elif not await _may_rate(visit, case):
        await visit.say(Phrase("The time for a rating has passed."), ref=case.ref)
    else:
        await talking.begin(visit, dialogs.start("rate", case.ref), finish)


_CASE_COMMANDS: Mapping[str, Callable[[Visit, Case, Role, str], Awaitable[None]]] = {
    "case": _show,
    "evidence": _evidence,
    "record": _record,
    "casefile": _casefile,
    "reply": _reply,
    "note": _note,
    "address": _address,
    "rate": _rate,
}


# --- commands about nothing in particular ----------------------------------------------------------------------


def start_choices(visit: Visit) -> Choices:
    """Where to go from here, what the person's role needs most first."""
    person = visit.person
    first = [command(Phrase("Open the queue"), "queue", style=Style.PRIMARY)] if person.is_arbitrator else []
    is_buyer = not person.stores and not person.is_arbitrator
    new = command(Phrase("Report a problem"), "new", style=Style.PRIMARY if is_buyer else Style.PLAIN)
    mine = command(Phrase("My cases"), "cases", style=Style.PRIMARY if person.stores else Style.PLAIN)
    rest = [new, mine] if is_buyer else [mine, new]
    rows = [*((button,) for button in first), *((button,) for button in rest)]
    return (*rows, (command(Phrase("Language"), "language"), command(Phrase("Help"), "help")))


async def _start(visit: Visit, token: str) -> None:
    if not token:
        await visit.say(
            Phrase("This is the after-sales desk. If something is wrong with an order, tell us here."),
            Phrase(
                "You choose a return, an exchange or a refund; we check it, ask the store, and stay until it is settled."
            ),
            title=Phrase("Welcome"),
            choices=start_choices(visit),
        )
        await talking.resume(visit, finish)
        return
    link = await visit.work.links.peek(token, visit.now)
    if link is None:
        await visit.say(
            Phrase("This link has been used or has expired. Please ask for a new one."), choices=start_choices(visit)
        )
    elif link.purpose is LinkPurpose.ORDER:
        await _new_for(visit, number=link.number, token=token)
    else:
        role = vocabulary.ROLES[Role.SELLER if link.purpose is LinkPurpose.SELLER else Role.ARBITRATOR]
        line = Phrase("You have been invited to answer for store {store}.", store=link.store)
        if link.purpose is LinkPurpose.ARBITRATOR:
            line = Phrase("You have been invited to decide disputes as an arbitrator.")
        accept = command(Phrase("Accept the invitation"), "join", token, Style.SUCCESS)
        confirm = Phrase("Please confirm that you accept. The operator is told.")
        await visit.ask(Question(prompt=role, lines=(line, confirm), choices=((accept,),)))


async def _join(visit: Visit, token: str) -> None:
    visit.answers_question = True
    link = await visit.work.links.redeem(token, visit.now, person=visit.person.id)
    if link is None or link.purpose is LinkPurpose.ORDER:
        await visit.say(
            Phrase("This invitation has been used or has expired. Please ask for a new one."), slot=QUESTION
        )
        return
    person = visit.person
    if link.purpose is LinkPurpose.SELLER:
        visit.person = replace(person, stores=person.stores | {link.store})
        done = Phrase("You now answer for store {store}. New cases will appear here.", store=link.store)
        told = Phrase("{name} now answers for store {store}.", name=person.name, store=link.store)
    else:
        visit.person = replace(person, is_arbitrator=True)
        done = Phrase("You are now an arbitrator. /queue shows the cases that wait.")
        told = Phrase("{name} is now an arbitrator.", name=person.name)
    await visit.work.people.save(visit.person)
    await visit.say(done, choices=start_choices(visit), slot=QUESTION)
    await tell_operator(visit.settings, visit.work, told)
    for case in await visit.work.cases.of_stores([link.store]) if link.store else ():
        if case.is_open and case.buyer != person.id:
            await show_card(case, visit.person, Role.SELLER, visit.work, placing=Placing.BELOW)


async def _new(visit: Visit, argument: str) -> None:
    stack = await visit.work.dialogs.of(visit.person.id)
    has_draft = any(opened.name == intake.NAME for opened in stack)
    if has_draft and argument != "anew":
        await visit.say(
            Phrase("You have a claim that is not finished yet."),
            choices=(
                (command(Phrase("Go on with it"), "resume", style=Style.PRIMARY),),
                (command(Phrase("Begin anew"), "new", "anew"),),
            ),
        )
        return
    await _new_for(visit, **({"number": argument} if argument and argument != "anew" else {}))


async def _new_for(visit: Visit, **answers: str) -> None:
    if await talking.is_locked(visit):
        await visit.say(talking.LOCKED)
        return
    bound = [o.key for o in await visit.work.orders.of(visit.person.id) if o.key.number == answers.get("number")]
    known = {"order": [bound[0].store, bound[0].number]} if len(bound) == 1 else {}
    await talking.begin(visit, dialogs.start(intake.NAME, **answers, **known), finish)


async def _resume(visit: Visit, argument: str) -> None:
    stack = await visit.work.dialogs.of(visit.person.id)
    drafts = [opened for opened in stack if opened.name == intake.NAME]
    if not drafts:
        await _new(visit, "")
        return
    await talking.go_on(visit, (*(d for d in stack if d.name != intake.NAME), drafts[-1]), finish)


async def _cases(visit: Visit, argument: str) -> None:
    cases = await talking.cases_of(visit.person.id, visit)
    if not cases:
        await visit.say(Phrase("You have no cases."), choices=start_choices(visit))
        return
    await visit.say(*await _listed(visit, cases), title=Phrase("Your cases"), choices=_case_buttons(cases))


async def _queue(visit: Visit, argument: str) -> None:
    if not visit.person.is_arbitrator:
        await visit.say(Phrase("“/{command}” is not something you can do here. /help shows what is.", command="queue"))
        return
    waiting = [c for c in await visit.work.cases.queue() if role_in(c, visit.person) is Role.ARBITRATOR]
    if not waiting:
        await visit.say(Phrase("No case waits for an arbitrator."))
        return
    await visit.say(
        *await _listed(visit, waiting), title=Phrase("Waiting for an arbitrator"), choices=_case_buttons(waiting)
    )


async def _listed(visit: Visit, cases: Sequence[Case]) -> tuple[Phrase, ...]:
    lines = []
    for case in cases[:_PAGE]:
        order = await visit.work.orders.get(case.claim.order)
        role = role_in(case, visit.person) or Role.BUYER
        what = Phrase("{case}: {state}.", case=vocabulary.headline(case, order), state=vocabulary.STATES[case.state])
        turn = vocabulary.turn(case, role)
        if turn is not None and case.due_at is not None:
            what = Phrase("{what} {turn} Time until {due}.", what=what, turn=turn, due=case.due_at)
        lines.append(what)
    if len(cases) > _PAGE:
        lines.append(Phrase.counted("And {n} more.", "And {n} more.", len(cases) - _PAGE))
    return tuple(lines)


def _case_buttons(cases: Sequence[Case]) -> Choices:
    buttons = [
        command(Phrase("{ref}", ref=vocabulary.reference(case.ref)), "case", case.ref)
        for case in sorted(cases, key=lambda case: case.state in ENDS)[:_PAGE]
    ]
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


async def _language(visit: Visit, code: str) -> None:
    languages = visit.settings.languages
    if code in languages:
        visit.answers_question = bool(visit.query)
        visit.person = replace(visit.person, language=code, has_chosen_language=True)
        await visit.work.people.save(visit.person)
        await visit.say(Phrase("From now on I write to you in {language}.", language=languages[code]), slot=QUESTION)
        await talking.resume(visit, finish)
        return
    buttons = [command(Phrase("{language}", language=name), "language", code) for code, name in languages.items()]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    await visit.ask(Question(prompt=Phrase("Which language would you like?"), choices=rows))


async def _cancel(visit: Visit, argument: str) -> None:
    stack = await visit.work.dialogs.of(visit.person.id)
    if stack:
        await talking.cancel(visit, stack, finish)
    else:
        await visit.say(Phrase("There is nothing to stop. /help shows what you can do."))


async def _help(visit: Visit, argument: str) -> None:
    shown = commands.menu(roles_of(visit.person) | ({Role.BUYER} if not roles_of(visit.person) else frozenset()))
    lines = [
        Phrase("/{command}: {what}", command=entry.name, what=entry.description) for entry in shown if not entry.is_move
    ]
    lines.append(
        Phrase(
            "In a case, the buttons under its card show what you can do. Plain words are passed on to the other side."
        )
    )
    await visit.say(*lines, title=Phrase("What you can do here"), choices=start_choices(visit))
    await talking.resume(visit, finish)


_PLAIN: Mapping[str, Callable[[Visit, str], Awaitable[None]]] = {
    "start": _start,
    "join": _join,
    "new": _new,
    "resume": _resume,
    "cases": _cases,
    "queue": _queue,
    "language": _language,
    "cancel": _cancel,
    "help": _help,
}
