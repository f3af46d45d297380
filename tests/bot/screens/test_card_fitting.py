from bot.screens.card import fitted
from bot.screens.rich import Rich

HEAD = Rich("HEAD")


def section(heading, *lines):
    return [Rich(heading).marked("bold"), *map(Rich, lines)]


def test_card_that_fits_is_left_alone():
    assert fitted(HEAD, [section("A", "1", "2"), section("B", "3")]).text == "HEAD\n\nA\n1\n2\n\nB\n3"


def test_long_lines_become_shorter_before_any_is_left_out():
    card = fitted(HEAD, [section("A", "short", "x" * 5000), section("B", "last")])

    lines = card.text.split("\n")
    assert card.size <= 4096
    assert lines[:4] == ["HEAD", "", "A", "short"]
    assert lines[4].endswith("x…")
    assert len(lines[4]) > 2500
    assert lines[5:] == ["", "B", "last"]


def test_lines_at_the_end_are_left_out_with_their_heading():
    card = fitted(HEAD, [section("A", "1"), section("B", *["y" * 90] * 60)], limit=500)

    assert card.size <= 500
    assert card.text == "HEAD\n\nA\n1\n\nB" + ("\n" + "y" * 90) * 5 + "\n…"

    alone = fitted(HEAD, [section("A", "1"), section("B", "z" * 600)], limit=60)
    assert alone.text == "HEAD\n\nA\n1\n…"


def test_head_always_stays():
    card = fitted(Rich("H" * 9000), [section("A", "1" * 9000)])

    assert card.size <= 4096
    assert card.text.startswith("H" * 1499 + "…\n\nA\n1")
