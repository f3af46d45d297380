"""Buttons nobody of ours made: thousands of them through reader, inbox and desk change nothing and break nothing.

AFTERSALES_TEST_PRESSES says how many (2,000 by default; 100,000 for the figure in SECURITY.md).
"""

import os
import random
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from bot.policies import load
from bot.telegram import updates
from bot.telegram.buttons import VERSION, Seals
from bot.workers.inbox import InboxHandler
from conversations import presses
from conversations.cases.case import Actor, Case, Moved, act, open_case
from conversations.cases.claim import Claim, Claimed, Reason, Remedy
from conversations.cases.lifecycle import NAMES, Act
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey
from conversations.cases.roles import Role
from conversations.desk import Desk, Settings
from conversations.dialogs.commands import COMMANDS
from conversations.messages import Notice, Sender, Toast
from conversations.policy import assess
from conversations.presses import AnswerPress, CommandPress, MovePress
from storage.database import Database
from storage.queues import RawUpdate
from storage.tables import applications, bindings, cases, dialogs, journal, links, orders, people, roles, stores

COUNT = int(os.environ.get("AFTERSALES_TEST_PRESSES", "2000"))
LOT = 500
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BUYER, SELLER, ARBITRATOR, STRANGER = PEOPLE = (100, 200, 300, 400)
SEALS = Seals("123:SECRET")
#: What a press must leave as it is. Of people, all but their names and the case they looked at last.
KEPT = (cases, journal, dialogs, roles, applications, bindings, links, orders, stores)


def valid(turn: int) -> list[str]:
    """What buttons of ours say: every move, every command, an answer to every dialog."""
    found: list[presses.Press] = [MovePress("A7KQ2M", turn, name) for name in NAMES]
    found += [CommandPress(command.name, "A7KQ2M") for command in COMMANDS]
    found += [AnswerPress(name, "sure", "yes", "A7KQ2M") for name in NAMES]
    found += [CommandPress("new"), CommandPress("join", "x" * 32), AnswerPress("intake", "remedy", "return")]
    return [presses.write(press) for press in found]


def forged(chance: random.Random, does: list[str], address: int) -> str:
    """One that was not made for this chat: of somebody else, changed, cut, of another version, or noise."""
    do = chance.choice(does)
    theirs = SEALS.seal(chance.choice([other for other in PEOPLE if other != address]), do)
    mine = SEALS.seal(address, do)
    at = chance.randrange(1, len(mine))
    match chance.randrange(8):
        case 0:
            return theirs
        case 1:
            return mine[:at] + chance.choice("AZaz09:_-\0é😀\u202e") + mine[at + 1 :] + "!"
        case 2:
            return mine[:at]
        case 3:
            return chance.choice("0134567899aZ:") + mine[1:]
        case 4:
            return do  # before there were seals
        case 5:
            return VERSION + "".join(chance.choices("ABCabc012_-", k=8)) + do
        case 6:
            return "".join(
                chr(chance.choice((chance.randrange(0xD800), chance.randrange(0xE000, 0x110000)))) for _ in range(16)
            )
        case _:
            return Seals("124:SECRET").seal(address, do)


def press(n: int, address: int, data: str) -> RawUpdate:
    user = {"id": address, "is_bot": False, "first_name": "Somebody", "language_code": "en"}
    shown = {"message_id": 1, "chat": {"id": address, "type": "private"}}
    query = {"id": str(n), "from": user, "chat_instance": "1", "message": shown, "data": data}
    return RawUpdate(n, str(address), {"update_id": n, "callback_query": query})


