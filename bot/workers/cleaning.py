"""What the other side gets to see of a file: the same picture, film or paper without where, when and by whom it was
made, and without anything hidden in or behind it. Which files can be evidence at all is `inspection`'s to say."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms, ImageOps, ImageSequence

from bot.workers import films, webm
from bot.workers.inspection import MAX_PIXELS

#: As good as the eye can tell, and about as large as what a camera writes.
_QUALITY: Final = 92

#: Seconds of time, and bytes of memory, that taking a paper apart may take.
_PATIENCE, _MEMORY = 30.0, 1 << 30

_FILMS: Final = {"video/mp4": films.blanked, "video/quicktime": films.blanked, "video/webm": webm.blanked}
_PALE: Final = ("RGBA", "LA", "PA", "P")


class Unclean(ValueError):
    """Nothing fit to be shown can be made of this file."""


@dataclass(frozen=True, slots=True)
class Clean:
    """A copy that may be shown to anybody who has the case."""

    data: bytes
    mime: str


def is_plain_photo(data: bytes) -> bool:
    """Whether these are the bytes of a JPEG with nothing but a picture in it, such as Telegram makes of any photo."""
    if data.find(b"\xff\xd9") != len(data) - 2:  # where the picture ends, whatever lies behind it and how that ends
        return False
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        return {name for name, _ in getattr(image, "applist", [])} <= {"APP0", "APP14"}


async def clean(data: bytes, mime: str) -> Clean:
    """A copy to show of a file that was found usable. Raises Unclean. Takes up to some seconds of one processor.

    Pictures are drawn anew (PNG and moving GIF stay what they are, all others become JPEG), papers written anew; films
    keep their pictures and sounds and lose all else. What we know no way to clean is not shown.
    """
    if mime == "application/pdf":
        return Clean(await _paper(data), mime)
    if mime in _FILMS:
        return Clean(await asyncio.to_thread(_film, data, mime), mime)
    if mime.startswith("image/"):
        return await asyncio.to_thread(_picture, data, mime)
    raise Unclean("no way to clean it")


def _film(data: bytes, mime: str) -> bytes:
    try:
        shown = _FILMS[mime](data)
    except (ValueError, IndexError) as err:
        raise Unclean(str(err)) from err
    if not shown:
        raise Unclean("nothing of a film in it")
    return shown


def _picture(data: bytes, mime: str) -> Clean:
    try:
        with Image.open(io.BytesIO(data)) as image:
            if mime == "image/gif" and 1 < getattr(image, "n_frames", 1) <= MAX_PIXELS // (image.width * image.height):
                return Clean(_moving(image), mime)
            image.seek(0)
            upright = _in_plain_colours(ImageOps.exif_transpose(image))
            return _drawn(upright, "PNG" if mime == "image/png" else "JPEG")
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, MemoryError) as err:
        raise Unclean(type(err).__name__) from err


def _in_plain_colours(image: Image.Image) -> Image.Image:
    """In the colours that every screen knows, so that the profile, which may name a device, can go."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA"):
        return image
    with suppress(ImageCms.PyCMSError, OSError):  # a broken profile: the colours are taken as they are
        ImageCms.profileToProfile(
            image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode=image.mode, inPlace=True
        )
    return image


def _drawn(image: Image.Image, kind: str) -> Clean:
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    out = io.BytesIO()
    if kind == "PNG":
        image.save(out, "PNG")
        return Clean(out.getvalue(), "image/png")
    if image.mode in _PALE:
        shown = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown)
    image.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return Clean(out.getvalue(), "image/jpeg")


def _moving(image: Image.Image) -> bytes:
    frames, pauses = list[Image.Image](), list[int]()
    for frame in ImageSequence.Iterator(image):
        pauses.append(int(frame.info.get("duration", 100)))
        frames.append(frame.convert("RGBA"))
        frames[-1].info = {}
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=pauses, loop=0, disposal=2)
    return out.getvalue()


async def _paper(data: bytes) -> bytes:
    """In a process of its own, with an end to its memory: a small paper can unfold to any size."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.workers.papers", str(_MEMORY)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("AFTERSALES_")},
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            written, _ = await child.communicate(data)
    except TimeoutError as err:
        raise Unclean("too slow") from err
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0 or not written.startswith(b"%PDF-"):
        raise Unclean(f"ended with {child.returncode}")
    return written
