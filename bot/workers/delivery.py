"""One thing to say, delivered: rendered in the reader's language, put where it belongs in the chat. Decides no retry."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot import charts, log
from bot.casefiles.failures import CaseFileFailed
from bot.casefiles.making import CaseFiles
from bot.messenger import (
    Activity,
    DeliveryError,
    EditImpossible,
    FileGone,
    Messenger,
    Place,
    Sent,
    ThreadClosed,
    ThreadGone,
    Upload,
)
from bot.screens import MAX_CAPTION, MAX_TEXT, Screen, pages, render, speaker_line
from bot.takeout import Takeouts
from bot.translation import Translator
from bot.workers.pace import Pace
from bot.workers.threads import Threads
from conversations.cases.evidence import File, FileKind
from conversations.cases.roles import Role
from conversations.desk import reporting
from conversations.desk.access import decides, role_in
from conversations.messages import (
    Card,
    Copies,
    Correction,
    Dossier,
    Exhibits,
    Notice,
    Outgoing,
    Person,
    Picture,
    Placing,
    Receipt,
    Review,
    Speech,
    Takeout,
    Toast,
    Translation,
)
from conversations.phrase import Phrase
from locales import negotiate
from storage.database import Database
from storage.errors import StorageError, TryAgain
from storage.evidence_files import EvidenceStore
from storage.lanes import Item

LOG = log.get(__name__)

#: How many of our own copies we remember the messenger's name for, so that each is sent up once and not to every reader.
_KNOWN: Final = 10_000

#: Bytes that a bot may send as one file are 50 MB; the PDF and the record go into the archive beside the exhibits.
_ARCHIVE: Final = 40 << 20

#: Seconds until we look again whether another case file can be made.
_NEXT: Final = 2.0

#: Seconds that a chat action or a reaction may take.
COURTESY: Final = 2.0

#: A card with so many of our messages after it is no longer looked for where it is. Each takes two to four lines of a
#: phone that shows about thirty, so that twelve are more than a screenful even of short ones.
SCREENFUL: Final = 12

_NO_CASE_FILE: Final = Phrase("The case file could not be made now. Please try again later; the record itself is safe.")
_NOT_ALL: Final = Phrase(
    "Not all files are in it: some did not fit, or are lost. /evidence shows those that there are."
)
NO_EXHIBIT: Final = Phrase(
    "This cannot be shown any more: what was kept of it is gone or damaged. It stays listed in the case; ask for it to be "
    "sent again if it matters."
)
NO_ORIGINAL: Final = Phrase(
    "The original cannot be opened any more: what was kept of it is gone or damaged. That you asked for it stays on record. "
    "What others see of it is under /evidence; while you decide the case, /ask has it sent again."
)


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
        self._copies = copies
        self._takeouts = takeouts
        self._originals = originals
        self._case_files = case_files
        self._translator = translator
        self._threads = Threads(db, messenger, pace)
        self._known: OrderedDict[tuple[str, str, str], str] = OrderedDict()  # -> the messenger's file id

    async def deliver(self, chat: Chat, item: Item[Outgoing], note: Callable[[Post], None]) -> list[Post]:
        """Says it. Returns the messages to remember, the slot's among them. Of what takes several messages each is given to
        `note` as soon as it is sent: after a failure, or in another process, the rest follows and nothing is repeated."""
        outgoing = item.payload
        body, person = outgoing.body, chat.person
        try:
            match body:
                case Toast():
                    # Never behind the pace: whoever pressed is waiting, and it is no message.
                    screen = render(body, person.language)
                    await self._messenger.answer_press(body.query, screen.text, is_alert=body.is_alert)
                    return []
                case Receipt():
                    await self._lightly(self._messenger.mark(person.address, body.message, body.mark))
                    return []
                case _:
                    return await self._say_in_place(chat, item, note)
        except DeliveryError as err:
            if err.retry_after is not None:
                self._pace.hold(person.address, err.retry_after)
            raise

    async def _say_in_place(self, chat: Chat, item: Item[Outgoing], note: Callable[[Post], None]) -> list[Post]:
        """In the thread it belongs to. One that was deleted is opened anew, once, and everything said there again."""
        person, outgoing = chat.person, item.payload
        try:
            place = await self._threads.place(person, outgoing)
            try:
                return await self._say(chat, place, item, note)
            except ThreadClosed:
                return await self._say(chat, await self._threads.reopened(person, place), item, note)
        except ThreadGone:
            place = await self._threads.anew(person, outgoing)
            chat.forget(f"part:{item.id}:")
            return await self._say(chat, place, item, note)

    async def _say(self, chat: Chat, place: Place, item: Item[Outgoing], note: Callable[[Post], None]) -> list[Post]:
        if item.payload.thread != place.thread:  # an answer does not reach into another thread
            item = replace(item, payload=replace(item.payload, answers=None))
        person, outgoing, body = chat.person, item.payload, item.payload.body
        screen = render(body, person.language)
        match body:
            case Translation():
                return await self._translate(chat, place, item, body, note)
            case Copies():
                return await self._copy(person, place, outgoing, body, screen)
            case Exhibits():
                return await self._show_or_tell(chat, place, item, body, screen, note)
            case Picture():
                return await self._draw(place, outgoing, body, screen)
            case Review():
                return await self._review(chat, place, item, body, note)
            case Dossier():
                return await self._hand_over(chat, place, item, body, screen, note)
            case Takeout():
                return await self._give_all(person, place, outgoing, screen)
            case Correction():
                return await self._correct(chat, place, item, body, screen, note)
            case _:
                return await self._put(chat, place, item, screen, note)

    async def _put(
        self, chat: Chat, place: Place, item: Item[Outgoing], screen: Screen, note: Callable[[Post], None]
    ) -> list[Post]:
        person, outgoing = chat.person, item.payload
        old = await self._in_slot(chat, outgoing.slot)
        is_in_thread = isinstance(outgoing.body, Card) and place.thread != 0
        has_moved = old is not None and is_in_thread and not await self._threads.holds_card(place, outgoing.ref)
        is_live = isinstance(outgoing.body, Card) and outgoing.placing is Placing.REPLACE
        is_buried = old is not None and is_live and await self._is_buried(chat, place, outgoing.ref, old)
        if old is not None and outgoing.placing is Placing.REPLACE and not (is_buried or has_moved):
            try:
                await self._pace.turn(place.chat)
                await self._messenger.edit(place.chat, old, screen)
                return [self._post(old, outgoing)]
            except EditImpossible:
                LOG.info("sent anew instead of edited", person=person.id, message=old)
        posts = await self._send(chat, place, item, screen, note)
        if is_in_thread:
            await self._threads.note_card(place, outgoing.ref)
        if old is not None and (is_buried or has_moved or outgoing.placing is Placing.BELOW):
            await self._strip(person, old)
        return posts

    async def _translate(
        self, chat: Chat, place: Place, item: Item[Outgoing], body: Translation, note: Callable[[Post], None]
    ) -> list[Post]:
        """In answer to the copy of the words. Nothing when nobody translates, or not now: the words are there."""
        person = chat.person
        found = await self._translator.translate(body.text, to=negotiate(person.language)) if self._translator else None
        if found is None:
            return []
        async with self._db.reading() as work:
            copy = await work.posts.copy_of(body.source, body.message, to=place.chat)
        answer = replace(item, payload=replace(item.payload, answers=copy))
        return await self._send(chat, place, answer, render(replace(body, text=found), person.language), note)

    async def _lightly(self, call: Awaitable[None]) -> None:
        """What is only a courtesy: not behind the pace, not for long, and no failure when it is refused."""
        try:
            async with asyncio.timeout(COURTESY):
                await call
        except TimeoutError:
            LOG.info("courtesy left out", reason="no answer in time")
        except DeliveryError as err:
            LOG.info("courtesy left out", reason=err.message)

    async def _is_buried(self, chat: Chat, place: Place, ref: str, message: int) -> bool:
        """Whether more than a screenful of ours came after it: what was written down, and what was sent just now. In a
        thread, what is about its case."""
        about = ref if place.thread else ""
        later = {post.message for post in chat.newest if post.message > message and about in ("", post.ref)}
        if len(later) < SCREENFUL:
            async with self._db.reading() as work:
                later |= await work.posts.after(place.chat, message, ref=about, limit=SCREENFUL)
        return len(later) >= SCREENFUL

    async def _send(
        self, chat: Chat, place: Place, item: Item[Outgoing], screen: Screen, note: Callable[[Post], None]
    ) -> list[Post]:
        """As one message, or as several when it is too long for one. The parts are in slots until the last is there."""
        outgoing = item.payload
        *parts, last = pages(screen, MAX_TEXT)
        posts: list[Post] = []
        answers = outgoing.answers
        for number, part in enumerate(parts):
            slot = f"part:{item.id}:{number}"
            if (message := await self._in_slot(chat, slot)) is None:
                await self._pace.turn(place.chat)
                [message] = await self._messenger.send(place, part, answers=answers)
                sent = Post(message=message, slot=slot, ref=outgoing.ref)
                chat.remember([sent])
                note(sent)
            posts.append(Post(message=message, frees=slot, ref=outgoing.ref))
            answers = None
        await self._pace.turn(place.chat)
        [message] = await self._messenger.send(place, last, answers=answers)
        return [*posts, self._post(message, outgoing)]

    @staticmethod
    def _post(message: int, outgoing: Outgoing) -> Post:
        ends = isinstance(outgoing.body, Notice) and not outgoing.body.stays
        slot, frees = ("", outgoing.slot) if ends else (outgoing.slot, "")
        return Post(message=message, slot=slot, frees=frees, ref=outgoing.ref, origin=_origin(outgoing))

    async def _strip(self, person: Person, message: int) -> None:
        """After the new message is there, so that nobody is ever without buttons. Old ones are refused if pressed, so
        a failure is not worth sending the new one again."""
        try:
            await self._messenger.strip_buttons(person.address, message)
        except DeliveryError as err:
            LOG.warning("old buttons stay", person=person.id, message=message, reason=err.message)

    async def _copy(self, person: Person, place: Place, outgoing: Outgoing, body: Copies, screen: Screen) -> list[Post]:
        fits = len(body.messages) == 1 and body.has_caption and screen.size <= MAX_CAPTION
        posts: list[Post] = []
        await self._pace.turn(place.chat, len(body.messages) + (not fits))
        if not fits:
            line = speaker_line(body.speaker, person.language)
            sent = await self._messenger.send(place, line)
            posts += [Post(message=message, ref=outgoing.ref) for message in sent]
        caption = screen if fits else None
        copied = await self._messenger.copy(place, body.source, body.messages, caption=caption)
        originals = sorted(body.messages) if len(copied) == len(body.messages) else []
        for number, message in enumerate(copied):
            origin = (body.source, originals[number]) if originals else None
            posts.append(Post(message=message, ref=outgoing.ref, origin=origin))
        return posts

    async def _show_or_tell(
        self,
        chat: Chat,
        place: Place,
        item: Item[Outgoing],
        body: Exhibits,
        screen: Screen,
        note: Callable[[Post], None],
    ) -> list[Post]:
        """What is lost stays a dead letter, for the operator to find and to send when the file is back; whoever was to
        see it is told, and what they can do."""
        try:
            if body.are_originals:
                return await self._show_originals(chat.person, place, item.payload, body, screen)
            return await self._show(place, item.payload, body, screen)
        except FileGone as err:
            LOG.error("exhibit not to be had", ref=item.payload.ref, reason=err.message)
            lines = (NO_ORIGINAL,) if body.are_originals else (NO_EXHIBIT,)
            told = render(Notice(title=body.caption, lines=lines), chat.person.language)
            for post in await self._send(chat, place, item, told, note):
                chat.remember([post])
                note(post)
            raise

    async def _show(self, place: Place, outgoing: Outgoing, body: Exhibits, screen: Screen) -> list[Post]:
        ready = await self._ready(body.files)
        if new := [file for file in ready if isinstance(file, Upload)]:
            are_photos = all(file.kind is FileKind.PHOTO for file in new)
            activity = Activity.PHOTO if are_photos else Activity.DOCUMENT
            await self._lightly(self._messenger.show_activity(place, activity))
        await self._pace.turn(place.chat, len(body.files))
        try:
            sent = await self._messenger.send_files(place, ready, caption=screen)
        except FileGone:
            forgotten = [self._known.pop(_upload_of(file), "") for file in body.files]
            if not any(forgotten):
                raise
            sent = await self._messenger.send_files(place, await self._ready(body.files), caption=screen)
        words, shown = sent[: len(sent) - len(body.files)], sent[len(sent) - len(body.files) :]
        posts = [Post(message=each.message, ref=outgoing.ref) for each in words]
        for file, each in zip(body.files, shown, strict=True):
            self._remember(file, each)
            origin = (file.chat, file.message) if file.message else None
            posts.append(Post(message=each.message, ref=outgoing.ref, origin=origin))
        return posts

    async def _give_all(self, person: Person, place: Place, outgoing: Outgoing, screen: Screen) -> list[Post]:
        """Everything about the person, in as many files as it takes: the caption is under the first."""
        if self._takeouts is None:
            raise DeliveryError("nobody puts anything together here", permanent=True)
        posts = list[Post]()
        await self._lightly(self._messenger.show_activity(place, Activity.DOCUMENT))
        async for part in self._takeouts.parts(person):
            await self._pace.turn(place.chat)
            message = await self._messenger.upload(place, part, caption=None if posts else screen)
            posts.append(Post(message=message, ref=outgoing.ref))
        LOG.info("takeout given", person=person.id, parts=len(posts))
        return posts

    async def _show_originals(
        self, person: Person, place: Place, outgoing: Outgoing, body: Exhibits, screen: Screen
    ) -> list[Post]:
        """Read anew each time, and forgotten: nothing of ours holds on to what may have to be erased."""
        if not await self._is_still_theirs(person, outgoing.ref, Role.ARBITRATOR):
            return []
        files = [
            Upload(each.name, each.mime, await _read(self._originals, each.kept), each.kind) for each in body.files
        ]
        await self._lightly(self._messenger.show_activity(place, Activity.DOCUMENT))
        await self._pace.turn(place.chat, len(files))
        sent = await self._messenger.send_files(place, files, caption=screen)
        return [Post(message=each.message, ref=outgoing.ref) for each in sent]

    async def _is_still_theirs(self, person: Person, ref: str, reader: Role) -> bool:
        """Whether a case file or originals that somebody asked for are still for their eyes, since what waits to be sent may
        outlast their role. They have been told that the case is not open to them any more."""
        async with self._db.reading() as work:
            case, reading = await work.cases.get(ref), await work.people.get(person.id)
        is_arbitrators = reader is Role.ARBITRATOR
        is_theirs = case is not None and (
            decides(case, reading) if is_arbitrators else role_in(case, reading) is reader
        )
        if not is_theirs:
            LOG.warning("not theirs any more", person=person.id, ref=ref)
        return is_theirs

    async def _draw(self, place: Place, outgoing: Outgoing, body: Picture, screen: Screen) -> list[Post]:
        await self._lightly(self._messenger.show_activity(place, Activity.PHOTO))
        drawn = Upload("chart.png", "image/png", charts.png(body.panels), FileKind.PHOTO)
        await self._pace.turn(place.chat)
        sent = await self._messenger.send_files(place, [drawn], caption=screen, is_protected=False)
        return [Post(message=each.message, ref=outgoing.ref) for each in sent]

    async def _review(
        self, chat: Chat, place: Place, item: Item[Outgoing], body: Review, note: Callable[[Post], None]
    ) -> list[Post]:
        """Counted in a transaction that only reads; what is suggested is kept before it is read."""
        person = chat.person
        if not person.sells_for(body.store):
            return []
        async with self._db.reading() as work:
            findings = await reporting.findings_of(body.store, body.days, work, body.ends)
        bodies = reporting.bodies_of(body, findings)
        if bodies:
            async with self._db.work() as work:
                await reporting.remember(findings, work)
        posts = list[Post]()
        for each in bodies:
            screen = render(each, person.language)
            if isinstance(each, Picture):
                posts.append(await self._draw_once(chat, place, item, each, screen, note))
            else:
                posts += await self._send(chat, place, item, screen, note)
        return posts

    async def _draw_once(
        self,
        chat: Chat,
        place: Place,
        item: Item[Outgoing],
        body: Picture,
        screen: Screen,
        note: Callable[[Post], None],
    ) -> Post:
        """It is in a slot until what follows is there, too: see `_send`."""
        slot = f"part:{item.id}:picture"
        if (message := await self._in_slot(chat, slot)) is None:
            [drawn] = await self._draw(place, item.payload, body, screen)
            sent = replace(drawn, slot=slot)
            chat.remember([sent])
            note(sent)
            message = sent.message
        return Post(message=message, frees=slot, ref=item.payload.ref)

    async def _hand_over(
        self,
        chat: Chat,
        place: Place,
        item: Item[Outgoing],
        body: Dossier,
        screen: Screen,
        note: Callable[[Post], None],
    ) -> list[Post]:
        """The case file as it is now, to keep: the PDF and the archive."""
        person, outgoing = chat.person, item.payload
        if not await self._is_still_theirs(person, body.ref, body.reader):
            return []
        try:
            if self._case_files is None:
                raise CaseFileFailed("nobody makes any here")
            if self._case_files.is_busy:  # waiting for it could outlast our lease of the lane
                raise DeliveryError("another case file is being made", retry_after=_NEXT)
            await self._lightly(self._messenger.show_activity(place, Activity.DOCUMENT))
            made = await self._case_files.make(body.ref, body.reader, person.language, room=_ARCHIVE)
        except CaseFileFailed as err:
            LOG.error("case file not made", ref=body.ref, reason=str(err))
            return await self._send(chat, place, item, render(Notice(lines=(_NO_CASE_FILE,)), person.language), note)
        pdf, archive = (
            Upload(f"{made.ref}.pdf", "application/pdf", made.pdf),
            Upload(f"{made.ref}.zip", "application/zip", made.archive),
        )
        LOG.info("case file made", ref=body.ref, reader=body.reader.value, pdf=len(made.pdf), archive=len(made.archive))
        await self._pace.turn(place.chat, 2)
        sent = await self._messenger.send_files(place, [pdf, archive], caption=screen, is_protected=False)
        posts = [Post(message=each.message, ref=outgoing.ref) for each in sent]
        if made.is_complete:
            return posts
        return [*posts, *await self._send(chat, place, item, render(Notice(lines=(_NOT_ALL,)), person.language), note)]

    async def _ready(self, files: Sequence[File]) -> list[File | Upload]:
        """Our own copies in place of the originals; those that were sent before by the name they have since."""
        ready: list[File | Upload] = []
        for file in files:
            if not file.kept:
                ready.append(file)
            elif known := self._known.get(_upload_of(file)):
                ready.append(replace(file, file_id=known))
            else:
                data = await _read(self._copies, file.kept)
                ready.append(Upload(file.name, file.mime, data, file.kind))
        return ready

    def _remember(self, file: File, sent: Sent) -> None:
        if file.kept and sent.file_id:
            self._known[_upload_of(file)] = sent.file_id
            self._known.move_to_end(_upload_of(file))
            if len(self._known) > _KNOWN:
                self._known.popitem(last=False)

    async def _correct(
        self,
        chat: Chat,
        place: Place,
        item: Item[Outgoing],
        body: Correction,
        screen: Screen,
        note: Callable[[Post], None],
    ) -> list[Post]:
        person = chat.person
        async with self._db.reading() as work:
            copy = await work.posts.copy_of(body.source, body.message, to=place.chat)
        if copy is not None:
            try:
                await self._pace.turn(place.chat)
                await self._messenger.edit(place.chat, copy, screen)
                return []
            except EditImpossible:
                LOG.info("correction sent as a new message", person=person.id, message=copy)
        return await self._send(chat, place, item, screen, note)

    async def _in_slot(self, chat: Chat, slot: str) -> int | None:
        if not slot:
            return None
        if slot not in chat.slots:
            async with self._db.reading() as work:
                chat.slots[slot] = await work.posts.in_slot(chat.person.address, slot)
        return chat.slots[slot]


async def _read(store: EvidenceStore, name: str) -> bytes:
    """What a store keeps under that name; FileGone. A store that cannot be reached will be tried again."""
    try:
        return await store.get(name)
    except StorageError as err:
        what = f"file not to be had: {type(err).__name__}"
        raise (DeliveryError(what) if isinstance(err, TryAgain) else FileGone(what)) from err


def _upload_of(file: File) -> tuple[str, str, str]:
    """What makes a file that was sent up another one to the messenger."""
    return file.kept, file.kind, file.name


def _origin(outgoing: Outgoing) -> tuple[int, int] | None:
    match outgoing.body:
        case Speech(source=source, message=message) | Correction(source=source, message=message) if message:
            return (source, message)
        case _:
            return None
