"""The Bot API client's HTTP transports: unlike the stock one they tell "surely not sent" from "maybe sent"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, cast

import aiohttp
import orjson
from telegram.request import BaseRequest, RequestData

from bot.telegram.connections import MAX_ANSWER, Connections, MaybeSent, NotSent

#: Seconds, unless a call says otherwise.
CONNECT: Final = 5.0
WRITE: Final = 20.0
READ: Final = 15.0
POOL: Final = 15.0

_JSON: Final = {"Content-Type": "application/json"}


class BotApiRequest(BaseRequest):
    """Calls go as JSON over connections of our own, files over aiohttp: at most `connections` of each at a time. All errors
    come out as telegram.error."""

    __slots__ = ("_calls", "_files", "_read_timeout")

    def __init__(self, *, connections: int = 32, read_timeout: float = READ) -> None:
        self._calls = Connections(connections)
        self._files = AiohttpRequest(connections=connections, read_timeout=read_timeout)
        self._read_timeout = read_timeout

    @property
    def read_timeout(self) -> float:
        return self._read_timeout

    async def initialize(self) -> None:
        self._calls.open()
        await self._files.initialize()

    async def shutdown(self) -> None:
        await self._calls.close()
        await self._files.shutdown()

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
        """`read_timeout` is for the whole answer of a call, which is small; `write_timeout` for files only."""
        if method != "POST" or (request_data and request_data.contains_files):
            return await self._files.do_request(
                url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
            )
        return await self._calls.post(
            url,
            _written(request_data.parameters if request_data else {}),
            pool=_seconds(pool_timeout, POOL),
            connect=_seconds(connect_timeout, CONNECT),
            read=_seconds(read_timeout, self._read_timeout),
        )

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """orjson refuses some of what the library reads, such as half of a surrogate pair: that is read as before."""
        try:
            told: dict[str, Any] = orjson.loads(payload)
        except orjson.JSONDecodeError:
            told = BaseRequest.parse_json_payload(payload)
        return told


class Arguments:
    """What a call of the plain kind says, ready to be written. To the transports here it is as good as a RequestData, whose
    parameters take longer to make than to write."""

    __slots__ = ("parameters",)

    contains_files: Final = False

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self.parameters = parameters


def _written(parameters: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(parameters)
    except orjson.JSONEncodeError:  # half of a surrogate pair in somebody's words, or a number of more than 64 bits
        return json.dumps(parameters).encode()


class AiohttpRequest(BaseRequest):
    """All on aiohttp. At most `connections` at a time; more wait their turn. All errors come out as telegram.error."""

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
    return default if value is None or value is BaseRequest.DEFAULT_NONE else float(cast(float, value))


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
            raise MaybeSent("the answer is too large")
    return bytes(payload)
