"""A worker that only one process runs: it waits for its turn and stops when that is over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.workers.alone import alone
from storage.locks import Key
from storage.presence import Turn

from .conftest import until


class Worker:
    """Runs until it is told to stop; fails when asked to."""

    def __init__(self) -> None:
        self.starts = 0
        self.ends = 0
        self.failure: Exception | None = None

    async def run(self, stop: asyncio.Event) -> None:
        self.starts += 1
        if self.failure is not None:
            raise self.failure
        await stop.wait()
        self.ends += 1


@pytest.fixture
def wishes() -> list[bool]:
    return []


@pytest.fixture
def turn(wishes: list[bool]) -> Turn:
    return Turn("poll", Key("turn", 1), lambda _, is_wanted: wishes.append(is_wanted))


@asynccontextmanager
async def running(turn: Turn, worker: Worker) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(alone(turn, worker.run)(stop))
    try:
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await task


async def test_it_waits_for_its_turn_and_gives_it_up_at_the_end(turn: Turn, wishes: list[bool]) -> None:
    worker = Worker()
    async with running(turn, worker):
        await until(lambda: wishes)
        assert worker.starts == 0
        turn.change(is_ours=True)
        await until(lambda: worker.starts)

    assert (worker.starts, worker.ends, wishes, turn.is_ours) == (1, 1, [True, False], False)


async def test_it_ends_when_the_turn_is_lost_and_begins_again_with_the_next(turn: Turn) -> None:
    worker = Worker()
    async with running(turn, worker):
        turn.change(is_ours=True)
        await until(lambda: worker.starts == 1)
        turn.change(is_ours=False)
        await until(lambda: worker.ends == 1)
        turn.change(is_ours=True)
        await until(lambda: worker.starts == 2)

    assert worker.ends == 2


async def test_it_never_runs_when_it_is_stopped_before_its_turn(turn: Turn, wishes: list[bool]) -> None:
    worker = Worker()
    async with running(turn, worker):
        await until(lambda: wishes)

    assert (worker.starts, wishes) == (0, [True, False])


async def test_a_crash_gives_the_turn_up_for_another(turn: Turn, wishes: list[bool]) -> None:
    worker = Worker()
    worker.failure = ZeroDivisionError()
    turn.change(is_ours=True)

    with pytest.raises(ZeroDivisionError):
        async with asyncio.timeout(10):
            await alone(turn, worker.run)(asyncio.Event())

    assert (wishes[-1], turn.is_ours) == (False, False)
