"""This process among those that serve a database: its number, the turns it has, and what the dead leave behind.

Each process holds a lock on its number as long as it lives, and what it leases bears that number (`holder`). Every
`BEAT` seconds each looks whether a number is locked by nobody any more, and soon frees what that process held: nobody
waits for leases to run out. It looks for a while, because the server may still be carrying out what a killed process
said last, and that may be a lease. Fencing makes this safe even when the process was only cut off: what it finishes late is
refused.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from typing import Final

from sqlalchemy import delete, null, select, update

from storage.errors import TryAgain
from storage.locks import Key, Locks
from storage.queues import ALARMS, FETCHES, INBOX, OUTBOX, Begin
from storage.tables import alarms, lanes, processes

LOG = logging.getLogger(__name__)

QUEUES: Final = (INBOX, OUTBOX, FETCHES, ALARMS)

#: What the others are told when somebody gave up a turn.
TURNS: Final = "turns"

#: Seconds between two looks at the others: a turn is taken over after one, what the dead held is free after two or three.
BEAT: Final = 1.0

#: Seconds that a process must be missed for: when the database was away, all take a moment to return.
MISSED: Final = 1.5

#: Seconds after which nothing that a process said before it died is carried out any more, and its number is forgotten.
BURIED: Final = 60.0

#: Beats between two readings of the whole list; in between it is read when a lock was taken or let go.
READ: Final = 10


class Turn:
    """Something that one process at a time does, in this database. It ends by `end`, or by losing touch with the
    database; `is_ours` says so at once, before anybody else can begin."""

    def __init__(self, name: str, key: Key, wish: Callable[[Turn, bool], None]) -> None:
        self.name = name
        self.key = key
        self._wish = wish
        self._ours = asyncio.Event()
        self._over = asyncio.Event()

    @property
    def is_ours(self) -> bool:
        return self._ours.is_set()

    async def begin(self) -> None:
        """Returns when it is our turn."""
        self._wish(self, True)
        await self._ours.wait()

    async def lost(self) -> None:
        """Returns when it is our turn no more."""
        await self._over.wait()

    def end(self) -> None:
        """Lets another have its turn. Whoever only waited waits no more."""
        self.change(is_ours=False)
        self._wish(self, False)

    def change(self, *, is_ours: bool) -> None:
        """For the presence: what became of it."""
        was, now = (self._over, self._ours) if is_ours else (self._ours, self._over)
        was.clear()
        now.set()


class Presence:
    """`holder` marks what this process leases; empty while it serves nothing."""

    def __init__(self, begin: Begin, locks: Locks, wake: Callable[[], None]) -> None:
        self._begin = begin
        self._locks = locks
        self._wake = wake
        self._number: int | None = None
        self._turns: dict[Key, Turn] = {}
        self._wanted: set[Key] = set()
        self._ended: set[Key] = set()
        self._missing: dict[int, float] = {}  # since when, by the loop's clock
        self._seen: set[int] = set()
        self._beats = 0
        self._kick = asyncio.Event()

    @property
    def holder(self) -> str:
        return "" if self._number is None else f"{self._number}."

    async def open(self) -> None:
        """Takes a number, and frees what processes held that are gone. Raises TryAgain."""
        await self._locks.open()
        await self._enrol()
        for number in await self._gone(await self._locks.held("process")):
            await self._free(number, is_over=False)

    async def close(self) -> None:
        """Gives everything back that is still leased, and the number."""
        self.lost()
        number, self._number = self._number, None
        try:
            if number is not None:
                await self._release(number, is_over=True)
            for key in self._turns:
                await self._locks.give(key)
            self._locks.tell([TURNS])
        except TryAgain:
            return  # whoever looks next does it
        finally:
            await self._locks.close()

    async def run(self) -> None:
        """Goes on until cancelled, whatever happens to the database."""
        while True:
            try:
                async with asyncio.timeout(BEAT):
                    await self._kick.wait()
            except TimeoutError:
                pass
            self._kick.clear()
            try:
                await self._beat()
            except Exception as err:  # whatever it is: without a beat, no turn would ever come again
                LOG.warning("out of touch with the database: %s", err if isinstance(err, TryAgain) else repr(err))
                await asyncio.sleep(BEAT / 2)

    def turn(self, name: str) -> Turn:
        """The turn of that name, the same for all processes."""
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") >> 1
        key = Key("turn", number)
        return self._turns.setdefault(key, Turn(name, key, self._wish))

    def lost(self) -> None:
        """Every lock is gone."""
        for turn in self._turns.values():
            if turn.is_ours:
                turn.change(is_ours=False)
        self._kick.set()

    def kick(self) -> None:
        """Somebody gave up a turn, or came or went: looks at once."""
        self._kick.set()

    def _wish(self, turn: Turn, is_wanted: bool) -> None:
        if is_wanted:
            self._wanted.add(turn.key)
        else:
            self._wanted.discard(turn.key)
            self._ended.add(turn.key)
        self._kick.set()

    async def _beat(self) -> None:
        if not self._locks.is_open:
            await self._locks.open()
            await self._enrol()
            self._missing.clear()
            self._wake()  # who knows what was said meanwhile
        while self._ended:
            key = self._ended.pop()
            if key not in self._wanted:
                await self._locks.give(key)
                self._locks.tell([TURNS])
        for key in self._wanted:
            turn = self._turns[key]
            if not turn.is_ours and await self._locks.take(key) and key in self._wanted:
                turn.change(is_ours=True)
        await self._look_around()

    async def _look_around(self) -> None:
        self._beats += 1
        held = await self._locks.held("process")
        if held == self._seen and not self._missing and self._beats % READ:
            return
        now, gone = asyncio.get_running_loop().time(), await self._gone(held)
        self._missing = {number: self._missing.get(number, now) for number in gone}
        for number, since in list(self._missing.items()):
            if now - since >= MISSED:
                await self._free(number, is_over=now - since >= BURIED)
        self._seen = held

    async def _enrol(self) -> None:
        """Our number from before if nobody has buried us meanwhile, else a new one, locked before anybody sees it."""
        if self._number is not None and await self._locks.take(Key("process", self._number)):
            async with self._begin() as tx:
                if await tx.first(select(processes.c.n).where(processes.c.n == self._number)):
                    return
            await self._locks.give(Key("process", self._number))
        async with self._begin() as tx:
            new = tx.insert(processes).values(since=tx.clock()).returning(processes.c.n)
            number = int(await tx.scalar(new))
            if not await self._locks.take(Key("process", number)):
                raise TryAgain("the number is taken")
        self._number = number

    async def _gone(self, held: set[int]) -> set[int]:
        async with self._begin() as tx:
            return {int(row.n) for row in await tx.all(select(processes.c.n))} - held

    async def _free(self, number: int, *, is_over: bool) -> None:
        """Unless somebody else is at it, or the process is back."""
        key = Key("process", number)
        if number == self._number or not await self._locks.take(key):
            return
        try:
            if freed := await self._release(number, is_over=is_over):
                LOG.warning("process %d is gone: %d that it held are free", number, freed)
        finally:
            await self._locks.give(key)

    async def _release(self, number: int, *, is_over: bool) -> int:
        """Frees what is leased under this number, and says how much that was; `is_over`: nobody will have the number again."""
        holder, freed = f"{number}.", 0
        async with self._begin() as tx:
            for queue in (INBOX, OUTBOX, FETCHES):
                # What is leased is ready in the future: a short stretch of the index.
                theirs = lanes.c.queue == queue, lanes.c.ready_at > tx.clock(), lanes.c.token.startswith(holder)
                free = update(lanes).where(*theirs).values(token=null(), ready_at=tx.clock())
                if found := await tx.all(free.returning(lanes.c.lane)):
                    freed += len(found)
                    tx.touch(queue)
            free = update(alarms).where(alarms.c.holder == holder).values(leased_until=null(), holder=null())
            if found := await tx.all(free.returning(alarms.c.ref)):
                freed += len(found)
                tx.touch(ALARMS)
            if is_over:
                await tx.run(delete(processes).where(processes.c.n == number))
        return freed
