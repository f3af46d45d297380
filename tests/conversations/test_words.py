"""Phrases, and the words of the house that no card or notice test reads."""

import pickle
from dataclasses import replace

import pytest

from conversations import vocabulary
from conversations.cases.case import Case
from conversations.cases.claim import Reason, Remedy
from conversations.cases.states import State
from conversations.cases.terms import Kind, Send
from conversations.messages import Person, card_slot
from conversations.phrase import Phrase


def test_phrases_are_equal_when_all_of_them_is():
    assert Phrase("{n} files", n=2) == Phrase("{n} files", n=2)
    assert Phrase("{n} files", n=2) != Phrase("{n} files", n=3)
    assert len({Phrase("a"), Phrase("a"), Phrase("b")}) == 2


def test_a_counted_phrase_has_its_number_as_a_place():
    counted = Phrase.counted("{n} file of {who}", "{n} files of {who}", 3, who="Sam")

    assert (counted.msgid, counted.plural, dict(counted.params)) == (
        "{n} file of {who}",
        "{n} files of {who}",
        {"n": 3, "who": "Sam"},
    )


def test_a_phrase_is_put_together_again_from_its_parts():
    phrase = Phrase.counted("{n} file", "{n} files", 3)

    assert Phrase.restore(phrase.msgid, phrase.plural, phrase.params) == phrase
    assert pickle.loads(pickle.dumps(phrase)) == phrase


def test_a_phrase_may_carry_a_place_called_like_an_argument():
    assert dict(Phrase("{self}", self="x", cls="y").params) == {"self": "x", "cls": "y"}


def test_a_phrase_cannot_be_changed():
    with pytest.raises(TypeError):
        Phrase("{n}", n=1).params["n"] = 2


def test_every_reason_and_remedy_has_words():
    assert set(vocabulary.REASONS) == set(vocabulary.REASON_NAMES) == set(vocabulary.CHECKLISTS) == set(Reason)
    assert set(vocabulary.REMEDIES) == set(vocabulary.REMEDY_NAMES) == set(Remedy)
    assert set(vocabulary.STATES) == set(State)
    assert set(vocabulary.KINDS) == set(Kind)


@pytest.mark.parametrize(
    ("template", "words", "said"),
    [
        ("", "E1 shows it", "“E1 shows it”"),
        ("no_such", "E1 shows it", "“E1 shows it”"),
    ],
)
def test_an_arbitrators_own_reasons_are_quoted(build, template, words, said):
    assert build.plain(vocabulary.reasons(template, words)) == said


@pytest.mark.parametrize("template", list(vocabulary.REASONINGS))
def test_a_template_reads_in_every_language_with_words_beside_it(build, template):
    alone, beside = vocabulary.reasons(template, ""), vocabulary.reasons(template, "see E1")

    assert build.plain(alone) == build.plain(vocabulary.REASONINGS[template])
    assert build.plain(alone) in build.plain(beside)
    assert "see E1" in build.plain(beside)


@pytest.mark.parametrize(
    ("kind", "amount", "said"),
    [
        (Kind.REFUND, 4000, "The claim is granted in full"),
        (Kind.REFUND, 1000, "The claim is granted in part"),
        (Kind.DISMISSAL, 0, "The claim is dismissed"),
    ],
)
def test_a_ruling_says_how_far_it_goes(build, kind, amount, said):
    case: Case = build.at(State.RULED)

    assert build.plain(vocabulary.extent(case, build.terms(kind, amount))).startswith(said)


def test_the_buyer_is_told_who_pays_for_the_way_back(build):
    returned, faulty = build.case(), build.case(reason=Reason.FAULTY, evidence=1)
    refund = build.case(remedy=Remedy.REFUND, reason=Reason.FAULTY, evidence=1)

    assert build.plain(vocabulary.shipping_line(returned.verdict)) == "The store pays for sending the goods back."
    assert build.plain(vocabulary.shipping_line(returned.verdict, returned)) == (
        "The store pays up to 15.00 USD for sending the goods back."
    )
    assert build.plain(vocabulary.shipping_line(faulty.verdict)) == "You would pay for sending the goods back."
    assert vocabulary.shipping_line(refund.verdict) is None


def test_another_item_is_named_in_the_terms(build):
    terms = build.terms(Kind.EXCHANGE, send=Send.REPLACEMENT, replacement="Green mug")

    assert "Green mug" in "\n".join(build.plain(line) for line in vocabulary.terms_lines(terms))


def test_goods_that_are_back_already_are_nobodys_to_pay_for(build):
    terms = build.terms(Kind.RETURN_REFUND, 1000, shipping=None)

    assert [build.plain(line) for line in vocabulary.terms_lines(terms)] == [
        "Return and refund",
        "10.00 USD to the buyer",
        "The buyer sends the goods back",
    ]


def test_a_person_sells_for_their_stores_only():
    ada = Person(id=1, address=1, name="Ada", language="en", stores=frozenset({"Acme"}))

    assert (ada.sells_for("Acme"), ada.sells_for("Bolt")) == (True, False)
    assert not replace(ada, stores=frozenset()).sells_for("Acme")


def test_a_card_has_a_slot_of_its_case():
    assert card_slot("A7KQ2M") == "card:A7KQ2M"
