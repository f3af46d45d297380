"""A desk with a real SQLite file behind it, and people who talk to it without a messenger between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.policies import load
from conversations import presses
from conversations.cases.case import Case
from conversations.cases.evidence import File, FileKind
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey, Store
from conversations.desk import Desk, Settings
from conversations.messages import Incoming, Left, Outgoing, Person, Pressed, Question, Returned, Said, Sender
from conversations.phrase import Phrase
from locales import negotiate, plain
from storage.database import Database
from storage.threads import Thread

MIA, SAM, ANA, BEN, ZOE, OPERATOR = 1, 2, 3, 4, 5, 99
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_ISOLATES = str.maketrans("", "", "\u2066\u2067\u2068\u2069\u200e\u200f")


def an_order(number: str = "1001", *, store: str = "Acme", quantity: int = 2, code: str = "K7Q2") -> Order:
    """Mugs at 20.00, delivered two days ago."""
    item = Item(no="1", title="Blue mug", quantity=quantity, unit_price=Money(2000, "USD"), exchangeable=True)
    return Order(
        key=OrderKey(store, number),
        items=(item,),
        purchased_at=NOW - timedelta(days=9),
        delivered_at=NOW - timedelta(days=2),
        code=code,
        discount=Money(0, "USD"),
        shipping=Money(0, "USD"),
    )


def a_file(kind: FileKind = FileKind.PHOTO, name: str = "1", size: int = 1000) -> File:
    return File(kind=kind, file_id=f"file-{name}", unique_id=name, size=size)


@dataclass
class Room:
    """People by address: Mia buys, Sam sells for Acme, Ana and Ben arbitrate, Zoe is anybody."""

    db: Database
    desk: Desk
    now: datetime = NOW
    languages: dict[int, str] = field(default_factory=dict)
    #: What each address got by the last thing done, and ever; with the number its message has there.
    got: dict[int, list[Outgoing]] = field(default_factory=lambda: defaultdict(list))
    ever: dict[int, list[tuple[int, Outgoing]]] = field(default_factory=lambda: defaultdict(list))
    _message: int = 1000

    # what people do

    async def say(
        self, who: int, text: str = "", *files: File, reply_to: int | None = None, edits: int = 0, thread: int = 0
    ) -> int:
        """Gives the number of the message."""
        self._message += 1
        message = edits or self._message
        said = Said(message=message, text=text, files=files, reply_to=reply_to, is_edit=bool(edits), thread=thread)
        await self.do(who, said)
        return message

    async def tap(self, who: int, label: str | Phrase, *, thread: int = 0) -> None:
        """The newest button of that label."""
        await self.press(who, self.button(who, label), thread=thread)

    async def press(self, who: int, do: str, *, thread: int = 0) -> None:
        await self.do(who, Pressed(query=f"q{self._message}", do=do, thread=thread))

    async def topic(self, who: int, ref: str, number: int) -> int:
        """A case gets a topic in somebody's chat. Gives its number."""
        async with self.db.work() as work:
            await work.threads.keep(who, ref, Thread(number=number, name=ref))
        return number

    async def do(self, who: int, content: Said | Pressed | Left | Returned) -> None:
        sender = Sender(address=who, name=f"N{who}", language=self.languages.get(who, "en"))
        async with self.db.work() as work:
            await self.desk.receive(Incoming(sender=sender, at=self.now, content=content), work, self.now)
        await self.deliver()

    async def ring(self, ref: str) -> None:
        """The alarm of a case rings."""
        async with self.db.work() as work:
            await self.desk.expire(ref, work, self.now)
        await self.deliver()

    async def look_into(self, ref: str, *numbers: int, **found: str) -> None:
        """The evidence worker has looked into exhibits; they are fine unless told otherwise."""
        async with self.db.work() as work:
            for n in numbers:
                fine = {"sha256": f"{n:02x}" * 32, "mime": "image/jpeg"}
                await self.desk.file(ref, n, work, self.now, **(found or fine))
        await self.deliver()

    async def deliver(self) -> None:
        """Empties the outbox into everybody's `got`."""
        self.got.clear()
        while lanes := await self.db.outbox.lease(50, 50, 30):
            for lane in lanes:
                for item in lane.items:
                    await self._arrive(item.payload)
                async with self.db.work() as work:
                    await work.outbox.finish(lane, done=[item.id for item in lane.items])

    async def _arrive(self, out: Outgoing) -> None:
        self._message += 1
        async with self.db.work() as work:
            address = (await work.people.get(out.to)).address
            if out.ref:
                source, message = getattr(out.body, "source", 0), getattr(out.body, "message", 0)
                origin = (source, message) if source else None
                await work.posts.record(address, self._message, ref=out.ref, origin=origin)
        self.got[address].append(out)
        self.ever[address].append((self._message, out))

    # what people see

    def bodies(self, who: int, kind: type) -> list:
        """The bodies of a kind that somebody got by the last thing done."""
        return [out.body for out in self.got[who] if isinstance(out.body, kind)]

    def text(self, who: int) -> str:
        """All that somebody got by the last thing done, as they read it."""
        return "\n".join(self.reads(who, out) for out in self.got[who])

    def all_text(self, who: int) -> str:
        return "\n".join(self.reads(who, out) for _, out in self.ever[who])

    def reads(self, who: int, out: Outgoing) -> str:
        return "\n".join(self.plain(who, part) for part in _words(out.body))

    def plain(self, who: int, words: Phrase | str) -> str:
        language = negotiate(self.languages.get(who, "en"))
        return (plain(words, language) if isinstance(words, Phrase) else words).translate(_ISOLATES)

    def button(self, who: int, label: str | Phrase) -> str:
        """What the newest button of that label carries."""
        wanted = self.plain(who, label if isinstance(label, Phrase) else Phrase(label))
        for _, out in reversed(self.ever[who]):
            for choice in _choices(out):
                if self.plain(who, choice.label) == wanted:
                    return choice.do
        raise AssertionError(f"no button {wanted!r} in:\n{self.all_text(who)}")

    def labels(self, who: int) -> list[str]:
        """The buttons that came by the last thing done."""
        return [self.plain(who, choice.label) for out in self.got[who] for choice in _choices(out)]

    def message_about(self, who: int, ref: str) -> int:
        """The newest message about a case."""
        return next(number for number, out in reversed(self.ever[who]) if out.ref == ref)

    # what is kept

    async def person(self, who: int) -> Person:
        async with self.db.work() as work:
            return await work.people.greet(Sender(address=who, name=f"N{who}"))

    async def case(self, ref: str) -> Case:
        async with self.db.reading() as work:
            case = await work.cases.get(ref)
        assert case is not None
        return case

    async def facts(self, ref: str) -> list[str]:
        async with self.db.reading() as work:
            return [type(entry.fact).__name__ for entry in await work.journal.of(ref)]

    async def draft(self, who: int) -> list[tuple[str, str]]:
        """The dialogs somebody has open, and where each is."""
        person = await self.person(who)
        async with self.db.reading() as work:
            return [(dialog.name, dialog.step) for dialog in await work.dialogs.of(person.id)]

    # how cases come about

    async def order(self, order: Order, *, of: int | None = None) -> None:
        """An order, bound to a buyer if there is one."""
        person = await self.person(of) if of is not None else None
        async with self.db.work() as work:
            await work.orders.put(order)
            if person is not None:
                await work.orders.bind(order.key, person.id)

    async def employ(self, who: int, *, stores: Sequence[str] = (), is_arbitrator: bool = False) -> None:
        person = replace(await self.person(who), stores=frozenset(stores), is_arbitrator=is_arbitrator)
        async with self.db.work() as work:
            await work.people.save(person)

    async def address(self, text: str, *, store: str = "Acme") -> None:
        async with self.db.work() as work:
            await work.orders.set_store(Store(name=store, return_address=text))

    async def claim(self, who: int = MIA, *, number: str = "1001", remedy: str = "Refund", quantity: str = "1") -> str:
        """A claim for a faulty mug with a photo, or a return without a reason. Gives the case's reference."""
        await self.draft_claim(who, number=number, remedy=remedy, quantity=quantity)
        await self.tap(who, "Send the claim")
        return (await self.person(who)).open_ref

    async def draft_claim(self, who: int, *, number: str = "1001", remedy: str = "Refund", quantity: str = "1") -> None:
        """All but the last tap."""
        await self.say(who, "/new anew")
        await self.say(who, number)
        if any(out.body.prompt.msgid.startswith("How many") for out in self.got[who] if isinstance(out.body, Question)):
            await self.say(who, quantity)
        await self.tap(who, remedy)
        if remedy == "Return":
            await self.tap(who, "I changed my mind")
            await self.tap(who, "Yes, unused")
            await self.tap(who, "Yes, intact")
        else:
            await self.tap(who, "It does not work")
            await self.say(who, "", a_file(name=f"{who}-{self._message}"))
            await self.tap(who, "That is all")
        await self.tap(who, "Leave out")

    async def arbitrated(self, ref: str, *, by: int = ANA) -> None:
        """The seller refuses, the buyer calls an arbitrator, who takes the case."""
        await self.say(SAM, f"/refuse {ref} It was fine when it left us.")
        await self.say(MIA, f"/escalate {ref} Please look at the photo.")
        await self.say(by, f"/take {ref}")

    async def escalated(self, ref: str) -> None:
        await self.say(SAM, f"/refuse {ref} It was fine when it left us.")
        await self.say(MIA, f"/escalate {ref} Please look at the photo.")


