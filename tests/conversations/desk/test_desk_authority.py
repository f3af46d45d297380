"""Who may do what: seven people, every state of a case, every command, move and button, against the one table.

By default those who have no part in the case try an eighth of it in each state, so that over all states everything is
tried by each of them twice; AFTERSALES_TEST_MATRIX=all tries all of it everywhere.
"""

import os
import re
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import event

from conversations import presses
from conversations.cards import moves_for
from conversations.cases.lifecycle import MOVES, NAMES
from conversations.cases.roles import Role
from conversations.cases.states import ENDS, State
from conversations.desk.access import AUTHORITY, QUEUE, is_for, may
from conversations.desk.anywhere import ANYWHERE
from conversations.dialogs.commands import COMMANDS
from conversations.messages import Incoming, Outgoing, Pressed, Said, Sender
from conversations.phrase import Phrase
from conversations.presses import AnswerPress, CommandPress, MovePress

REF, NO_REF = "A7KQ2M", "ZZZZZZ"
UNKNOWN = "“/{command}” is not something you can do here. /help shows what is."
COMMAND_NAMES = [command.name for command in COMMANDS if command.name not in ANYWHERE]
_SAVEPOINT = re.compile(r"(?<=savepoint_)\d+")
IS_WHOLE = os.environ.get("AFTERSALES_TEST_MATRIX") == "all"
OPEN = frozenset(State) - ENDS

#: The house's commands as people are told of them, written down once more: role -> command -> states.
HOUSE = {
    "case": ("buyer seller arbitrator", frozenset(State)),
    "evidence": ("buyer seller arbitrator", frozenset(State)),
    "record": ("buyer seller arbitrator", frozenset(State)),
    "reply": ("buyer seller", OPEN),
    "templates": ("buyer seller", OPEN),
    "limit": ("buyer seller", frozenset({State.AWAITING_SELLER, State.NEGOTIATING, State.AT_ODDS})),
    "casefile": ("buyer seller arbitrator", frozenset(State)),
    "note": ("arbitrator", frozenset(State)),
    "address": ("seller", frozenset(State)),
    "problem": ("buyer", frozenset({State.SETTLED})),
    "rate": ("buyer", ENDS),
}


def test_the_table_says_of_commands_what_people_are_told():
    for name, (roles, states) in HOUSE.items():
        for (role, state), names in AUTHORITY.items():
            assert (name in names) == (role.value in roles.split() and state in states), (name, role, state)


def test_the_table_says_of_moves_what_the_lifecycle_says():
    for (role, state), names in AUTHORITY.items():
        assert {name for name in names if name in NAMES} == {
            move.name for move in MOVES if state in move.sources and role in move.roles
        }
    assert may("approve", Role.SELLER, State.AWAITING_SELLER)
    assert not may("approve", Role.BUYER, State.AWAITING_SELLER)
    assert is_for("rule", Role.ARBITRATOR)
    assert not is_for("rule", Role.SELLER)


class _Undo(Exception):
    pass


@dataclass
class Told:
    """An outbox that only listens."""

    said: list[Outgoing] = field(default_factory=list)

    async def add(self, outgoing: Outgoing) -> None:
        self.said.append(outgoing)


@dataclass
class Try:
    """What came of one try, which is undone."""

    case: Any
    facts: int
    stack: tuple
    said: list[Outgoing]
    asked: tuple[str, ...]  # of the database

    @property
    def answer(self) -> str:
        return repr(self.said).replace(REF, NO_REF)


@dataclass
class Bench:
    house: Any
    work: Any
    reads: list[str]

    async def try_(self, chat, content) -> Try:
        incoming = Incoming(sender=Sender(address=chat.address, name=chat.name), at=self.house.time, content=content)
        told, kept = Told(), self.work.outbox
        self.work.outbox = told
        try:
            async with self.work.savepoint():
                self.reads.clear()
                await self.house.desk.receive(incoming, self.work, self.house.time)
                asked = tuple(_SAVEPOINT.sub("", each) for each in self.reads)
                person = await self.work.people.greet(incoming.sender)
                case = await self.work.cases.get(REF)
                facts = len(await self.work.journal.of(REF))
                found = Try(case, facts, await self.work.dialogs.of(person.id), told.said, asked)
                raise _Undo
        except _Undo:
            return found
        finally:
            self.work.outbox = kept

    async def say(self, chat, text: str) -> Try:
        return await self.try_(chat, Said(message=1, text=text))

    async def press(self, chat, press) -> Try:
        return await self.try_(chat, Pressed(query="q", do=presses.write(press), message=1))


