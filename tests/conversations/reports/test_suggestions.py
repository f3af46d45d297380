"""What is suggested, by which figures, and whether it has worked a period later."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conversations.cases.claim import Reason
from conversations.cases.figures import Figures, ProductFigures, Spread, Suggestion
from conversations.reports.suggestions import (
    Advised,
    find,
    has_worked,
    is_due,
    measure,
    reason_share,
    same,
    standing_with,
)

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
MUG = ProductFigures("MUG", "Blue mug", {"not_as_described": 6, "changed_mind": 8, "faulty": 2})

FINE = Figures(
    cases=40,
    answer=Spread(40, 3600, 7200),
    kept=60,
    missed=1,
    offers=20,
    accepted=15,
    escalated=2,
    ratings=9,
    service=40,
)
BAD = {
    Advised.MISSED: replace(FINE, kept=40, missed=20),
    Advised.SLOW: replace(FINE, answer=Spread(40, 90_000, 100_000)),
    Advised.PRODUCT: replace(FINE, products=(MUG,), orders=200),
    Advised.ESCALATED: replace(FINE, escalated=15),
    Advised.DECLINED: replace(FINE, accepted=3),
    Advised.SERVICE: replace(FINE, service=20),
}
WAS = {
    Advised.MISSED: 333,
    Advised.SLOW: 90_000,
    Advised.PRODUCT: 30,
    Advised.ESCALATED: 375,
    Advised.DECLINED: 850,
    Advised.SERVICE: 2778,
}


def found(figures):
    return find(figures, store="Acme", days=30, now=NOW)


def test_a_store_that_does_well_is_told_nothing():
    assert found(FINE) == ()
    assert found(Figures()) == ()


@pytest.mark.parametrize("kind", Advised)
def test_each_is_found_with_the_measure_that_calls_for_it(kind):
    [suggestion] = found(BAD[kind])

    assert (suggestion.kind, suggestion.was, suggestion.made_at, suggestion.days) == (kind.value, WAS[kind], NOW, 30)
    assert measure(suggestion, BAD[kind]) == suggestion.was


@pytest.mark.parametrize("kind", Advised)
def test_none_is_found_in_small_numbers(kind):
    few = Figures(
        cases=4,
        answer=Spread(4, 90_000, 90_000),
        missed=4,
        offers=4,
        escalated=4,
        ratings=4,
        service=4,
        products=(ProductFigures("P", "P", {"faulty": 4}),),
    )

    assert kind not in [suggestion.kind for suggestion in found(few)]


def test_three_at_most_and_the_most_pressing_first():
    all_bad = replace(
        FINE,
        kept=40,
        missed=20,
        answer=Spread(40, 90_000, 100_000),
        products=(MUG,),
        escalated=15,
        accepted=3,
        service=20,
    )

    assert [suggestion.kind for suggestion in found(all_bad)] == ["missed", "slow", "product"]


def test_the_product_is_the_first_with_a_telling_reason():
    minds = ProductFigures("A", "A", {"changed_mind": 30})
    mixed = ProductFigures("B", "B", {reason.value: 2 for reason in Reason})
    [suggestion] = found(replace(FINE, products=(minds, mixed, MUG, replace(MUG, product="Z"))))

    assert (suggestion.about, suggestion.title, suggestion.reason) == ("MUG", "Blue mug", "not_as_described")
    share = reason_share(suggestion, BAD[Advised.PRODUCT])
    assert (share.hits, share.of) == (6, 16)
    gone = reason_share(suggestion, FINE)
    assert (gone.hits, gone.of) == (0, 0)


@pytest.mark.parametrize("kind", Advised)
def test_it_has_worked_when_the_measure_has_fallen_by_a_fifth(kind):
    [suggestion] = found(BAD[kind])

    assert has_worked(suggestion, BAD[kind]) is False
    assert has_worked(suggestion, replace(FINE, orders=200)) is True


@pytest.mark.parametrize("kind", [kind for kind in Advised if kind is not Advised.PRODUCT])
def test_of_small_numbers_nobody_says_whether_it_worked(kind):
    [suggestion] = found(BAD[kind])

    assert has_worked(suggestion, Figures(cases=1, kept=1, offers=1, ratings=1, service=5)) is None


def test_a_suggestion_is_due_a_whole_period_later():
    [suggestion] = found(BAD[Advised.SLOW])

    assert is_due(suggestion, NOW)
    assert not is_due(suggestion, NOW - timedelta(seconds=1))


def test_what_was_suggested_already_stands_as_it_was():
    old = Suggestion(store="Acme", kind="slow", made_at=NOW - timedelta(days=3), days=30, was=99_000)
    new, other = replace(old, made_at=NOW, was=90_000), replace(old, kind="missed")

    assert same(old, new)
    assert not same(old, replace(old, days=7))
    assert not same(old, replace(old, reason="faulty"))
    assert standing_with((other, new), (old,)) == (other, old)
