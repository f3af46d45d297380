"""One thing to say, delivered: rendered in the reader's language, put where it belongs in the chat. Decides no retry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot import log
from bot.casefiles.making import CaseFiles
from bot.messenger import DeliveryError, EditImpossible, Messenger, Place, ThreadClosed, ThreadGone, Unreachable
from bot.screens import render
from bot.takeout import Takeouts
from bot.translation import Translator
from bot.workers.handing_over import hand_over_case_file, hand_over_report, hand_over_takeout
from bot.workers.pace import Pace
from bot.workers.saying import SCREENFUL, Chat, Post, Saying, lightly
from bot.workers.showing import Showing, draw
from bot.workers.threads import Threads
from conversations.messages import (
    Card,
    Copies,
    Correction,
    Dossier,
    Exhibits,
    Outgoing,
    Picture,
    Placing,
    Receipt,
    Review,
    Takeout,
    Toast,
    Translation,
)
from locales import negotiate
from storage.database import Database
from storage.evidence_files import EvidenceStore
from storage.lanes import Item

LOG = log.get(__name__)


class Delivery:
    """Delivers; raises DeliveryError. `copies` keeps the files that go out in place of those that came in, `originals`
    those that came in."""

    def __init__(
        self,
        db: Database,
        messenger: Messenger,
        pace: Pace,
        *,
        copies: EvidenceStore,
        originals: EvidenceStore,
        case_files: CaseFiles | None = None,
        takeouts: Takeouts | None = None,
        translator: Translator | None = None,
    ) -> None:
        self._db = db
        self._messenger = messenger
        self._pace = pace
        self._takeouts = takeouts
        self._case_files = case_files
        self._translator = translator
        self._threads = Threads(db, messenger, pace)
        self._showing = Showing(copies=copies, originals=originals)

    async def deliver(self, chat: Chat, item: Item[Outgoing], note: Callable[[Post], None]) -> list[Post]:
        """Says it. Returns the messages to remember, the slot's among them. Each part of a long text, the chart of a report
        and the line above a copy are given to `note` as soon as they are sent: after a failure, or in another process, the
        rest follows and they are not repeated. Files that take several messages (a takeout, exhibits of several kinds) are."""
        body, person = item.payload.body, chat.person
        try:
            match body:
                case Toast():
                    # Never behind the pace: whoever pressed is waiting, and it is no message.
                    screen = render(body, person.language)
                    await self._messenger.answer_press(body.query, screen.text, is_alert=body.is_alert)
                    return []
                case Receipt():
                    await lightly(self._messenger.mark(person.address, body.message, body.mark))
                    return []
                case _:
                    return await self._say_in_place(chat, item, note)
        except ThreadClosed as err:
            if not item.payload.ref:
                raise
            raise Unreachable(err.message) from err  # what is about cases has no place there any more
        except DeliveryError as err:
            if err.retry_after is not None:
                self._pace.hold(person.address, err.retry_after)
            raise

    async def _say_in_place(self, chat: Chat, item: Item[Outgoing], note: Callable[[Post], None]) -> list[Post]:
        """In the thread it belongs to. One that was deleted is opened anew, once, and everything said there again."""
        person, outgoing = chat.person, item.payload

        def saying(place: Place) -> Saying:
            # An answer does not reach into another thread.
            told = item if outgoing.thread == place.thread else replace(item, payload=replace(outgoing, answers=None))
            return Saying(
                db=self._db, messenger=self._messenger, pace=self._pace, chat=chat, place=place, item=told, note=note
            )

        try:
            place = await self._threads.place(person, outgoing)
            try:
                return await self._say(saying(place))
            except ThreadClosed:
                if not place.thread:
                    raise
                return await self._say(saying(await self._threads.reopened(person, place)))
        except ThreadGone:
            place = await self._threads.anew(person, outgoing)
            chat.forget(f"part:{item.id}:")
            return await self._say(saying(place))

    async def _say(self, saying: Saying) -> list[Post]:
        match saying.outgoing.body:
            case Translation() as body:
                return await self._translate(saying, body)
            case Copies() as body:
                return await self._showing.copy(saying, body)
            case Exhibits() as body:
                return await self._showing.show(saying, body)
            case Picture() as body:
                return [saying.about(await draw(saying, body))]
            case Review() as body:
                return await hand_over_report(saying, body)
            case Dossier() as body:
                return await hand_over_case_file(saying, body, self._case_files)
            case Takeout():
                return await hand_over_takeout(saying, self._takeouts)
            case Correction() as body:
                return await self._correct(saying, body)
            case _:
                return await self._put(saying)

    async def _put(self, saying: Saying) -> list[Post]:
        """In its slot, if it has one: edited where it stands, or at the bottom."""
        place, outgoing, screen = saying.place, saying.outgoing, saying.screen
        old = await saying.in_slot(outgoing.slot)
        is_in_thread = isinstance(outgoing.body, Card) and place.thread != 0
        has_moved = old is not None and is_in_thread and not await self._threads.holds_card(place, outgoing.ref)
        is_live = isinstance(outgoing.body, Card) and outgoing.placing is Placing.REPLACE
        is_buried = old is not None and is_live and await self._is_buried(saying, old)
        if old is not None and outgoing.placing is Placing.REPLACE and not (is_buried or has_moved):
            try:
                await self._pace.turn(place.chat)
                await self._messenger.edit(place.chat, old, screen)
                return [saying.post(old)]
            except EditImpossible:
                LOG.info("sent anew instead of edited", person=saying.person.id, message=old)
        posts = await saying.send(screen)
        if is_in_thread:
            await self._threads.note_card(place, outgoing.ref)
        if old is not None and (is_buried or has_moved or outgoing.placing is Placing.BELOW):
            await self._strip(saying, old)
        return posts

    async def _is_buried(self, saying: Saying, message: int) -> bool:
        """Whether more than a screenful of ours came after it: what was written down, and what was sent just now. In a
        thread, what is about its case."""
        about, newest = saying.outgoing.ref if saying.place.thread else "", saying.chat.newest
        later = {post.message for post in newest if post.message > message and about in ("", post.ref)}
        if len(later) < SCREENFUL:
            async with self._db.reading() as work:
                later |= await work.posts.after(saying.place.chat, message, ref=about, limit=SCREENFUL)
        return len(later) >= SCREENFUL

    async def _strip(self, saying: Saying, message: int) -> None:
        """After the new message is there, so that nobody is ever without buttons. Old ones are refused if pressed, so
        a failure is not worth sending the new one again."""
        try:
            await self._messenger.strip_buttons(saying.person.address, message)
        except DeliveryError as err:
            LOG.warning("old buttons stay", person=saying.person.id, message=message, reason=err.message)

    async def _translate(self, saying: Saying, body: Translation) -> list[Post]:
        """In answer to the copy of the words. Nothing when nobody translates, or not now: the words are there."""
        language = negotiate(saying.person.language)
        found = await self._translator.translate(body.text, to=language) if self._translator else None
        if found is None:
            return []
        copy = await self._copy_of(saying, body)
        return await saying.send(saying.rendered(replace(body, text=found)), answers=copy)

    async def _correct(self, saying: Saying, body: Correction) -> list[Post]:
        if (copy := await self._copy_of(saying, body)) is not None:
            try:
                await self._pace.turn(saying.place.chat)
                await self._messenger.edit(saying.place.chat, copy, saying.screen)
                return []
            except EditImpossible:
                LOG.info("correction sent as a new message", person=saying.person.id, message=copy)
        return await saying.send(saying.screen)

    async def _copy_of(self, saying: Saying, body: Translation | Correction) -> int | None:
        async with self._db.reading() as work:
            return await work.posts.copy_of(body.source, body.message, to=saying.place.chat)
