import pytest

from conversations.cases.numbers import spellings


@pytest.mark.parametrize(
    ("typed", "found"),
    [("1001", "#1001"), ("#1001", "1001"), (" #1001 ", "#1001"), ("nh-1", "NH-1"), ("21098 76543", "2109876543")],
)
def test_spellings_find_a_number_as_people_write_it(typed, found):
    assert found in spellings(typed)


def test_spellings_begin_with_what_was_typed():
    assert spellings("#nh-1") == ("#nh-1", "NH-1", "#NH-1", "nh-1")


def test_spellings_of_nothing_are_none():
    assert spellings(" # ") == ()
