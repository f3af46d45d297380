"""The bytes of evidence, in a folder and in a bucket: one promise, kept by both."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from storage.errors import StorageError, TryAgain
from storage.evidence_bucket import BucketRefused, BucketStore, Keys
from storage.evidence_files import DamagedFile, EvidenceStore, FolderStore, MissingFile

DATA = b"\x89PNG" + bytes(range(256)) * 40
NAME = sha256(DATA).hexdigest()
PLACE = f"{NAME[:2]}/{NAME[2:4]}/{NAME}"
SECRET = "CANARY-secret-access-key"


@dataclass
class Kept:
    """A store, and a way around it to what it keeps."""

    store: EvidenceStore
    folder: Path | None = None
    bucket: Any = None

    def places(self) -> list[str]:
        if self.folder is not None:
            return [str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()]
        return [each.key.removeprefix("shop/evidence/") for each in self.bucket.objects.all()]

    def overwrite(self, data: bytes) -> None:
        if self.folder is not None:
            (self.folder / PLACE).write_bytes(data)
        else:
            self.bucket.put_object(Key=f"shop/evidence/{PLACE}", Body=data)


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """A server that speaks S3, on the loopback, for these tests alone."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def keys(endpoint: str) -> Keys:
    return Keys(endpoint=endpoint, region="us-east-1", access_key_id="shop", secret_access_key=SECRET)


@pytest.fixture
def folder(tmp_path: Path) -> Kept:
    return Kept(FolderStore(tmp_path / "evidence"), folder=tmp_path / "evidence")


@pytest.fixture
def bucket(service: str) -> Iterator[Kept]:
    s3 = boto3.resource(
        "s3",
        endpoint_url=service,
        region_name="us-east-1",
        aws_access_key_id="shop",
        aws_secret_access_key=SECRET,
    )
    bucket = s3.create_bucket(Bucket="aftersales")
    yield Kept(BucketStore("s3://aftersales/shop/evidence", keys(service)), bucket=bucket)
    bucket.objects.all().delete()
    bucket.delete()


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest) -> Kept:
    found: Kept = request.getfixturevalue(request.param)
    return found


async def test_bytes_are_kept_under_their_hash(kept: Kept) -> None:
    name = await kept.store.put(DATA)

    assert name == NAME
    assert await kept.store.get(NAME) == DATA
    assert kept.places() == [PLACE]


async def test_the_same_bytes_are_kept_once_even_at_once(kept: Kept) -> None:
    names = await asyncio.gather(*(kept.store.put(DATA) for _ in range(8)))

    assert names == [NAME] * 8
    assert kept.places() == [PLACE]
    assert await kept.store.get(NAME) == DATA


@pytest.mark.parametrize("found", [DATA[:100], b"", DATA + b"more", DATA[:-1] + b"!"])
async def test_damaged_bytes_are_noticed_and_put_right(kept: Kept, found: bytes) -> None:
    await kept.store.put(DATA)
    kept.overwrite(found)

    with pytest.raises(DamagedFile):
        await kept.store.get(NAME)
    await kept.store.put(DATA)

    assert await kept.store.get(NAME) == DATA


@pytest.mark.parametrize("name", [NAME, "", "../../etc/passwd", NAME.upper(), NAME[:-1] + "/"])
async def test_what_is_not_there_is_missing(kept: Kept, name: str) -> None:
    with pytest.raises(MissingFile):
        await kept.store.get(name)


async def test_removed_bytes_are_gone_and_may_be_removed_again(kept: Kept) -> None:
    await kept.store.put(DATA)

    await kept.store.remove(NAME)
    await kept.store.remove(NAME)

    assert kept.places() == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", NAME.upper()])
async def test_what_is_no_name_cannot_be_removed(kept: Kept, name: str) -> None:
    with pytest.raises(MissingFile):
        await kept.store.remove(name)


async def test_the_largest_file_fits(kept: Kept) -> None:
    data = bytes(20 * 1024 * 1024)
    assert await kept.store.get(await kept.store.put(data)) == data


async def test_nobody_else_may_read_a_folder(tmp_path: Path) -> None:
    await FolderStore(tmp_path).put(DATA)

    assert (tmp_path / PLACE).stat().st_mode & 0o077 == 0


async def test_two_processes_share_a_bucket(bucket: Kept, service: str) -> None:
    await bucket.store.put(DATA)

    assert await BucketStore("s3://aftersales/shop/evidence", keys(service)).get(NAME) == DATA
    with pytest.raises(MissingFile):  # copies are beside the originals, and are not mixed up with them
        await BucketStore("s3://aftersales/shop/evidence/shown", keys(service)).get(NAME)


async def test_bucket_that_is_not_there_says_so(service: str) -> None:
    with pytest.raises(BucketRefused) as refused:
        await BucketStore("s3://nowhere", keys(service)).put(DATA)
    assert SECRET not in str(refused.value)


async def test_service_that_cannot_be_reached_is_asked_again_later(unused_tcp_port: int) -> None:
    store = BucketStore("s3://aftersales", keys(f"http://127.0.0.1:{unused_tcp_port}"))
    for call in (store.put(DATA), store.get(NAME), store.remove(NAME)):
        with pytest.raises(TryAgain) as away:
            await call
        assert SECRET not in str(away.value)


def test_keys_are_not_shown() -> None:
    assert SECRET not in repr(keys("http://127.0.0.1:1"))


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "storage.evidence_bucket")
    monkeypatch.setitem(sys.modules, "obstore", None)

    with pytest.raises(StorageError, match=r"pip install 'aftersales\[s3\]'"):
        import storage.evidence_bucket  # noqa: F401
