"""The bytes of evidence in a folder."""

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from storage.evidence_files import DamagedFile, FolderStore, MissingFile

DATA = b"\x89PNG" + bytes(range(256)) * 40
NAME = sha256(DATA).hexdigest()


def files(folder: Path) -> list[Path]:
    return [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]


async def test_bytes_are_kept_under_their_hash(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "evidence")

    name = await store.put(DATA)

    assert name == NAME
    assert await store.get(NAME) == DATA
    assert files(tmp_path / "evidence") == [Path(NAME[:2], NAME[2:4], NAME)]


async def test_the_same_bytes_are_kept_once_even_at_once(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)

    names = await asyncio.gather(*(store.put(DATA) for _ in range(8)))

    assert names == [NAME] * 8
    assert len(files(tmp_path)) == 1
    assert await store.get(NAME) == DATA


async def test_nobody_else_may_read_them(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)

    await store.put(DATA)

    assert (tmp_path / NAME[:2] / NAME[2:4] / NAME).stat().st_mode & 0o077 == 0


async def test_damaged_bytes_are_noticed_and_put_right(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    await store.put(DATA)
    (tmp_path / NAME[:2] / NAME[2:4] / NAME).write_bytes(DATA[:100])

    with pytest.raises(DamagedFile):
        await store.get(NAME)
    await store.put(DATA)

    assert await store.get(NAME) == DATA


@pytest.mark.parametrize("name", [NAME, "", "../../etc/passwd", NAME.upper(), NAME[:-1] + "/"])
async def test_what_is_not_there_is_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(MissingFile):
        await FolderStore(tmp_path).get(name)


async def test_removed_bytes_are_gone_and_may_be_removed_again(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    await store.put(DATA)

    await store.remove(NAME)
    await store.remove(NAME)

    assert files(tmp_path) == []