async def test_buttons_that_are_not_ours_change_nothing(sqlite_db: Database) -> None:
    desk = Desk(Settings(pack=load("tmall_global")))
    case = await _a_case(sqlite_db)
    handler = InboxHandler(sqlite_db, desk, lambda: NOW, read=partial(updates.read, seals=SEALS))
    chance, does, before = random.Random(20261124), valid(case.position.turn), await _kept(sqlite_db)
    toasts = 0
    for first in range(0, COUNT, LOT):
        lot = []
        for n in range(first, min(first + LOT, COUNT)):
            address = PEOPLE[n % len(PEOPLE)]
            lot.append(press(n + 1, address, forged(chance, does, address)))
        await sqlite_db.inbox.put(lot)
        while leased := await sqlite_db.inbox.lease(len(PEOPLE), LOT, 600):
            for lane in leased:
                await handler.handle([lane])
        toasts += await _toasts(sqlite_db)

    assert await sqlite_db.inbox.dead() == []
    assert await _kept(sqlite_db) == before
    assert toasts == COUNT


async def test_the_same_button_unforged_does_something(sqlite_db: Database) -> None:
    """So that the test above can fail."""
    desk = Desk(Settings(pack=load("tmall_global")))
    case = await _a_case(sqlite_db)
    before = await _kept(sqlite_db)
    handler = InboxHandler(sqlite_db, desk, lambda: NOW, read=partial(updates.read, seals=SEALS))
    do = presses.write(MovePress("A7KQ2M", case.position.turn, "approve"))
    await sqlite_db.inbox.put([press(1, SELLER, SEALS.seal(SELLER, do))])
    [lane] = await sqlite_db.inbox.lease(1, 1, 60)
    await handler.handle([lane])

    assert await _kept(sqlite_db) != before


async def _toasts(db: Database) -> int:
    """How many presses were answered; nothing else is a question, and nothing went wrong."""
    answered = 0
    while lanes := await db.outbox.lease(10, 10_000, 600):
        for lane in lanes:
            bodies = [item.payload.body for item in lane.items]
            answered += sum(isinstance(body, Toast) for body in bodies)
            assert not any(isinstance(body, Notice) for body in bodies)
            async with db.work() as work:
                await work.outbox.finish(lane, done=[item.id for item in lane.items])
    return answered


async def _kept(db: Database) -> list[Any]:
    async with db._writer.connect() as connection:
        whole = [sorted(map(repr, (await connection.execute(select(table))).all())) for table in KEPT]
        who = select(people.c.id, people.c.address, people.c.language, people.c.is_reachable)
        return [*whole, sorted(map(repr, (await connection.execute(who)).all()))]


async def _a_case(db: Database) -> Case:
    """A claim that waits for its seller, who could approve it, and an arbitrator who could do nothing yet."""
    item = Item(no="1", title="Blue mug", quantity=1, unit_price=Money(2000, "USD"))
    order = Order(
        key=OrderKey("Acme", "1001"),
        items=(item,),
        purchased_at=datetime(2026, 11, 20, tzinfo=UTC),
        delivered_at=datetime(2026, 11, 22, tzinfo=UTC),
        code="MUG7",
        discount=Money(0, "USD"),
        shipping=Money(0, "USD"),
    )
    claim = Claim(order=order.key, items=(Claimed("1", 1),), remedy=Remedy.RETURN, reason=Reason.CHANGED_MIND)
    pack = load("tmall_global")
    async with db.work() as work:
        for address, has in zip(
            PEOPLE, ({}, {"stores": frozenset({"Acme"})}, {"is_arbitrator": True}, {}), strict=True
        ):
            person = await work.people.greet(Sender(address=address, name="Somebody", language="en"))
            await work.people.save(replace(person, **has))
        buyer = await work.people.at_address(BUYER)
        assert buyer is not None
        await work.orders.put(order)
        await work.orders.bind(order.key, buyer.id)
        opened = open_case(
            claim,
            assess(claim, order, pack, NOW),
            ref="A7KQ2M",
            buyer=buyer.id,
            paid=Money(2000, "USD"),
            policy=pack.id,
            policy_hash=pack.hash,
            limits=pack.limits,
            now=NOW,
        )
        refused = act(opened.case, Act(move="refuse", text="worn"), Actor(Role.SELLER, 2), now=NOW)
        assert isinstance(refused, Moved)
        await work.cases.add(refused.case)
    return refused.case
