"""Seals on buttons: for one bot, one chat, one text; nothing else opens."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.buttons import MAX_DATA, Seals
from conversations import presses
from conversations.presses import CommandPress

DO = "1:m:A7KQ2M:3:approve"
SEALS = Seals("123:SECRET")


def test_a_seal_is_48_bits_of_an_hmac_over_bot_chat_and_text():
    key = hmac.digest(b"123:SECRET", b"aftersales buttons", hashlib.sha256)
    tag = urlsafe_b64encode(hmac.digest(key, f"123:7:{DO}".encode(), hashlib.sha256)[:6]).decode()

    assert SEALS.seal(7, DO) == f"2{tag}{DO}"
    assert SEALS.check(7, SEALS.seal(7, DO)) == (DO, True)


@pytest.mark.parametrize(
    ("seals", "address"),
    [
        (SEALS, 8),
        (Seals("124:SECRET"), 7),
        (Seals("123:OTHER"), 7),
        (Seals("123:SECRET", "a key of the operator"), 7),
        (Seals("124:SECRET", "a key of the operator"), 7),
    ],
    ids=["another chat", "another bot", "another token", "another key", "another bot and key"],
)
def test_a_seal_is_good_for_one_bot_one_key_and_one_chat(seals: Seals, address: int):
    assert seals.check(address, SEALS.seal(7, DO)) == (DO, False)


def test_one_key_of_the_operator_seals_for_each_bot_apart():
    key = "a key of the operator"

    assert Seals("1:A", key).check(7, Seals("1:B", key).seal(7, DO)) == (DO, True)  # a new token of the same bot
    assert Seals("2:A", key).check(7, Seals("1:A", key).seal(7, DO)) == (DO, False)


@given(at=st.integers(1, 28), sign=st.characters(codec="utf-8"))
def test_one_changed_sign_breaks_the_seal(at: int, sign: str):
    sealed = SEALS.seal(7, DO)
    changed = sealed[:at] + sign + sealed[at + 1 :]

    assert SEALS.check(7, changed)[1] is (changed == sealed)


@pytest.mark.parametrize("data", ["", "1:m:A7KQ2M:3:approve", "0:x", "3abcdefgh1:c:new:", "hello"])
def test_a_button_of_another_version_says_nothing(data: str):
    assert SEALS.check(7, data) == ("", True)


@given(data=st.text(st.characters(), max_size=80))
def test_checking_never_fails(data: str):
    do, is_ours = SEALS.check(7, data)

    assert (do, is_ours) == ("", True) or not is_ours


def test_the_longest_press_fits_with_its_seal():
    longest = presses.write(CommandPress("case", "x" * (55 - len("1:c:case:"))))

    assert len(SEALS.seal(-(10**14), longest).encode()) == MAX_DATA
