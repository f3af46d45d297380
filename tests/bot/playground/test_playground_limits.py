"""What Telegram refuses, word for word, and in which forms parameters may come."""

import json
from typing import Any

import aiohttp
import pytest

from bot.playground.world import DEMO_TOKEN, World

from .conftest import Raw, Sim

BUTTON = {"text": "Go", "callback_data": "x"}


def inline(*buttons: Any) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({}, "message text is empty"),
        ({"text": ""}, "message text is empty"),
        ({"text": " \n\t"}, "message text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "a" * 4097}, "message is too long"),
        ({"text": "a", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"text": "<b>a", "parse_mode": "HTML"}, "can't parse entities: can't find end tag corresponding to start tag \"b\""),
        ({"text": "1.5", "parse_mode": "MarkdownV2"}, "can't parse entities: character '.' is reserved and must be escaped with the preceding '\\'"),
        ({"text": "a", "entities": "[{"}, "can't parse entities JSON object"),
        ({"text": "a", "entities": [{"type": "glow", "offset": 0, "length": 1}]}, "can't parse entities: unsupported entity type specified"),
        ({"text": "a", "entities": [{"type": "bold", "offset": 0, "length": 2}]}, "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 2"),
        ({"text": "😀", "entities": [{"type": "bold", "offset": 1, "length": 1}]}, "entity beginning at UTF-16 offset 1 begins or ends in a middle of a UTF-16 symbol"),
        ({"text": "a", "entities": [{"type": "bold", "offset": "0", "length": 1}]}, 'can\'t parse entities: fields "offset" and "length" must be of type Number'),
        ({"text": "a", "entities": [{"type": "date_time", "offset": 0, "length": 1}]}, 'can\'t parse entities: can\'t find field "unix_time"'),
        ({"text": "a", "entities": [{"type": "date_time", "offset": 0, "length": 1, "unix_time": 1, "date_time_format": "yy"}]}, "can't parse entities: invalid date_time_format specified"),
        ({"text": "a", "message_thread_id": "x"}, 'parameter "message_thread_id" is invalid: Input should be a valid integer, unable to parse string as an integer'),
        ({"text": "a", "message_thread_id": 77}, "message thread not found"),
        ({"text": "a", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "a", "reply_markup": {"buttons": []}}, "object expected as reply markup"),
        ({"text": "a", "reply_markup": inline({**BUTTON, "callback_data": "x" * 65})}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": inline({**BUTTON, "callback_data": "退" * 22})}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": inline({**BUTTON, "callback_data": ""})}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": inline({"text": "Go"})}, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"text": "a", "reply_markup": inline({**BUTTON, "url": "https://example.org"})}, "can't parse inline keyboard button: exactly one action must be specified"),
        ({"text": "a", "reply_markup": inline({**BUTTON, "style": "pink"})}, "can't parse button: invalid button style specified"),
        ({"text": "a", "reply_markup": inline({"callback_data": "x"})}, 'can\'t parse inline keyboard button: can\'t find field "text"'),
        ({"text": "a", "reply_markup": inline({"text": "Go", "url": "javascript:alert(1)"})}, "inline keyboard button URL 'javascript:alert(1)' is invalid: Wrong HTTP URL"),
        ({"text": "a", "reply_markup": {"inline_keyboard": [[BUTTON] * 8] * 13}}, "reply markup is too long"),
    ],
)  # fmt: skip
async def test_bad_message_is_refused(raw: Raw, ana: int, params: dict[str, Any], description: str) -> None:
    assert await raw.refusal("sendMessage", chat_id=ana, **params) == f"Bad Request: {description}"


