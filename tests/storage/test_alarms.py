"""When to look at a case again."""

from datetime import datetime, timedelta

from storage.database import Database

LONG, OVER = 60.0, -1.0
HOUR = timedelta(hours=1)


async def set_alarms(db: Database, **alarms: datetime | None) -> None:
    async with db.work() as work:
        for ref, at in alarms.items():
            await work.alarms.set(ref, at)


async def test_due_are_those_at_or_before_now_longest_due_first(db: Database, noon: datetime) -> None:
    await set_alarms(db, NOW=noon, LONG_AGO=noon - 2 * HOUR, LATER=noon + HOUR, AGO=noon - HOUR)

    assert await db.alarms.due(noon, limit=2, seconds=LONG) == ["LONG_AGO", "AGO"]
    assert await db.alarms.due(noon, limit=9, seconds=LONG) == ["NOW"]
    assert await db.alarms.due(noon, limit=9, seconds=LONG) == []
    assert await db.alarms.due(noon + HOUR, limit=9, seconds=LONG) == ["LATER"]


async def test_an_alarm_rings_again_when_nobody_acted_on_it(db: Database, noon: datetime) -> None:
    await set_alarms(db, A=noon)

    assert await db.alarms.due(noon, limit=9, seconds=OVER) == ["A"]
    assert await db.alarms.due(noon, limit=9, seconds=LONG) == ["A"]
    assert await db.alarms.due(noon, limit=9, seconds=LONG) == []


async def test_setting_an_alarm_anew_ends_its_lease(db: Database, noon: datetime) -> None:
    await set_alarms(db, A=noon)
    await db.alarms.due(noon, limit=9, seconds=LONG)
    await set_alarms(db, A=noon + HOUR)

    assert await db.alarms.due(noon, limit=9, seconds=LONG) == []
    assert await db.alarms.due(noon + HOUR, limit=9, seconds=LONG) == ["A"]


async def test_an_alarm_can_be_taken_back(db: Database, noon: datetime) -> None:
    await set_alarms(db, A=noon, B=noon + HOUR)
    await set_alarms(db, A=None, NEVER_SET=None)

    assert await db.alarms.next_at() == noon + HOUR
    assert await db.alarms.due(noon, limit=9, seconds=LONG) == []


async def test_without_alarms_there_is_no_next(db: Database) -> None:
    assert await db.alarms.next_at() is None