@pytest.mark.parametrize("state", list(State))
async def test_everybody_may_do_what_the_table_says_and_nothing_else(
    house, buyer, seller, arbitrator, another, at, state
):
    case = await at(state)
    others = {
        "other buyer": await house.person(500, "Otto"),
        "other seller": await house.person(600, "Olga", stores=frozenset({"Other"})),
        "stranger": await house.person(700, "Xi"),
    }
    parties = [(buyer, Role.BUYER), (seller, Role.SELLER)]
    mine = arbitrator if case.arbitrator is not None else None
    if mine is not None or state in QUEUE:
        parties.append((arbitrator, Role.ARBITRATOR))
    else:
        others["arbitrator"] = arbitrator
    if state in QUEUE:
        parties.append((another, Role.ARBITRATOR))
    else:
        others["unassigned arbitrator"] = another
    order = replace(house.build.order(), key=replace(case.claim.order, number="2002"))
    await house.add(order)
    await house.bind(others["other buyer"], order)
    await house.put(
        replace(
            house.build.case(),
            ref="BBBBBB",
            buyer=await house.id_of(others["other buyer"]),
            claim=replace(case.claim, order=order.key),
        )
    )
    reads: list[str] = []
    engine = house.db._writer.sync_engine

    def count(connection, cursor, statement, *rest):
        reads.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        async with house.db.work() as work:
            bench = Bench(house, work, reads)
            for chat, role in parties:
                await _may_what_the_table_says(bench, chat, role, case)
            for n, chat in enumerate(others.values()):
                await _sees_nothing(bench, chat, case, shift=n + list(State).index(state))
    finally:
        event.remove(engine, "before_cursor_execute", count)


async def _may_what_the_table_says(bench: Bench, chat, role: Role, case) -> None:
    before = await bench.say(chat, "/help")
    for name in COMMAND_NAMES:
        tried = [await bench.say(chat, f"/{name} A7K-Q2M")]
        if name in NAMES:
            tried.append(await bench.press(chat, MovePress(REF, case.position.turn, name)))
        for found in tried:
            where = (name, role, case.state)
            has_begun = found.stack != () or (found.case, found.facts) != (case, before.facts)
            if name in NAMES:
                assert has_begun == (name in moves_for(case, role)), where
                assert not has_begun or may(name, role, case.state), where
            elif not may(name, role, case.state):
                assert not has_begun, where
                assert found.said, where
            else:
                assert not any(_is_unknown(out) for out in found.said), where


def _is_unknown(out: Outgoing) -> bool:
    lines = getattr(out.body, "lines", ())
    return any(isinstance(line, Phrase) and line.msgid == UNKNOWN for line in lines)


async def _sees_nothing(bench: Bench, chat, case, *, shift: int) -> None:
    """A case of others is answered as one that is not there: in the same words, after the same questions to the database."""
    for n, name in enumerate(COMMAND_NAMES):
        if not IS_WHOLE and (n + shift) % 8:
            continue
        pairs = [(f"/{name} A7K-Q2M yes", f"/{name} ZZZ-ZZZ yes")]
        turn = case.position.turn
        buttons = [
            (CommandPress(name, REF), CommandPress(name, NO_REF)),
            (AnswerPress(name, "sure", "yes", REF), AnswerPress(name, "sure", "yes", NO_REF)),
        ]
        if name in NAMES:
            buttons.append((MovePress(REF, turn, name), MovePress(NO_REF, turn, name)))
        tried = [(await bench.say(chat, here), await bench.say(chat, nowhere)) for here, nowhere in pairs]
        tried += [(await bench.press(chat, here), await bench.press(chat, nowhere)) for here, nowhere in buttons]
        for here, nowhere in tried:
            assert (here.answer, here.asked) == (nowhere.answer, nowhere.asked), (name, case.state)
            assert here.stack == nowhere.stack
            assert here.case == case
            assert here.facts == 0
