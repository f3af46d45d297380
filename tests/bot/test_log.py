"""Logs: structured, on stderr, without the token wherever it hides, without anybody's words."""

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
import yarl
from multidict import CIMultiDict, CIMultiDictProxy

from bot import log
from bot.settings import Settings

TOKEN = "7000000001:AAE-abcdefghijklmnopqrstuvwxyz_01234"
URL = f"https://api.telegram.org/bot{TOKEN}/sendMessage"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in log.QUIET}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, each in levels.items():
        logging.getLogger(name).setLevel(each)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", as_json=True)

    log.get("bot.workers.inbox").info("dead letter", lane="7", item=3)
    log.get("bot.workers.inbox").debug("not shown")

    [line] = lines(capsys)
    line.pop("timestamp")
    assert line == {
        "event": "dead letter",
        "lane": "7",
        "item": 3,
        "level": "info",
        "logger": "bot.workers.inbox",
    }


def test_token_is_redacted_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", as_json=True)

    log.get("a").warning(f"asked {URL}", url=URL, nested={"urls": [URL, (TOKEN,)]}, error=RuntimeError(URL))
    try:
        raise RuntimeError(URL)
    except RuntimeError:
        log.get("a").exception("failed")
        logging.getLogger("somebody.else").exception("failed at %s", URL)

    shown = capsys.readouterr().err
    assert len(shown.splitlines()) == 3
    assert "AAE" not in shown
    assert shown.count(log.REDACTED) >= 8


def test_what_is_no_text_and_what_caused_an_error_is_redacted_too(capsys: pytest.CaptureFixture[str]) -> None:
    """URLs of aiohttp have a `name`, as a log record has; a token may stand in the cause of a cause, and in a group."""
    log.configure("INFO", as_json=True)
    encoded = URL.replace(":AAE", "%3AAAE")

    log.get("a").warning("asked", url=yarl.URL(URL), path=Path(f"/file/bot{TOKEN}"), keys={URL: {TOKEN}}, at=encoded)
    refused = aiohttp.ClientResponseError(
        aiohttp.RequestInfo(yarl.URL(URL), "POST", CIMultiDictProxy(CIMultiDict())), ()
    )
    log.get("a").warning("refused", error=refused, group=ExceptionGroup("all", [refused]))
    try:
        try:
            try:
                raise refused
            except aiohttp.ClientError as err:
                raise ExceptionGroup(f"for {TOKEN}", [err]) from err
        except ExceptionGroup as err:
            err.add_note(f"at {encoded}")
            raise RuntimeError("no") from err
    except RuntimeError:
        log.get("a").exception("failed")
        logging.getLogger("somebody.else").exception("failed", stack_info=True)
        log.last_words(*sys.exc_info())  # type: ignore[arg-type]

    assert "AAE" not in capsys.readouterr().err


@pytest.mark.parametrize("url", ["postgresql://bot:{}@db/x", "postgresql://:{}@db", "https://me:{}@host/path"])
@pytest.mark.parametrize("password", ["s3cret", "p@ss:w/rd", "a%20b"])
def test_passwords_of_urls_are_redacted(url: str, password: str) -> None:
    shown = log.redact(f"cannot reach {url.format(password)}, sorry")
    assert password not in shown and shown.startswith("cannot reach ") and shown.endswith(", sorry")


def test_secrets_of_the_settings_show_in_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    secrets = {
        "webhook_secret": "CANARY-webhook",
        "s3_secret_access_key": "CANARY/s3+key",
        "bot_token": "7:CANARY-short",
    }
    Settings.load(secrets)
    log.configure("INFO", as_json=True)

    for secret in secrets.values():
        log.get("a").warning(f"got {secret}", header=secret, error=ValueError(secret))

    assert "CANARY" not in capsys.readouterr().err


def test_console_shows_no_token_either(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", as_json=False)

    log.get("a").warning("asked", url=URL)

    shown = capsys.readouterr().err
    assert "asked" in shown and "AAE" not in shown


def test_loggers_that_would_tell_contents_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("DEBUG", as_json=True)

    logging.getLogger("httpx").info("HTTP Request: POST %s", URL)
    logging.getLogger("telegram.ext").error('Can not load invalid JSON data: "private words"')
    logging.getLogger("uvicorn.access").info("POST /")

    assert capsys.readouterr().err == ""


def test_failure_tells_where_but_not_what(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise KeyError("private words")
    except KeyError as err:
        fields = log.failure(err)

    assert fields["error"] == "KeyError"
    assert [place.rpartition("/")[2].partition(":")[0] for place in fields["at"]] == ["test_log.py"]
    assert "private" not in json.dumps(fields)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (URL, "https://api.telegram.org/[token]/sendMessage"),
        (f"token={TOKEN};", "token=[token];"),
        ("/file/bot7:short/x", "/file/[token]/x"),
        ("at 12:30, case A7K-Q2M, 10:45:59", "at 12:30, case A7K-Q2M, 10:45:59"),
    ],
)
def test_redacting(text: str, expected: str) -> None:
    assert log.redact(text) == expected
