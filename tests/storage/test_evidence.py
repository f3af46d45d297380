"""The exhibits of a case."""

from dataclasses import replace
from datetime import datetime

import pytest

from conversations.cases.evidence import Evidence, File, FileKind
from conversations.cases.roles import Role
from storage.database import Database

PHOTO = File(kind=FileKind.PHOTO, file_id="AgAD", unique_id="u1", size=10, album="77")
VIDEO = File(kind=FileKind.VIDEO, file_id="BAAD", unique_id="u2", size=9_000, mime="video/mp4", name="lamp.mp4")


async def test_exhibits_are_numbered_on_case_by_case(db: Database, noon: datetime) -> None:
    async with db.work() as work:
        first = await work.evidence.add("A7KQ2M", [PHOTO, VIDEO], by=Role.BUYER, at=noon, caption="see")
        none = await work.evidence.add("A7KQ2M", [], by=Role.BUYER, at=noon)
        more = await work.evidence.add("A7KQ2M", [PHOTO], by=Role.SELLER, at=noon)
        other = await work.evidence.add("XXXXXX", [PHOTO], by=Role.SELLER, at=noon)

    assert first == [
        Evidence(n=1, by=Role.BUYER, at=noon, file=PHOTO, caption="see"),
        Evidence(n=2, by=Role.BUYER, at=noon, file=VIDEO, caption="see"),
    ]
    assert [exhibit.n for exhibit in (*none, *more, *other)] == [3, 1]
    async with db.reading() as work:
        assert await work.evidence.of("A7KQ2M") == [*first, *more]


async def test_save_keeps_what_was_found(db: Database, noon: datetime) -> None:
    async with db.work() as work:
        [photo, video] = await work.evidence.add("A7KQ2M", [PHOTO, VIDEO], by=Role.BUYER, at=noon)
        filed = replace(
            photo, sha256="ab" * 32, mime="image/heic", copy="cd" * 32, copy_mime="image/jpeg", is_shown=True
        )
        refused = replace(video, refused="broken")
        await work.evidence.save("A7KQ2M", filed)
        await work.evidence.save("A7KQ2M", refused)

    async with db.reading() as work:
        assert await work.evidence.of("A7KQ2M") == [filed, refused]


async def test_save_of_an_unknown_exhibit_is_a_key_error(db: Database, noon: datetime) -> None:
    with pytest.raises(KeyError):
        async with db.work() as work:
            await work.evidence.save("A7KQ2M", Evidence(n=1, by=Role.BUYER, at=noon, file=PHOTO))
