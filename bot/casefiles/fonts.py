"""The fonts of a case file: which there are on this machine, and which signs they have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTCollection, TTFont

from bot.casefiles.failures import CaseFileFailed

#: Where systems keep fonts.
FOLDERS: Final = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / "Library/Fonts",
    Path("/Library/Fonts"),
)

#: Files by name, and the family in them; the first one there cannot be done without.
_FILES: Final = {
    "NotoSans-Regular.ttf": "Noto Sans",
    "NotoSans-Bold.ttf": "Noto Sans",
    "NotoSansArabic-Regular.ttf": "Noto Sans Arabic",
    "NotoSansArabic-Bold.ttf": "Noto Sans Arabic",
    "NotoSansHebrew-Regular.ttf": "Noto Sans Hebrew",
    "NotoSansThai-Regular.ttf": "Noto Sans Thai",
    "NotoSansDevanagari-Regular.ttf": "Noto Sans Devanagari",
    "NotoSansCJK-Regular.ttc": "Noto Sans CJK",
    "NotoSansCJK-Bold.ttc": "Noto Sans CJK",
    "NotoSansSymbols-Regular.ttf": "Noto Sans Symbols",
    "NotoSansSymbols2-Regular.ttf": "Noto Sans Symbols2",
    "NotoSansMath-Regular.ttf": "Noto Sans Math",
}
_CJK: Final = "Noto Sans CJK"

#: The shapes that readers of a language expect of Chinese characters.
_SHAPES: Final = {"zh_Hant": "TC", "ja": "JP", "ko": "KR"}


@dataclass(frozen=True, slots=True)
class Fonts:
    """Font files, the families in them, and every sign they have."""

    files: tuple[Path, ...]
    families: tuple[str, ...]
    signs: frozenset[int]

    def families_for(self, tag: str) -> list[str]:
        """The families in the order in which a text in that language tries them."""
        shape = _SHAPES.get(tag, "SC")
        return [f"{family} {shape}" if family == _CJK else family for family in self.families]


@cache
def system_fonts() -> Fonts:
    """Those on this machine, looked for once. CaseFileFailed when there is not even the first. Takes half a second."""
    found: dict[str, Path] = {}
    for folder in FOLDERS:
        for path in sorted(folder.rglob("Noto*.tt[fc]")) if folder.is_dir() else ():
            found.setdefault(path.name, path)
    return of_files({name: found[name] for name in _FILES if name in found})


def of_files(found: dict[str, Path]) -> Fonts:
    """These files by their names."""
    if next(iter(_FILES)) not in found:
        raise CaseFileFailed("there are no fonts for case files here; install Debian's fonts-noto-core, fonts-noto-cjk")
    signs: set[int] = set()
    for name, path in found.items():
        if not name.endswith(("-Bold.ttf", "-Bold.ttc")):  # they have no others than the regular ones
            signs |= _signs(path)
    return Fonts(tuple(found.values()), tuple(dict.fromkeys(_FILES[name] for name in found)), frozenset(signs))


def _signs(path: Path) -> set[int]:
    if path.suffix == ".ttc":
        with TTCollection(str(path), lazy=True) as collection:
            return set(collection.fonts[0].getBestCmap())
    with TTFont(str(path), lazy=True) as font:
        return set(font.getBestCmap())
