"""Logs: structured, on stderr, without the token wherever it hides, without anybody's words."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import log

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
