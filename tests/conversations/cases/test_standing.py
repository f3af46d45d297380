"""Small numbers are not over-read."""

from datetime import timedelta
from decimal import Decimal

import pytest

from conversations import vocabulary
from conversations.cases.standing import Standing, careful_mark, is_comparable, nearest, wilson


def test_few_marks_make_no_figure_and_many_make_their_mean():
    assert careful_mark(20, 4) is None
    assert careful_mark(25, 5) == Decimal("4.3")  # (25 + 17.5) / 10 = 4.25
    assert careful_mark(5000, 1000) == Decimal("5.0")


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # By hand from the textbook's formula, z = 1.645.
    [
        (0, 0, 0.0, 1.0),
        (0, 10, 0.0, 0.2130),
        (10, 10, 0.7870, 1.0),
        (5, 10, 0.2693, 0.7307),
        (810, 1000, 0.7888, 0.8295),
    ],
)
def test_the_wilson_interval(hits, of, low, high):
    assert wilson(hits, of) == pytest.approx((low, high), abs=0.0005)


def test_comparable_are_stores_of_about_the_same_size():
    assert [others for others in (4, 5, 80, 81) if is_comparable(20, others)] == [5, 80]


def test_compared_are_the_nearest_of_them_in_size_by_name():
    others = {"Tiny": 4, "Ost": 6, "Nord": 19, "Acme": 21, "Giant": 81}

    assert nearest(20, others) == ("Acme", "Nord", "Ost")
    assert nearest(100, {f"{n:03}": n for n in range(200)}) == tuple(f"{n:03}" for n in range(80, 120))


def test_a_store_without_cases_has_no_line():
    assert vocabulary.standing(Standing(store="Acme")) is None


def test_a_store_with_few_cases_has_words_and_no_figure(build):
    few = Standing(store="Acme", cases=4, ratings=4, stars=20, first_answer=timedelta(hours=1), alone=4)

    assert build.plain(vocabulary.standing(few)) == "Store Acme: few ratings so far."


def test_a_store_with_many_cases_has_figures(build):
    many = Standing(store="Acme", cases=100, ratings=20, stars=90, first_answer=timedelta(minutes=61), alone=95)

    assert build.plain(vocabulary.standing(many)) == (
        "Store Acme: rated 4.3 of 5 by 20 buyers, the first answer usually within 2:00:00, "
        "at least 90% of cases ended without an arbitrator."
    )


def test_a_store_that_never_answered_is_not_said_to_answer(build):
    silent = Standing(store="Acme", cases=5, alone=0)

    assert build.plain(vocabulary.standing(silent)) == "Store Acme: few ratings so far."
