"""One thing to say, delivered: rendered in the reader's language, put where it belongs in the chat. Decides no retry."""

from __future__ import annotations

from dataclasses import dataclass

from bot import log
from bot.messenger import DeliveryError, EditImpossible, Messenger
from bot.screens import MAX_CAPTION, Screen, render, speaker_line
from bot.workers.pace import Pace
from conversations.messages import Copies, Correction, Exhibits, Notice, Outgoing, Person, Placing, Speech, Toast
from storage.database import Database

LOG = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message now in the person's chat, to be remembered. `frees` is a slot that has had its last word with it."""

    message: int
    slot: str = ""
    frees: str = ""
    ref: str = ""
    origin: tuple[int, int] | None = None


class Delivery:
    """Delivers; raises DeliveryError."""

    def __init__(self, db: Database, messenger: Messenger, pace: Pace) -> None:
        self._db = db
        self._messenger = messenger
        self._pace = pace

    async def deliver(self, person: Person, outgoing: Outgoing) -> list[Post]:
        """Says it. Returns the messages to remember, the slot's among them."""
        body = outgoing.body
        screen = render(body, person.language)
        try:
            match body:
                case Toast():
                    # Never behind the pace: whoever pressed is waiting, and it is no message.
                    await self._messenger.answer_press(body.query, screen.text, is_alert=body.is_alert)
                    return []
                case Copies():
                    return await self._copy(person, outgoing, body, screen)
                case Exhibits():
                    await self._pace.turn(person.address, len(body.files))
                    sent = await self._messenger.send_files(person.address, body.files, caption=screen)
                    return [Post(message=message, ref=outgoing.ref) for message in sent]
                case Correction():
                    return await self._correct(person, outgoing, body, screen)
                case _:
                    return await self._place(person, outgoing, screen)
        except DeliveryError as err:
            if err.retry_after is not None:
                self._pace.hold(person.address, err.retry_after)
            raise

    async def _place(self, person: Person, outgoing: Outgoing, screen: Screen) -> list[Post]:
        old = await self._in_slot(person, outgoing.slot)
        if old is not None and outgoing.placing is Placing.REPLACE:
            try:
                await self._pace.turn(person.address)
                await self._messenger.edit(person.address, old, screen)
                return [self._post(old, outgoing)]
            except EditImpossible:
                LOG.info("sent anew instead of edited", person=person.id, message=old)
        posts = await self._send(person, outgoing, screen)
        if old is not None and outgoing.placing is Placing.BELOW:
            await self._strip(person, old)
        return posts

    async def _send(self, person: Person, outgoing: Outgoing, screen: Screen) -> list[Post]:
        await self._pace.turn(person.address)
        *others, last = await self._messenger.send(person.address, screen, answers=outgoing.answers)
        first = [Post(message=message, ref=outgoing.ref) for message in others]
        return [*first, self._post(last, outgoing)]

    @staticmethod
    def _post(message: int, outgoing: Outgoing) -> Post:
        ends = isinstance(outgoing.body, Notice)
        slot, frees = ("", outgoing.slot) if ends else (outgoing.slot, "")
        return Post(message=message, slot=slot, frees=frees, ref=outgoing.ref, origin=_origin(outgoing))

    async def _strip(self, person: Person, message: int) -> None:
        """After the new message is there, so that nobody is ever without buttons. Old ones are refused if pressed, so
        a failure is not worth sending the new one again."""
        try:
            await self._messenger.strip_buttons(person.address, message)
        except DeliveryError as err:
            LOG.warning("old buttons stay", person=person.id, message=message, reason=err.message)

    async def _copy(self, person: Person, outgoing: Outgoing, body: Copies, screen: Screen) -> list[Post]:
        fits = len(body.messages) == 1 and body.has_caption and screen.size <= MAX_CAPTION
        posts: list[Post] = []
        await self._pace.turn(person.address, len(body.messages) + (not fits))
        if not fits:
            line = speaker_line(body.speaker, person.language)
            sent = await self._messenger.send(person.address, line)
            posts += [Post(message=message, ref=outgoing.ref) for message in sent]
        caption = screen if fits else None
        copied = await self._messenger.copy(person.address, body.source, body.messages, caption=caption)
        originals = sorted(body.messages) if len(copied) == len(body.messages) else []
        for number, message in enumerate(copied):
            origin = (body.source, originals[number]) if originals else None
            posts.append(Post(message=message, ref=outgoing.ref, origin=origin))
        return posts

    async def _correct(self, person: Person, outgoing: Outgoing, body: Correction, screen: Screen) -> list[Post]:
        async with self._db.reading() as work:
            copy = await work.posts.copy_of(body.source, body.message, to=person.address)
        if copy is not None:
            try:
                await self._pace.turn(person.address)
                await self._messenger.edit(person.address, copy, screen)
                return []
            except EditImpossible:
                LOG.info("correction sent as a new message", person=person.id, message=copy)
        return await self._send(person, outgoing, screen)

    async def _in_slot(self, person: Person, slot: str) -> int | None:
        if not slot:
            return None
        async with self._db.reading() as work:
            return await work.posts.in_slot(person.address, slot)


def _origin(outgoing: Outgoing) -> tuple[int, int] | None:
    match outgoing.body:
        case Speech(source=source, message=message) | Correction(source=source, message=message) if message:
            return (source, message)
        case _:
            return None
