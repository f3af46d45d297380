"""Which thread of a chat is about which case."""

from dataclasses import replace

from storage.database import Database
from storage.threads import Thread

ANN, GROUP = 101, -1_001_234_567_890
MUG = Thread(number=2**40, name="A7K-Q2M · Blue mug")


async def test_a_thread_is_found_by_its_case_and_the_case_by_its_thread(db: Database) -> None:
    cup = Thread(number=7, name="B2B-B2B · Cup", is_closed=True, holds_card=True)
    async with db.work() as work:
        await work.threads.keep(ANN, "A7KQ2M", MUG)
        await work.threads.keep(GROUP, "A7KQ2M", MUG)
        await work.threads.keep(ANN, "B2BB2B", cup)
        assert await work.threads.of(ANN, "A7KQ2M") == MUG  # before it is committed, too
        assert await work.threads.case_of(ANN, 7) == "B2BB2B"

    async with db.reading() as work:
        assert await work.threads.of(ANN, "A7KQ2M") == MUG
        assert await work.threads.of(ANN, "B2BB2B") == cup
        assert await work.threads.of(GROUP, "B2BB2B") is None
        assert [await work.threads.has(chat, "B2BB2B") for chat in (ANN, GROUP)] == [True, False]
        assert await work.threads.case_of(GROUP, MUG.number) == "A7KQ2M"
        assert await work.threads.case_of(GROUP, 7) is None
        assert (await work.privacy.traces(1, ANN))["topics"] == [
            {"topic": 7, "name": "B2B-B2B · Cup", "case": "B2BB2B"},
            {"topic": MUG.number, "name": MUG.name, "case": "A7KQ2M"},
        ]


async def test_a_new_thread_takes_the_place_of_the_one_before(db: Database) -> None:
    anew = replace(MUG, number=8, is_closed=True)
    async with db.work() as work:
        await work.threads.keep(ANN, "A7KQ2M", replace(MUG, holds_card=True))
    async with db.work() as work:
        await work.threads.keep(ANN, "A7KQ2M", anew)

    async with db.reading() as work:
        assert await work.threads.of(ANN, "A7KQ2M") == anew
        assert await work.threads.case_of(ANN, MUG.number) is None
        assert await work.threads.case_of(ANN, 8) == "A7KQ2M"
