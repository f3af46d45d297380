"""Where evidence is kept follows from the settings."""

import sys
from pathlib import Path

import pytest

from bot.evidence import kept
from bot.settings import Settings
from storage.errors import StorageError
from storage.evidence_bucket import BucketStore
from storage.evidence_files import FolderStore


async def test_folder_keeps_originals_and_beside_them_the_copies(tmp_path: Path) -> None:
    originals, copies = kept(Settings.load({"evidence_dir": tmp_path}))

    assert isinstance(originals, FolderStore) and isinstance(copies, FolderStore)
    name, other = await originals.put(b"original"), await copies.put(b"copy")
    assert listed(tmp_path) == sorted([f"{name[:2]}/{name[2:4]}/{name}", f"shown/{other[:2]}/{other[2:4]}/{other}"])


def listed(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_url_names_a_bucket() -> None:
    settings = {"evidence_url": "s3://shop/bot", "s3_region": "eu-central-1", "s3_endpoint": "http://127.0.0.1:1"}
    assert [type(store) for store in kept(Settings.load(settings))] == [BucketStore, BucketStore]


def test_bucket_without_the_extra_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "storage.evidence_bucket")
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(StorageError, match="aftersales\\[s3\\]"):
        kept(Settings.load({"evidence_url": "s3://shop"}))
