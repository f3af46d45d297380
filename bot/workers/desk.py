"""The desk as the workers see it: what they ask of `conversations.desk`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from conversations.messages import Incoming, Outgoing
from conversations.ports import Work


class Desk(Protocol):
    """Every change of a case goes through here, in the unit of work it is given."""

    async def receive(self, incoming: Incoming, work: Work, now: datetime) -> None:
        """Somebody did something."""

    async def expire(self, ref: str, work: Work, now: datetime) -> None:
        """An alarm rang. Judges again, under lock, whether anything is due."""

    async def file(
        self,
        ref: str,
        n: int,
        work: Work,
        now: datetime,
        *,
        sha256: str = "",
        mime: str = "",
        copy: str = "",
        copy_mime: str = "",
        refused: str = "",
    ) -> None:
        """Evidence was looked into: kept under its hash, `copy` being that of what others may see of it (empty when the
        messenger's own file will do), or refused ("type", "too_big", "gone", "broken")."""

    async def forget(self, ref: str, person: int, work: Work) -> frozenset[str]:
        """What this person said and showed in a case that has ended goes. Returns the files it no longer needs."""

    async def outdate(self, ref: str, work: Work, *, words: bool = False, files: bool = False) -> frozenset[str]:
        """What anybody said, or showed, in a case that ended long ago goes. Returns the files it no longer needs."""

    async def digest(self, person: int, store: str, work: Work, now: datetime) -> None:
        """The weekly report of a store is due for one of its sellers."""

    async def unreachable(self, person: int, work: Work, now: datetime) -> None:
        """Nothing can be sent to this person, or group."""

    async def vouch(
        self, group: int, work: Work, now: datetime, *, is_administrator: bool | None, lacks_topics: bool = False
    ) -> None:
        """A group that is to be linked was looked at: whether whoever asked for it is one of its administrators (None:
        that cannot be seen), and whether it has topics that we may not open."""

    async def forward(self, group: int, outgoing: Sequence[Outgoing], work: Work) -> None:
        """Messages waited for a group that no longer hears what it was linked for."""
