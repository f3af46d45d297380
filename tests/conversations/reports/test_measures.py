"""Comparisons: with stores of about the same size, never fewer than five, and only of numbers that say something."""

import pytest

from conversations.cases.figures import Figures, Peer, Spread
from conversations.reports.measures import Measure, Share, best_quarter, comparable, value


def peers(*answers, cases=20, **each):
    return [Peer(store=f"S{n}", cases=cases, answered=cases, answer=answer, **each) for n, answer in enumerate(answers)]


def test_shares_are_rounded_half_up():
    assert [Share(hits, 8).percent for hits in (0, 1, 3, 8)] == [0, 13, 38, 100]
    assert [Share(hits, 16).permille for hits in (1, 8)] == [63, 500]


def test_the_same_is_measured_of_a_store_and_of_its_peers():
    store = Figures(
        cases=20,
        answer=Spread(20, 60, 90),
        kept=9,
        missed=1,
        offers=5,
        accepted=4,
        escalated=2,
        ratings=5,
        service=25,
    )
    peer = Peer(
        store="S",
        cases=20,
        answered=20,
        answer=60,
        kept=9,
        missed=1,
        offers=5,
        accepted=4,
        escalated=2,
        ratings=5,
        service=25,
    )

    found = [value(measure, store) for measure in Measure]

    assert found == [60, 900, 800, 100, 43]
    assert [value(measure, peer) for measure in Measure] == found


def test_small_numbers_are_not_measured():
    few = Figures(cases=4, answer=Spread(4, 60, 90), kept=4, offers=4, ratings=4, service=20)

    assert [value(measure, few) for measure in Measure] == [None] * 5


def test_the_best_quarter_of_eight_is_what_two_of_them_reach():
    assert best_quarter(Measure.ANSWER, peers(80, 10, 70, 20, 60, 30, 50, 40)) == 20
    kept = [Peer(store=str(n), cases=20, kept=n, missed=10 - n) for n in range(1, 9)]
    assert best_quarter(Measure.KEPT, kept) == 700


@pytest.mark.parametrize("answers", [(), (1, 2, 3, 4), (1, 2, 3, 4, None)])
def test_fewer_than_five_are_not_compared(answers):
    assert best_quarter(Measure.ANSWER, peers(*answers)) is None


def test_comparable_are_stores_of_about_the_same_size():
    all_sizes = [Peer(store=str(cases), cases=cases) for cases in (4, 5, 80, 81)]

    assert [peer.cases for peer in comparable(Figures(cases=20), all_sizes)] == [5, 80]
