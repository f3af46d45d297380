"""What is only made when it is handed over: a case file, a report, everything about a person."""

from __future__ import annotations

from functools import partial
from typing import Final

from bot import log
from bot.casefiles.failures import CaseFileFailed
from bot.casefiles.making import CaseFiles
from bot.messenger import Activity, DeliveryError, Upload
from bot.takeout import Takeouts
from bot.workers.saying import Post, Saying
from bot.workers.showing import draw, is_still_theirs
from conversations.desk import reporting
from conversations.messages import Dossier, Notice, Picture, Review
from conversations.phrase import Phrase

LOG = log.get(__name__)

#: Bytes that a bot may send as one file are 50 MB; the PDF and the record go into the archive beside the exhibits.
_ARCHIVE: Final = 40 << 20

#: Seconds until we look again whether another case file can be made.
_NEXT: Final = 2.0

_NO_CASE_FILE: Final = Phrase("The case file could not be made now. Please try again later; the record itself is safe.")
_NOT_ALL: Final = Phrase(
    "Not all files are in it: some did not fit, or are lost. /evidence shows those that there are."
)


async def hand_over_case_file(saying: Saying, body: Dossier, case_files: CaseFiles | None) -> list[Post]:
    """The case file as it is now, to keep: the PDF and the archive."""
    if not await is_still_theirs(saying, body.ref, body.reader):
        return []
    try:
        if case_files is None:
            raise CaseFileFailed("nobody makes any here")
        if case_files.is_busy:  # waiting for it could outlast our lease of the lane
            raise DeliveryError("another case file is being made", retry_after=_NEXT)
        await saying.show_activity(Activity.DOCUMENT)
        made = await case_files.make(body.ref, body.reader, saying.person.language, room=_ARCHIVE)
    except CaseFileFailed as err:
        LOG.error("case file not made", ref=body.ref, reason=str(err))
        return await saying.tell(Notice(lines=(_NO_CASE_FILE,)))
    files = (
        Upload(f"{made.ref}.pdf", "application/pdf", made.pdf),
        Upload(f"{made.ref}.zip", "application/zip", made.archive),
    )
    LOG.info("case file made", ref=body.ref, reader=body.reader.value, pdf=len(made.pdf), archive=len(made.archive))
    await saying.pace.turn(saying.place.chat, len(files))
    sent = await saying.messenger.send_files(saying.place, files, caption=saying.screen, is_protected=False)
    posts = [saying.about(each.message) for each in sent]
    return posts if made.is_complete else [*posts, *await saying.tell(Notice(lines=(_NOT_ALL,)))]


async def hand_over_report(saying: Saying, body: Review) -> list[Post]:
    """Counted in a transaction that only reads; what is suggested is kept before it is read."""
    if not saying.person.sells_for(body.store):
        return []
    async with saying.db.reading() as work:
        findings = await reporting.findings_of(body.store, body.days, work, body.ends)
    bodies = reporting.bodies_of(body, findings)
    if bodies:
        async with saying.db.work() as work:
            await reporting.remember(findings, work)
    posts = list[Post]()
    for each in bodies:
        if isinstance(each, Picture):
            posts.append(await saying.once("picture", partial(draw, saying, each)))
        else:
            posts += await saying.tell(each)
    return posts


async def hand_over_takeout(saying: Saying, takeouts: Takeouts | None) -> list[Post]:
    """Everything about the person, in as many files as it takes: the caption is under the first."""
    if takeouts is None:
        raise DeliveryError("nobody puts anything together here", permanent=True)
    posts = list[Post]()
    await saying.show_activity(Activity.DOCUMENT)
    async for part in takeouts.parts(saying.person):
        await saying.pace.turn(saying.place.chat)
        caption = None if posts else saying.screen
        posts.append(saying.about(await saying.messenger.upload(saying.place, part, caption=caption)))
    LOG.info("takeout given", person=saying.person.id, parts=len(posts))
    return posts
