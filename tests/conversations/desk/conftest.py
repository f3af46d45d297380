"""The desk on a real database file, with people who write, press and read."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from conversations.cases.case import Case
from conversations.cases.clocks import Outage
from conversations.cases.evidence import File, FileKind
from conversations.desk import Desk, Settings, reporting
from conversations.messages import (
    Card,
    Choice,
    Incoming,
    Left,
    Outgoing,
    Pressed,
    Question,
    Returned,
    Review,
    Said,
    Sender,
    Toast,
)
from conversations.ports import Link, LinkPurpose

LANGUAGES = {"en": "English", "zh_Hans": "简体中文"}
OPERATOR = 900


@dataclass
class Chat:
    """Somebody's chat with the desk: what they do goes in, what they are told is kept."""

    house: "House"
    address: int
    name: str
    heard: list[Outgoing] = field(default_factory=list)
    now: list[Outgoing] = field(default_factory=list)  # what the last thing done by anybody brought
    last_message: int = 0

    # --- doing ---

    async def say(self, text: str = "", *files: File, reply_to: int | None = None) -> int:
        """Writes a message; gives its number."""
        self.last_message += 1
        said = Said(message=self.last_message, text=text, files=files, reply_to=reply_to)
        await self.house.receive(self, said)
        return self.last_message

    async def edit(self, message: int, text: str) -> None:
        await self.house.receive(self, Said(message=message, text=text, is_edit=True))

    async def press(self, do: str) -> None:
        """Presses a button that carried this; exactly one answer to the press comes."""
        await self.house.receive(self, Pressed(query="q", do=do, message=1))
        toasts = [out for out in self.now if isinstance(out.body, Toast)]
        assert len(toasts) == 1, toasts

    async def tap(self, label: str) -> None:
        """Presses the newest button of that label."""
        await self.press(self.button(label).do)

    async def leave(self) -> None:
        await self.house.receive(self, Left())

    async def come_back(self) -> None:
        await self.house.receive(self, Returned())

    # --- reading ---

    def button(self, label: str, among: list[Outgoing] | None = None) -> Choice:
        for out in reversed(self.heard if among is None else among):
            for row in getattr(out.body, "choices", ()):
                for choice in row:
                    if self.house.plain(choice.label) == label:
                        return choice
        raise AssertionError(f"{self.name} sees no button {label!r}; there are {self.labels}")

    @property
    def labels(self) -> list[str]:
        """The buttons of the newest message with any."""
        for out in reversed(self.heard):
            if rows := getattr(out.body, "choices", ()):
                return [self.house.plain(choice.label) for row in rows for choice in row]
        return []

    @property
    def read(self) -> str:
        """All that was told just now."""
        return "\n".join(self.house.text(out.body) for out in self.now)

    @property
    def everything(self) -> str:
        return "\n".join(self.house.text(out.body) for out in self.heard)

    def bodies(self, kind: type) -> list[Any]:
        return [out.body for out in self.now if isinstance(out.body, kind)]

    @property
    def question(self) -> Question | None:
        """The question in the slot now."""
        asked = [out.body for out in self.heard if out.slot == "question"]
        return asked[-1] if asked and isinstance(asked[-1], Question) else None

    @property
    def asks(self) -> str:
        return self.house.plain(self.question.prompt) if self.question else ""

    def card(self, ref: str = "") -> Card | None:
        """The newest card (of a case)."""
        cards = [o.body for o in self.heard if isinstance(o.body, Card) and (not ref or o.ref == ref)]
        return cards[-1] if cards else None


