"""What the parties show: photos, videos, papers. The bytes live elsewhere, named by their SHA-256."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from conversations.cases.roles import Role

#: The largest file a bot can fetch from Telegram, in bytes.
MAX_SIZE = 20 * 1024 * 1024


class FileKind(StrEnum):
    """How a file was sent. Only photos, videos and documents can be evidence; the rest is conversation."""

    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"
    VOICE = "voice"
    VIDEO_NOTE = "video_note"
    ANIMATION = "animation"
    AUDIO = "audio"
    STICKER = "sticker"


EVIDENCE_KINDS = frozenset({FileKind.PHOTO, FileKind.VIDEO, FileKind.DOCUMENT})

#: What a document may call itself; what it is, is looked into later. Nothing, or "some bytes", says neither.
_EVIDENCE_TYPES = ("image/", "video/", "application/pdf", "application/octet-stream")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file as the messenger names it; `size` in bytes, `album` joins what was sent together.

    `chat` and `message` are where it came in. `kept` is the SHA-256 of the copy of ours that goes out in its place.
    """

    kind: FileKind
    file_id: str
    unique_id: str
    size: int
    mime: str = ""
    name: str = ""
    album: str = ""
    chat: int = 0
    message: int = 0
    kept: str = ""

    @property
    def may_be_evidence(self) -> bool:
        """Whether it claims to be a photo, a video or a paper."""
        return self.kind in EVIDENCE_KINDS and (not self.mime or self.mime.lower().startswith(_EVIDENCE_TYPES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Exhibit `n` of a case (E1, E2 …). `sha256` is the original's, empty until the file was fetched and looked into;
    `refused` says why it could not be used.

    `copy` is the SHA-256 of what others see of it: a copy that tells nothing of place, time and device. None is needed
    of a photo that the messenger has made such itself. `is_shown`: the others in the case got it.
    """

    n: int
    by: Role
    at: datetime
    file: File
    caption: str = ""
    sha256: str = ""
    mime: str = ""
    refused: str = ""
    copy: str = ""
    copy_mime: str = ""
    is_shown: bool = False

    @property
    def name(self) -> str:
        return f"E{self.n}"

    @property
    def is_pending(self) -> bool:
        """Whether nobody has looked into it yet."""
        return not self.sha256 and not self.refused

    @property
    def shown(self) -> File:
        """The file as others get it, under no name of its owner's."""
        if not self.copy:
            return self.file
        name = self.name + _ENDINGS.get(self.copy_mime, "")
        return replace(self.file, kept=self.copy, mime=self.copy_mime, name=name)

    @property
    def original(self) -> File:
        """The file as it was sent, once it is kept; under no name of its owner's, since that may be what it tells."""
        name = f"{self.name}-original{_ENDINGS.get(self.mime, '')}"
        size, unique_id = self.file.size, self.file.unique_id
        return File(
            kind=FileKind.DOCUMENT,
            file_id="",
            unique_id=unique_id,
            size=size,
            mime=self.mime,
            name=name,
            kept=self.sha256,
        )

    def is_with(self, other: Evidence) -> bool:
        """Whether it is the other one, or was sent together with it."""
        is_album = bool(self.file.album) and self.file.album == other.file.album and self.by is other.by
        return is_album or self.n == other.n


_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "application/pdf": ".pdf",
}
