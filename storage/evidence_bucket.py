"""The bytes of evidence in an S3-compatible bucket, for processes that share no disk. Needs the extra: aftersales[s3].

What is not named by `Keys` is taken from the usual AWS_* environment, and then from the machine's own role.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from storage.errors import StorageError, TryAgain
from storage.evidence_files import MissingFile, checked, place_of

try:
    import obstore
    from obstore import exceptions
    from obstore.store import S3Store
except ImportError as err:
    raise StorageError("to keep evidence in a bucket, install the extra: pip install 'aftersales[s3]'") from err

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

#: A file has at most 20 MB. Who waits longer asks again later: the lane of work keeps what is to be done.
_TIMES: Final[ClientConfig] = {"connect_timeout": timedelta(seconds=10), "timeout": timedelta(seconds=60)}
_TRIES: Final[RetryConfig] = {"max_retries": 2, "retry_timeout": timedelta(seconds=30)}


class BucketRefused(StorageError):
    """The bucket does not let us: wrong keys, no permission, no such bucket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Where the service is and who we are there; `endpoint` is a URL, for services other than Amazon's."""

    endpoint: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)


class BucketStore:
    """Evidence under `s3://bucket/prefix`, in the same places as in a folder."""

    def __init__(self, url: str, keys: Keys) -> None:
        named: dict[str, Any] = {
            "endpoint": keys.endpoint,
            "region": keys.region,
            "access_key_id": keys.access_key_id,
            "secret_access_key": keys.secret_access_key,
            # Checked by the service too, so that what was damaged on the way is not kept.
            "checksum_algorithm": "SHA256",
        }
        is_plain = (keys.endpoint or "").startswith("http://")
        try:
            self._bucket = S3Store.from_url(
                url,
                config={name: value for name, value in named.items() if value is not None},  # type: ignore[arg-type]
                client_options={**_TIMES, "allow_http": is_plain},
                retry_config=_TRIES,
            )
        except exceptions.BaseError as err:
            raise BucketRefused(f"the bucket cannot be used: {type(err).__name__}") from err

    async def put(self, data: bytes) -> str:
        name = sha256(data).hexdigest()
        with _translated(name, missing=BucketRefused):
            # Over what may be there: it is the same, or damaged.
            await obstore.put_async(self._bucket, place_of(name), data, use_multipart=False)
        return name

    async def get(self, name: str) -> bytes:
        with _translated(name, missing=MissingFile):
            found = await obstore.get_async(self._bucket, place_of(name))
            data = bytes(await found.bytes_async())
        return checked(name, data)

    async def remove(self, name: str) -> None:
        try:
            with _translated(name, missing=MissingFile):
                await obstore.delete_async(self._bucket, place_of(name))
        except MissingFile:
            place_of(name)  # of names that are none, the caller hears


@contextmanager
def _translated(name: str, *, missing: type[StorageError]) -> Iterator[None]:
    """The library's errors in our words; its own may quote addresses and headers."""
    try:
        yield
    except (exceptions.NotFoundError, FileNotFoundError) as err:
        raise missing(name) from err
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as err:
        raise BucketRefused(f"the bucket refuses: {type(err).__name__}") from err
    except exceptions.BaseError as err:
        raise TryAgain(f"the bucket cannot be reached: {type(err).__name__}") from err
