"""How fast we may send, as Telegram limits it: for the bot and for each group, which all processes share, and for each
private chat, which one process at a time writes to."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.workers.together import Together

#: Chats remembered; one that has been quiet for longer than its bucket takes to fill need not be.
CHATS_KEPT: Final = 10_000

#: When so many chats were refused within `RECENT` seconds, and at least half of what was sent, the bot was meant and not
#: they: the Bot API says only how long to wait.
MEANS_THE_BOT: Final = 5
RECENT: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Messages a second for the whole bot, for one private chat and for one group, and how many may go at once after a
    pause."""

    bot_rate: float
    bot_burst: float
    chat_rate: float
    chat_burst: float
    group_rate: float
    group_burst: float


#: Telegram's: 30 messages a second to all chats (28 and a burst of 2 are never more in any second), one a second to a
#: chat, short bursts allowed, and 20 a minute to a group (16 and a burst of 4).
TELEGRAM: Final = Limits(bot_rate=28, bot_burst=2, chat_rate=1, chat_burst=4, group_rate=16 / 60, group_burst=4)

#: For servers that limit nothing.
UNLIMITED: Final = Limits(bot_rate=1e9, bot_burst=1e9, chat_rate=1e9, chat_burst=1e9, group_rate=1e9, group_burst=1e9)


class Shared(Protocol):
    """A pace of all processes, wherever it is kept (see `storage.paces`)."""

    async def take(self, counts: Sequence[int]) -> list[float]: ...

    async def hold(self, seconds: float) -> None: ...


class Bucket:
    """Holds at most `burst` tokens and gains `rate` a second. It may be overdrawn: whoever does so waits."""

    def __init__(self, *, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now

    def take(self, now: float, count: int = 1) -> float:
        """Takes tokens and returns for how many seconds to wait before using them."""
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._at) * self._rate) - count
        self._at = max(self._at, now)
        return max(0.0, -self._tokens / self._rate)

    def hold(self, now: float, seconds: float) -> None:
        """Nothing for so many seconds: the server said so."""
        self.take(now, 0)
        self._tokens = min(self._tokens, -seconds * self._rate)


class Alone:
    """The bot's pace in a process that has the bot to itself."""

    def __init__(self, *, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._bucket = Bucket(rate=rate, burst=burst, now=clock())

    async def take(self, counts: Sequence[int]) -> list[float]:
        now = self._clock()
        return [self._bucket.take(now, count) for count in counts]

    async def hold(self, seconds: float) -> None:
        self._bucket.hold(self._clock(), seconds)


class Pace:
    """Makes senders wait their turn. Without `shared` this process has the bot to itself, and without `groups`, which gives
    the pace of a group by its address, the groups too: a group has so few messages a minute that its pace has to outlive
    whichever process writes to it."""

    def __init__(
        self,
        limits: Limits = TELEGRAM,
        *,
        shared: Shared | None = None,
        groups: Callable[[int], Shared] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._groups = groups
        self._bot = shared or Alone(rate=limits.bot_rate, burst=limits.bot_burst, clock=clock)
        self._chats: OrderedDict[int, Bucket] = OrderedDict()
        self._turns = Together(self._take)
        self._sent: deque[float] = deque()
        self._refused: deque[tuple[float, int]] = deque()
        self._pause = 0.0

    async def turn(self, address: int, count: int = 1) -> None:
        """Returns when `count` more messages may go to that chat. Raises TryAgain when the database is away: what cannot
        be written down is better not sent."""
        delay = self._chat(address, self._clock()).take(self._clock(), count)
        if address < 0 and self._groups is not None:
            delay = max(delay, *await self._groups(address).take([count]))
        if delay > 0:
            await asyncio.sleep(delay)
        delay = await self._turns.call(count)
        if delay > 0:
            await asyncio.sleep(delay)
        now = self._clock()
        self._sent.append(now)
        self._forget(now)

    def hold(self, address: int, seconds: float) -> None:
        """The server asked for a pause: in that chat, or, when it does so everywhere, for the bot."""
        now = self._clock()
        self._chat(address, now).hold(now, seconds)
        self._refused.append((now, address))
        self._forget(now)
        refused = len(self._refused)
        if len({chat for _, chat in self._refused}) >= MEANS_THE_BOT and refused * 2 >= len(self._sent):
            self._pause = max(self._pause, seconds)

    def _forget(self, now: float) -> None:
        """What is not recent any more."""
        while self._refused and self._refused[0][0] < now - RECENT:
            self._refused.popleft()
        while self._sent and self._sent[0] < now - RECENT:
            self._sent.popleft()

    async def _take(self, counts: Sequence[int]) -> Sequence[float]:
        """For all who wait in one go, so that a busy process asks no oftener than it is answered."""
        if self._pause:
            pause, self._pause = self._pause, 0.0
            await self._bot.hold(pause)
        return await self._bot.take(counts)

    def _chat(self, address: int, now: float) -> Bucket:
        bucket = self._chats.get(address)
        if bucket is None:
            limits = self._limits
            is_group = address < 0  # so the Bot API numbers them
            rate, burst = (limits.group_rate, limits.group_burst) if is_group else (limits.chat_rate, limits.chat_burst)
            bucket = self._chats[address] = Bucket(rate=rate, burst=burst, now=now)
            if len(self._chats) > CHATS_KEPT:
                self._chats.popitem(last=False)
        self._chats.move_to_end(address)
        return bucket
