"""Where evidence is kept, by the settings: a folder, or a bucket that any number of processes share."""

from __future__ import annotations

from typing import Final, NamedTuple

from bot.settings import Settings
from storage.evidence_files import EvidenceStore, FolderStore

#: Where beside the originals the copies are that people see.
COPIES: Final = "shown"


class Kept(NamedTuple):
    """What was sent, and what is shown of it."""

    originals: EvidenceStore
    copies: EvidenceStore


def kept(settings: Settings) -> Kept:
    """The stores; nothing is opened yet. StorageError when the extra that a bucket needs is not installed."""
    if settings.evidence_url is None:
        return Kept(FolderStore(settings.evidence_dir), FolderStore(settings.evidence_dir / COPIES))
    from storage.evidence_bucket import BucketStore, Keys  # an extra

    secret = settings.s3_secret_access_key
    keys = Keys(
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=secret.get_secret_value() if secret else None,
    )
    return Kept(BucketStore(settings.evidence_url, keys), BucketStore(f"{settings.evidence_url}/{COPIES}", keys))
