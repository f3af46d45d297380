"""`/metrics` over HTTP. Apart from the metrics themselves, since the web server takes time to import."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.operating.metrics import REGISTRY


def route(refresh: Callable[[], Awaitable[None]]) -> Route:
    """`GET /metrics`, the gauges read anew."""

    async def metrics(request: Request) -> Response:
        await refresh()
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", metrics, methods=["GET"])
