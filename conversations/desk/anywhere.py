"""The commands about nothing in particular: welcome, invitations, a new claim, lists, language, help."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from conversations import vocabulary
from conversations.cases.case import Case
from conversations.cases.numbers import spellings
from conversations.cases.roles import Role
from conversations.cases.states import ENDS
from conversations.desk import privacy, reporting, talking, translating
from conversations.desk.access import roles_of
from conversations.desk.joining import join
from conversations.desk.visit import QUESTION, Visit, command, start_choices
from conversations.dialogs import commands, intake
from conversations.dialogs import dialog as dialogs
from conversations.messages import Choice, Choices, Question, Style
from conversations.phrase import Phrase
from conversations.ports import Link, LinkPurpose, OpenDialog

_PAGE = 10
_ANEW = "anew"


async def _start(visit: Visit, argument: str) -> None:
    token, _, how = argument.partition(" ")
    if not token:
        await visit.say(
            Phrase("This is the after-sales desk. If something is wrong with an order, tell us here."),
            Phrase(
                "You choose a return, an exchange or a refund; we check it, ask the store, and stay until it is settled."
            ),
            title=Phrase("Welcome"),
            choices=start_choices(visit.person),
        )
        await talking.resume(visit)
        return
    link = await visit.work.links.peek(token, visit.now)
    if link is None:
        await visit.say(
            Phrase("This link has been used or has expired. Please ask for a new one."),
            choices=start_choices(visit.person),
        )
    elif link.purpose is LinkPurpose.ORDER:
        await _new_by_link(visit, link, token, is_anew=how == _ANEW)
    else:
        role = vocabulary.ROLES[Role.SELLER if link.purpose is LinkPurpose.SELLER else Role.ARBITRATOR]
        line = Phrase("You have been invited to answer for store {store}.", store=link.store)
        if link.purpose is LinkPurpose.ARBITRATOR:
            line = Phrase("You have been invited to decide disputes as an arbitrator.")
        accept = command(Phrase("Accept the invitation"), "join", token, Style.SUCCESS)
        confirm = Phrase("Please confirm that you accept. The operator is told.")
        await visit.ask(Question(prompt=role, lines=(line, confirm), choices=((accept,),)))


async def _new(visit: Visit, argument: str) -> None:
    if await _draft(visit) is not None and argument != _ANEW:
        await _offer_draft(visit, command(Phrase("Begin anew"), "new", _ANEW))
        return
    await begin_claim(visit, **({"number": argument} if argument and argument != _ANEW else {}))


async def _new_by_link(visit: Visit, link: Link, token: str, *, is_anew: bool) -> None:
    """A claim on the link's order. One begun on it before goes on; one on another order is not dropped unasked."""
    draft = await _draft(visit)
    if draft is None or is_anew:
        await begin_claim(visit, store=link.store, number=link.number, token=token)
    elif draft.answers.get("number") == link.number:
        await _resume(visit, "")
    else:
        await _offer_draft(visit, command(Phrase("Begin anew"), "start", f"{token} {_ANEW}"))


async def _draft(visit: Visit) -> OpenDialog | None:
    """The claim that the visitor has begun and not sent."""
    stack = await visit.dialogs()
    return next((opened for opened in reversed(stack) if opened.name == intake.NAME), None)


async def _offer_draft(visit: Visit, anew: Choice) -> None:
    await visit.say(
        Phrase("You have a claim that is not finished yet."),
        choices=((command(Phrase("Go on with the claim"), "resume", style=Style.PRIMARY),), (anew,)),
    )


async def begin_claim(visit: Visit, *, store: str = "", **answers: Any) -> None:
    """Begins a claim; on an order that is the visitor's already, its number (and the store a link names) is enough."""
    if await talking.is_locked(visit):
        await visit.say(talking.LOCKED)
        return
    ways = spellings(answers.get("number", ""))
    mine = [order.key for order in await visit.work.orders.of(visit.person.id)]
    bound = [key for key in mine if key.number in ways and store in ("", key.store)]
    known = {"order": [bound[0].store, bound[0].number]} if len(bound) == 1 else {}
    await talking.begin(visit, dialogs.start(intake.NAME, **answers, **known))


async def _resume(visit: Visit, argument: str) -> None:
    stack = await visit.dialogs()
    drafts = [opened for opened in stack if opened.name == intake.NAME]
    if not drafts:
        await _new(visit, "")
        return
    await talking.go_on(visit, (*(d for d in stack if d.name != intake.NAME), drafts[-1]))


async def _cases(visit: Visit, argument: str) -> None:
    cases = await talking.cases_of(visit)
    if not cases:
        await visit.say(Phrase("You have no cases."), choices=visit.ways_on)
        return
    await visit.say(*await _listed(visit, cases), title=Phrase("Your cases"), choices=_case_buttons(cases))


async def _queue(visit: Visit, argument: str) -> None:
    if not visit.person.is_arbitrator:
        await visit.say(Phrase("“/{command}” is not something you can do here. /help shows what is.", command="queue"))
        return
    waiting = [c for c in await visit.work.cases.queue() if visit.stands_in(c) is Role.ARBITRATOR]
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
        role = visit.stands_in(case) or Role.BUYER
        what = Phrase("{case}: {state}.", case=vocabulary.headline(case, order), state=vocabulary.STATES[case.state])
        turn = vocabulary.turn(case, role)
        if turn is not None and case.due_at is not None:
            what = Phrase("{what} {turn} Until {due}.", what=what, turn=turn, due=case.due_at)
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
        await visit.change(language=code, has_chosen_language=True)
        await visit.say(Phrase("From now on I write to you in {language}.", language=languages[code]), slot=QUESTION)
        await talking.resume(visit)
        return
    buttons = [command(Phrase("{language}", language=name), "language", code) for code, name in languages.items()]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    await visit.ask(Question(prompt=Phrase("Which language would you like?"), choices=rows))


async def _cancel(visit: Visit, argument: str) -> None:
    stack = await visit.dialogs()
    if stack:
        await talking.cancel(visit, stack)
    else:
        await visit.say(Phrase("There is nothing to stop. /help shows what you can do."))


async def _help(visit: Visit, argument: str) -> None:
    shown = commands.menu(roles_of(visit.person) | ({Role.BUYER} if not roles_of(visit.person) else frozenset()))
    lines = [
        Phrase("/{command}: {what}", command=entry.name, what=entry.description) for entry in shown if not entry.is_move
    ]
    if visit.settings.translates:
        what = Phrase("Machine translations of what is written to you: on, off")
        lines.append(Phrase("/{command}: {what}", command="translate", what=what))
    lines.append(
        Phrase(
            "In a case, the buttons under its card show what you can do. Plain words are passed on to the other side."
        )
    )
    await visit.say(*lines, title=Phrase("What you can do here"), choices=start_choices(visit.person), is_list=True)
    await talking.resume(visit)


async def _link(visit: Visit, argument: str) -> None:
    await visit.say(
        Phrase(
            "A group is linked from within: add me to it, and send /{command} there as one of its administrators.",
            command="link",
        ),
        Phrase("/unlink there takes it back."),
    )


ANYWHERE: Mapping[str, Callable[[Visit, str], Awaitable[None]]] = {
    "start": _start,
    "join": join,
    "new": _new,
    "resume": _resume,
    "cases": _cases,
    "queue": _queue,
    "report": reporting.answer,
    "language": _language,
    "translate": translating.answer,
    **privacy.COMMANDS,
    "cancel": _cancel,
    "link": _link,
    "unlink": _link,
    "help": _help,
}
