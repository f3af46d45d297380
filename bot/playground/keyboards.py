"""Checks reply markup as Telegram does and finds the buttons a user may press."""

from typing import Any
from urllib.parse import urlsplit

from pydantic_core import from_json

from bot.playground.errors import bad_request

CALLBACK_DATA_LIMIT = 64
BUTTON_LIMIT = 100
STYLES = frozenset({"danger", "success", "primary"})
ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)

Markup = dict[str, Any]


def read_markup(value: Any) -> Markup | None:
    """Any reply markup, decoded and checked; None when there is none."""
    markup = _decoded(value)
    if not markup:
        return None
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if "keyboard" in markup:
        return _reply_keyboard(markup)
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return markup
    raise bad_request("object expected as reply markup")


def read_inline_markup(value: Any) -> Markup | None:
    """An inline keyboard or None; edits take no other."""
    markup = read_markup(value)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def pressable(markup: Markup | None, *, data: str) -> bool:
    """Whether a keyboard has a callback button with this data."""
    rows = markup["inline_keyboard"] if markup else ()
    return any(button.get("callback_data") == data for row in rows for button in row)


def _decoded(value: Any) -> Markup:
    if isinstance(value, str):
        if not value.strip():
            return {}
        try:
            value = from_json(value)
        except ValueError as err:
            raise bad_request("can't parse reply keyboard markup JSON object") from err
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    return value


def _inline(rows: Any) -> Markup | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('can\'t parse inline keyboard: field "inline_keyboard" must be an Array of Arrays')
    checked = [[_button(button) for button in row] for row in rows if row]
    if sum(map(len, checked)) > BUTTON_LIMIT:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": checked} if checked else None


def _button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request("can't parse inline keyboard button: can't find field \"text\"")
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    given = [action for action in ACTIONS if button.get(action) is not None]
    if not given:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(given) > 1:
        raise bad_request("can't parse inline keyboard button: exactly one action must be specified")
    _check_style(button)
    _check_action(given[0], button[given[0]])
    return {name: value for name, value in button.items() if value is not None}


def _check_style(button: dict[str, Any]) -> None:
    style = button.get("style")
    if style is not None and style not in STYLES:
        raise bad_request("can't parse button: invalid button style specified")


def _check_action(action: str, value: Any) -> None:
    match action:
        case "callback_data":
            if not isinstance(value, str) or not 1 <= len(value.encode()) <= CALLBACK_DATA_LIMIT:
                raise bad_request("BUTTON_DATA_INVALID")
        case "url":
            if not isinstance(value, str) or not _is_address(value):
                raise bad_request(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
        case "copy_text":
            text = value.get("text") if isinstance(value, dict) else None
            if not isinstance(text, str) or not 1 <= len(text) <= 256:
                raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port
    except ValueError:
        return False
    if parts.scheme == "tg":
        return True
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0 and " " not in url


def _reply_keyboard(markup: Markup) -> Markup:
    rows = markup["keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('can\'t parse reply keyboard: field "keyboard" must be an Array of Arrays')
    for button in (button for row in rows for button in row):
        if not isinstance(button, str | dict):
            raise bad_request("can't parse keyboard button: expected an Object")
        if isinstance(button, dict):
            if not isinstance(button.get("text"), str):
                raise bad_request("can't parse keyboard button: can't find field \"text\"")
            _check_style(button)
    return markup
