import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import presses
from conversations.cases.lifecycle import NAMES
from conversations.presses import AnswerPress, CommandPress, MovePress

REFS = st.text("ABCDEFGHJKMNPQRSTUVWXYZ23456789", min_size=6, max_size=6)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters=":"), max_size=12)
PRESSES = st.one_of(
    st.builds(MovePress, REFS, st.integers(0, 999_999_999), st.sampled_from(NAMES)),
    st.builds(AnswerPress, WORDS, WORDS, st.text(max_size=20), st.just("") | REFS),
    st.builds(CommandPress, WORDS, st.text(max_size=40)),
)


@given(press=PRESSES)
def test_a_button_brings_back_what_it_carries_or_does_not_fit(press):
    try:
        text = presses.write(press)
    except ValueError:
        return

    assert len(text.encode()) <= 55
    assert presses.read(text) == press


@given(text=st.text(max_size=80))
def test_reading_never_fails(text):
    pressed = presses.read(text)

    assert pressed is None or presses.read(presses.write(pressed) if len(text.encode()) <= 55 else text) == pressed


@pytest.mark.parametrize(
    ("press", "text"),
    [
        (MovePress("A7KQ2M", 12, "approve"), "1:m:A7KQ2M:12:approve"),
        (AnswerPress("approve", "sure", ".", "A7KQ2M"), "1:a:approve:A7KQ2M:sure:."),
        (AnswerPress("intake", "remedy", "return"), "1:a:intake::remedy:return"),
        (CommandPress("case", "A7KQ2M"), "1:c:case:A7KQ2M"),
        (CommandPress("new"), "1:c:new:"),
        (CommandPress("join", "a:b:c"), "1:c:join:a:b:c"),
    ],
)
def test_buttons_are_stable_since_they_outlive_deployments(press, text):
    assert presses.write(press) == text
    assert presses.read(text) == press


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1:m:A7KQ2M:12",
        "1:m:A7KQ2M:x:approve",
        "1:m:A7KQ2M:-1:approve",
        "1:m:A7KQ2M:²:approve",
        "1:m:A7KQ2M:1234567890:approve",
        "1:m:A7KQ2M:1:approve:more",
        "2:m:A7KQ2M:12:approve",
        "0:c:new:",
        "2:a:intake::remedy:return",
        "1:a:intake:remedy:return",
        "1:z:x",
        "hello",
    ],
)
def test_a_button_of_another_kind_means_nothing(text):
    assert presses.read(text) is None


def test_a_button_carries_55_bytes_and_not_one_more():
    room = 55 - len("1:c:case:")

    assert len(presses.write(CommandPress("case", "x" * room))) == 55
    with pytest.raises(ValueError, match="too long for a button"):
        presses.write(CommandPress("case", "x" * (room + 1)))
    with pytest.raises(ValueError, match="too long for a button"):
        presses.write(CommandPress("case", "界" * (room // 3 + 1)))