@dataclass
class House:
    """The desk, its database, its clock, and everybody in it."""

    db: Any
    build: Any
    desk: Desk
    time: datetime
    plain: Callable[[Any], str]
    chats: dict[int, Chat] = field(default_factory=dict)  # by person

    async def receive(self, chat: Chat, content) -> None:
        incoming = Incoming(sender=Sender(address=chat.address, name=chat.name), at=self.time, content=content)
        async with self.db.work() as work:
            await self.desk.receive(incoming, work, self.time)
        await self.deliver()

    async def deliver(self) -> None:
        """Hands out what is in the outbox."""
        for chat in self.chats.values():
            chat.now = []
        while leased := await self.db.outbox.lease(50, 200, 30):
            for lane in leased:
                for item in lane.items:
                    out = item.payload
                    if out.to in self.chats:
                        told = await self.counted(out) if isinstance(out.body, Review) else [out]
                        self.chats[out.to].heard += told
                        self.chats[out.to].now += told
                async with self.db.work() as work:
                    await work.outbox.finish(lane, done=[item.id for item in lane.items])

    async def counted(self, out: Outgoing) -> list[Outgoing]:
        """What delivery makes of a review when it hands it over."""
        review = out.body
        async with self.db.reading() as work:
            findings = await reporting.findings_of(review.store, review.days, work, review.ends)
        async with self.db.work() as work:
            await reporting.remember(findings, work)
        return [replace(out, body=body) for body in reporting.bodies_of(review, findings)]

    async def person(self, address: int, name: str, **roles) -> Chat:
        async with self.db.work() as work:
            person = await work.people.greet(Sender(address=address, name=name))
            await work.people.save(replace(person, **roles))
        return self.chats.setdefault(person.id, Chat(self, address, name))

    async def id_of(self, chat: Chat) -> int:
        return next(number for number, each in self.chats.items() if each is chat)

    async def add(self, order) -> None:
        async with self.db.work() as work:
            await work.orders.put(order)

    async def bind(self, chat: Chat, order) -> None:
        async with self.db.work() as work:
            await work.orders.bind(order.key, await self.id_of(chat))

    async def set_address(
        self, store: str = "Acme", address: str | None = "Acme Returns, Hafenstr. 1, Hamburg"
    ) -> None:
        async with self.db.work() as work:
            await work.orders.set_store(replace(await work.orders.store(store), return_address=address))

    async def link(self, purpose: LinkPurpose, store: str = "", number: str = "") -> str:
        async with self.db.work() as work:
            link = Link(purpose=purpose, store=store, number=number)
            return await work.links.issue(link, expires_at=self.time + timedelta(days=1))

    async def case(self, ref: str) -> Case:
        async with self.db.work() as work:
            found = await work.cases.get(ref)
        assert found is not None
        return found

    async def put(self, case: Case) -> Case:
        """Keeps a case made elsewhere, as if it had come about here."""
        async with self.db.work() as work:
            known = await work.cases.get(case.ref)
            await (work.cases.save(case) if known else work.cases.add(case))
            if case.due_at:
                await work.alarms.set(case.ref, case.due_at)
        return case

    async def cases(self) -> list[Case]:
        async with self.db.work() as work:
            return list(await work.cases.all())

    async def journal(self, ref: str) -> list[str]:
        """The kinds of fact on record."""
        async with self.db.work() as work:
            return [type(entry.fact).__name__ for entry in await work.journal.of(ref)]

    async def entries(self, ref: str):
        async with self.db.work() as work:
            return list(await work.journal.of(ref))

    async def look_into(self, ref: str, n: int, **found) -> None:
        """The evidence worker has looked into an exhibit; it is fine unless told otherwise."""
        found = found or {"sha256": f"{n:02x}" * 32, "mime": "image/jpeg"}
        async with self.db.work() as work:
            await self.desk.file(ref, n, work, self.time, **found)
        await self.deliver()

    async def evidence(self, ref: str):
        async with self.db.work() as work:
            return list(await work.evidence.of(ref))

    async def away(self, began_at: datetime, ended_at: datetime) -> Outage:
        """The service was away for so long."""
        gap = Outage(began_at, ended_at)
        async with self.db.work() as work:
            await work.clocks.add_outage(gap)
        return gap

    async def dialogs(self, chat: Chat):
        async with self.db.work() as work:
            return await work.dialogs.of(await self.id_of(chat))

    async def posted(self, chat: Chat, message: int, ref: str, origin: tuple[int, int] | None = None) -> None:
        """The outbox worker has sent this message of ours."""
        async with self.db.work() as work:
            await work.posts.record(chat.address, message, ref=ref, origin=origin)

    async def alarm(self) -> datetime | None:
        return await self.db.alarms.next_at()

    async def pass_time(self, until: datetime | timedelta) -> int:
        """Lets the time come, ringing every alarm on the way as the deadlines worker does. Gives how often it rang."""
        until = self.time + until if isinstance(until, timedelta) else until
        rang = 0
        while (at := await self.alarm()) is not None and at <= until:
            self.time = max(self.time, at)
            for ref in await self.db.alarms.due(self.time, 20, 0):
                await self.ring(ref)
                rang += 1
            assert rang < 500, "an alarm that never stops"
        self.time = until
        return rang

    async def ring(self, ref: str) -> None:
        async with self.db.work() as work:
            await self.desk.expire(ref, work, self.time)
        await self.deliver()

    def text(self, body) -> str:
        lines = []
        for name in ("title", "complaint", "prompt", "state", "turn", "default", "speaker", "text", "caption"):
            if value := getattr(body, name, None):
                lines.append(self.plain(value))
        lines += [self.plain(line) for name in ("lines", "notes") for line in getattr(body, name, ())]
        for section in getattr(body, "sections", ()):
            lines += [self.plain(section.heading), *(self.plain(line) for line in section.lines)]
        return "\n".join(lines)


