"""One-time links. The database holds only hashes of their tokens."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import or_, select, update

from conversations.ports import Link, LinkPurpose
from storage.tables import links
from storage.transaction import Transaction

_BYTES = 24


class SqlLinks:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def issue(self, link: Link, *, expires_at: datetime | None) -> str:
        """A new token for the link: 192 random bits as 32 signs that a deep link may carry."""
        token = secrets.token_urlsafe(_BYTES)
        await self._tx.run(
            self._tx.insert(links).values(
                token_hash=_hash(token),
                purpose=link.purpose.value,
                store=link.store,
                number=link.number,
                expires_at=expires_at,
            )
        )
        return token

    async def peek(self, token: str, now: datetime) -> Link | None:
        """What the link is good for; None when unknown, used or expired."""
        row = await self._tx.first(select(links).where(*_good(token, now)))
        return _link(row) if row else None

    async def redeem(self, token: str, now: datetime, *, person: int) -> Link | None:
        """Uses it up; None when there was nothing to use."""
        used = update(links).where(*_good(token, now)).values(used_by=person, used_at=now)
        row = await self._tx.first(used.returning(links.c.purpose, links.c.store, links.c.number))
        return _link(row) if row else None


def _good(token: str, now: datetime) -> tuple[Any, ...]:
    unexpired = or_(links.c.expires_at.is_(None), links.c.expires_at > now)
    return links.c.token_hash == _hash(token), links.c.used_at.is_(None), unexpired


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _link(row: Any) -> Link:
    return Link(purpose=LinkPurpose(row.purpose), store=row.store, number=row.number)
