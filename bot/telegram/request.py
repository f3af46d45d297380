"""The Bot API client's HTTP transport, on aiohttp: unlike the stock one it tells "surely not sent" from "maybe sent"."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

#: Larger answers are refused. Files a bot may fetch end at 20 MB.
MAX_ANSWER: Final = 21 * 1024 * 1024

#: Seconds, unless a call says otherwise.
CONNECT: Final = 5.0
WRITE: Final = 20.0
READ: Final = 15.0
POOL: Final = 15.0

_JSON: Final = {"Content-Type": "application/json"}


class NotSent(NetworkError):
    """The server was never reached: nothing can have happened."""

    __slots__ = ()


class MaybeSent(TimedOut):
    """The connection broke, or no answer came, after the request was on its way: it may have been carried out."""

    __slots__ = ()


class AiohttpRequest(BaseRequest):
    """At most `connections` at a time; more wait their turn. All errors come out as telegram.error."""

    __slots__ = ("_connections", "_read_timeout", "_session")

    def __init__(self, *, connections: int = 32, read_timeout: float = READ) -> None:
        self._connections = connections
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_timeout

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=60)
            self._session = aiohttp.ClientSession(
                connector=connector, headers={"User-Agent": self.USER_AGENT}, cookie_jar=aiohttp.DummyCookieJar()
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise NotSent("the client is closed")
        timeout = _timeout(
            _seconds(pool_timeout, POOL),
            _seconds(connect_timeout, CONNECT),
            _seconds(write_timeout, WRITE),
            _seconds(read_timeout, self._read_timeout),
        )
        try:
            async with self._session.request(
                method, url, timeout=timeout, allow_redirects=False, **_body(request_data)
            ) as answer:
                return answer.status, await _read(answer)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as err:
            raise NotSent(f"not connected: {type(err).__name__}") from err
        except TimeoutError as err:
            raise MaybeSent("no answer in time") from err
        except (aiohttp.ClientError, OSError) as err:
            raise MaybeSent(f"the connection broke: {type(err).__name__}") from err


@cache
def _timeout(pool: float, connect: float, write: float, read: float) -> aiohttp.ClientTimeout:
    """`total` is the whole of it: without, a server that trickles or a write that stalls would hold a worker for ever."""
    return aiohttp.ClientTimeout(
        total=pool + connect + write + read, connect=pool + connect, sock_connect=connect, sock_read=read
    )


def _seconds(value: object, default: float) -> float:
    """A timeout as given by the caller. None and PTB's "not given" are the default: nobody here waits for ever."""
    return float(value) if isinstance(value, int | float) else default


def _body(request_data: RequestData | None) -> dict[str, Any]:
    """As JSON, which the Bot API takes as well as a form and which takes a third of the time to write; files in a form."""
    if request_data is None:
        return {}
    if not request_data.contains_files:
        return {"data": json.dumps(request_data.parameters).encode(), "headers": _JSON}
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return {"data": form}


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    payload = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        payload += chunk
        if len(payload) > MAX_ANSWER:
            raise NetworkError("the answer is too large")
    return bytes(payload)