@pytest.mark.parametrize(
    "params",
    [
        {"text": "a" * 4096},
        {"text": "  " + "a" * 4096 + "\n"},
        {"text": "<b>" + "a" * 4096 + "</b>", "parse_mode": "HTML"},
        {"text": "a", "reply_markup": inline({**BUTTON, "callback_data": "x" * 64})},
        {"text": "a", "reply_markup": inline({**BUTTON, "callback_data": "退" * 21})},
        {"text": "a", "reply_markup": inline(*[{**BUTTON, "style": s} for s in ("danger", "success", "primary")])},
        {"text": "😀", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
        {"text": "a", "unknown_parameter": 1},
    ],
)  # fmt: skip
async def test_message_at_the_limit_is_sent(raw: Raw, ana: int, params: dict[str, Any]) -> None:
    assert (await raw.result("sendMessage", chat_id=ana, **params))["chat"]["id"] == ana


async def test_caption_limit(raw: Raw, ana: int, world: World) -> None:
    from bot.playground.files import Upload

    file_id = world.files.add("document", Upload("a.txt", b"abc"), shape={}).file_id

    sent = await raw.result("sendDocument", chat_id=ana, document=file_id, caption="a" * 1024)

    assert len(sent["caption"]) == 1024
    assert (
        await raw.refusal("sendDocument", chat_id=ana, document=file_id, caption="a" * 1025)
        == "Bad Request: message caption is too long"
    )


@pytest.mark.parametrize(
    ("method", "params", "description"),
    [
        ("sendMessage", {"text": "a"}, "Bad Request: chat_id is empty"),
        ("sendMessage", {"text": "a", "chat_id": ""}, "Bad Request: chat_id is empty"),
        ("sendMessage", {"text": "a", "chat_id": "12x"}, "Bad Request: chat not found"),
        ("sendPhoto", {"chat_id": 1001}, 'Bad Request: parameter "photo" is required'),
        ("sendContact", {"chat_id": 1001, "phone_number": "+1"}, 'Bad Request: parameter "first_name" is required'),
        ("copyMessage", {"chat_id": 1001, "message_id": 1}, 'Bad Request: parameter "from_chat_id" is required'),
        ("deleteMessage", {"chat_id": 1001}, "Bad Request: message identifier is not specified"),
        ("getFile", {}, 'Bad Request: parameter "file_id" is required'),
        ("sendDance", {}, "Not Found: method not found"),
    ],
)  # fmt: skip
async def test_required_parameters_and_methods(
    raw: Raw, ana: int, method: str, params: dict[str, Any], description: str
) -> None:
    assert await raw.refusal(method, **params) == description


async def test_wrong_token_is_unauthorized(client: aiohttp.ClientSession, raw: Raw) -> None:
    url = raw.url.replace(DEMO_TOKEN, DEMO_TOKEN[:-1] + "2")

    async with client.get(f"{url}/getMe") as response:
        assert (response.status, await response.json()) == (
            401,
            {"ok": False, "error_code": 401, "description": "Unauthorized"},
        )


async def test_parameters_come_in_every_form(raw: Raw, client: aiohttp.ClientSession, sim: Sim, ana: int) -> None:
    keyboard = json.dumps(inline(BUTTON))
    fields = {"chat_id": str(ana), "text": "ünï", "protect_content": "True", "reply_markup": keyboard}
    multipart = aiohttp.MultipartWriter("form-data")
    for name, value in fields.items():
        multipart.append(value).set_content_disposition("form-data", name=name)
    url = f"{raw.url}/sendmessage"
    ways: list[dict[str, Any]] = [
        {"params": fields},
        {"data": fields},
        {"data": multipart},
        {"json": {**fields, "chat_id": ana, "protect_content": True, "reply_markup": inline(BUTTON)}},
        {"json": fields},
        {"params": {"chat_id": str(ana)}, "json": {**fields, "chat_id": None}},
    ]

    for way in ways:
        async with client.post(url, **way) as response:
            assert response.status == 200, await response.text()

    shown = [
        {name: m[name] for name in ("text", "has_protected_content", "reply_markup")}
        for m in (await sim.messages(ana))[1:]
    ]
    assert shown == [{"text": "ünï", "has_protected_content": True, "reply_markup": inline(BUTTON)} for _ in ways]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"{", "application/json"), (b"[1]", "application/json"), (b"x", "multipart/form-data; boundary=y")],
)
async def test_unreadable_body_is_refused(
    raw: Raw, client: aiohttp.ClientSession, body: bytes, content_type: str
) -> None:
    async with client.post(f"{raw.url}/sendMessage", data=body, headers={"Content-Type": content_type}) as response:
        assert response.status == 400
        assert (await response.json())["ok"] is False


async def test_text_is_trimmed_and_links_are_found(raw: Raw, ana: int) -> None:
    sent = await raw.result(
        "sendMessage",
        chat_id=ana,
        text="  Hi 😀 see https://example.org/a, /help or @ana_store  ",
        entities=[{"type": "bold", "offset": 1, "length": 3}],
    )

    assert sent["text"] == "Hi 😀 see https://example.org/a, /help or @ana_store"
    assert sent["entities"] == [
        {"type": "bold", "offset": 0, "length": 2},
        {"type": "url", "offset": 10, "length": 21},
        {"type": "bot_command", "offset": 33, "length": 5},
        {"type": "mention", "offset": 42, "length": 10},
    ]
