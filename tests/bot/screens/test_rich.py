import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.screens.rich import Rich, boundary, joined, with_code
from bot.screens.screen import Entity, utf16_length


@pytest.mark.parametrize(("text", "length"), [("", 0), ("abc", 3), ("茶壶", 2), ("🫖", 2), ("a🫖b", 4), ("\ud83d", 1)])
def test_length_counts_utf16_units(text, length):
    assert utf16_length(text) == length


def test_joining_moves_entities():
    pieces = [Rich("🫖").marked("bold"), Rich(), Rich("x").marked("code")]

    assert joined("\n", pieces) == Rich("🫖\nx", (Entity("bold", 0, 2), Entity("code", 3, 1)))
    assert Rich("茶") + Rich("x").marked("code") + "!" == Rich("茶x!", (Entity("code", 1, 1),))


def test_marking_nothing_leaves_no_entity():
    assert Rich().marked("bold") == Rich()


def test_code_and_bold_do_not_overlap():
    assert with_code(Rich("Case X1: mug"), "X1") == Rich(
        "Case X1: mug", (Entity("bold", 0, 5), Entity("code", 5, 2), Entity("bold", 7, 5))
    )
    assert with_code(Rich("Case"), "X1") == Rich("Case", (Entity("bold", 0, 4),))


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abc", 2, "ab"),
        ("a🫖", 2, "a"),
        ("ae\u0301x", 2, "a"),
        ("a👍🏽", 3, "a"),
        ("a👩\u200d👧b", 4, "a"),
        ("🇩🇪🇫🇷", 6, "🇩🇪"),
        ("🇩🇪🇫🇷", 4, "🇩🇪"),
        ("a" + "\u0301" * 9, 5, "a" + "\u0301" * 4),
    ],
)
def test_boundary_tears_no_character(text, limit, kept):
    assert text[: boundary(text, limit)] == kept


def test_clipping_cuts_entities_and_drops_half_a_time():
    text = Rich("0123456789", (Entity("bold", 0, 10), Entity("date_time", 2, 5, 1, "r"), Entity("code", 8, 2)))

    assert text.clipped(10) is text
    assert text.clipped(8) == Rich("0123456…", (Entity("bold", 0, 7), Entity("date_time", 2, 5, 1, "r")))
    assert text.clipped(6) == Rich("01234…", (Entity("bold", 0, 5),))


@settings(deadline=None)
@given(st.text(alphabet="ab 🫖\u0301\n\u2068\u2069", max_size=60), st.integers(4, 40))
def test_clipped_text_keeps_to_its_limit_and_closes_what_it_opened(text, limit):
    clipped = Rich(text).clipped(limit)

    assert clipped.size <= limit
    if clipped.text != text:
        last = clipped.text.rsplit("\n", 1)[-1]
        assert last.count("\u2068") <= last.count("\u2069")
