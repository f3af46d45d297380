"""A pace that several processes keep together."""

import asyncio

from storage.database import Database


async def test_two_processes_together_are_never_faster_than_the_limit(database_url: str) -> None:
    """Whoever takes waits from the moment of asking: the sums are what one bucket would have said."""
    async with Database(database_url) as one, Database(database_url) as other:
        paces = [db.pace("bot", rate=0.5, burst=3) for db in (one, other)]

        waits = [await paces[number % 2].take([1, 1]) for number in range(4)]

    flat = [wait for pair in waits for wait in pair]
    assert flat[:3] == [0, 0, 0]
    # One token is back every two seconds; the test itself takes some time, which every wait is shorter by.
    assert all(2 * n - 2 < wait <= 2 * n for n, wait in enumerate(flat[3:], start=1))


async def test_many_at_once_lose_no_token(database_url: str) -> None:
    async with Database(database_url) as one, Database(database_url) as other:
        paces = [db.pace("bot", rate=0.01, burst=5) for db in (one, other)]

        waits = await asyncio.gather(*(paces[number % 2].take([1]) for number in range(20)))

    rounded = sorted(round(wait[0] / 100) for wait in waits)
    assert rounded == [0] * 5 + list(range(1, 16))


async def test_a_pause_is_everybodys(database_url: str) -> None:
    async with Database(database_url) as one, Database(database_url) as other:
        await one.pace("bot", rate=1, burst=30).hold(100)

        [wait] = await other.pace("bot", rate=1, burst=30).take([1])
        [free] = await other.pace("another bot", rate=1, burst=30).take([1])

    assert 90 < wait <= 101
    assert free == 0


async def test_a_pause_that_is_shorter_shortens_nothing(db: Database) -> None:
    pace = db.pace("bot", rate=1, burst=1)
    await pace.hold(100)
    await pace.hold(1)

    [wait] = await pace.take([1])

    assert 90 < wait <= 101
