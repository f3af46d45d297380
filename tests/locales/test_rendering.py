from datetime import UTC, datetime, timedelta

import pytest

from conversations.cases.money import Money
from conversations.phrase import Phrase
from locales import Code, Moment, plain, render

AT = datetime(2025, 12, 5, 16, 3, tzinfo=UTC)


def test_phrase_fills_its_places():
    phrase = Phrase(
        "{who} asks {amount} for {count} in {time}", who="Ann", amount=Money(1990, "EUR"), count=1200, time=timedelta(3)
    )

    assert render(phrase, "en") == ("\u2068Ann\u2069 asks €19.90 for 1,200 in 3 days",)


def test_phrase_missing_in_the_catalogue_reads_as_english():
    assert plain(Phrase("Nobody translated this: {count}", count=2), "zh") == "Nobody translated this: 2"
    assert plain(Phrase.counted("{n} untranslated", "{n} untranslateds", 2), "zh-TW") == "2 untranslateds"
    assert plain(Phrase.counted("{n} untranslated", "{n} untranslateds", 1), "xx") == "1 untranslated"


def test_phrase_is_translated():
    assert plain(Phrase("Cancel"), "zh-hans") == "取消"
    assert plain(Phrase("Cancel"), "de-does-not-exist-yet") in ("Cancel", "Abbrechen")


@pytest.mark.parametrize(
    ("n", "en", "zh"), [(1, "1 star", "1 星"), (2, "2 stars", "2 星"), (0, "0 stars", "0 星"), (5, "5 stars", "5 星")]
)
def test_counted_phrase_takes_the_form_of_its_number(n, en, zh):
    phrase = Phrase.counted("{n} star", "{n} stars", n)

    assert plain(phrase, "en") == en
    assert plain(phrase, "zh_Hans") == zh


def test_instants_are_parts_of_their_own():
    phrase = Phrase("{what} until {at}.", what=Phrase("Open since {at}", at=AT), at=AT)

    moment = Moment("Fri, Dec 5, 2025, 4:03\u202fPM UTC", AT)
    assert render(phrase, "en") == ("Open since ", moment, " until ", moment, ".")


def test_a_command_stands_right_behind_its_slash_so_that_it_can_be_tapped():
    phrase = Phrase("/{command}: {what}", command="new", what=Phrase("Cancel"))
    typed = Phrase("“/{command}” is not something you can do here. /help shows what is.", command="a\u202eb")

    assert plain(phrase, "en") == "/new: Cancel"
    assert plain(typed, "en").startswith("“/\u2068ab\u2069”")


def test_lists_join_values_of_any_kind():
    phrase = Phrase("{all}", all=("a, b", Money(100, "USD"), Phrase("until {at}", at=AT), Code("X")))

    assert render(phrase, "en") == (
        "\u2068a, b\u2069, US$1.00, until ",
        Moment("Fri, Dec 5, 2025, 4:03\u202fPM UTC", AT),
        ", and ",
        Code("X"),
    )


@pytest.mark.parametrize("hostile", ["{n}", "{__class__}", "%s %(n)s", "{0}", "\ue0000\ue001"])
def test_values_are_never_read_as_places(hostile):
    assert (
        plain(Phrase("{a} {b}", a=(hostile, "x"), b=hostile), "en")
        == f"\u2068{hostile}\u2069 and \u2068x\u2069 \u2068{hostile}\u2069"
    )


def test_place_without_a_value_stays_readable():
    assert plain(Phrase("Hello {name}, {0} { } {x.y} {a!r}"), "en") == "Hello {name}, {0} { } {x.y} {a!r}"


def test_empty_phrase_is_empty_and_shows_no_header():
    assert render(Phrase(""), "zh") == ()


def test_naive_and_unexpected_values_are_still_shown():
    naive = datetime(2025, 12, 5, 16, 3, tzinfo=UTC).replace(tzinfo=None)

    assert plain(Phrase("{a} {b}", a=naive, b=None), "zh") == "2025年12月5日周五 16:03 UTC \u2068None\u2069"
