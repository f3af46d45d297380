"""The bots that are compared: what starts each, what its people do, what it is measured against."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.bench.scripts import ECHO, INTAKE, Script
from tests.bench.server import TOKEN

ROOT: Final = Path(__file__).parents[2]

#: Seconds a bot has to come up, and to go away when it is told to.
PATIENCE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Contestant:
    """`database`: "sqlite", "postgresql", or none. `script`: what its people do unless told otherwise."""

    name: str
    about: str
    module: str
    arguments: tuple[str, ...] = ()
    script: Script = INTAKE
    database: str = ""
    is_webhook: bool = False


def _ours(database: str, about: str, *, is_webhook: bool = False) -> Contestant:
    name = f"ours-{database}" + ("-webhook" if is_webhook else "")
    return Contestant(name, about, "ours", database=database, is_webhook=is_webhook)


CONTESTANTS: Final[Mapping[str, Contestant]] = {
    each.name: each
    for each in (
        Contestant("echo", "PTB echo, no state, stock", "echo", script=ECHO),
        Contestant("echo-256", "the same, `concurrent_updates=256`", "echo", ("--concurrent", "256"), ECHO),
        Contestant("form", "PTB `ConversationHandler` form, `PicklePersistence` every 60 s", "form"),
        Contestant("form-1s", "the same, kept every second", "form", ("--flush", "1")),
        Contestant("tuned", "PTB echo, tuned (aiohttp, uvloop, order per chat)", "tuned", script=ECHO),
        _ours("sqlite", "**ours, SQLite**"),
        _ours("postgresql", "**ours, PostgreSQL**"),
        _ours("sqlite", "ours, SQLite, webhook", is_webhook=True),
        _ours("postgresql", "ours, PostgreSQL, webhook", is_webhook=True),
    )
}


@dataclass(slots=True)
class Running:
    """The processes of a bot, one or several replicas, and where they write what they have to say."""

    pids: Sequence[int]
    log: Path
    processes: Sequence[asyncio.subprocess.Process] = field(repr=False, default=())

    @property
    def is_alive(self) -> bool:
        return all(process.returncode is None for process in self.processes)


@asynccontextmanager
async def running(
    who: Contestant, *, api: str, database_url: str, log: Path, replicas: int = 1
) -> AsyncIterator[Running]:
    """Starts the bot against that server. On leaving, each process is told to stop, and has to."""
    log.parent.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="evidence-"))
        out = stack.enter_context(log.open("wb"))
        processes = [
            await asyncio.create_subprocess_exec(
                *_command(who, api),
                cwd=ROOT,
                env=_environment(who, api, database_url, folder),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
            for _ in range(replicas)
        ]
        try:
            yield Running([process.pid for process in processes], log, processes)
        finally:
            await asyncio.gather(*(_stop(process) for process in processes))


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(PATIENCE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _command(who: Contestant, api: str) -> list[str]:
    command = [sys.executable, "-m", f"tests.bench.bots.{who.module}"]
    return command if who.database else [*command, "--api", api, "--token", TOKEN, *who.arguments]


def _environment(who: Contestant, api: str, database_url: str, folder: str) -> dict[str, str]:
    """What is set here for other bots (AFTERSALES_*) is no business of the bench's; and a service has its bytecode by it."""
    here = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {name: value for name, value in here.items() if not name.startswith("AFTERSALES_")}
    if not who.database:
        return environment
    ours: dict[str, Any] = {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": api,
        "BOT_USERNAME": "BenchBot",
        "DATABASE_URL": database_url,
        "EVIDENCE_DIR": folder,
    }
    if who.is_webhook:
        port = _free_port()
        ours |= {"WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram", "WEBHOOK_LISTEN": f"127.0.0.1:{port}"}
    return environment | {f"AFTERSALES_{name}": value for name, value in ours.items()}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
