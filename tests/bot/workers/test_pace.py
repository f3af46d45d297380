"""Token buckets, on a clock that stands still."""

import asyncio

from bot.workers.pace import Bucket, Limits, Pace


def test_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = Bucket(rate=2, burst=3, now=0)

    waits = [bucket.take(0) for _ in range(5)]

    assert waits == [0, 0, 0, 0.5, 1.0]


def test_bucket_fills_again_but_never_above_its_burst() -> None:
    bucket = Bucket(rate=1, burst=2, now=0)
    bucket.take(0, 2)

    assert [bucket.take(1), bucket.take(1)] == [0, 1]
    assert [bucket.take(1000) for _ in range(3)] == [0, 0, 1]


def test_bucket_takes_several_at_once() -> None:
    bucket = Bucket(rate=1, burst=4, now=0)

    assert [bucket.take(0, 3), bucket.take(0, 3)] == [0, 2]


def test_bucket_on_hold_gives_nothing_until_then() -> None:
    bucket = Bucket(rate=1, burst=4, now=0)

    bucket.hold(0, 5)

    assert bucket.take(0) == 6
    assert bucket.take(6) == 1


def test_clock_that_goes_back_gives_no_tokens() -> None:
    bucket = Bucket(rate=1, burst=1, now=10)
    bucket.take(10)

    assert bucket.take(5) == 1


async def test_chats_do_not_wait_for_each_other() -> None:
    pace = Pace(Limits(bot_rate=100, bot_burst=100, chat_rate=0.001, chat_burst=1), clock=lambda: 0.0)

    async with asyncio.timeout(10):
        for address in range(50):
            await pace.turn(address)  # the second would wait a thousand seconds if all chats were one
