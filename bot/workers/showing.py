"""Files into a chat: copies of what was sent, exhibits, originals for an arbitrator, charts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from bot import charts, log
from bot.messenger import Activity, DeliveryError, FileGone, Sent, Upload
from bot.screens import MAX_CAPTION, speaker_line
from bot.workers.saying import Post, Saying
from conversations.cases.evidence import File, FileKind
from conversations.cases.roles import Role
from conversations.desk.access import decides, role_in
from conversations.messages import Copies, Exhibits, Notice, Picture
from conversations.phrase import Phrase
from storage.errors import StorageError, TryAgain
from storage.evidence_files import EvidenceStore

LOG = log.get(__name__)

#: How many of our own copies we remember the messenger's name for, so that each is sent up once and not to every reader.
_KNOWN: Final = 10_000

NO_EXHIBIT: Final = Phrase(
    "This cannot be shown any more: what was kept of it is gone or damaged. It stays listed in the case; ask for it to be "
    "sent again if it matters."
)
NO_ORIGINAL: Final = Phrase(
    "The original cannot be opened any more: what was kept of it is gone or damaged. That you asked for it stays on record. "
    "What others see of it is under /evidence; while you decide the case, /ask has it sent again."
)


class Showing:
    """Shows files; raises DeliveryError. `copies` keeps the files that go out in place of those that came in,
    `originals` those that came in."""

    def __init__(self, *, copies: EvidenceStore, originals: EvidenceStore) -> None:
        self._copies = copies
        self._originals = originals
        self._known: OrderedDict[tuple[str, str, str], str] = OrderedDict()  # -> the messenger's file id

    async def copy(self, saying: Saying, body: Copies) -> list[Post]:
        """What somebody sent, without their name but under a line that says what they are in the case. Whoever was to have
        it is told when it is not to be had any more, with the words that came with it."""
        screen, place = saying.screen, saying.place
        fits = len(body.messages) == 1 and body.has_caption and screen.size <= MAX_CAPTION
        posts: list[Post] = []
        if not fits:
            line = speaker_line(body.speaker, saying.person.language)
            posts.append(await saying.once("line", partial(saying.put, line)))
        await saying.pace.turn(place.chat, len(body.messages))
        caption = screen if fits else None
        try:
            copied = await saying.messenger.copy(place, body.source, body.messages, caption=caption)
        except FileGone:
            words = (Phrase("“{words}”", words=body.caption),) if body.caption else ()
            await _tell_of_loss(saying, body.speaker, *words, NO_EXHIBIT)
            raise
        originals = sorted(body.messages) if len(copied) == len(body.messages) else []
        for number, message in enumerate(copied):
            posts.append(saying.about(message, origin=(body.source, originals[number]) if originals else None))
        return posts

    async def show(self, saying: Saying, body: Exhibits) -> list[Post]:
        """What is lost stays a dead letter, for the operator to find and to send when the file is back; whoever was to
        see it is told, and what they can do."""
        try:
            return await (self._show_originals if body.are_originals else self._show)(saying, body)
        except FileGone as err:
            LOG.error("exhibit not to be had", ref=saying.outgoing.ref, reason=err.message)
            await _tell_of_loss(saying, body.caption, NO_ORIGINAL if body.are_originals else NO_EXHIBIT)
            raise

    async def _show(self, saying: Saying, body: Exhibits) -> list[Post]:
        place, screen = saying.place, saying.screen
        ready = await self._ready(body.files)
        if new := [file for file in ready if isinstance(file, Upload)]:
            are_photos = all(file.kind is FileKind.PHOTO for file in new)
            await saying.show_activity(Activity.PHOTO if are_photos else Activity.DOCUMENT)
        await saying.pace.turn(place.chat, len(body.files))
        try:
            sent = await saying.messenger.send_files(place, ready, caption=screen)
        except FileGone:
            forgotten = [self._known.pop(_upload_of(file), "") for file in body.files]
            if not any(forgotten):
                raise
            sent = await saying.messenger.send_files(place, await self._ready(body.files), caption=screen)
        words, shown = sent[: len(sent) - len(body.files)], sent[len(sent) - len(body.files) :]
        posts = [saying.about(each.message) for each in words]
        for file, each in zip(body.files, shown, strict=True):
            self._remember(file, each)
            posts.append(saying.about(each.message, origin=(file.chat, file.message) if file.message else None))
        return posts

    async def _show_originals(self, saying: Saying, body: Exhibits) -> list[Post]:
        """Read anew each time, and forgotten: nothing of ours holds on to what may have to be erased."""
        if not await is_still_theirs(saying, saying.outgoing.ref, Role.ARBITRATOR):
            return []
        files = [
            Upload(each.name, each.mime, await _read(self._originals, each.kept), each.kind) for each in body.files
        ]
        await saying.show_activity(Activity.DOCUMENT)
        await saying.pace.turn(saying.place.chat, len(files))
        sent = await saying.messenger.send_files(saying.place, files, caption=saying.screen)
        return [saying.about(each.message) for each in sent]

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


async def draw(saying: Saying, body: Picture) -> int:
    """A chart with its caption."""
    await saying.show_activity(Activity.PHOTO)
    drawn = Upload("chart.png", "image/png", charts.png(body.panels), FileKind.PHOTO)
    await saying.pace.turn(saying.place.chat)
    [sent] = await saying.messenger.send_files(saying.place, [drawn], caption=saying.rendered(body), is_protected=False)
    return sent.message


async def is_still_theirs(saying: Saying, ref: str, reader: Role) -> bool:
    """Whether a case file or originals that somebody asked for are still for their eyes, since what waits to be sent may
    outlast their role. They have been told that the case is not open to them any more."""
    async with saying.db.reading() as work:
        case, reading = await work.cases.get(ref), await work.people.get(saying.person.id)
    is_arbitrators = reader is Role.ARBITRATOR
    is_theirs = case is not None and (decides(case, reading) if is_arbitrators else role_in(case, reading) is reader)
    if not is_theirs:
        LOG.warning("not theirs any more", person=saying.person.id, ref=ref)
    return is_theirs


async def _tell_of_loss(saying: Saying, title: Phrase, *lines: Phrase) -> None:
    for post in await saying.tell(Notice(title=title, lines=lines)):
        saying.keep(post)


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
