"""The log of what the bot asked, newest kept, for tests and for the curious; values are decoded only when read."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from bot.playground.files import Upload

LOG_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One Bot API request and how it ended."""

    n: int
    method: str
    params: dict[str, Any]
    ok: bool
    error_code: int | None
    description: str | None

    def shown(self) -> dict[str, Any]:
        """The request as `/_sim/requests` shows it."""
        row = {"n": self.n, "method": self.method, "params": _readable(self.params), "ok": self.ok}
        if self.error_code is not None:
            row["error_code"] = self.error_code
        if self.description is not None:
            row["description"] = self.description
        return row


class RequestLog:
    """The last `limit` requests, numbered from 1."""

    def __init__(self, *, limit: int = LOG_LIMIT) -> None:
        self._rows: deque[LoggedRequest] = deque(maxlen=limit)
        self._last = 0

    def add(
        self, method: str, params: dict[str, Any], *, error_code: int | None = None, description: str | None = None
    ) -> None:
        """Notes one request; no error code means it succeeded."""
        self._last += 1
        if any(type(value) is Upload for value in params.values()):
            params = _readable(params)  # the log must not keep the bytes of files
        self._rows.append(LoggedRequest(self._last, method, params, error_code is None, error_code, description))

    def after(self, n: int) -> list[dict[str, Any]]:
        """What came after request `n`, oldest first."""
        fresh = []
        for row in reversed(self._rows):
            if row.n <= n:
                break
            fresh.append(row.shown())
        fresh.reverse()
        return fresh


def _readable(params: dict[str, Any]) -> dict[str, Any]:
    return {name: _decoded(value) for name, value in params.items()}


def _decoded(value: Any) -> Any:
    if isinstance(value, Upload):
        return {"file": value.filename, "size": len(value.data)}
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return from_json(value)
        except ValueError:
            return value
    return value
