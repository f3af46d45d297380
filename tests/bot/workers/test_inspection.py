"""What a file really is: by content, never by name, and proof by opening it."""

import io
import zlib
from typing import Any

import pytest
from PIL import Image

from bot.workers.inspection import MAX_PIXELS, Refused, Usable, inspect

from .specimens import HEIC

MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(64)
ISO5 = b"\x00\x00\x00\x18ftypiso5\x00\x00\x00\x00iso5avc1" + bytes(64)
MOV = b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  " + bytes(64)
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm" + bytes(64)
PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"


def picture(kind: str, *, size: tuple[int, int] = (64, 48), **how: Any) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(buffer, kind, **how)
    return buffer.getvalue()


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "teal", "gold")]
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A tiny file that says it is a huge picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("WEBP"), "image/webp"),
        (moving("GIF"), "image/gif"),
        (moving("PNG"), "image/png"),
        (HEIC, "image/heic"),
        (MP4, "video/mp4"),
        (ISO5, "video/mp4"),
        (MOV, "video/quicktime"),
        (WEBM, "video/webm"),
        (PDF, "application/pdf"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_photos_films_and_papers_are_usable(data: bytes, mime: str) -> None:
    assert inspect(data) == Usable(mime)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"MZ\x90\x00" + bytes(100),
        b"\x7fELF" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"II*\x00" + bytes(100),
        b"\x1a\x45\xdf\xa3" + bytes(100),  # a Matroska film, not WebM
        b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(100),
    ],
)
def test_anything_else_is_refused_by_type(data: bytes) -> None:
    assert inspect(data) == Refused("type")


@pytest.mark.parametrize(
    "data",
    [
        picture("JPEG", size=(400, 300))[:3000],
        picture("PNG", size=(400, 300))[:-3000],
        picture("WEBP", size=(400, 300))[:2000],
        b"\xff\xd8\xff\xe0" + bytes(1000),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        HEIC[:500],
        HEIC[:24] + bytes(64),
        PDF[:-8],
    ],
)
def test_what_cannot_be_opened_is_broken(data: bytes) -> None:
    assert inspect(data) == Refused("broken")


@pytest.mark.parametrize("side", [8001, 12_000, 40_000])
def test_picture_of_more_pixels_than_we_decode_is_too_big(side: int) -> None:
    assert side * side > MAX_PIXELS
    assert inspect(huge_png(side, side)) == Refused("too_big")
