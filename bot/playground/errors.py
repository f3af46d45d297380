"""What the playground answers when it refuses: Bot API errors for the bot, `Refused` for the control side."""

from typing import Any


class BotApiError(Exception):
    """A refusal as the Bot API words it; becomes `{"ok": false, "error_code": …, "description": …}`."""

    def __init__(self, code: int, description: str, *, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON object of the answer."""
        answer = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters is not None:
            answer["parameters"] = self.parameters
        return answer


def bad_request(reason: str) -> BotApiError:
    """A 400 with Telegram's prefix."""
    return BotApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> BotApiError:
    """A 403 with Telegram's prefix."""
    return BotApiError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> BotApiError:
    """A 409 with Telegram's prefix."""
    return BotApiError(409, f"Conflict: {reason}")


class Refused(Exception):
    """Something a user of the playground cannot do now; the control side answers `{"error": …}` with `status`."""

    def __init__(self, reason: str, *, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
