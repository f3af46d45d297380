"""Films without what they say beside pictures and sounds."""

import pytest

from bot.workers.films import blanked

from .specimens import CANARY, box, film


def test_pictures_stay_where_they_are_and_all_else_goes() -> None:
    data = film()

    shown = blanked(data)

    at = data.index(b"PICTURES")
    assert shown[at : at + 8] == b"PICTURES"
    assert CANARY not in shown and b"52.5" not in shown and b"PK" not in shown
    assert shown.count(b"trak") == 1 and b"RATE" in shown
    assert len(shown) == data.index(b"PK\3\4")


def test_nobody_learns_when_it_was_made() -> None:
    assert (0xC0FFEE).to_bytes(4, "big") in film()
    assert (0xC0FFEE).to_bytes(4, "big") not in blanked(film())


def test_film_with_nothing_to_hide_is_left_alone() -> None:
    data = blanked(film())
    assert blanked(data) == data


@pytest.mark.parametrize("cut", range(0, len(film()), 7))
def test_film_cut_off_anywhere_never_tells(cut: int) -> None:
    data = film()
    end = data.index(b"moov") - 4
    shown = blanked(data[:cut])
    assert len(shown) <= cut
    if cut > end:  # before, what is cut off is the list that says which samples are places
        assert b"com.apple" not in shown and b"xyz" not in shown


@pytest.mark.parametrize("field", [b"stco", b"stsz", b"stsc", b"hdlr", b"mvhd"])
def test_film_that_lies_about_its_numbers_breaks_nothing(field: bytes) -> None:
    data = bytearray(film())
    at = -1
    while (at := data.find(field, at + 1)) >= 0:
        data[at + 8 : at + 16] = b"\xff" * 8
    assert len(blanked(bytes(data))) <= len(data)


def test_large_sizes_and_open_ends_are_understood() -> None:
    place = b"+52.52+013.40/CANARY"
    user = (1).to_bytes(4, "big") + b"udta" + (16 + len(place)).to_bytes(8, "big") + place
    data = box(b"ftyp", b"isom") + (0).to_bytes(4, "big") + b"moov" + user
    assert CANARY not in blanked(data)
    assert len(blanked(data)) == len(data)
