"""When to try again and when to give up, by a table."""

import asyncio

import pytest

from bot.workers.retry import RetryPolicy, first_of, pause

POLICY = RetryPolicy(first=0.5, factor=3, longest=10, attempts=4, unsure=2)
FOR_EVER = RetryPolicy(first=1, factor=2, longest=30, attempts=0)


@pytest.mark.parametrize(
    ("policy", "failures", "expected"),
    [
        (POLICY, 0, 0.5),
        (POLICY, 1, 0.5),
        (POLICY, 2, 1.5),
        (POLICY, 3, 4.5),
        (POLICY, 4, 10),
        (FOR_EVER, 5, 16),
        (FOR_EVER, 10**6, 30),
    ],
)
def test_delay_grows_up_to_the_longest(policy: RetryPolicy, failures: int, expected: float) -> None:
    assert policy.delay(failures) == expected


@pytest.mark.parametrize(
    ("policy", "failures", "maybe_done", "expected"),
    [
        (POLICY, 3, False, False),
        (POLICY, 4, False, True),
        (POLICY, 1, True, False),
        (POLICY, 2, True, True),
        (FOR_EVER, 10**6, False, False),
        (FOR_EVER, 10**6, True, False),
    ],
)
def test_giving_up(policy: RetryPolicy, failures: int, maybe_done: bool, expected: bool) -> None:
    assert policy.gives_up(failures, maybe_done=maybe_done) is expected


async def test_pause_ends_when_it_is_time_to_stop() -> None:
    stop = asyncio.Event()
    waiting = asyncio.create_task(pause(stop, 3600))

    stop.set()

    async with asyncio.timeout(5):
        await waiting


async def test_first_of_leaves_tasks_of_others_alone() -> None:
    theirs = asyncio.create_task(asyncio.sleep(3600))

    await first_of(theirs, asyncio.sleep(0), asyncio.Event().wait())

    assert not theirs.done()
    theirs.cancel()
