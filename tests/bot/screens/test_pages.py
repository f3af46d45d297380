from hypothesis import given, settings
from hypothesis import strategies as st

from bot.screens import Button, Entity, Screen, pages

BUTTONS = ((Button("Go on", "go"),),)


def test_what_fits_is_one_page():
    screen = Screen("short", (Entity("bold", 0, 5),), BUTTONS)

    assert pages(screen) == (screen,)


def test_pages_end_at_paragraphs_lines_or_words_and_the_last_has_the_buttons():
    screen = Screen("aaaa bbbb\n\ncccccc\ndddddd eeee ffff", (), BUTTONS)

    assert pages(screen, 12) == (
        Screen("aaaa bbbb"),
        Screen("cccccc"),
        Screen("dddddd eeee"),
        Screen("ffff", (), BUTTONS),
    )


def test_words_follow_their_speaker_whole_on_a_page_of_their_own():
    words = "墙" * 4096

    assert pages(Screen(f"Seller\n{words}", (Entity("bold", 0, 6),))) == (
        Screen("Seller", (Entity("bold", 0, 6),)),
        Screen(words),
    )


def test_entities_go_on_across_pages_but_half_a_time_stays_text():
    screen = Screen("🫖aaaa bbbb", (Entity("bold", 0, 11), Entity("date_time", 5, 5, 1, "wDt")))

    assert pages(screen, 8) == (Screen("🫖aaaa", (Entity("bold", 0, 6),)), Screen("bbbb", (Entity("bold", 0, 4),)))


@settings(deadline=None)
@given(st.text(alphabet="ab 🫖\u0301\n", max_size=200), st.integers(8, 30))
def test_pages_lose_nothing_but_space(text, limit):
    found = pages(Screen(text, (), BUTTONS), limit)

    assert "".join("".join(page.text for page in found).split()) == "".join(text.split())
    assert all(page.size <= limit for page in found)
    assert found[-1].buttons == BUTTONS
    assert all(page.text for page in found) or len(found) == 1
