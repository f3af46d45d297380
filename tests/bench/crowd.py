"""The people: each acts, waits for the answer, and acts again; what they waited is written down. Knows no HTTP.

Closed loop: everybody acts as soon as they are answered. Open loop: somebody acts at each tick of a given rate, anybody who is
idle, so that people do not come in step; a tick that finds everybody waiting is kept until somebody is free.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter, time
from typing import Final

from tests.bench.scripts import Script, Step

#: The chats of the people; no others are ever answered for.
FIRST_CHAT: Final = 1_000_000

BOT: Final = '{"id":7000000001,"is_bot":true,"first_name":"Bench","username":"BenchBot"}'


@dataclass(slots=True)
class Person:
    """`waits_for` is the step that is not answered yet; `seen` the message whose `keyboard` asks for the next one."""

    chat: int
    next: int = 0
    waits_for: Step | None = None
    handed_at: float = 0.0
    is_heard: bool = True
    seen: int = 0
    keyboard: str = ""

    @property
    def names(self) -> str:
        return f'"id":{self.chat},"first_name":"Person","last_name":"{self.chat}"'


@dataclass(slots=True)
class Tally:
    """What happened since the last look. `first`: seconds from an update handed out to the first call that answers it,
    `whole`: to the message the person was waiting for."""

    answered: int = 0
    calls: int = 0
    held: int = 0
    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Update:
    id: int
    person: Person
    body: bytes


class Crowd:
    """`chats` people with a script. `on_update` is called when there is an update to be handed out."""

    def __init__(self, script: Script, chats: int, *, on_update: Callable[[], None]) -> None:
        self._script = script
        self._on_update = on_update
        self._ids = count(1)
        self._numbers = count(FIRST_CHAT)
        self._messages = count(1)
        self._people: dict[int, Person] = {}
        self._queries: dict[str, Person] = {}
        self._is_closed = False
        self._ticker: asyncio.Task[None] | None = None
        self._owed = 0
        self._random = random.Random(4)  # always the same, so that every bot meets the same crowd
        self.tally = Tally()
        self.pending: deque[Update] = deque()
        self.idle = [self._somebody() for _ in range(chats)]

    @property
    def round(self) -> int:
        """How many updates it takes until everybody has been through the script once."""
        return len(self._people) * len(self._script.steps)

    # What the bench asks of them

    def close_loop(self) -> None:
        """Everybody begins, and goes on as soon as they are answered."""
        self._is_closed = True
        while self.idle:
            self._act(self.idle.pop())

    def open_loop(self, rate: float) -> None:
        """Somebody acts `rate` times a second, at random instants."""
        self._ticker = asyncio.create_task(self._tick(rate))

    async def rest(self, patience: float) -> int:
        """Nobody begins anything any more. Returns how many were not answered within `patience` seconds."""
        self._is_closed, self._owed = False, 0
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
        give_up_at = perf_counter() + patience
        while len(self.idle) < len(self._people) and perf_counter() < give_up_at:  # noqa: ASYNC110 - bounded
            await asyncio.sleep(0.02)
        return len(self._people) - len(self.idle)

    def unanswered(self) -> list[str]:
        """What those who still wait were waiting for: for whoever has to find out why."""
        return [f"{p.chat}: {p.waits_for}" for p in self._people.values() if p.waits_for is not None]

    async def _tick(self, rate: float) -> None:
        due = perf_counter()
        while True:
            due += self._random.expovariate(rate)
            if (ahead := due - perf_counter()) > 0:
                await asyncio.sleep(ahead)
            if self.idle:
                self._act(self.idle.pop(self._random.randrange(len(self.idle))))
            else:
                self.tally.held += 1
                self._owed += 1

    # What the bot does

    def handed_out(self, update: Update) -> None:
        update.person.handed_at = perf_counter()

    def message_id(self) -> int:
        return next(self._messages)

    def shown(self, chat: int, message: int, keyboard: str) -> None:
        """A message of the bot's was sent or edited."""
        person = self._people.get(chat)
        if person is None:
            return
        self._heard(person)
        step = person.waits_for
        if step is not None and step.until in keyboard:
            person.seen, person.keyboard = message, keyboard
            self._answered(person)

    def toasted(self, query: str) -> None:
        """A press was answered."""
        if (person := self._queries.pop(query, None)) is not None:
            self._heard(person)

    def _heard(self, person: Person) -> None:
        if not person.is_heard:
            person.is_heard = True
            self.tally.first.append(perf_counter() - person.handed_at)

    def _answered(self, person: Person) -> None:
        person.waits_for = None
        self.tally.answered += 1
        self.tally.whole.append(perf_counter() - person.handed_at)
        person.next += 1
        if person.next == len(self._script.steps):
            person = self._begins_anew(person)
        if self._is_closed:
            self._act(person)
        elif self._owed:
            self._owed -= 1
            self._act(person)
        else:
            self.idle.append(person)

    def _begins_anew(self, person: Person) -> Person:
        if self._script.is_once:
            del self._people[person.chat]
            return self._somebody()
        person.next = 0
        return person

    def _somebody(self) -> Person:
        person = Person(next(self._numbers))
        self._people[person.chat] = person
        return person

    # Updates, as Telegram would write them

    def _act(self, person: Person) -> None:
        step = self._script.steps[person.next]
        person.waits_for, person.is_heard = step, False
        number = next(self._ids)
        body = (
            self._said(person, step.say)
            if step.say
            else self._pressed(person, _carried(person.keyboard, step.press), number)
        )
        self.pending.append(Update(number, person, f'{{"update_id":{number},{body}}}'.encode()))
        self._on_update()

    def _said(self, person: Person, text: str) -> str:
        entities = (
            f',"entities":[{{"type":"bot_command","offset":0,"length":{len(text.split()[0])}}}]'
            if text[0] == "/"
            else ""
        )
        return (
            f'"message":{{"message_id":{self.message_id()},"from":{{{person.names},"is_bot":false,'
            f'"language_code":"en"}},"chat":{{{person.names},"type":"private"}},"date":{int(time())},'
            f'"text":{json.dumps(text)}{entities}}}'
        )

    def _pressed(self, person: Person, data: str, number: int) -> str:
        query = f"4{number:018d}"
        self._queries[query] = person
        if len(self._queries) > 100_000:  # of bots that never answer a press
            del self._queries[next(iter(self._queries))]
        return (
            f'"callback_query":{{"id":"{query}","from":{{{person.names},"is_bot":false,"language_code":"en"}},'
            f'"message":{{"message_id":{person.seen},"from":{BOT},"chat":{{{person.names},"type":"private"}},'
            f'"date":{int(time())},"text":"A question"}},"chat_instance":"{person.chat}","data":{json.dumps(data)}}}'
        )


def _carried(keyboard: str, press: str) -> str:
    """What the button carries that means `press`: a bot may have put a seal before it."""
    found = re.search(rf'"([^"]*{re.escape(press)})"', keyboard)
    return found[1] if found else press
