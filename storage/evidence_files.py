"""The bytes of evidence, named by their SHA-256. Which file belongs to which case is not known here."""

from __future__ import annotations

import asyncio
import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from storage.errors import StorageError


class MissingFile(StorageError):
    """There is no evidence of that name."""


class DamagedFile(StorageError):
    """The bytes are not those that were put in."""


class EvidenceStore(Protocol):
    """Where evidence is kept."""

    async def put(self, data: bytes) -> str:
        """Keeps the bytes for good before it returns their SHA-256 (64 hex digits). Idempotent."""

    async def get(self, name: str) -> bytes:
        """The bytes of that SHA-256, checked. MissingFile or DamagedFile."""

    async def remove(self, name: str) -> None:
        """Forgets them. Nothing happens when there are none."""


def place_of(name: str) -> str:
    """Where below its root every store keeps these bytes, so that the files of one can be copied into another."""
    if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
        raise MissingFile(name)  # also keeps names that climb out of the root away from it
    return f"{name[:2]}/{name[2:4]}/{name}"


def checked(name: str, data: bytes) -> bytes:
    """The bytes, if they are those of that name; else DamagedFile."""
    if sha256(data).hexdigest() != name:
        raise DamagedFile(name)
    return data


class FolderStore:
    """Evidence in a folder, for its owner alone: `ab/cd/abcd…`. File work is done in threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, data: bytes) -> str:
        return await asyncio.to_thread(self._put, data)

    async def get(self, name: str) -> bytes:
        return await asyncio.to_thread(self._get, name)

    async def remove(self, name: str) -> None:
        await asyncio.to_thread(self._place(name).unlink, missing_ok=True)

    def _place(self, name: str) -> Path:
        return self._folder / place_of(name)

    def _put(self, data: bytes) -> str:
        name = sha256(data).hexdigest()
        place = self._place(name)
        if place.exists() and sha256(place.read_bytes()).hexdigest() == name:
            return name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=place.parent, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(place)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        for folder in (place.parent, place.parent.parent, self._folder):
            _sync_folder(folder)
        return name

    def _get(self, name: str) -> bytes:
        try:
            data = self._place(name).read_bytes()
        except FileNotFoundError as err:
            raise MissingFile(name) from err
        return checked(name, data)


def _sync_folder(folder: Path) -> None:
    """A new name is on disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
