"""What was posted in which chat."""

from dataclasses import replace

from sqlalchemy import text

from storage.database import Database
from storage.posts import Posted, SqlPosts

ANN, BEN, CHO = 101, 102, -1_001_234_567_890


async def test_a_slot_holds_one_message_a_chat(db: Database) -> None:
    async with db.work() as work:
        await work.posts.record(ANN, 5, slot="question")
        await work.posts.record(BEN, 6, slot="question")
        await work.posts.record(ANN, 7, slot="question")
        await work.posts.record(ANN, 8, slot="card:A7KQ2M")
        assert await work.posts.in_slot(ANN, "question") == 7

        await work.posts.keep([Posted(ANN, 9, frees="question")])

        assert await work.posts.in_slot(ANN, "question") is None
        assert await work.posts.in_slot(BEN, "question") == 6
        assert await work.posts.in_slot(ANN, "card:A7KQ2M") == 8


async def test_a_later_message_of_a_slot_may_have_a_smaller_number(db: Database) -> None:
    async with db.work() as work:
        await work.posts.record(ANN, 7, slot="question")
        await work.posts.record(ANN, 5, slot="question")

        assert await work.posts.in_slot(ANN, "question") == 5


async def test_a_message_recorded_again_is_what_it_was_recorded_as_last(db: Database) -> None:
    async with db.work() as work:
        await work.posts.record(ANN, 5, slot="question", ref="XXXXXX")
        await work.posts.record(ANN, 5, slot="card:A7KQ2M", ref="A7KQ2M")

        assert await work.posts.in_slot(ANN, "question") is None
        assert await work.posts.in_slot(ANN, "card:A7KQ2M") == 5
        assert await work.posts.case_of(ANN, 5) == "A7KQ2M"


async def test_a_message_that_is_where_it_was_is_not_written_again(sqlite_db: Database) -> None:
    changes = text("SELECT total_changes()")
    question = Posted(ANN, 5, slot="question", ref="A7KQ2M", origin=(BEN, 4))
    async with sqlite_db.rebuilding() as tx:
        posts = SqlPosts(tx)
        await posts.keep([question])
        await tx.flush()
        before = await tx.scalar(changes)

        await posts.keep([question])
        await tx.flush()
        again = await tx.scalar(changes)
        await posts.keep([replace(question, origin=None)])
        await tx.flush()
        anew = await tx.scalar(changes)

    assert (again - before, anew - again) == (0, 1)


async def test_the_copy_is_found_in_each_chat(db: Database) -> None:
    async with db.work() as work:
        await work.posts.record(BEN, 20, ref="A7KQ2M", origin=(ANN, 10))
        await work.posts.record(CHO, 2**40, ref="A7KQ2M", origin=(ANN, 10))

        assert await work.posts.copy_of(ANN, 10, to=BEN) == 20
        assert await work.posts.copy_of(ANN, 10, to=CHO) == 2**40
        assert await work.posts.copy_of(ANN, 11, to=BEN) is None
        assert await work.posts.copy_of(BEN, 20, to=ANN) is None


async def test_the_case_is_that_of_our_message_or_of_what_was_relayed(db: Database) -> None:
    async with db.work() as work:
        await work.posts.record(ANN, 9)
        await work.posts.record(BEN, 20, ref="A7KQ2M", origin=(ANN, 10))

        assert await work.posts.case_of(BEN, 20) == "A7KQ2M"
        assert await work.posts.case_of(ANN, 10) == "A7KQ2M"
        assert await work.posts.case_of(ANN, 9) is None
        assert await work.posts.case_of(ANN, 20) is None


async def test_what_came_after_a_message_is_found_up_to_a_limit(db: Database) -> None:
    async with db.work() as work:
        for message in (9, 5, 7, 8, 6):
            await work.posts.record(ANN, message)
        await work.posts.record(BEN, 10)

        assert await work.posts.after(ANN, 6, limit=5) == {7, 8, 9}
        assert await work.posts.after(ANN, 6, limit=2) == {7, 8}
        assert await work.posts.after(ANN, 9, limit=2) == set()
