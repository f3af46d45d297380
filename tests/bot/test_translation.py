"""The translator against a local server that speaks LibreTranslate's protocol, well and badly."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bot import translation
from bot.translation import FAILURES, REST, Breaker, LibreTranslate


@dataclass
class Service:
    """Translates by turning words round, knows the codes in `knows`, and fails when told to."""

    knows: tuple[str, ...] = ("en", "zh", "de")
    fault: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    async def translate(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        self.asked.append(asked)
        match self.fault:
            case "500" | "429" | "403":
                return web.json_response({"error": "no"}, status=int(self.fault))
            case "redirect":
                raise web.HTTPFound("/elsewhere")
            case "junk":
                return web.Response(text="<html>", content_type="text/html")
            case "list":
                return web.json_response(["x"])
            case "number":
                return web.json_response({"translatedText": 7})
            case "long":
                return web.json_response({"translatedText": "x" * (translation.MAX_TRANSLATION + 1)})
            case "huge":
                return web.Response(body=b"x" * (translation.MAX_ANSWER + 1))
            case "slow":
                await asyncio.sleep(30)
            case "cut" if request.transport is not None:
                request.transport.abort()
        if asked["target"] not in self.knows:
            return web.json_response({"error": f"{asked['target']} is not supported"}, status=400)
        return web.json_response(
            {"translatedText": asked["q"][::-1], "detectedLanguage": {"language": "en", "confidence": 90}}
        )


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    app = web.Application()
    app.router.add_post("/base/translate", service.translate)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}/base"
    yield service
    await runner.cleanup()


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_words_are_translated_from_whatever_they_are_in(service: Service) -> None:
    async with LibreTranslate(service.url, "k3y") as translator:
        assert await translator.translate("<b>abc</b>", to="de") == ">b/<cba>b<"

    assert service.asked == [{"q": "<b>abc</b>", "source": "auto", "target": "de", "format": "text", "api_key": "k3y"}]


async def test_a_language_is_called_what_the_service_calls_it_and_that_is_remembered(service: Service) -> None:
    async with LibreTranslate(service.url + "/") as translator:
        assert [await translator.translate(words, to="zh_Hans") for words in ("abc", "def")] == ["cba", "fed"]

    assert [asked["target"] for asked in service.asked] == ["zh-Hans", "zh", "zh"]
    assert "api_key" not in service.asked[0]


async def test_nothing_is_shown_that_says_nothing_new(service: Service) -> None:
    async with LibreTranslate(service.url) as translator:
        assert await translator.translate("aha", to="de") is None
        assert await translator.translate(" \n", to="de") is None

    assert len(service.asked) == 1


async def test_a_language_the_service_does_not_know_is_no_failure_of_it(service: Service) -> None:
    async with LibreTranslate(service.url, clock=Time()) as translator:
        for _ in range(2 * FAILURES):
            assert await translator.translate("abc", to="tr") is None
        assert await translator.translate("abc", to="de") == "cba"


@pytest.mark.parametrize(
    "fault", ["500", "429", "403", "redirect", "junk", "list", "number", "long", "huge", "slow", "cut"]
)
async def test_failures_open_the_breaker_and_one_try_closes_it(
    service: Service, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    time = Time()
    async with LibreTranslate(service.url, clock=time, patience=0.05 if fault == "slow" else 3) as translator:
        service.fault = fault
        for _ in range(FAILURES + 2):
            assert await translator.translate("secret words", to="de") is None
        assert len(service.asked) == FAILURES

        time.now += REST
        assert await translator.translate("secret words", to="de") is None
        assert await translator.translate("secret words", to="de") is None
        assert len(service.asked) == FAILURES + 1

        service.fault = ""
        time.now += REST
        assert await translator.translate("abc", to="de") == "cba"
        assert await translator.translate("def", to="de") == "fed"
    said = capsys.readouterr()
    assert "secret" not in said.out + said.err


async def test_a_service_that_is_not_there_is_a_failure(unused_tcp_port: int) -> None:
    async with LibreTranslate(f"http://127.0.0.1:{unused_tcp_port}") as translator:
        assert await translator.translate("abc", to="de") is None


def test_half_open_breaker_lets_one_through_and_a_success_starts_the_count_anew() -> None:
    breaker = Breaker(failures=2, rest=60)
    breaker.failed(0)
    breaker.succeeded()
    breaker.failed(1)
    assert breaker.lets_through(1)
    breaker.failed(2)

    assert [breaker.lets_through(now) for now in (2, 61.9, 62, 62, 121.9, 122)] == [
        False,
        False,
        True,
        False,
        False,
        True,
    ]
    breaker.succeeded()
    assert [breaker.lets_through(122), breaker.lets_through(122)] == [True, True]
