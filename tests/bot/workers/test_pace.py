"""Token buckets, on a clock that stands still."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.workers.pace import MEANS_THE_BOT, TELEGRAM, UNLIMITED, Bucket, Limits, Pace
from storage.errors import TryAgain


def limits(**some: float) -> Limits:
    return replace(UNLIMITED, **some)


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
    pace = Pace(limits(chat_rate=0.001, chat_burst=1), clock=lambda: 0.0)

    async with asyncio.timeout(10):
        for address in range(50):
            await pace.turn(address)  # the second would wait a thousand seconds if all chats were one


class Ledger:
    """Implements bot.workers.pace.Shared: writes down what it is asked and lets everybody go at once."""

    def __init__(self) -> None:
        self.taken: list[list[int]] = []
        self.held: list[float] = []
        self.failure: Exception | None = None

    async def take(self, counts: Sequence[int]) -> list[float]:
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        self.taken.append(list(counts))
        return [0.0] * len(counts)

    async def hold(self, seconds: float) -> None:
        self.held.append(seconds)


def test_limits_of_telegram_are_never_exceeded_in_any_second_or_minute() -> None:
    assert TELEGRAM.bot_burst + TELEGRAM.bot_rate <= 30
    assert TELEGRAM.group_burst + TELEGRAM.group_rate * 60 <= 20


async def test_a_group_is_slower_than_a_private_chat() -> None:
    pace = Pace(limits(group_rate=0.001, group_burst=2), clock=lambda: 0.0)

    async with asyncio.timeout(10):
        await pace.turn(7, 50)
        await pace.turn(-100, 2)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await pace.turn(-100)


async def test_all_who_wait_are_asked_for_in_one_go() -> None:
    ledger = Ledger()
    pace = Pace(UNLIMITED, shared=ledger, clock=lambda: 0.0)

    await asyncio.gather(*(pace.turn(address, 1 + address % 2) for address in range(6)))

    assert ledger.taken == [[1, 2, 1, 2, 1, 2]]


async def test_a_pace_that_cannot_be_asked_sends_nothing_and_goes_on_afterwards() -> None:
    ledger = Ledger()
    pace = Pace(UNLIMITED, shared=ledger, clock=lambda: 0.0)
    ledger.failure = TryAgain("away")

    with pytest.raises(TryAgain):
        await pace.turn(7)
    ledger.failure = None
    await pace.turn(7)

    assert ledger.taken == [[1]]


async def test_a_refusal_holds_its_chat_and_refusals_everywhere_the_bot() -> None:
    ledger = Ledger()
    pace = Pace(UNLIMITED, shared=ledger, clock=lambda: 0.0)
    for address in range(MEANS_THE_BOT):
        await pace.turn(address)
        assert ledger.held == []
        pace.hold(address, 3.0)

    await pace.turn(99)

    assert ledger.held == [3.0]


async def test_refusals_here_and_there_are_their_chats_own() -> None:
    ledger = Ledger()
    pace = Pace(UNLIMITED, shared=ledger, clock=lambda: 0.0)
    for address in range(MEANS_THE_BOT * 3):
        await pace.turn(address)
    for address in range(MEANS_THE_BOT):
        pace.hold(address, 3.0)

    await pace.turn(99)

    assert ledger.held == []


async def test_what_was_sent_is_remembered_no_longer_than_it_counts() -> None:
    now = iter(range(10_000))
    pace = Pace(UNLIMITED, clock=lambda: float(next(now)))

    for _ in range(100):
        await pace.turn(1)

    assert len(pace._sent) <= 2
