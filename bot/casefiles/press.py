"""Sets a case file: run as a process of its own, with an end to its memory and its time, in a folder that holds what is to
be set (`page.json`, `exhibits/`, `fonts/`). Leaves `file.pdf` there."""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import typst
from PIL import Image, ImageOps

#: Pixels along the longer side of a picture: sharp when printed at the size of a playing card.
_SIDE: Final = 640

_SIZE: Final = 64 << 20


def small_pictures(folder: Path) -> dict[str, str]:
    """Draws each exhibit small. Those that are no pictures, or cannot be read, are left out."""
    made: dict[str, str] = {}
    (folder / "small").mkdir()
    for path in sorted((folder / "exhibits").iterdir()):
        with suppress(OSError, ValueError, SyntaxError, Image.DecompressionBombError), Image.open(path) as picture:
            picture.draft("RGB", (_SIDE, _SIDE))
            picture.thumbnail((_SIDE, _SIDE), Image.Resampling.BILINEAR)
            upright = ImageOps.exif_transpose(picture)
            if upright.mode != "RGB":
                pale = upright.convert("RGBA")
                upright = Image.alpha_composite(Image.new("RGBA", pale.size, "white"), pale).convert("RGB")
            upright.save(folder / "small" / f"{path.name}.jpg", "JPEG", quality=80)
            made[path.name] = f"small/{path.name}.jpg"
    return made


def set_file(folder: Path) -> None:
    """PDF/A, so that a sign without a glyph is an error and the file can be read in twenty years."""
    (folder / "pictures.json").write_text(json.dumps(small_pictures(folder)))
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
