"""Charts as PNG pictures without words or digits in them, so that every script can read them: the text explains."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw

from conversations.messages import Panel

#: The colours of 🟦🟧🟩🟥🟪🟨🟫 (`conversations.reports.screens.MARKS`), apart in lightness too.
COLOURS: Final = ("#2563d9", "#ee8a1d", "#3fa34d", "#d63a3a", "#8e4ec6", "#e6c229", "#7a5236")
BEFORE: Final = "#a9b0ba"
PAPER: Final = "#ffffff"
FRAME: Final = "#e3e6ea"

WIDTH: Final = 1000
MARGIN: Final = 36
#: Heights: of a panel over time, of a bar and of the thinner one for the time before; and what is left free between.
OVER_TIME: Final = 260
BAR: Final = 34
THIN: Final = 10
GAP: Final = 18
BETWEEN: Final = 40


def png(panels: Sequence[Panel]) -> bytes:
    """The panels from above to below, as a PNG."""
    height = MARGIN * 2 + sum(map(_height, panels)) + BETWEEN * (len(panels) - 1)
    image = Image.new("RGB", (WIDTH, height), PAPER)
    draw = ImageDraw.Draw(image)
    top = MARGIN
    for n, panel in enumerate(panels):
        if n:
            draw.line((MARGIN, top - BETWEEN // 2, WIDTH - MARGIN, top - BETWEEN // 2), fill=FRAME, width=2)
        (_columns if panel.is_over_time else _rows)(draw, panel, top)
        top += _height(panel) + BETWEEN
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _height(panel: Panel) -> int:
    return OVER_TIME if panel.is_over_time else len(panel.now) * (BAR + THIN + GAP) - GAP


def _columns(draw: ImageDraw.ImageDraw, panel: Panel, top: int) -> None:
    """Side by side: each slice of time beside the same one of the time before."""
    most, bottom = _most(panel), top + OVER_TIME
    width = (WIDTH - 2 * MARGIN) / len(panel.now)
    for n, (now, before) in enumerate(zip(panel.now, panel.before, strict=True)):
        left = MARGIN + n * width
        middle = left + width * 0.28
        _bar(draw, left + width * 0.08, bottom - OVER_TIME * before / most, middle, bottom, BEFORE)
        _bar(draw, middle + 2, bottom - OVER_TIME * now / most, left + width * 0.92, bottom, COLOURS[0])
    draw.line((MARGIN, bottom, WIDTH - MARGIN, bottom), fill=BEFORE, width=2)


def _rows(draw: ImageDraw.ImageDraw, panel: Panel, top: int) -> None:
    """Under one another, each in its colour, the time before under it."""
    most, length = _most(panel), WIDTH - 2 * MARGIN
    for n, (now, before) in enumerate(zip(panel.now, panel.before, strict=True)):
        _bar(draw, MARGIN, top, MARGIN + length * now / most, top + BAR, COLOURS[n % len(COLOURS)])
        _bar(draw, MARGIN, top + BAR + 2, MARGIN + length * before / most, top + BAR + THIN, BEFORE)
        top += BAR + THIN + GAP


def _bar(draw: ImageDraw.ImageDraw, left: float, top: float, right: float, bottom: float, colour: str) -> None:
    if right - left >= 1 and bottom - top >= 1:
        draw.rectangle((round(left), round(top), round(right), round(bottom)), fill=colour)


def _most(panel: Panel) -> int:
    return max(1, *panel.now, *panel.before)
