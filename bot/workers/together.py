"""Calls made together: those that come while one is under way go into the next, and when nothing is, nothing waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """`make` gets all values that wait, or `most` of them, in the order in which they came, and gives a result for each."""

    def __init__(self, make: Callable[[Sequence[T]], Awaitable[Sequence[R]]], *, most: int | None = None) -> None:
        self._make = make
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._making: asyncio.Task[None] | None = None

    async def call(self, value: T) -> R:
        """The result for the value. What `make` raises is raised for all of its values."""
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((value, result))
        if self._making is None or self._making.done():
            self._making = asyncio.create_task(self._make_all())
        return await result

    async def _make_all(self) -> None:
        while self._waiting:
            most = self._most or len(self._waiting)
            lot, self._waiting = self._waiting[:most], self._waiting[most:]
            waiting = [result for _, result in lot]
            try:
                results = await self._make([value for value, _ in lot])
            except Exception as err:
                for each in waiting:
                    if not each.done():  # whoever waited may have gone
                        each.set_exception(err)
                continue
            for each, result in zip(waiting, results, strict=True):
                if not each.done():
                    each.set_result(result)
