"""The words that tell the claims about a product from the others, in any language."""

from conversations.reports.recurring import recurring

OTHERS = ["the mug is broken", "the lamp does not work", "the scarf is torn", "the box was open"]


def test_words_said_here_and_not_elsewhere():
    claims = ["the colour is wrong", "Colour: not blue!", "the colour is another", "the handle is loose"]

    assert recurring(claims, OTHERS) == ("colour",)


def test_the_most_frequent_first_and_three_at_most():
    claims = ["alpha beta gamma delta"] * 3 + ["beta"]

    assert recurring(claims, []) == ("beta", "alpha", "delta")


def test_a_word_counts_once_a_claim_and_not_in_too_few():
    assert recurring(["torn torn torn", "torn", "fine"], []) == ()


def test_a_word_of_too_small_a_part_does_not_count():
    assert recurring(["torn"] * 3 + ["other words"] * 2 + [f"{sign * 4}" for sign in "abcdefghijk"], []) == ()


def test_scripts_without_spaces_are_read_by_two_signs():
    assert recurring(["颜色不对", "颜色不一样", "颜色很暗"], ["杯子坏了", "没有收到"]) == ("颜色",)


def test_no_claims_have_no_words():
    assert recurring([], OTHERS) == ()
