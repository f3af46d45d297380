"""The hash chain of a journal.

Each entry is sealed: `seal` is the SHA-256 of its salt and its contents. Each entry's `hash` is the SHA-256 of its
case, number and instant, its seal, and the hash of the entry before it. So a change anywhere shows; an entry that
somebody may not read can be shown by its seal alone without breaking their copy; and the salt keeps short contents
from being guessed by trying.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from storage.codec import canonical

#: What stands before the first entry.
START = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What an entry says. Sealed as a whole: even its kind may be somebody's secret."""

    who: str
    person: int
    what: str
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """An entry's place in the chain."""

    ref: str
    n: int
    at: datetime
    salt: str
    seal: str
    prev: str
    hash: str


def seal(contents: Contents, salt: str) -> str:
    """The commitment to an entry's contents."""
    told = [contents.who, contents.person, contents.what, contents.data]
    return _sha256([salt, told])


def forge(contents: Contents, *, ref: str, n: int, at: datetime, prev: str) -> Ring:
    """The next ring of a case's chain."""
    salt = secrets.token_hex(16)
    sealed = seal(contents, salt)
    return Ring(ref=ref, n=n, at=at, salt=salt, seal=sealed, prev=prev, hash=_hash(ref, n, at, sealed, prev))


def first_broken(rings: Iterable[tuple[Ring, Contents | None]]) -> int | None:
    """The number of the first entry that is not as it was written, or is missing; None when all are sound.

    Contents that are None are withheld or erased: only their seal is checked. Entries cut off at the end are not
    noticed here: that takes a head which was published (`storage.heads`).
    """
    prev = START
    for n, (ring, contents) in enumerate(rings, start=1):
        is_sound = (
            ring.n == n
            and ring.prev == prev
            and ring.hash == _hash(ring.ref, ring.n, ring.at, ring.seal, ring.prev)
            and (contents is None or ring.seal == seal(contents, ring.salt))
        )
        if not is_sound:
            return n
        prev = ring.hash
    return None


def _hash(ref: str, n: int, at: datetime, sealed: str, prev: str) -> str:
    return _sha256([ref, n, at.astimezone(UTC).isoformat(timespec="microseconds"), sealed, prev])


def _sha256(data: Any) -> str:
    return sha256(canonical(data).encode()).hexdigest()
