"""The Bot API over HTTP: requests into methods, results and refusals into answers, faults carried out; files sent."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import from_json, to_json
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message as AsgiMessage
from starlette.types import Receive, Scope, Send

from bot.playground.errors import BotApiError, bad_request
from bot.playground.faults import FaultRule
from bot.playground.files import MEGABYTE, Upload
from bot.playground.methods import Encoded, Method, call, find
from bot.playground.parameters import Raw
from bot.playground.world import World

ABORT = "bot.playground.abort"
"""Key of the ASGI scope's state under which the server leaves a function that cuts the connection."""

JSON_HEADERS = [(b"content-type", b"application/json")]
UNAUTHORIZED = BotApiError(401, "Unauthorized")


class BotApi:
    """ASGI endpoint of `/bot<token>/<method>`."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path_params"]
        name = str(path["method"])
        raw: Raw = {}
        rule: FaultRule | None = None
        error: BotApiError | None = None
        body = b""
        try:
            if path["token"] != self.world.token:
                raise UNAUTHORIZED
            found = find(name)
            name = found.name
            raw, uploads = await _parameters(scope, receive)
            rule = self.world.faults.draw(name)
            if rule is not None:
                await _before(rule)
            result = await self._run(found, raw, uploads, receive)
            body = _ok(result)
        except BotApiError as refusal:
            error = refusal
        except _Dropped:
            self.world.requests.add(name, raw, error_code=0, description="dropped before execution")
            return await _cut(scope, send)
        self._log(name, raw, error)
        if rule is not None and rule.kind == "drop_after":
            return await _cut(scope, send)
        await _answer(send, error.code if error else 200, to_json(error.body()) if error else body)
        return None

    async def _run(self, found: Method, raw: Raw, uploads: dict[str, Upload], receive: Receive) -> Any:
        running = call(found, self.world, raw, uploads=uploads)
        if found.name != "getUpdates" or not raw.get("timeout") or self.world.updates:
            return await running
        # A client that hangs up must not keep the poll: it would take the next client's place.
        gone = asyncio.create_task(_disconnected(receive, self.world.updates.end_poll))
        try:
            return await running
        finally:
            gone.cancel()

    def _log(self, name: str, raw: Raw, error: BotApiError | None) -> None:
        if error is None:
            self.world.requests.add(name, raw)
        else:
            self.world.requests.add(name, raw, error_code=error.code, description=error.description)


class BotFiles:
    """ASGI endpoint of `/file/bot<token>/<path>`."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path_params"]
        if path["token"] != self.world.token:
            return await _answer(send, 401, to_json(UNAUTHORIZED.body()))
        stored = self.world.files.at_path(path["path"])
        if stored is None:
            return await _answer(send, 404, to_json(BotApiError(404, "Not Found").body()))
        await Response(stored.data, media_type="application/octet-stream")(scope, receive, send)
        return None


class _Dropped(Exception):
    """The connection is to be cut before anything is done."""


async def _before(rule: FaultRule) -> None:
    """The part of a fault that comes before the method."""
    if rule.kind == "slow":
        await asyncio.sleep(rule.seconds)
    elif rule.kind == "drop_before":
        raise _Dropped
    elif (error := rule.error()) is not None:
        raise error


async def _parameters(scope: Scope, receive: Receive) -> tuple[Raw, dict[str, Upload]]:
    """Parameters from the query string and the body, whatever its form; files both as parameters and by name."""
    raw: Raw = dict(_pairs(scope["query_string"])) if scope["query_string"] else {}
    kind = next((value for key, value in scope["headers"] if key == b"content-type"), b"")
    if kind.startswith(b"multipart/form-data"):
        return await _multipart(raw, Request(scope, receive))
    body = await _body(receive)
    if not body:
        return raw, {}
    if kind.startswith(b"application/json"):
        raw.update(_json(body))
    elif kind.startswith(b"application/x-www-form-urlencoded") or not kind:
        raw.update(_pairs(body))
    return raw, {}


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    return parse_qsl(encoded.decode("utf-8", "replace"), keep_blank_values=True)


def _json(body: bytes) -> Raw:
    try:
        value = from_json(body)
    except ValueError as err:
        raise bad_request("can't parse JSON object") from err
    if not isinstance(value, dict):
        raise bad_request("object expected as the request's body")
    return {name: each for name, each in value.items() if each is not None}


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message: AsgiMessage = await receive()
        if message["type"] == "http.disconnect":
            return b""
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _multipart(raw: Raw, request: Request) -> tuple[Raw, dict[str, Upload]]:
    uploads: dict[str, Upload] = {}
    try:
        async with request.form(max_part_size=MEGABYTE) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    raw[name] = uploads[name] = await as_upload(value)
                else:
                    raw[name] = value
    except HTTPException as err:
        raise bad_request("can't parse the multipart body") from err
    return raw, uploads


async def as_upload(file: UploadFile) -> Upload:
    """The whole of a file that was sent along."""
    return Upload(file.filename or "file", await file.read(), file.content_type or "application/octet-stream")


async def _disconnected(receive: Receive, then: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    then()


def _ok(result: Any) -> bytes:
    encoded = result if isinstance(result, Encoded) else to_json(result)
    return b'{"ok":true,"result":' + encoded + b"}"


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [*JSON_HEADERS, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _cut(scope: Scope, send: Send) -> None:
    """Ends the connection without an answer; where the server offers no way to, half an answer has to do."""
    abort = scope.get("state", {}).get(ABORT)
    if abort is not None:
        abort()
        await asyncio.sleep(0)
        return
    with suppress(OSError):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]})
