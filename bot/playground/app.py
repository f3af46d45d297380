"""The playground as one ASGI application: Bot API, files, control side and page, for this machine's own pages only."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.playground.bot_api import BotApi, BotFiles
from bot.playground.control import Advance, Control
from bot.playground.errors import Refused
from bot.playground.webhook import deliver_forever
from bot.playground.world import World

STATIC = Path(__file__).parent / "static"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
OUR_HOSTS = frozenset({"127.0.0.1", "localhost"})


def create_app(world: World, *, scenario: Mapping[str, Any] | None = None, advance: Advance | None = None) -> Starlette:
    """The application over a world. `scenario` is handed to the page as is; `advance` moves the clock, if it can be."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        webhook = asyncio.create_task(deliver_forever(world))
        try:
            yield
        finally:
            webhook.cancel()
            with suppress(asyncio.CancelledError):
                await webhook

    app = Starlette(
        routes=[
            Route("/bot{token}/{method}", BotApi(world)),
            Route("/file/bot{token}/{path:path}", BotFiles(world)),
            Mount("/_sim", routes=Control(world, scenario, advance).routes()),
            Route("/", _page, methods=["GET"]),
            Mount("/static", FreshFiles(directory=STATIC, check_dir=False)),
        ],
        middleware=[Middleware(OurPagesOnly)],
        exception_handlers={Refused: _refused, HTTPException: _http_error},
        lifespan=lifespan,
    )
    app.state.world = world
    return app


class FreshFiles(StaticFiles):
    """Files that a browser asks about each time: a newer version of the page must not run with older parts."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response


class OurPagesOnly:
    """Refuses what another web page could make a browser send here: foreign Host (DNS rebinding), foreign Origin."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (reason := _objection(scope)) is not None:
            return await _error(reason, 403)(scope, receive, send)
        await self.app(scope, receive, send)
        return None


def _objection(scope: Scope) -> str | None:
    host = origin = site = b""
    for name, value in scope["headers"]:
        if name == b"host":
            host = value
        elif name == b"origin":
            origin = value
        elif name == b"sec-fetch-site":
            site = value
    if host.decode("latin-1").partition(":")[0] not in OUR_HOSTS:
        return "this server answers to 127.0.0.1 and localhost only"
    if origin and origin != b"http://" + host:
        return "requests from other pages are refused"
    if site in (b"cross-site", b"same-site") and scope["path"].startswith(("/_sim", "/bot", "/file")):
        return "requests from other pages are refused"
    return None


async def _page(request: Request) -> Response:
    index = STATIC / "index.html"
    if not index.is_file():
        return PlainTextResponse("The playground's page is not installed; its control side is at /_sim/state.", 404)
    return FileResponse(index, headers={"cache-control": "no-cache", "content-security-policy": PAGE_POLICY})


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refused)
    return _error(refusal.reason, refusal.status)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path.startswith("/bot"):
        body = {"ok": False, "error_code": error.status_code, "description": error.detail}
        return Response(to_json(body), error.status_code, media_type="application/json")
    return _error(error.detail, error.status_code)


def _error(reason: str, status: int) -> Response:
    return Response(to_json({"error": reason}), status, media_type="application/json")
