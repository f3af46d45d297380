"""Which files go out together: albums as Telegram takes them, none too long to send."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from telegram import InputMediaAudio, InputMediaDocument, InputMediaPhoto, InputMediaVideo

from bot.messenger import Upload
from conversations.cases.evidence import File, FileKind

#: The most files of an album; fewer than two are none.
MAX_ALBUM: Final = 10

#: Bytes in one request of several new files.
MAX_UPLOAD: Final = 24 * 1024 * 1024

#: What each kind is in an album. What is not here goes alone.
ALBUM_ITEMS: Final = {
    FileKind.PHOTO: InputMediaPhoto,
    FileKind.VIDEO: InputMediaVideo,
    FileKind.DOCUMENT: InputMediaDocument,
    FileKind.AUDIO: InputMediaAudio,
}

#: What may be in one album together.
_FAMILIES: Final = {
    FileKind.PHOTO: "visual",
    FileKind.VIDEO: "visual",
    FileKind.DOCUMENT: "document",
    FileKind.AUDIO: "audio",
}


def albums(files: Sequence[File | Upload]) -> list[Sequence[File | Upload]]:
    """The files in their order, in groups that Telegram takes as one album (or a single file)."""
    groups: list[Sequence[File | Upload]] = []
    for family, members in groupby(files, key=lambda file: _FAMILIES.get(file.kind, "")):
        run: list[File | Upload] = []
        for file in members:
            is_full = len(run) == (MAX_ALBUM if family else 1) or _weight([*run, file]) > MAX_UPLOAD
            if run and is_full:
                groups.append(run)
                run = []
            run = [*run, file]
        groups.append(run)
    return groups


def _weight(files: Sequence[File | Upload]) -> int:
    return sum(len(file.data) for file in files if isinstance(file, Upload))
