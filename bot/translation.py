"""Machine translation by a service that speaks LibreTranslate's protocol: asked briefly, and left alone while it fails."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Protocol, Self

import aiohttp

from bot import log

LOG = log.get(__name__)

#: Seconds for one translation, all told; then people read on without.
PATIENCE: Final = 3.0

#: So many failures one after another open the breaker; after so many seconds one try is let through.
FAILURES: Final = 5
REST: Final = 60.0

#: Bytes of an answer, and characters of a translation; what is longer is none.
MAX_ANSWER: Final = 256 * 1024
MAX_TRANSLATION: Final = 8000

#: What services call our languages, the newest name first; others by their first two letters.
_CODES: Final = {"zh_Hans": ("zh-Hans", "zh"), "zh_Hant": ("zh-Hant", "zt"), "pt_BR": ("pt-BR", "pb", "pt")}


class Translator(Protocol):
    """What the delivery needs of a service that translates."""

    async def translate(self, text: str, *, to: str) -> str | None:
        """The text in that language, one of ours by its tag. None when there is no translation to show: it is in that
        language already, or none is to be had now. Raises nothing, and takes a few seconds at most."""


class Breaker:
    """Keeps us from asking what does not answer. `now` is in seconds of any clock that only goes forward."""

    def __init__(self, *, failures: int = FAILURES, rest: float = REST) -> None:
        self._most, self._rest = failures, rest
        self._failures = 0
        self._closed_at = 0.0

    def lets_through(self, now: float) -> bool:
        """Whether to ask. After a rest one is let through; others wait for what becomes of it, or for another rest."""
        if self._failures < self._most:
            return True
        if now < self._closed_at:
            return False
        self._closed_at = now + self._rest
        return True

    def failed(self, now: float) -> None:
        self._failures += 1
        if self._failures >= self._most:
            self._closed_at = now + self._rest

    def succeeded(self) -> None:
        self._failures = 0


class _Failed(Exception):
    """The service did not do what it is for. The message names why, never what was said."""


class _Unsupported(Exception):
    """The service works, and does not know that language or will not take that text."""


class LibreTranslate:
    """Implements Translator over HTTP; a context manager. No text is ever logged, and no redirection followed."""

    def __init__(
        self, url: str, key: str = "", *, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url, self._key = url.rstrip("/") + "/translate", key
        self._patience, self._clock = patience, clock
        self._breaker = Breaker()
        self._session: aiohttp.ClientSession | None = None
        self._codes: dict[str, str] = {}  # tag -> what this service calls it

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def translate(self, text: str, *, to: str) -> str | None:
        if not text.strip() or not self._breaker.lets_through(self._clock()):
            return None
        try:
            async with asyncio.timeout(self._patience):
                found = await self._translated(text, to)
        except (TimeoutError, aiohttp.ClientError, OSError, _Failed) as err:
            self._breaker.failed(self._clock())
            LOG.warning("not translated", to=to, reason=str(err) if isinstance(err, _Failed) else type(err).__name__)
            return None
        except _Unsupported as err:
            self._breaker.succeeded()
            LOG.info("not translated", to=to, reason=str(err))
            return None
        self._breaker.succeeded()
        return found if found.strip() and found.strip() != text.strip() else None

    async def _translated(self, text: str, to: str) -> str:
        known = self._codes.get(to)
        *first, last = (known,) if known else _CODES.get(to, (to[:2],))
        for code in first:
            try:
                return await self._ask(text, to, code)
            except _Unsupported:
                continue  # an older service has another name for it
        return await self._ask(text, to, last)

    async def _ask(self, text: str, to: str, code: str) -> str:
        assert self._session is not None
        asked = {"q": text, "source": "auto", "target": code, "format": "text"}
        if self._key:
            asked["api_key"] = self._key
        async with self._session.post(self._url, json=asked, allow_redirects=False) as answer:
            if answer.status == 400:
                raise _Unsupported(f"{code} is refused")
            if answer.status != 200:
                raise _Failed(f"status {answer.status}")
            told = await _read(answer)
        self._codes[to] = code
        return told


async def _read(answer: aiohttp.ClientResponse) -> str:
    raw = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        raw += chunk
        if len(raw) > MAX_ANSWER:
            raise _Failed("the answer is too large")
    try:
        told: Any = json.loads(raw)
    except ValueError as err:
        raise _Failed("the answer is not JSON") from err
    text = told.get("translatedText") if isinstance(told, dict) else None
    if not isinstance(text, str) or len(text) > MAX_TRANSLATION:
        raise _Failed("there is no translation in the answer")
    return text
