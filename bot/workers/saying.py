"""One thing on its way into a chat: to whom, where in the chat, and how it gets there, part by part."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from bot import log
from bot.messenger import Activity, DeliveryError, Messenger, Place
from bot.screens import MAX_TEXT, Screen, pages, render
from bot.workers.pace import Pace
from conversations.messages import Body, Correction, Notice, Outgoing, Person, Speech
from storage.database import Database
from storage.lanes import Item

LOG = log.get(__name__)

#: Seconds that a chat action or a reaction may take.
COURTESY: Final = 2.0

#: A card with so many of our messages after it is no longer looked for where it is. Each takes two to four lines of a
#: phone that shows about thirty, so that twelve are more than a screenful even of short ones.
SCREENFUL: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message now in the person's chat, to be remembered. `frees` is a slot that has had its last word with it."""

    message: int
    slot: str = ""
    frees: str = ""
    ref: str = ""
    origin: tuple[int, int] | None = None


@dataclass(slots=True)
class Chat:
    """A person's chat as it is now: in `slots` the message that each slot holds, or None, as far as it is known; in
    `newest` what we sent last, which may not have been written down yet."""

    person: Person
    slots: dict[str, int | None] = field(default_factory=dict)
    newest: deque[Post] = field(default_factory=lambda: deque(maxlen=SCREENFUL))

    def remember(self, posts: Sequence[Post]) -> None:
        for post in posts:
            if all(post.message != each.message for each in self.newest):
                self.newest.append(post)
            if post.frees:
                self.slots[post.frees] = None
            if post.slot:
                self.slots[post.slot] = post.message

    def forget(self, slots: str) -> None:
        """Nothing is in the slots whose names begin so."""
        self.slots.update({slot: None for slot in self.slots if slot.startswith(slots)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What is being said, and what it takes to say it. `note` is given each message that has to be remembered as soon as
    it is sent; what is returned is remembered when all of it is there."""

    db: Database
    messenger: Messenger
    pace: Pace
    chat: Chat
    place: Place
    item: Item[Outgoing]
    note: Callable[[Post], None]

    @property
    def person(self) -> Person:
        return self.chat.person

    @property
    def outgoing(self) -> Outgoing:
        return self.item.payload

    @property
    def screen(self) -> Screen:
        return self.rendered(self.outgoing.body)

    def rendered(self, body: Body) -> Screen:
        return render(body, self.person.language)

    async def send(self, screen: Screen, *, answers: int | None = None) -> list[Post]:
        """As one message, or as several when it is too long for one."""
        *parts, last = pages(screen, MAX_TEXT)
        answers = answers or self.outgoing.answers
        posts: list[Post] = []
        for number, part in enumerate(parts):
            posts.append(await self.once(number, partial(self.put, part, answers=answers)))
            answers = None
        return [*posts, self.post(await self.put(last, answers=answers))]

    async def put(self, screen: Screen, *, answers: int | None = None) -> int:
        """One message, when its turn has come."""
        await self.pace.turn(self.place.chat)
        [message] = await self.messenger.send(self.place, screen, answers=answers)
        return message

    async def once(self, name: int | str, say: Callable[[], Awaitable[int]]) -> Post:
        """A part that is not said again when what comes after it fails: it is in a slot until all of it is there."""
        slot = self.part(name)
        if (message := await self.in_slot(slot)) is None:
            message = await say()
            self.keep(Post(message=message, slot=slot, ref=self.outgoing.ref))
        return Post(message=message, frees=slot, ref=self.outgoing.ref)

    async def tell(self, body: Body) -> list[Post]:
        """Says something of ours in place of it, or after it."""
        return await self.send(self.rendered(body))

    def part(self, name: int | str) -> str:
        """The slot that a part is in until all of it is there."""
        return f"part:{self.item.id}:{name}"

    def keep(self, post: Post) -> None:
        """It is there, whatever becomes of the rest."""
        self.chat.remember([post])
        self.note(post)

    def post(self, message: int) -> Post:
        """That message as the one that says it."""
        outgoing = self.outgoing
        ends = isinstance(outgoing.body, Notice) and not outgoing.body.stays
        slot, frees = ("", outgoing.slot) if ends else (outgoing.slot, "")
        return Post(message=message, slot=slot, frees=frees, ref=outgoing.ref, origin=_origin(outgoing))

    def about(self, message: int, *, origin: tuple[int, int] | None = None) -> Post:
        """A message that is only about the same case."""
        return Post(message=message, ref=self.outgoing.ref, origin=origin)

    async def in_slot(self, slot: str) -> int | None:
        if not slot:
            return None
        if slot not in self.chat.slots:
            async with self.db.reading() as work:
                self.chat.slots[slot] = await work.posts.in_slot(self.person.address, slot)
        return self.chat.slots[slot]

    async def show_activity(self, activity: Activity) -> None:
        await lightly(self.messenger.show_activity(self.place, activity))


async def lightly(call: Awaitable[None]) -> None:
    """What is only a courtesy: not behind the pace, not for long, and no failure when it is refused."""
    try:
        async with asyncio.timeout(COURTESY):
            await call
    except TimeoutError:
        LOG.info("courtesy left out", reason="no answer in time")
    except DeliveryError as err:
        LOG.info("courtesy left out", reason=err.message)


def _origin(outgoing: Outgoing) -> tuple[int, int] | None:
    match outgoing.body:
        case Speech(source=source, message=message) | Correction(source=source, message=message) if message:
            return (source, message)
        case _:
            return None
