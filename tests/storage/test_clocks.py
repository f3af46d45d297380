"""Extensions and outages, and the cases whose deadlines they concern."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from conversations.cases.case import Case
from conversations.cases.clocks import Extension, Outage
from storage.database import Database

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_an_extension_is_kept_once_with_its_first_reason(db: Database, noon: datetime) -> None:
    same = {"begins": noon, "ends": noon + DAY, "by": 3 * DAY}
    first = Extension(n=1, store="Lumen", begins=noon, ends=noon + DAY, by=3 * DAY, reason="节日")
    async with db.work() as work:
        assert await work.clocks.extend("Lumen", **same, reason="节日", at=noon) == (first, True)
    async with db.work() as work:
        assert await work.clocks.extend("Lumen", **same, reason="again", at=noon + HOUR) == (first, False)

    async with db.reading() as work:
        assert await work.clocks.all_extensions() == [(first, noon)]


@pytest.mark.parametrize("other", [{"begins": -HOUR}, {"ends": HOUR}, {"by": HOUR}, {"store": ""}])
async def test_another_store_period_or_length_is_another_extension(
    db: Database, noon: datetime, other: dict[str, timedelta | str]
) -> None:
    async def made(
        store: str = "Lumen", begins: timedelta = HOUR * 0, ends: timedelta = DAY, by: timedelta = DAY
    ) -> bool:
        async with db.work() as work:
            _, is_new = await work.clocks.extend(store, begins=noon + begins, ends=noon + ends, by=by, at=noon)
            return is_new

    assert await made()
    assert await made(**other)  # type: ignore[arg-type]
    async with db.reading() as work:
        assert [extension.n for extension, _ in await work.clocks.all_extensions()][::-1] == sorted(
            extension.n for extension, _ in await work.clocks.all_extensions()
        )
        assert len(await work.clocks.all_extensions()) == 2


async def test_a_store_has_its_own_extensions_and_those_of_all_that_are_not_over(db: Database, noon: datetime) -> None:
    async with db.work() as work:
        for store, days in (("Lumen", 1), ("", 2), ("Nox", 3), ("Lumen", 4)):
            await work.clocks.extend(store, begins=noon, ends=noon + days * DAY, by=DAY, at=noon)

    async def known(store: str, since: datetime) -> list[tuple[str, timedelta]]:
        async with db.reading() as work:
            return [(e.store, e.ends - noon) for e in await work.clocks.extensions(store, since=since)]

    assert await known("Lumen", noon + DAY) == [("Lumen", DAY), ("", 2 * DAY), ("Lumen", 4 * DAY)]
    assert await known("Lumen", noon + 2 * DAY + HOUR) == [("Lumen", 4 * DAY)]
    assert await known("Nox", noon) == [("", 2 * DAY), ("Nox", 3 * DAY)]
    assert await known("Nox", noon + 4 * DAY) == []


async def test_outages_are_kept_once_and_found_by_their_end(db: Database, noon: datetime) -> None:
    early, late = Outage(noon, noon + HOUR), Outage(noon + 2 * HOUR, noon + 3 * HOUR)
    for gap in (late, early, early):
        async with db.work() as work:
            await work.clocks.add_outage(gap)

    async with db.reading() as work:
        assert await work.clocks.outages(since=noon) == [early, late]
        assert await work.clocks.outages(since=noon + HOUR) == [late]
        assert await work.clocks.outages(since=noon + 3 * HOUR) == []


async def test_cases_are_found_by_their_deadline(db: Database, opened: Case) -> None:
    due = opened.due_at
    assert due is not None
    async with db.work() as work:
        await work.cases.add(replace(opened, ref="B7KQ2M", due_at=due + HOUR))
        await work.cases.add(replace(opened, ref="C7KQ2M", due_at=None, ended_at=due))

    async with db.reading() as work:
        cases, tick = work.cases, timedelta(microseconds=1)
        assert await cases.due_between(due, due + HOUR) == ["A7KQ2M", "B7KQ2M"]
        assert await cases.due_between(due, due, store="Lumen") == ["A7KQ2M"]
        assert await cases.due_between(due, due, store="Nox") == []
        assert await cases.due_between(due + tick, due + HOUR - tick) == []
        assert await cases.due_before(due) == []
        assert await cases.due_before(due + tick) == ["A7KQ2M"]
        assert await cases.due_before(due + DAY) == ["A7KQ2M", "B7KQ2M"]


async def test_a_locked_mark_is_read_as_any_other(db: Database, noon: datetime) -> None:
    async with db.work() as work:
        assert await work.marks.get("alive", lock=True) is None
        await work.marks.set("alive", noon)
        assert await work.marks.get("alive", lock=True) == noon
