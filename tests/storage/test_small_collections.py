"""Guesses, tallies, packs and marks."""

from datetime import datetime, timedelta

from storage.database import Database

MINUTE = timedelta(minutes=1)


async def test_guesses_count_from_an_instant_on(db: Database, noon: datetime) -> None:
    async with db.work() as work:
        for minutes in (0, 1, 2):
            await work.guesses.add(1, noon + minutes * MINUTE)
        await work.guesses.add(2, noon)

        assert await work.guesses.count(1, noon) == 3
        assert await work.guesses.count(1, noon + MINUTE) == 2
        assert await work.guesses.count(3, noon) == 0

        await work.guesses.purge(noon + MINUTE)

        assert await work.guesses.count(1, noon) == 2
        assert await work.guesses.count(2, noon) == 0


async def test_tallies_count_each_thing_from_an_instant_on(db: Database, noon: datetime) -> None:
    async with db.work() as work:
        for minutes in (0, 1, 2):
            await work.tallies.add("said:1:A7KQ2M", noon + minutes * MINUTE)
        await work.tallies.add("said:2:A7KQ2M", noon)

        assert await work.tallies.count("said:1:A7KQ2M", noon) == 3
        assert await work.tallies.count("said:1:A7KQ2M", noon + MINUTE) == 2
        assert await work.tallies.count("said:3:A7KQ2M", noon) == 0

        await work.tallies.purge(noon + MINUTE)

        assert await work.tallies.count("said:1:A7KQ2M", noon) == 2
        assert await work.tallies.count("said:2:A7KQ2M", noon) == 0


async def test_a_pack_is_kept_by_its_hash(db: Database) -> None:
    async with db.work() as work:
        await work.packs.keep("tmall_global", "f00d", "[rules]\nwindow = '7d' # 七天")
        await work.packs.keep("tmall_global", "f00d", "something else")
        await work.packs.keep("tmall_global", "beef", "newer")

    async with db.reading() as work:
        assert await work.packs.text("f00d") == "[rules]\nwindow = '7d' # 七天"
        assert await work.packs.text("beef") == "newer"
        assert await work.packs.text("none") is None


async def test_a_mark_is_the_last_that_was_set(db: Database, noon: datetime) -> None:
    async with db.work() as work:
        await work.marks.set("alive", noon)
        await work.marks.set("alive", noon + MINUTE)

    async with db.reading() as work:
        assert await work.marks.get("alive") == noon + MINUTE
        assert await work.marks.get("never") is None
