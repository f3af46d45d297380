"""WebM films without what they say beside pictures and sounds: titles, dates, programs, texts, chapters, attached files,
what lies behind. As in `films`, nothing is moved: what goes becomes empty space (Void) where it stands.

Only elements that a player needs are kept; RFC 9559 names them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_HEADER, _SEGMENT, _CLUSTER, _SEEK_HEAD, _SEEK, _TRACKS, _TRACK = (
    0x1A45DFA3,
    0x18538067,
    0x1F43B675,
    0x114D9B74,
    0x4DBB,
    0x1654AE6B,
    0xAE,
)
_INFO, _CUES, _VIDEO, _AUDIO, _GROUP, _BLOCK, _SIMPLE = 0x1549A966, 0x1C53BB6B, 0xE0, 0xE1, 0xA0, 0xA1, 0xA3
_NUMBER, _TYPE, _SEEK_ID, _VOID = 0xD7, 0x83, 0x53AB, 0xEC

#: Elements inside of which we look -> what stays there.
_KEPT: Final[Mapping[int, frozenset[int]]] = {
    _HEADER: frozenset({0x4286, 0x42F7, 0x42F2, 0x42F3, 0x4282, 0x4287, 0x4285}),
    _SEGMENT: frozenset({_SEEK_HEAD, _INFO, _TRACKS, _CLUSTER, _CUES}),
    _SEEK_HEAD: frozenset({_SEEK}),
    _SEEK: frozenset({_SEEK_ID, 0x53AC}),
    _INFO: frozenset({0x2AD7B1, 0x4489, 0x4D80, 0x5741}),
    _TRACKS: frozenset({_TRACK}),
    _TRACK: frozenset(
        {
            *(_NUMBER, 0x73C5, _TYPE, 0xB9, 0x88, 0x55AA, 0x9C, 0x6DE7, 0x6DF8, 0x23E383, 0x23314F, 0x55EE),
            *(0x22B59C, 0x22B59D, 0x86, 0x63A2, 0x56AA, 0x56BB, _VIDEO, _AUDIO),
        }
    ),
    _VIDEO: frozenset({0xB0, 0xBA, 0x9A, 0x53B8, 0x54AA, 0x54BB, 0x54CC, 0x54DD, 0x54B0, 0x54BA, 0x54B2, 0x55B0}),
    _AUDIO: frozenset({0xB5, 0x78B5, 0x9F, 0x6264}),
    _CLUSTER: frozenset({0xE7, 0xA7, 0xAB, _SIMPLE, _GROUP}),
    _GROUP: frozenset({_BLOCK, 0x9B, 0xFB, 0x75A2}),
}
#: The programs that made it: a film has to name some, so theirs become spaces.
_PROGRAMS: Final = frozenset({0x4D80, 0x5741})
#: Tracks that are pictures or sounds.
_SEEN: Final = frozenset({1, 2})
#: What may follow a cluster that does not say how long it is.
_BESIDE: Final = _KEPT[_SEGMENT] | {0x1043A770, 0x1941A469, 0x1254C367}


@dataclass(frozen=True, slots=True)
class _Element:
    kind: int
    at: int
    body: int  # where its content begins
    end: int


def blanked(data: bytes) -> bytes:
    """The film with the same pictures and sounds. ValueError when there are none to be found."""
    film = bytearray(data)
    parts = []
    for part in _elements(film, 0, len(film)):
        if part.kind not in (_HEADER, _SEGMENT):
            break
        parts.append(part)
        if part.kind == _SEGMENT:
            break  # what is behind it is no film
    if [part.kind for part in parts] != [_HEADER, _SEGMENT]:
        raise ValueError("not one header and one segment")
    header, segment = parts
    seen = _seen_tracks(film, segment)
    if not seen:
        raise ValueError("no pictures and no sounds")
    _blank_inside(film, header, seen)
    end = _blank_inside(film, segment, seen)
    return bytes(film[:end])


def _blank_inside(film: bytearray, outer: _Element, seen: frozenset[int]) -> int:
    """Where the last element inside ends. What comes after it, and is none, becomes zeros."""
    end = outer.body
    for each in _elements(film, outer.body, outer.end, within=outer.kind):
        end = each.end
        if each.kind not in _KEPT[outer.kind] or _is_unseen(film, each, seen):
            _void(film, each)
        elif each.kind in _PROGRAMS:
            film[each.body : each.end] = b" " * (each.end - each.body)
        elif each.kind in _KEPT:
            _blank_inside(film, each, seen)
    film[end : outer.end] = bytes(outer.end - end)
    return end


def _is_unseen(film: bytearray, each: _Element, seen: frozenset[int]) -> bool:
    """Whether it belongs to a track that is neither pictures nor sounds, or says where something is that goes."""
    match each.kind:
        case 0xAE:
            return _number_in(film, each, _NUMBER) not in seen
        case 0xA1 | 0xA3:
            return (_read(film, each.body, each.end) or (0, 0))[0] not in seen
        case 0xA0:
            blocks = [inner for inner in _elements(film, each.body, each.end) if inner.kind == _BLOCK]
            return not blocks or any(_is_unseen(film, block, seen) for block in blocks)
        case 0x4DBB:
            return _number_in(film, each, _SEEK_ID) not in _KEPT[_SEGMENT]
    return False


def _seen_tracks(film: bytearray, segment: _Element) -> frozenset[int]:
    return frozenset(
        _number_in(film, track, _NUMBER)
        for tracks in _elements(film, segment.body, segment.end, within=_SEGMENT)
        if tracks.kind == _TRACKS
        for track in _elements(film, tracks.body, tracks.end)
        if track.kind == _TRACK and _number_in(film, track, _TYPE) in _SEEN
    )


def _number_in(film: bytearray, outer: _Element, kind: int) -> int:
    inner = (each for each in _elements(film, outer.body, outer.end) if each.kind == kind)
    return next((int.from_bytes(film[each.body : each.end], "big") for each in inner), 0)


def _void(film: bytearray, each: _Element) -> None:
    """Empty space of the same length: its own size takes one byte or eight."""
    length = each.end - each.at
    head = bytes((_VOID, 0x80 | (length - 2))) if length <= 128 else b"\xec\x01" + (length - 9).to_bytes(7, "big")
    film[each.at : each.end] = head + bytes(length - len(head))


def _elements(film: bytearray, at: int, end: int, *, within: int = 0) -> Iterator[_Element]:
    """The elements one after the other, until something is none. A film that was cut off still shows its beginning."""
    while at < end:
        width = 9 - film[at].bit_length()
        if width > 4 or at + width >= end:
            return
        kind = int.from_bytes(film[at : at + width], "big")
        size = _read(film, at + width, end)
        if size is None:
            return
        body = at + width + size[1]
        if size[0] != (1 << 7 * size[1]) - 1:
            stop = body + size[0]
        elif kind == _SEGMENT:
            stop = end
        elif kind == _CLUSTER:
            stop = _end_of_cluster(film, body, end)
        else:
            return
        if stop > end and kind in (_SEGMENT, _CLUSTER):
            stop = end
        if stop > end or (within == _SEGMENT and kind not in _BESIDE | {_VOID, 0xBF}):
            return
        yield _Element(kind, at, body, stop)
        at = stop


def _end_of_cluster(film: bytearray, at: int, end: int) -> int:
    for each in _elements(film, at, end):
        if each.kind in _BESIDE:
            break
        at = each.end
    return at


def _read(film: bytearray, at: int, end: int) -> tuple[int, int] | None:
    """A number that says itself how long it is, and how many bytes that is; None when there is none."""
    width = 9 - film[at].bit_length() if at < end else 9
    if width > 8 or at + width > end:
        return None
    return int.from_bytes(film[at : at + width], "big") & ((1 << 7 * width) - 1), width
