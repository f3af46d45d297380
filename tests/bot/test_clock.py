"""Business time: aware, moved on by hand, and whoever waits is woken."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.clock import AdjustableClock, SystemClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_system_clock_tells_utc() -> None:
    before = datetime.now(UTC)

    assert before <= SystemClock()() <= datetime.now(UTC)
    assert SystemClock()().utcoffset() == timedelta(0)


async def test_frozen_clock_moves_only_by_hand() -> None:
    clock = AdjustableClock(NOON.astimezone(timezone(timedelta(hours=8))))

    moved = await clock.advance(timedelta(days=2))

    assert moved == clock() == NOON + timedelta(days=2)
    assert clock().tzinfo is UTC


async def test_running_clock_keeps_its_lead() -> None:
    clock = AdjustableClock()

    await clock.advance(timedelta(days=7))

    assert clock() - datetime.now(UTC) > timedelta(days=6, hours=23)


async def test_waiter_who_asked_before_reading_the_time_misses_no_move() -> None:
    clock = AdjustableClock(NOON)
    jump = clock.jump

    await clock.advance(timedelta(hours=1))

    async with asyncio.timeout(5):
        await jump.wait()
    assert not clock.jump.is_set()


async def test_time_never_goes_back() -> None:
    with pytest.raises(ValueError, match="never goes back"):
        await AdjustableClock().advance(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="aware"):
        AdjustableClock(datetime(2026, 3, 1))  # noqa: DTZ001
