"""WebM films without what they say beside pictures and sounds."""

from contextlib import suppress

import pytest

from bot.workers.cleaning import Unclean, clean
from bot.workers.inspection import Usable, inspect
from bot.workers.webm import blanked

from .hostile import PAYLOAD, ebml, webm

FORMS = pytest.mark.parametrize("live", [False, True], ids=["whole", "live"])


@FORMS
def test_pictures_stay_where_they_are_and_all_else_goes(live: bool) -> None:
    data = webm(live=live)

    shown = blanked(data)

    for words in (b"PICTURE1", b"PICTURE2", b"V_VP8"):
        at = data.index(words)
        assert shown[at : at + len(words)] == words
    assert shown.count(b"PICTURE") == 4
    assert b"CANARY" not in shown and b"52.5" not in shown and PAYLOAD not in shown and b"CRC4" not in shown
    assert data.startswith(shown[:4]) and len(shown) == data.index(PAYLOAD)


@FORMS
async def test_it_is_shown_as_the_film_it_is(live: bool) -> None:
    shown = await clean(webm(live=live), "video/webm")
    assert inspect(shown.data) == Usable("video/webm")


@FORMS
def test_film_with_nothing_to_hide_is_left_alone(live: bool) -> None:
    once = blanked(webm(live=live))
    assert blanked(once) == once


@FORMS
def test_film_cut_off_anywhere_never_tells(live: bool) -> None:
    data = webm(live=live)
    for cut in range(0, len(data), 7):
        try:
            shown = blanked(data[:cut])
        except ValueError:
            continue
        assert b"CANARY" not in shown and b"PAYLOAD" not in shown


@pytest.mark.parametrize("at", range(0, len(webm()), 5))
def test_film_that_lies_about_its_sizes_breaks_nothing(at: int) -> None:
    data = bytearray(webm())
    for value in (0x00, 0x01, 0x7F, 0xFF):
        data[at] = value
        with suppress(ValueError):
            assert len(blanked(bytes(data))) <= len(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\x1a\x45\xdf\xa3" + bytes(64),
        ebml(0x1A45DFA3, ebml(0x4282, b"webm")) + PAYLOAD,
        ebml(0x1A45DFA3, ebml(0x4282, b"webm")) + ebml(0x18538067, PAYLOAD),
    ],
)
async def test_what_has_no_pictures_is_not_shown(data: bytes) -> None:
    with pytest.raises(Unclean):
        await clean(data, "video/webm")
