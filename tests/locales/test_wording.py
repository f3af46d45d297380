import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locales.wording import BIDI_CONTROLS, FSI, PDI, cleaned, isolated


def test_words_are_isolated():
    assert isolated("كوب مكسور") == "\u2068كوب مكسور\u2069"


@pytest.mark.parametrize(
    ("words", "clean"),
    [
        ("\u202eevil\u202c", "evil"),
        ("a\u2069b\u2068c", "abc"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("nul\x00bell\x07", "nulbell"),
        ("a\r\nb\u2028c\vd", "a\nb\nc\nd"),
        ("tab\tbed", "tab bed"),
        ("  space  ", "space"),
        ("half \ud83d", "half \ufffd"),
    ],
)
def test_words_lose_what_would_disturb_their_surroundings(words, clean):
    assert cleaned(words) == clean


@pytest.mark.parametrize("words", ["👩‍👩‍👧", "می‌خواهم", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "❤️", "é́", "क्ष"])
def test_words_keep_what_scripts_and_emoji_need(words):
    assert cleaned(words) == words


@pytest.mark.parametrize("words", ["", " ", "\u200b\u200d", "\u202e", "\n\n", "\u3000"])
def test_words_without_anything_visible_are_a_dash(words):
    assert isolated(words) == "\u2068—\u2069"


def test_further_lines_are_isolated_each_and_set_in():
    assert isolated("one\n\nState: Settled") == "\u2068one\u2069\n\u2003\n\u2003\u2068State: Settled\u2069"


@settings(deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(sorted(BIDI_CONTROLS) + list("\n\r\u2028")))))
def test_isolation_cannot_be_broken_out_of(words):
    lines = isolated(words).split("\n")

    for line in lines:
        assert line.strip("\u2003") == "" or (line.lstrip("\u2003")[0], line[-1]) == (FSI, PDI)
        assert not BIDI_CONTROLS & set(line.strip("\u2003")[1:-1])
        assert len(f"-{line}-".splitlines()) == 1