def _choices(out: Outgoing) -> Iterator:
    for row in getattr(out.body, "choices", ()):
        yield from row


def _words(body: object) -> Iterator[Phrase | str]:
    """Every phrase and every word of a body, whatever it is."""
    for name in ("title", "complaint", "prompt", "state", "turn", "default", "speaker", "text", "caption"):
        if value := getattr(body, name, None):
            yield value
    for name in ("lines", "notes"):
        yield from getattr(body, name, ())
    for section in getattr(body, "sections", ()):
        yield section.heading
        yield from section.lines


@pytest.fixture
async def room(sqlite_db: Database) -> Room:
    """Everybody is there, and Mia has the order 1001 of two blue mugs."""
    languages = {"en": "English", "zh_Hans": "简体中文"}
    room = Room(sqlite_db, Desk(Settings(pack=load("tmall_global"), languages=languages, operator=OPERATOR)))
    await room.employ(SAM, stores=["Acme"])
    await room.employ(ANA, is_arbitrator=True)
    await room.employ(BEN, is_arbitrator=True)
    await room.address("Hafenstr. 12, 20457 Hamburg")
    await room.order(an_order(), of=MIA)
    return room


def move_press(case: Case, move: str) -> str:
    """What a card's button carries as the case stands."""
    return presses.write(presses.MovePress(case.ref, case.position.turn, move))
