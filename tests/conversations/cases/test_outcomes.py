"""The flat row of a case, folded from its facts as it goes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.cases import facts
from conversations.cases.outcomes import begun, changes_figures, heard, is_reversal, noted, touches_hearings
from conversations.cases.ratings import Rating
from conversations.cases.roles import Role
from conversations.cases.terms import Kind

HOUR = timedelta(hours=1)


class Course:
    """A case that moves, with its row and its hearings."""

    def __init__(self, build, case=None):
        self.build, self.case = build, case or build.case()
        self.row, self.hearings = begun(self.case), ()

    def go(self, *path):
        for name, actor, *what in path:
            moved = self.build.moved(self.case, name, actor, after=HOUR, **(what[0] if what else {}))
            self.note(moved.case, moved.facts, actor.role, self.case.since + HOUR)
        return self

    def note(self, case, new, who, at):
        if touches_hearings(self.row, case, new):
            self.hearings = heard(self.hearings, self.row, case, new, at=at)
        else:
            assert heard(self.hearings, self.row, case, new, at=at) == self.hearings
        self.row, self.case = noted(self.row, case, new, who=who, at=at), case


@pytest.fixture
def course(build):
    return Course(build)


def figures(row):
    return row.kept, row.missed, row.offers, row.accepted


def test_a_fresh_case_has_nothing_but_its_claim(build):
    row = begun(build.case())

    assert (row.store, row.remedy, row.ground, row.reason) == ("Acme", "return", "no_reason", "changed_mind")
    assert (row.currency, row.opened_at, row.state) == ("USD", build.opened, "awaiting_seller")
    assert (row.answer_seconds, row.ended_at, row.result, row.refund) == (None, None, "", 0)


def test_a_return_that_goes_well(build, course):
    ship = ("ship", build.buyer, {"carrier": "DHL", "number": "RX1"})
    course.go(("approve", build.seller), ship, ("receive", build.seller))
    course.go(("refund", build.seller, {"number": "T1", "amount": build.usd(1000)}))
    assert course.row.kept == 2  # a part is no refund yet
    course.go(("refund", build.seller, {"number": "T2"}), ("confirm_refund", build.buyer))

    terms = course.case.position.terms
    assert figures(course.row) == (3, 0, 0, 0)
    assert (course.row.answer_seconds, course.row.resolve_seconds) == (3600, 5 * 3600)
    assert (course.row.result, course.row.ended_at) == ("return_refund", course.case.ended_at)
    assert (course.row.refund, course.row.shipping) == (terms.amount.minor, terms.shipping_amount.minor)
    assert not course.row.is_escalated


def test_silence_is_a_missed_deadline_and_no_answer(build, course):
    course.go(("approve", build.clock))

    assert figures(course.row) == (0, 1, 0, 0)
    assert course.row.answer_seconds is None


def test_words_are_an_answer_but_keep_no_deadline(build, course):
    course.note(course.case, (facts.MessagePassedOn("soon"),), Role.SELLER, build.opened + HOUR)
    assert (course.row.answer_seconds, course.row.kept) == (3600, 0)
    course.note(course.case, (facts.MessagePassedOn("thanks"),), Role.BUYER, build.opened + HOUR)

    course.go(("refuse", build.seller, {"text": "no"}))

    assert (course.row.answer_seconds, course.row.kept) == (3600, 1)


def test_offers_are_counted_with_those_that_were_taken(build, course):
    course.go(("offer", build.seller, {"terms": build.terms()}))
    assert figures(course.row) == (1, 0, 1, 0)
    course.go(("offer", build.buyer, {"terms": build.terms(amount=2000)}))
    course.go(("offer", build.seller, {"terms": build.terms(amount=1500)}))
    assert figures(course.row) == (2, 0, 2, 0)
    course.go(("accept", build.buyer))

    assert figures(course.row) == (2, 0, 2, 1)


def test_an_offer_when_nobody_waited_for_one_keeps_no_deadline(build, course):
    course.go(("refuse", build.seller, {"text": "no"}), ("offer", build.seller, {"terms": build.terms()}))

    assert figures(course.row) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("fact", "missed"),
    [
        (facts.GoodsReceived(by_default=True), 1),
        (facts.GoodsReceived(), 0),
        (facts.TermsBreached(), 1),
        (facts.CaseEscalated(by_default=True), 1),
        (facts.CaseEscalated(), 0),
        (facts.OfferLapsed(1, Role.BUYER), 1),
        (facts.OfferLapsed(1, Role.SELLER), 0),
        (facts.QuestionUnanswered(Role.SELLER), 1),
        (facts.QuestionUnanswered(Role.BUYER), 0),
        (facts.RulingStood(), 0),
    ],
)
def test_what_counts_as_missed_by_the_seller(build, fact, missed):
    case = build.case()

    assert noted(begun(case), case, (fact,), who=Role.CLOCK, at=build.opened).missed == missed


@pytest.mark.parametrize(
    ("fact", "who", "changes"),
    [
        (facts.ClaimRefused("no"), Role.SELLER, True),
        (facts.CaseSettled(), Role.CLOCK, True),
        (facts.MessagePassedOn("hi"), Role.SELLER, True),
        (facts.MessagePassedOn("hi"), Role.BUYER, False),
        (facts.NoteWritten("hm"), Role.ARBITRATOR, False),
        (facts.PartyUnreachable(Role.BUYER), Role.BUYER, False),
    ],
)
def test_what_need_not_be_looked_at(fact, who, changes):
    assert changes_figures((fact,), who=who) is changes
    assert changes_figures((fact, facts.NoteWritten("hm")), who=who) is changes
    assert not changes_figures((), who=who)


def test_a_case_stays_escalated_whatever_becomes_of_it(build, course):
    course.go(("refuse", build.seller, {"text": "no"}), ("escalate", build.buyer), ("withdraw", build.buyer))

    assert (course.row.is_escalated, course.row.result, course.row.state) == (True, "withdrawn", "closed")


def test_a_case_that_ran_out_has_lapsed(build, course):
    course.go(("refuse", build.seller, {"text": "no"}), ("close", build.clock))
    agreed = Course(build).go(("approve", build.seller), ("close", build.clock))

    assert (course.row.result, agreed.row.result) == ("lapsed", "lapsed")


def test_a_rating_comes_into_the_row(build, course):
    course.go(("withdraw", build.buyer))
    rated = replace(course.case, rating=Rating(stars=4, outcome=2, at=build.opened))
    course.note(rated, (facts.ServiceRated(4, "", 2),), Role.BUYER, build.opened)

    assert (course.row.service, course.row.outcome, course.row.rated_at) == (4, 2, build.opened)
    assert course.row.result == "withdrawn"


# --- hearings --------------------------------------------------------------------------------------------------


def taken(build, course):
    return course.go(("refuse", build.seller, {"text": "no"}), ("escalate", build.buyer), ("take", build.arbitrator))


def ruling(build, amount):
    return {"terms": build.terms(Kind.REFUND, amount), "text": "E1 shows it"}


def ends(course):
    return [(h.n, h.arbitrator, h.seconds, h.how, h.is_appealed, h.is_reversed) for h in course.hearings]


def test_a_hearing_begins_when_the_case_is_taken(build, course):
    taken(build, course)

    assert ends(course) == [(1, 9, None, "", False, False)]
    assert (course.hearings[0].store, course.hearings[0].taken_at) == ("Acme", build.opened + 3 * HOUR)


@pytest.mark.parametrize(("amount", "is_reversed"), [(3000, False), (1000, True)])
def test_a_ruling_that_is_appealed_is_reversed_when_the_next_says_other_than_it(build, course, amount, is_reversed):
    taken(build, course).go(("rule", build.arbitrator, ruling(build, 3000)))
    assert ends(course) == [(1, 9, 3600, "ruled", False, False)]
    course.go(("appeal", build.seller, {"text": "new photo"}), ("take", build.another))
    course.go(("rule", build.another, ruling(build, amount)))

    assert ends(course) == [(1, 9, 3600, "ruled", True, is_reversed), (2, 8, 3600, "ruled", False, False)]
    assert (course.row.is_reversed, is_reversal(course.case)) == (is_reversed, is_reversed)


def test_a_hearing_ends_by_the_arbitrator_the_clock_or_the_parties(build):
    released = taken(build, Course(build)).go(("release", build.arbitrator))
    late = taken(build, Course(build)).go(("release", build.clock))
    agreed = taken(build, Course(build)).go(("withdraw", build.buyer))

    assert [ends(course)[0][3] for course in (released, late, agreed)] == ["released", "late", "parties"]


def test_a_question_within_a_hearing_does_not_end_it(build, course):
    taken(build, course).go(("ask", build.arbitrator, {"party": Role.SELLER, "text": "When?"}))
    assert ends(course)[0][3] == ""

    course.go(("answer", build.seller, {"text": "in May"}))

    assert (ends(course)[0][3], course.row.kept) == ("", 2)
