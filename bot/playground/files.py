"""The files of the world: stored bytes behind file ids that only this world knows; makes photo sizes as Telegram does."""

import hashlib
import hmac
import io
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from mimetypes import guess_extension
from typing import Any

from PIL import Image, ImageOps

from bot.playground.errors import bad_request

MEGABYTE = 1024 * 1024
UPLOAD_LIMIT = 50 * MEGABYTE
PHOTO_LIMIT = 10 * MEGABYTE
DOWNLOAD_LIMIT = 20 * MEGABYTE
PHOTO_SIZES = (90, 320, 800, 1280)
PHOTO_SIDES_LIMIT = 10_000
PHOTO_RATIO_LIMIT = 20

FOLDERS = {
    "photo": "photos",
    "video": "videos",
    "voice": "voice",
    "video_note": "video_notes",
    "animation": "animations",
    "audio": "music",
    "document": "documents",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody sends it."""

    filename: str
    data: bytes
    content_type: str = "application/octet-stream"


@dataclass(slots=True)
class StoredFile:
    """A file the world keeps; `shape` are the fields of its Bot API object beside ids and size."""

    file_id: str
    file_unique_id: str
    kind: str
    data: bytes
    mime_type: str
    path: str
    shape: dict[str, Any]
    is_fetched: bool = False

    def as_api(self) -> dict[str, Any]:
        """The Bot API object (PhotoSize, Video, Document …)."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.file_unique_id,
            "file_size": len(self.data),
            **self.shape,
        }


class FileStore:
    """Keeps files by id; the same bytes sent twice as the same kind are one file."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(16)
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._photos: dict[str, list[StoredFile]] = {}

    def get(self, file_id: str) -> StoredFile | None:
        """The file of this id, if this world ever gave it out."""
        return self._by_id.get(file_id)

    def at_path(self, path: str) -> StoredFile | None:
        """The file at a path that `getFile` has named before."""
        stored = self._by_path.get(path)
        return stored if stored is not None and stored.is_fetched else None

    def photo_of(self, file_id: str) -> list[StoredFile] | None:
        """All sizes of the photo that this id is one size of."""
        return self._photos.get(file_id)

    def add(self, kind: str, upload: Upload, *, shape: dict[str, Any]) -> StoredFile:
        """Stores a file's own bytes."""
        if not upload.data:
            raise bad_request("file must be non-empty")
        return self._keep(kind, upload.data, upload.content_type, upload.filename, shape)

    def add_photo(self, sizes: list[tuple[int, int, bytes]]) -> list[StoredFile]:
        """Stores the sizes made by `photo_sizes`, smallest first."""
        photo = [
            self._keep("photo", data, "image/jpeg", "", {"width": width, "height": height})
            for width, height, data in sizes
        ]
        for size in photo:
            self._photos[size.file_id] = photo
        return photo

    def _keep(self, kind: str, data: bytes, mime_type: str, name: str, shape: dict[str, Any]) -> StoredFile:
        digest = hashlib.sha256(kind.encode() + repr(sorted(shape.items())).encode() + data).digest()
        unique_id = "AQAD" + urlsafe_b64encode(digest)[:14].decode()
        tag = urlsafe_b64encode(hmac.digest(self._secret, digest, "sha256"))[:40].decode()
        file_id = f"AgAC{kind[:2].title()}{tag}"
        known = self._by_id.get(file_id)
        if known is not None:
            return known
        number = len(self._by_id)
        ending = _ending(name, mime_type)
        stored = StoredFile(file_id, unique_id, kind, data, mime_type, f"{FOLDERS[kind]}/file_{number}{ending}", shape)
        self._by_id[file_id] = stored
        self._by_path[stored.path] = stored
        return stored


def _ending(name: str, mime_type: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if stem and dot and ending.isalnum() and len(ending) <= 8:
        return f".{ending.lower()}"
    return ".jpg" if mime_type == "image/jpeg" else guess_extension(mime_type) or ""


def photo_sizes(data: bytes) -> list[tuple[int, int, bytes]]:
    """Width, height and JPEG bytes of each size Telegram would keep of a picture, smallest first; no metadata.

    Slow (decodes and encodes): call it in a thread. Raises the Bot API's error for what is no acceptable picture.
    """
    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
            if width + height > PHOTO_SIDES_LIMIT or max(width, height) > PHOTO_RATIO_LIMIT * min(width, height):
                raise bad_request("PHOTO_INVALID_DIMENSIONS")
            upright = ImageOps.exif_transpose(picture)
            if upright.mode in ("RGBA", "LA", "PA", "P"):
                upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright.convert("RGBA"))
            flat = upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as err:
        raise bad_request("IMAGE_PROCESS_FAILED") from err
    longest = max(flat.size)
    sides = [side for side in PHOTO_SIZES if side < longest] + [min(longest, PHOTO_SIZES[-1])]
    return [_jpeg(flat, side) for side in dict.fromkeys(sides)]


def _jpeg(picture: Image.Image, side: int) -> tuple[int, int, bytes]:
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    resized = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    resized.save(buffer, "JPEG", quality=87)
    return (*size, buffer.getvalue())
