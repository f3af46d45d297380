"""A PDF written anew from stdin to stdout without what it says about its making and without anything that acts or hides
in it: run as a process of its own, by `cleaning`, since a paper may be made to exhaust whoever reads it."""

from __future__ import annotations

import io
import resource
import sys
from typing import Any

import pikepdf
from pikepdf import Name

#: What a paper, a page or a picture in it says beside what it shows: who, when, with what, where; what was in it before.
_SAYS = ("/Metadata", "/PieceInfo", "/LastModified")
#: What happens when it is opened or printed, or lies in it as a file.
_ACTS = ("/OpenAction", "/AA", "/JS", "/AF", "/EF", "/EmbeddedFiles", "/JavaScript", "/XFA", "/Collection")


def rewritten(data: bytes) -> bytes:
    """The same pages. Raises what pikepdf raises for what is no PDF, or is locked by a password."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.remove_unreferenced_resources()
        for name in ("/Info", "/ID"):
            if name in pdf.trailer:
                del pdf.trailer[name]
        for thing in pdf.objects:
            _strip(thing)
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
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
    """The same JPEG data without APP1 … APP13 and comments, where cameras write place and time; APP14 tells colours."""
    out, at = bytearray(jpeg[:2]), 2
    while jpeg[at : at + 1] == b"\xff" and jpeg[at + 1] != 0xDA and at + 4 <= len(jpeg):
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if not (0xE1 <= jpeg[at + 1] <= 0xED or jpeg[at + 1] in (0xEF, 0xFE)):
            out += jpeg[at:end]
        at = end
    return bytes(out + jpeg[at:])


def main() -> None:
    most = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(rewritten(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
