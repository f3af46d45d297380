"""What a file really is: its type by content, against our list; whether it can be opened. Believes no name or label."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

import filetype
import pi_heif
from PIL import Image, UnidentifiedImageError

#: What can be evidence: photos, videos, papers.
ALLOWED: Final = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "image/heic",
        "video/mp4",
        "video/quicktime",
        "video/webm",
        "application/pdf",
    }
)

#: What Pillow opens, HEIC with pi_heif's help; proof enough that such a file is one.
_DECODED: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/heic": "HEIF",
}

#: Other names for the same thing.
_ALIASES: Final = {
    "image/apng": "image/png",
    "image/heif": "image/heic",
    "video/x-m4v": "video/mp4",
    "video/3gpp": "video/mp4",
}

#: Brands of MP4 files that `filetype` does not know; phones write them.
_MP4_BRANDS: Final = frozenset({b"avc1", b"dash", b"iso2", b"iso4", b"iso5", b"iso6", b"mp4v", b"MSNV"})

#: Pixels that we are ready to decode: about 200 MB of memory.
MAX_PIXELS: Final = 64_000_000

#: Pixels of all the frames of a moving picture that we look into.
MAX_LOOK: Final = 4 * MAX_PIXELS

warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
pi_heif.register_heif_opener()


@dataclass(frozen=True, slots=True)
class Usable:
    """Can be evidence; `mime` is what it is by its content."""

    mime: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Cannot be evidence: "type" (none we take), "too_big" (more pixels than we decode), "broken" (cannot be opened)."""

    reason: str


def inspect(data: bytes) -> Usable | Refused:
    """Looks into a file. Takes up to a few seconds of one processor: not for the event loop."""
    mime = _mime(data[:8192])
    if mime not in ALLOWED:
        return Refused("type")
    if mime in _DECODED:
        return _decoded(data, mime)
    if mime == "application/pdf" and b"%%EOF" not in data[-4096:]:
        return Refused("broken")  # cut off
    return Usable(mime)


def _mime(head: bytes) -> str:
    kind = filetype.guess(head)
    if kind is None:
        return "video/mp4" if head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS else ""
    mime: str = kind.mime
    return _ALIASES.get(mime, mime)


def _decoded(data: bytes, mime: str) -> Usable | Refused:
    try:
        with Image.open(io.BytesIO(data), formats=[_DECODED[mime]]) as image:
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                return Refused("too_big")
            for frame in range(min(getattr(image, "n_frames", 1), MAX_LOOK // max(pixels, 1))):
                image.seek(frame)
                image.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return Refused("too_big")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, MemoryError, RuntimeError):
        return Refused("broken")  # Pillow's decoders raise all of these for damaged files
    return Usable(mime)
