"""MP4 and QuickTime films without what they say beside pictures and sounds: place, time, camera, texts, what lies behind.

Nothing is moved: what goes is overwritten with zeros where it stands, so that all offsets in the film stay true.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

#: Boxes that a film is made of. All others become empty space.
_WHOLE: Final = frozenset({b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp", b"wide", b"ssix", b"prft"})
#: Boxes inside of which we look, and what goes there.
_OPEN: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"})
_SAYING: Final = frozenset({b"udta", b"meta", b"uuid", b"free", b"skip", b"\xa9xyz", b"loci", b"Xtra"})
#: Boxes that begin with when the film was made.
_DATED: Final = frozenset({b"mvhd", b"tkhd", b"mdhd"})
#: Tracks that are pictures or sounds; others are places, texts, what a machine noted.
_SEEN: Final = (b"vide", b"soun")


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    at: int
    body: int  # where its content begins
    end: int


def blanked(data: bytes) -> bytes:
    """The film with the same pictures and sounds."""
    film = bytearray(data)
    end = 0
    whole = list(_boxes(data, 0, len(data)))
    has_tracks = any(box.kind == b"moov" for box in whole)
    for box in whole:
        end = box.end
        if box.kind == b"mdat" and not has_tracks:
            film[box.body : box.end] = bytes(
                box.end - box.body
            )  # nobody can tell its pictures from its places, nor play it
        elif box.kind in _WHOLE:
            _blank_inside(film, box)
        else:
            _empty(film, box)
    return bytes(film[:end])  # what is behind the last box is no film


def _boxes(data: bytes | bytearray, at: int, end: int) -> Iterator[_Box]:
    while at + 8 <= end:
        size, body = int.from_bytes(data[at : at + 4], "big"), at + 8
        if size == 1:
            size, body = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        stop = end if size == 0 else at + size
        kind = bytes(data[at + 4 : at + 8])
        if kind == b"mdat":
            stop = min(stop, end)  # a film that was cut off still shows its beginning
        if not body <= stop <= end:
            return
        yield _Box(kind, at, body, stop)
        at = stop


def _blank_inside(film: bytearray, box: _Box) -> None:
    for inner in _boxes(film, box.body, box.end) if box.kind in _OPEN else ():
        if inner.kind in _SAYING:
            _empty(film, inner)
        elif inner.kind in _DATED:
            width = 16 if film[inner.body] == 1 else 8
            film[inner.body + 4 : inner.body + 4 + width] = bytes(width)
        elif inner.kind == b"trak" and not _is_seen(film, inner):
            _blank_samples(film, inner)
            _empty(film, inner)
        else:
            _blank_inside(film, inner)


def _empty(film: bytearray, box: _Box) -> None:
    film[box.at + 4 : box.at + 8] = b"free"
    film[box.body : box.end] = bytes(box.end - box.body)


def _find(film: bytearray, box: _Box, *path: bytes) -> _Box | None:
    found: _Box | None = box
    for kind in path:
        inner = _boxes(film, found.body, found.end) if found else ()
        found = next((each for each in inner if each.kind == kind), None)
    return found


def _is_seen(film: bytearray, track: _Box) -> bool:
    handler = _find(film, track, b"mdia", b"hdlr")
    return handler is None or bytes(film[handler.body + 8 : handler.body + 12]) in _SEEN


def _blank_samples(film: bytearray, track: _Box) -> None:
    """Zeros for what a track's chunks hold: each from where it begins, for as long as its samples are."""
    table = _find(film, track, b"mdia", b"minf", b"stbl")
    if table is None:
        return
    tables = {box.kind: box for box in _boxes(film, table.body, table.end)}
    runs, sizes = _numbers(film, tables.get(b"stsc"), 4, 3), _sizes(film, tables.get(b"stsz"))
    chunks = _numbers(film, tables.get(b"stco"), 4, 1) or _numbers(film, tables.get(b"co64"), 8, 1)
    sample = run = 0
    for number, (at,) in enumerate(chunks, start=1):
        while run + 1 < len(runs) and runs[run + 1][0] <= number:
            run += 1
        count = runs[run][1] if runs else 0
        length = min(sum(sizes[sample : sample + count]), max(0, len(film) - at))
        film[at : at + length] = bytes(length)
        sample += count


def _sizes(film: bytearray, box: _Box | None) -> list[int]:
    if box is None:
        return []
    same, count = (int.from_bytes(film[box.body + n : box.body + n + 4], "big") for n in (4, 8))
    if same:
        return [same] * min(count, len(film))
    shifted = _Box(box.kind, box.at, box.body + 4, box.end)
    return [size for (size,) in _numbers(film, shifted, 4, 1)]


def _numbers(film: bytearray, box: _Box | None, width: int, each: int) -> list[tuple[int, ...]]:
    """The entries of a table: how many there are stands after its version."""
    if box is None:
        return []
    count, at, entry = int.from_bytes(film[box.body + 4 : box.body + 8], "big"), box.body + 8, width * each
    count = min(count, max(0, box.end - at) // entry)
    return [
        tuple(int.from_bytes(film[i + width * n : i + width * (n + 1)], "big") for n in range(each))
        for i in range(at, at + count * entry, entry)
    ]
