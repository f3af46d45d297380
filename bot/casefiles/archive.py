"""The ZIP of a case file, and the check of one: the PDF, the record, and the exhibits beside it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from bot.casefiles.record import Report, check

RECORD: Final = "record.json"

#: Bytes of one file in an archive that is checked, and how many there may be: more was never put into one.
_LARGEST, _MOST = 64 << 20, 1_000


def pack(pdf: bytes, record: Mapping[str, Any], exhibits: Mapping[str, bytes], *, ref: str) -> bytes:
    """The archive. Exhibits are stored as they are: pictures and films do not get smaller."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{ref}.pdf", pdf)
        archive.writestr(RECORD, written(record))
        for name, data in exhibits.items():
            archive.writestr(name, data, zipfile.ZIP_STORED)
    return out.getvalue()


def written(record: Mapping[str, Any]) -> str:
    """The record as a file."""
    return json.dumps(record, ensure_ascii=False, indent=1)


def check_file(path: Path) -> Report:
    """Checks a record, or an archive with one, without a database. Raises OSError only for what cannot be read."""
    if not zipfile.is_zipfile(path):
        return check(_read(path.read_bytes()))
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        if len(infos) > _MOST or any(info.file_size > _LARGEST for info in infos):
            return check(None)
        try:
            contents = {info.filename: archive.read(info) for info in infos}
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
            return check(None)
    hashes = {name: sha256(data).hexdigest() for name, data in contents.items()}
    return check(_read(contents.get(RECORD, b"")), hashes)


def _read(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
