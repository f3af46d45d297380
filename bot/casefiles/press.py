"""Sets a case file: run as a process of its own, with an end to its memory and its time, in a folder with `exhibits/`. The
page comes by the standard input, when `fonts/` are there, too. Leaves `file.pdf` in the folder."""

from __future__ import annotations

import json
import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final

import typst
from PIL import Image, ImageOps

#: Pixels along the longer side of a picture: sharp when printed at the size of a playing card.
_SIDE: Final = 640

#: How many are drawn at the same time; each is held whole in memory meanwhile.
_AT_ONCE: Final = 2

_SIZE: Final = 64 << 20


def small_pictures(folder: Path) -> dict[str, str]:
    """Draws each exhibit small. Those that are no pictures, or cannot be read, are left out."""
    (folder / "small").mkdir()
    paths = sorted((folder / "exhibits").iterdir())
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        made = threads.map(_draw_small, paths)
        return {path.name: small for path, small in zip(paths, made, strict=True) if small}


def _draw_small(path: Path) -> str:
    """Where it is now, from the folder; empty for what is no picture."""
    small = f"small/{path.name}.jpg"
    with suppress(OSError, ValueError, SyntaxError, Image.DecompressionBombError), Image.open(path) as picture:
        picture.draft("RGB", (_SIDE, _SIDE))
        picture.thumbnail((_SIDE, _SIDE), Image.Resampling.BILINEAR)
        upright = ImageOps.exif_transpose(picture)
        if upright.mode != "RGB":
            pale = upright.convert("RGBA")
            upright = Image.alpha_composite(Image.new("RGBA", pale.size, "white"), pale).convert("RGB")
        upright.save(path.parent.parent / small, "JPEG", quality=80)
        return small
    return ""


def set_file(folder: Path) -> None:
    """PDF/A, so that a sign without a glyph is an error and the file can be read in twenty years. The exhibits are drawn
    while the words are still being written elsewhere."""
    (folder / "pictures.json").write_text(json.dumps(small_pictures(folder)))
    (folder / "page.json").write_bytes(sys.stdin.buffer.read())
    typst.compile(
        folder / "template.typ",
        output=folder / "file.pdf",
        root=folder,
        font_paths=[folder / "fonts"],
        ignore_system_fonts=True,
        pdf_standards="a-2u",
    )


def main() -> None:
    folder, memory, seconds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_SIZE, _SIZE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        set_file(folder)
    except typst.TypstError as err:  # its diagnostic would quote people's words
        sys.exit(f"typst: {err.message[:60]}")


if __name__ == "__main__":
    main()
