"""Charts have bars in their colours and in proportion, and nothing that would have to be read."""

import io

import pytest
from PIL import Image, ImageColor

from bot import charts
from conversations.cases.claim import Reason
from conversations.messages import Panel
from conversations.reports.screens import MARKS


def drawn(*panels: Panel) -> Image.Image:
    image = Image.open(io.BytesIO(charts.png(panels)))
    assert image.format == "PNG"
    return image.convert("RGB")


def area(image: Image.Image, colour: str) -> int:
    """Pixels of exactly that colour: nothing is blended, for there are no letters."""
    counted = {found: count for count, found in image.getcolors(1 << 20) or ()}
    return counted.get(ImageColor.getrgb(colour), 0)


def test_a_bar_is_as_long_as_its_number_says() -> None:
    image = drawn(Panel(now=(40, 20, 10), before=(0, 0, 0)))

    blue, orange, green = (area(image, colour) for colour in charts.COLOURS[:3])
    assert blue == pytest.approx(2 * orange, rel=0.01)
    assert orange == pytest.approx(2 * green, rel=0.01)
    assert area(image, charts.BEFORE) == 0


def test_the_time_before_is_thinner_and_grey() -> None:
    image = drawn(Panel(now=(10,), before=(10,)))

    assert 0 < area(image, charts.BEFORE) < area(image, charts.COLOURS[0]) / 2


def test_over_time_bars_stand_side_by_side() -> None:
    image = drawn(Panel(now=(0, 8), before=(4, 0), is_over_time=True))
    bottom = charts.MARGIN + charts.OVER_TIME - 5

    row = [image.getpixel((x, bottom)) for x in range(charts.WIDTH)]
    now, before = (ImageColor.getrgb(colour) for colour in (charts.COLOURS[0], charts.BEFORE))
    assert max(x for x, pixel in enumerate(row) if pixel == before) < charts.WIDTH / 2
    assert min(x for x, pixel in enumerate(row) if pixel == now) > charts.WIDTH / 2


def test_only_known_colours_are_in_it() -> None:
    panels = [Panel(now=tuple(range(1, 13)), before=(3,) * 12, is_over_time=True)]
    panels += [Panel(now=tuple(range(len(charts.COLOURS), 0, -1)), before=(2,) * len(charts.COLOURS))] * 2
    image = drawn(*panels)

    known = {ImageColor.getrgb(each) for each in (*charts.COLOURS, charts.BEFORE, charts.PAPER, charts.FRAME)}
    assert {found for _, found in image.getcolors(1 << 20) or ()} == known


def test_nothing_is_drawn_of_nothing() -> None:
    image = drawn(Panel(now=(0, 0), before=(0, 0)))

    assert {found for _, found in image.getcolors() or ()} == {ImageColor.getrgb(charts.PAPER)}


def test_there_is_a_colour_for_each_mark_and_a_mark_for_each_reason() -> None:
    assert len(charts.COLOURS) == len(MARKS) >= len(Reason)


def test_a_telegram_photo_may_be_no_longer_than_it_takes() -> None:
    """Width and height together at most 10000, neither twenty times the other."""
    most = Panel(now=(1,) * 7, before=(1,) * 7)
    image = drawn(Panel(now=(1,) * 12, before=(1,) * 12, is_over_time=True), most, most, most)

    assert sum(image.size) < 10_000
    assert max(image.size) < 20 * min(image.size)
