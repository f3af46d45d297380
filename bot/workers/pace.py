"""How fast we may send: token buckets for the bot and for each chat, as Telegram limits both."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: Chats remembered; one that has been quiet for longer than its bucket takes to fill need not be.
CHATS_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Messages a second for the whole bot and for one chat, and how many may go at once after a pause."""

    bot_rate: float
    bot_burst: float
    chat_rate: float
    chat_burst: float


#: Telegram's: 30 messages a second to all chats, one a second to a chat, short bursts allowed.
TELEGRAM: Final = Limits(bot_rate=30, bot_burst=30, chat_rate=1, chat_burst=4)

#: For servers that limit nothing.
UNLIMITED: Final = Limits(bot_rate=1e9, bot_burst=1e9, chat_rate=1e9, chat_burst=1e9)


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


class Pace:
    """Makes senders wait their turn, in this process."""

    def __init__(self, limits: Limits = TELEGRAM, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._bot = Bucket(rate=limits.bot_rate, burst=limits.bot_burst, now=clock())
        self._chats: OrderedDict[int, Bucket] = OrderedDict()

    async def turn(self, address: int, count: int = 1) -> None:
        """Returns when `count` more messages may go to that chat."""
        now = self._clock()
        delay = max(self._bot.take(now, count), self._chat(address, now).take(now, count))
        if delay > 0:
            await asyncio.sleep(delay)

    def hold(self, address: int, seconds: float) -> None:
        """The server asked for a pause in that chat."""
        now = self._clock()
        self._chat(address, now).hold(now, seconds)

    def _chat(self, address: int, now: float) -> Bucket:
        bucket = self._chats.get(address)
        if bucket is None:
            bucket = Bucket(rate=self._limits.chat_rate, burst=self._limits.chat_burst, now=now)
            self._chats[address] = bucket
            if len(self._chats) > CHATS_KEPT:
                self._chats.popitem(last=False)
        self._chats.move_to_end(address)
        return bucket
