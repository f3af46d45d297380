"""What the parties show: photos, videos, papers. The bytes live elsewhere, named by their SHA-256."""

from __future__ import annotations

from dataclasses import dataclass
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
    """A file as the messenger names it; `size` in bytes, `album` joins what was sent together."""

    kind: FileKind
    file_id: str
    unique_id: str
    size: int
    mime: str = ""
    name: str = ""
    album: str = ""

    @property
    def may_be_evidence(self) -> bool:
        """Whether it claims to be a photo, a video or a paper."""
        return self.kind in EVIDENCE_KINDS and (not self.mime or self.mime.lower().startswith(_EVIDENCE_TYPES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Exhibit `n` of a case (E1, E2 …). `sha256` is empty until the file was fetched and looked into;
    `refused` says why it could not be used."""

    n: int
    by: Role
    at: datetime
    file: File
    caption: str = ""
    sha256: str = ""
    mime: str = ""
    refused: str = ""

    @property
    def name(self) -> str:
        return f"E{self.n}"
