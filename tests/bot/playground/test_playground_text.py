"""The parse modes, and text as Telegram keeps it."""

from typing import Any

import pytest

from bot.playground.errors import BotApiError
from bot.playground.text import formatted


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain &lt;3 &amp; &#33;", "plain <3 & !", []),
        ("<b>a <i>b</i></b>", "a b", [entity("bold", 0, 3), entity("italic", 2, 1)]),
        ("😀<u>x</u><s>y</s>", "😀xy", [entity("underline", 2, 1), entity("strikethrough", 3, 1)]),
        ('<a href="https://example.org/?a=1&amp;b=2">go</a>', "go", [entity("text_link", 0, 2, url="https://example.org/?a=1&b=2")]),
        ("<code>/not_a_command</code>", "/not_a_command", [entity("code", 0, 14)]),
        ('<pre><code class="language-python">x = 1</code></pre>', "x = 1", [entity("pre", 0, 5, language="python")]),
        ('<span class="tg-spoiler">x</span><tg-spoiler>y</tg-spoiler>', "xy", [entity("spoiler", 0, 1), entity("spoiler", 1, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [entity("expandable_blockquote", 0, 1)]),
        ('<tg-time unix="1647531900" format="wDT">soon</tg-time>', "soon", [entity("date_time", 0, 4, unix_time=1647531900, date_time_format="wDT")]),
        ('<tg-emoji emoji-id="5">👍</tg-emoji>', "👍", [entity("custom_emoji", 0, 2, custom_emoji_id="5")]),
        (" <b> a </b> ", "a", [entity("bold", 0, 1)]),
    ],
)  # fmt: skip
def test_html(source: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert formatted(source, None, parse_mode="HTML") == (text, entities)


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        (r"1\.5 \*", "1.5 *", []),
        ("*a _b_*", "a b", [entity("bold", 0, 3), entity("italic", 2, 1)]),
        ("__u__ ~s~ ||h||", "u s h", [entity("underline", 0, 1), entity("strikethrough", 2, 1), entity("spoiler", 4, 1)]),
        ("`a.b` ```py\nx=1```", "a.b x=1", [entity("code", 0, 3), entity("pre", 4, 3, language="py")]),
        (r"[go](https://example.org/a\))", "go", [entity("text_link", 0, 2, url="https://example.org/a)")]),
        ("![soon](tg://time?unix=1647531900&format=r)", "soon", [entity("date_time", 0, 4, unix_time=1647531900, date_time_format="r")]),
        (">one\n>two\nthree", "one\ntwo\nthree", [entity("blockquote", 0, 7)]),
    ],
)  # fmt: skip
def test_markdown_v2(source: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert formatted(source, None, parse_mode="MarkdownV2") == (text, entities)


def test_legacy_markdown_reserves_nothing() -> None:
    assert formatted("*a* 1.5 - [b](http://c.d)", None, parse_mode="Markdown") == (
        "a 1.5 - b",
        [entity("bold", 0, 1), entity("text_link", 8, 1, url="http://c.d")],
    )


@pytest.mark.parametrize(
    ("source", "mode"),
    [
        ("<b>a</i>", "HTML"),
        ("</b>", "HTML"),
        ("<table>", "HTML"),
        ("a < b", "HTML"),
        ("<span>x</span>", "HTML"),
        ('<tg-time unix="soon">x</tg-time>', "HTML"),
        ("*a", "MarkdownV2"),
        ("*a _b* c_", "MarkdownV2"),
        ("a!", "MarkdownV2"),
        ("`a", "MarkdownV2"),
        ("[a]", "MarkdownV2"),
        ("![a](https://b.c)", "MarkdownV2"),
        ("_a", "Markdown"),
    ],
)
def test_broken_markup_is_refused(source: str, mode: str) -> None:
    with pytest.raises(BotApiError) as caught:
        formatted(source, None, parse_mode=mode)

    assert caught.value.description.startswith("Bad Request: can't parse entities: ")


def test_entities_are_trimmed_with_the_text() -> None:
    given = [entity("bold", 0, 2), entity("italic", 2, 9), entity("code", 11, 1)]

    assert formatted("  word word ", given) == ("word word", [entity("italic", 0, 9)])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/help@AftersalesDemoBot now", [entity("bot_command", 0, 23)]),
        ("a/b and 1/2", []),
        ("mail a.b@example.org", [entity("email", 5, 15)]),
        ("#late #1", [entity("hashtag", 0, 5)]),
        ("see http://example.org.", [entity("url", 4, 18)]),
    ],
)
def test_links_are_found(text: str, found: list[dict[str, Any]]) -> None:
    assert formatted(text, None) == (text, found)