@pytest.fixture
async def house(sqlite_db, build):
    """A house with an order of Acme, nobody in it yet."""
    desk = Desk(Settings(pack=build.pack, languages=LANGUAGES, operator=OPERATOR))
    made = House(sqlite_db, build, desk, build.opened, build.plain)
    await made.add(build.order())
    await made.set_address()
    return made


@pytest.fixture
async def buyer(house):
    return await house.person(100, "Sam")


@pytest.fixture
async def seller(house):
    return await house.person(200, "Ada", stores=frozenset({"Acme"}))


@pytest.fixture
async def arbitrator(house):
    return await house.person(300, "Ruth", is_arbitrator=True)


@pytest.fixture
async def another(house):
    return await house.person(400, "Carl", is_arbitrator=True)


@pytest.fixture
async def operator(house):
    return await house.person(OPERATOR, "")


@pytest.fixture
def photo():
    def make(n: int = 1, *, size: int = 1000, kind: FileKind = FileKind.PHOTO, mime: str = "") -> File:
        return File(kind=kind, file_id=f"f{n}", unique_id=f"u{n}", size=size, mime=mime)

    return make


@pytest.fixture
def claim_return(house, buyer):
    """The buyer claims a return of both mugs without a reason, in the chat. Gives the case's reference."""

    async def claim(chat: Chat | None = None, *, order=None, used: bool = False) -> str:
        chat = chat or buyer
        order = order or house.build.order()
        await house.bind(chat, order)
        await chat.say(f"/new {order.key.number}")
        await chat.tap("☐ 2 × Blue mug")
        await chat.tap("Go on")
        await chat.tap("2")
        await chat.tap("Return")
        await chat.tap("I changed my mind")
        await chat.tap("No, used" if used else "Yes, unused")
        await chat.tap("Yes, intact")
        await chat.tap("Leave out")
        known = {case.ref for case in await house.cases()}
        await chat.tap("Send the claim")
        [ref] = {case.ref for case in await house.cases()} - known
        return ref

    return claim


@pytest.fixture
def at(house, buyer, seller, arbitrator, build):
    """A case in a state, kept as if it had come about in the chats of these people."""

    async def put(state, *, ref: str = "A7KQ2M", case: Case | None = None) -> Case:
        made = case or build.at(state)
        ids = {build.arbitrator.person: await house.id_of(arbitrator), None: None}
        return await house.put(
            replace(
                made,
                ref=ref,
                buyer=await house.id_of(buyer),
                arbitrator=ids[made.arbitrator],
                rulings=tuple(replace(ruling, arbitrator=ids[ruling.arbitrator]) for ruling in made.rulings),
            )
        )

    return put
