"""A PDF written anew from stdin to stdout without what it says about its making and without anything that acts or hides
in it: run as a process of its own, by `cleaning`, since a paper may be made to exhaust whoever reads it."""

from __future__ import annotations

import io
import re
import resource
import sys
import zlib
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any

import pikepdf
from pikepdf import Name

#: What a paper, a page or a picture in it says beside what it shows: who, when, with what, where; what was in it before.
_SAYS = ("/Metadata", "/PieceInfo", "/LastModified")
#: What happens when it is opened or printed, or lies in it as a file.
_ACTS = ("/OpenAction", "/AA", "/JS", "/AF", "/EF", "/EmbeddedFiles", "/JavaScript", "/XFA", "/Collection")


#: Bytes that all the parts of a paper may unfold to, and how many are looked at at once.
_MOST, _PART = 1 << 29, 1 << 20
#: In the data of a JPEG picture: the next marker.
_NEXT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


class TooMuch(ValueError):
    """The paper unfolds to more than anybody should have to hold."""


def rewritten(data: bytes) -> bytes:
    """The same pages. Raises what pikepdf raises for what is no PDF, or is locked by a password."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.remove_unreferenced_resources()
        for name in ("/Info", "/ID"):
            if name in pdf.trailer:
                del pdf.trailer[name]
        _hold_to(_MOST, (thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream)))
        for thing in pdf.objects:
            _strip(thing)
        out = io.BytesIO()
        # Packed anew, so that nothing stays behind the end of what is packed.
        pdf.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            recompress_flate=True,
            deterministic_id=True,
        )
        return out.getvalue()


def _strip(thing: Any) -> None:
    """Takes it out of an object and of whatever stands in it; what is only referred to comes by itself."""
    if isinstance(thing, pikepdf.Array):
        inner = list(thing)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for name in (*_SAYS, *_ACTS, *(("/A",) if "/Rect" in thing else ())):
            if name in thing:
                del thing[name]
        inner = [thing[name] for name in thing.keys()]  # noqa: SIM118 - a stream is no mapping
        if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == Name.Image and _is_jpeg(thing):
            thing.write(_without_segments(thing.read_raw_bytes()), filter=Name.DCTDecode)
    else:
        return
    for each in inner:
        if not getattr(each, "is_indirect", True):
            _strip(each)


def _is_jpeg(stream: Any) -> bool:
    kind = stream.get("/Filter")
    return bool(kind == Name.DCTDecode or (isinstance(kind, pikepdf.Array) and list(kind) == [Name.DCTDecode]))


def _without_segments(jpeg: bytes) -> bytes:
    """The same JPEG data without APP1 … APP13 and comments, where cameras write place and time; APP14 tells colours.
    What lies behind its end goes too."""
    out, at = bytearray(jpeg[:2]), 2
    while (marker := jpeg[at : at + 2]) and marker[:1] == b"\xff" and at + 4 <= len(jpeg):
        kind, end = marker[1], at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if kind == 0xD9:
            break
        if kind == 0xDA:  # the picture itself, until a sign that is neither a byte of it nor a restart
            found = _NEXT.search(jpeg, end)
            end = found.start() if found else len(jpeg)
        if not (0xE1 <= kind <= 0xED or kind in (0xEF, 0xFE)):
            out += jpeg[at:end]
        at = end
    return bytes(out) + b"\xff\xd9"


def _hold_to(most: int, streams: Iterable[Any]) -> None:
    """Raises TooMuch when what is packed in a paper unfolds to more than that many bytes, here or at its reader's."""
    for stream in streams:
        kind = stream.get("/Filter")
        kinds = [str(each) for each in kind] if isinstance(kind, pikepdf.Array) else [str(kind)]
        packed: Iterator[bytes] = iter([stream.read_raw_bytes()])
        for _ in takewhile(lambda each: each in ("/FlateDecode", "/Fl"), kinds):
            packed = _unfolded(packed)
        for part in packed:
            most -= len(part)
            if most < 0:
                raise TooMuch


def _unfolded(parts: Iterator[bytes]) -> Iterator[bytes]:
    reader = zlib.decompressobj()
    for part in parts:
        while part and not reader.eof:
            try:
                out = reader.decompress(part, _PART)
            except zlib.error:
                return  # damaged; a reader shows what came before
            if not out and not reader.unconsumed_tail:
                break
            yield out
            part = reader.unconsumed_tail


def main() -> None:
    most = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(rewritten(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
