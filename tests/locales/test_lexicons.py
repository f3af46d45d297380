"""The words people are understood by, in every language: whole, told apart, and proven by examples."""

from itertools import combinations

import pytest

from conversations.cases.claim import Reason, Remedy
from conversations.understanding import Wish, asks_where_it_stands, fold, is_heated, wish
from locales import languages
from locales.lexicons import lexicon, lexicons, read

TAGS = [language.tag for language in languages()]


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_can_say_everything(tag):
    words = lexicon(tag)

    assert set(words.remedies) == set(Remedy)
    assert set(words.reasons) == set(Reason)
    assert all((*words.remedies.values(), *words.reasons.values()))
    assert words.harsh
    assert words.status


@pytest.mark.parametrize("tag", TAGS)
def test_no_entry_means_two_things(tag):
    words = lexicon(tag)

    for meanings in (words.remedies, words.reasons):
        for one, other in combinations(meanings.values(), 2):
            assert {fold(entry) for entry in one}.isdisjoint(fold(entry) for entry in other)


@pytest.mark.parametrize("tag", TAGS)
def test_entries_are_not_so_short_that_they_hit_by_chance(tag):
    words = lexicon(tag)
    entries = [*sum(words.remedies.values(), ()), *sum(words.reasons.values(), ()), *words.harsh, *words.status]

    for entry in entries:
        for part in entry.split("+"):
            folded = fold(part)
            assert len(folded) >= (1 if folded[0] >= "\u1100" else 3), entry


@pytest.mark.parametrize(("tag", "example"), [(tag, each) for tag in TAGS for each in read(tag)["examples"]])
def test_examples_are_understood(tag, example):
    text, remedy, reason = example["text"], example.get("remedy"), example.get("reason")
    meant = Wish(Remedy(remedy) if remedy else None, Reason(reason) if reason else None)

    assert wish(text, lexicons(tag)) == (None if meant == Wish(None, None) else meant)
    assert not is_heated(text, lexicons(tag))
    assert asks_where_it_stands(text, lexicons(tag)) == example.get("status", False)


@pytest.mark.parametrize("tag", TAGS)
def test_every_reason_has_an_example(tag):
    assert {example.get("reason") for example in read(tag)["examples"]} >= set(Reason)


def test_the_readers_own_language_comes_first_then_english_then_the_rest():
    assert lexicons("zh-CN")[:2] == (lexicon("zh_Hans"), lexicon("en"))
    assert len(lexicons("xx")) == len(TAGS)
    assert lexicons("xx")[0] == lexicon("en")
