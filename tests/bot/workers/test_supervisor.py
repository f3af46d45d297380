"""Workers that crash are started again; stopping waits for what is under way, but not for ever."""

import asyncio

import pytest

from bot.workers.supervisor import Supervisor

from .conftest import until


async def steady(stop: asyncio.Event) -> None:
    await stop.wait()


async def test_worker_that_crashes_is_started_again() -> None:
    runs: list[int] = []

    async def shaky(stop: asyncio.Event) -> None:
        runs.append(1)
        if len(runs) < 3:
            raise RuntimeError("crash")
        await stop.wait()

    supervisor = Supervisor({"shaky": shaky, "steady": steady})
    supervisor.start()
    await until(lambda: runs and not supervisor.is_well)
    await until(lambda: len(runs) == 3 and supervisor.is_well)
    await supervisor.stop(seconds=5)

    assert not supervisor.is_well


async def test_stop_lets_workers_finish_what_they_have_begun() -> None:
    finished: list[str] = []

    async def careful(stop: asyncio.Event) -> None:
        await stop.wait()
        await asyncio.sleep(0.01)
        finished.append("careful")

    supervisor = Supervisor({"careful": careful})
    supervisor.start()
    await asyncio.sleep(0)
    await supervisor.stop(seconds=5)

    assert finished == ["careful"]


async def test_stop_interrupts_what_does_not_end() -> None:
    interrupted: list[str] = []

    async def stuck(stop: asyncio.Event) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            interrupted.append("stuck")
            raise

    supervisor = Supervisor({"stuck": stuck, "steady": steady})
    supervisor.start()
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await supervisor.stop(seconds=0.05)

    assert interrupted == ["stuck"]


@pytest.mark.parametrize("started", [True, False])
async def test_supervisor_is_well_only_while_it_runs(started: bool) -> None:
    supervisor = Supervisor({"steady": steady})
    if started:
        supervisor.start()

    assert supervisor.is_well is started

    await supervisor.stop(seconds=5)
