"""How the process logs: structured, to stderr, without the bot's token and without anybody's words."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: A bot's token, as it stands in a URL or alone; its colon may be encoded.
TOKEN = re.compile(r"bot\d+(?::|%3A)[\w-]+|\b\d+(?::|%3A)[\w-]{35,}", re.IGNORECASE)
REDACTED = "[token]"

#: A password in a URL, whatever signs it has.
PASSWORD = re.compile(r"(?<=://)([^\s:/?#@]*):\S+@")
#: What takes the place of passwords, and of whatever this process was told to keep to itself.
KEPT = "[secret]"

#: Shorter ones would be found in words that are none.
_SHORTEST = 8
_secrets: set[str] = set()

#: Loggers that would put URLs with the token, or the contents of messages, into the log.
QUIET = {
    "aiosqlite": logging.WARNING,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "PIL": logging.WARNING,
    "sqlalchemy.engine": logging.ERROR,
    "telegram": logging.CRITICAL,
    "uvicorn.access": logging.CRITICAL,
    "uvicorn.error": logging.WARNING,
}


def conceal(*secrets: str) -> None:
    """From now on these never show in what `redact` gives. Those of fewer than eight characters are not looked for."""
    _secrets.update(secret for secret in secrets if len(secret) >= _SHORTEST)


def redact(text: str) -> str:
    """The text with every bot token, every password of a URL and all that is concealed taken out."""
    text = PASSWORD.sub(rf"\1:{KEPT}@", TOKEN.sub(REDACTED, text))
    for secret in _secrets:
        text = text.replace(secret, KEPT)
    return text


def tells(text: str) -> bool:
    """Whether a bot's token, or anything that this process was told to keep to itself, stands in the text."""
    return TOKEN.search(text) is not None or any(secret in text for secret in _secrets)


def last_words(kind: type[BaseException], err: BaseException, trace: TracebackType | None) -> None:
    """What ends the process, on stderr, redacted: for `sys.excepthook`, which would quote all errors as they are."""
    sys.stderr.write(redact("".join(traceback.format_exception(kind, err, trace))))


def configure(level: str = "INFO", *, as_json: bool | None = None) -> None:
    """Sets up structlog and the standard library's logging, once a process. JSON unless stderr is a terminal."""
    if as_json is None:
        as_json = not sys.stderr.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact_event,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(max(quiet, logging.getLevelNamesMapping()[level]))


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for a module."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def about(**ids: Any) -> Iterator[None]:
    """Everything logged inside, by anybody, carries these ids: of a case (`ref`), of an update. None and "" are left out."""
    told = {name: value for name, value in ids.items() if value not in (None, "")}
    before = structlog.contextvars.bind_contextvars(**told)
    try:
        yield
    finally:
        structlog.contextvars.reset_contextvars(**before)


def failure(err: BaseException) -> dict[str, Any]:
    """An unexpected error as log fields: its type and where it was raised. Never its message, which may quote
    somebody's words; the message is kept with the row in the database that could not be handled."""
    frames = traceback.extract_tb(err.__traceback__)[-6:]
    return {
        "error": type(err).__qualname__,
        "at": [f"{frame.filename.rpartition('/site-packages/')[2]}:{frame.lineno}" for frame in frames],
    }


def _redact_event(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    return {key: _clean(value) for key, value in event.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(each) for each in value]
    if value is None or isinstance(value, bool | int | float | logging.LogRecord):
        return value  # the record is structlog's own, and is not shown
    return redact(str(value))
