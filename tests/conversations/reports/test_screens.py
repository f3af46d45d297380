"""A report as it is read, and its picture."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conversations.cases.claim import Reason
from conversations.cases.figures import Costs, Figures, Peer, Period, ProductFigures, Spread, Suggestion
from conversations.messages import Panel
from conversations.reports.screens import MARKS, Findings, picture, report
from conversations.reports.suggestions import Advised, find

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
PERIOD = Period.last(30, NOW)
FULL = Figures(
    cases=42,
    slices=(3, 4) * 6,
    by_remedy={"exchange": 12, "return": 30},
    by_reason={"faulty": 20, "damaged": 22},
    products=(
        ProductFigures("MUG", "Blue mug", {"not_as_described": 8, "faulty": 4}),
        ProductFigures("CUP", "A cup with a name that is far too long for a line", {"faulty": 2}),
    ),
    orders=1000,
    answer=Spread(40, 4 * 3600 + 100, 30 * 3600),
    kept=96,
    missed=4,
    offers=20,
    accepted=12,
    escalated=2,
    resolution=Spread(38, 3 * 86400, 20 * 86400),
    costs=(Costs("CNY", 0, 1500), Costs("USD", 123_000, 4_000)),
    rulings=3,
    appealed=3,
    reversed=1,
    ratings=23,
    service=103,
    outcomes=20,
    outcome=80,
)
BEFORE = replace(
    FULL,
    cases=51,
    by_reason={"faulty": 51},
    products=FULL.products[:1],
    kept=90,
    missed=10,
    costs=(Costs("USD", 100, 0),),
    ratings=10,
    service=40,
    orders=900,
)


def findings(now=FULL, before=BEFORE, **what):
    return Findings(store="Acme", period=PERIOD, now=now, before=before, **what)


@pytest.fixture
def read(build):
    def lines(body):
        told = {build.plain(s.heading): [build.plain(line) for line in s.lines] for s in body.sections}
        return {"title": build.plain(body.title), **told}

    return lines


def advised(kind, **what):
    return Suggestion(store="Acme", kind=kind.value, made_at=NOW - timedelta(days=30), days=30, was=10**6, **what)


def test_a_whole_report(read):
    assert read(report(findings())) == {
        "title": "Acme: the last 30 days",
        "Cases": ["42 (before: 51); 4.2 for every 100 orders (before: 5.7)"],
        "What buyers ask for": ["🟦 Return: 30 (before: 30)", "🟧 Exchange: 12 (before: 12)"],
        "Why": ["🟦 arrived damaged: 22 (before: 0)", "🟧 does not work: 20 (before: 51)"],
        "Products with most cases": [
            "🟦 Blue mug: 12 (before: 12)",
            "🟧 A cup with a name that is far too long…: 2 (before: 0)",
        ],
        "How you answer": [
            "First answer: half within 4:00:00, nine of ten within 1 day, 6:00:00 (before: 4:00:00)",
            "Deadlines met: 96% (before: 90%)",
            "Offers accepted: 60% (before: 60%)",
            "Cases that needed an arbitrator: 5% (before: 4%)",
        ],
        "What it came to": [
            "From start to end: half within 3 days, 0:00:00, nine of ten within 20 days, 0:00:00 "
            "(before: 3 days, 0:00:00)",
            "Rulings changed on appeal: 1 of 3 (before: 1 of 3)",
            "Given back: 0.00 CNY, and 15.00 CNY for return shipping",
            "Given back: 1230.00 USD, and 40.00 USD for return shipping (before: 1.00 USD)",
            "Service: 4.3 of 5, from 23 ratings; outcome: 3.9 of 5 (before: 3.8)",
        ],
    }


def test_the_best_quarter_stands_beside_it(read):
    peers = [
        Peer(
            store=f"Secret {n}",
            cases=40,
            answered=40,
            answer=n * 3600,
            kept=90 + n,
            missed=10 - n,
            escalated=n,
            offers=10,
            accepted=n,
            ratings=10,
            service=40 + n,
        )
        for n in range(1, 9)
    ]

    told = read(report(findings(peers=peers)))

    assert told["How you answer"] == [
        "First answer: half within 4:00:00, nine of ten within 1 day, 6:00:00 (before: 4:00:00; the best quarter of "
        "comparable stores: 2:00:00)",
        "Deadlines met: 96% (before: 90%; the best quarter of comparable stores: 97%)",
        "Offers accepted: 60% (before: 60%; the best quarter of comparable stores: 70%)",
        "Cases that needed an arbitrator: 5% (before: 4%; the best quarter of comparable stores: 5%)",
    ]
    assert told["What it came to"][-1] == (
        "Service: 4.3 of 5, from 23 ratings; outcome: 3.9 of 5 (before: 3.8; the best quarter of comparable stores: 4.3)"
    )
    assert "Secret" not in str(told)


def test_what_has_no_time_before_has_only_the_best_quarter(read):
    peers = [Peer(store=str(n), cases=40, kept=10, escalated=1) for n in range(5)]

    told = read(report(findings(before=Figures(), peers=peers)))

    assert "Deadlines met: 96% (the best quarter of comparable stores: 100%)" in told["How you answer"]
    assert told["Cases"] == ["42 (before: 0); 4.2 for every 100 orders"]


def test_small_numbers_are_told_as_they_are(read):
    few = Figures(cases=2, by_remedy={"refund": 2}, kept=1, missed=1, escalated=1, ratings=3, service=3)

    told = read(report(findings(few, Figures())))

    assert told == {
        "title": "Acme: the last 30 days",
        "Cases": ["2 (before: 0)"],
        "What buyers ask for": ["🟦 Refund: 2 (before: 0)"],
        "How you answer": ["Deadlines met: 1 of 2", "Cases that needed an arbitrator: 1 of 2"],
        "What it came to": ["3 ratings, too few for a figure"],
    }


def test_a_mark_for_the_outcome_may_be_missing(read):
    told = read(report(findings(replace(FULL, outcomes=0, outcome=0), Figures())))

    assert told["What it came to"][-1] == "Service: 4.3 of 5, from 23 ratings"


def test_nothing_happened(read):
    assert read(report(findings(Figures(), Figures()))) == {
        "title": "Acme: the last 30 days",
        "No cases": ["There was nothing to count in this time."],
    }
    assert picture(findings(Figures(), Figures())) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(59, "0:01:00"), (7199, "2:00:00"), (7200, "2:00:00"), (9100, "3:00:00"), (20 * 86400 + 9, "20 days, 0:00:00")],
)
def test_spans_are_rounded_as_one_says_them(read, seconds, text):
    told = read(report(findings(Figures(cases=1, answer=Spread(1, seconds, seconds)), Figures())))

    assert told["How you answer"][0] == f"First answer: half within {text}, nine of ten within {text}"


ADVICE = {
    Advised.MISSED: "1. 4% of your deadlines passed without an answer. Who stands in when nobody is at the desk?",
    Advised.SLOW: (
        "1. Half of the buyers wait more than 4:00:00 for a first answer. A short word on the same day calms most."
    ),
    Advised.ESCALATED: ("1. 5% of the cases went to an arbitrator. An offer before a refusal settles many of them."),
    Advised.DECLINED: "1. 12 of 20 offers were accepted. Begin closer to what the buyer asks for.",
    Advised.SERVICE: (
        "1. Buyers are not content with the service. Read their words in the last ratings, and answer them."
    ),
}


@pytest.mark.parametrize("kind", ADVICE)
def test_each_suggestion_names_its_figure(read, kind):
    assert read(report(findings(advice=[advised(kind)])))["What to improve"] == [ADVICE[kind]]


def test_a_suggestion_about_a_product_names_it_and_the_words_that_recur(read):
    about = advised(Advised.PRODUCT, about="MUG", title="Blue mug", reason="not_as_described")

    told = read(report(findings(advice=[about, replace(about, words=("colour", "size"))])))["What to improve"]

    line = "Blue mug: in 67% of 12 cases the reason is “not as described”. Look at its title, pictures and sizes in the shop."
    assert told == [f"1. {line}", f"2. {line} Buyers often write: colour, size."]


def test_of_a_product_with_few_cases_nothing_is_said_and_from_five_on_a_share(read):
    def told(hits):
        mug = ProductFigures("MUG", "Blue mug", {"faulty": hits})
        figures = replace(FULL, products=(mug,), answer=Spread(), escalated=0)
        advice = find(figures, store="Acme", days=30, now=NOW)
        return read(report(findings(figures, advice=advice))).get("What to improve")

    assert told(4) is None
    assert told(5) == [
        "1. Blue mug: in 100% of 5 cases the reason is “does not work”. Test it before it is sent, and speak to whoever makes it."
    ]


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.CHANGED_MIND])
def test_there_is_a_cure_for_each_reason(read, reason):
    about = advised(Advised.PRODUCT, about="MUG", title="Blue mug", reason=reason.value)

    assert len(read(report(findings(advice=[about])))["What to improve"]) == 1


def test_what_was_tried_has_worked_or_not_and_what_nobody_can_say_is_left_out(read):
    worked, not_yet = advised(Advised.SLOW), replace(advised(Advised.MISSED), was=1)
    about = advised(Advised.PRODUCT, about="MUG", title="Blue mug", reason="faulty")
    now = replace(FULL, offers=0, accepted=0)

    told = read(report(findings(now, tried=[worked, not_yet, about, advised(Advised.DECLINED)])))

    assert told["What you tried"] == [
        "Answering sooner: it has worked.",
        "Missing fewer deadlines: no better yet.",
        "Blue mug: it has worked.",
    ]


def test_the_picture_has_its_bars_in_the_order_of_the_lines():
    drawn = picture(findings())

    assert drawn is not None
    assert drawn.panels == (
        Panel(now=FULL.slices, before=BEFORE.slices, is_over_time=True),
        Panel(now=(30, 12), before=(30, 12)),
        Panel(now=(22, 20), before=(0, 51)),
        Panel(now=(12, 2), before=(12, 0)),
    )


def test_a_panel_without_bars_is_left_out():
    drawn = picture(findings(replace(FULL, products=())))

    assert drawn is not None
    assert len(drawn.panels) == 3


def test_there_is_a_mark_for_every_bar():
    assert len(MARKS) >= len(Reason)
