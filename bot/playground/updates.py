"""The bot's queue of updates: kept until confirmed, handed out by long polling or to the webhook; knows no HTTP."""

import asyncio
from collections import deque
from collections.abc import Container, Hashable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from pydantic_core import to_json

from bot.playground.errors import conflict

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
HELD_BACK_SECONDS = 0.2
ANOTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"
BESIDE_WEBHOOK = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@dataclass(slots=True)
class Pending:
    """One update, encoded when it happened; those of one `lane`, a chat, are delivered one after another.

    `late`: an injected repeat or straggler, kept until delivered once.
    """

    update_id: int
    body: bytes
    lane: Hashable
    late: bool = False
    is_delivered: bool = False


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed, and how that went last."""

    url: str
    secret_token: str | None = None
    max_connections: int = 40
    ip_address: str | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None


@dataclass(slots=True)
class Disorder:
    """Chances, 0 to 1, that an update is delivered twice or out of order."""

    duplicate: float = 0.0
    reorder: float = 0.0
    random: Random = field(default_factory=Random)


class UpdateQueue:
    """At-least-once delivery in order, as Telegram promises it, unless `disorder` says otherwise."""

    def __init__(self) -> None:
        self.webhook: Webhook | None = None
        self.allowed: frozenset[str] | None = None
        self.disorder = Disorder()
        self._next_id = 1
        self._pending: deque[Pending] = deque()
        self._held: list[Pending] = []
        self._handed_out = 0
        self._poller: asyncio.Future[bool] | None = None
        self.changed = asyncio.Event()
        """Set when there is something new to deliver, or another place to deliver it to."""

    def __len__(self) -> int:
        return len(self._pending) + len(self._held)

    def put(self, kind: str, body: Any) -> None:
        """Queues an update of one kind, unless the bot did not ask for that kind."""
        allowed = self.allowed
        if (kind in NOT_BY_DEFAULT) if allowed is None else (kind not in allowed):
            return
        update_id = self._next_id
        self._next_id = update_id + 1
        self._queue(Pending(update_id, to_json({"update_id": update_id, kind: body}), _lane(update_id, body)))

    def put_raw(self, update: dict[str, Any]) -> int:
        """Queues an update exactly as given, with an `update_id` if it has none; returns that id."""
        update_id = update.get("update_id")
        if not isinstance(update_id, int):
            update_id = self._next_id
            update = {"update_id": update_id, **update}
        body = next((part for part in update.values() if isinstance(part, dict)), {})
        self.put_body(update_id, to_json(update), _lane(update_id, body))
        return update_id

    def put_body(self, update_id: int, body: bytes, lane: Hashable = None) -> None:
        """Queues an update as it goes over the wire, whatever it is; the queue itself knows it by `update_id`."""
        self._next_id = max(self._next_id, update_id + 1)
        self._queue(Pending(update_id, body, ("update", update_id) if lane is None else lane))

    @property
    def next_id(self) -> int:
        """The id that the next update will have."""
        return self._next_id

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Remembers which kinds the bot wants; None keeps the last answer, none at all means the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def set_webhook(self, webhook: Webhook | None) -> None:
        """Switches pushing on, elsewhere or off; a poll that waits ends with 409 when it is on."""
        self.webhook = webhook
        if webhook is not None:
            self.end_poll(conflict(BESIDE_WEBHOOK))
        self.changed.set()

    def clear(self) -> None:
        """Forgets everything not yet confirmed."""
        self._pending.clear()
        self._held.clear()
        self._handed_out = 0

    async def poll(self, *, offset: int, limit: int, patience: float) -> list[bytes]:
        """Up to `limit` encoded updates from `offset` on, waiting up to `patience` seconds for the first.

        Ends an older poll that still waits with 409, as Telegram does.
        """
        self._refuse_beside_webhook()
        self.end_poll(conflict(ANOTHER_POLL))
        self._confirm(offset)
        if not self._pending and patience > 0:
            await self._wait(patience)
            self._refuse_beside_webhook()
        batch = [self._pending[i] for i in range(min(limit, len(self._pending)))]
        for entry in batch:
            entry.is_delivered = True
        self._handed_out = len(batch)
        return [entry.body for entry in batch]

    def end_poll(self, error: Exception | None = None) -> None:
        """Ends the poll that waits, if any: with nothing, or with an error."""
        poller, self._poller = self._poller, None
        if poller is not None and not poller.done():
            if error is None:
                poller.set_result(False)
            else:
                poller.set_exception(error)

    def next_of_others(self, busy: Container[Hashable], most: int) -> list[Pending]:
        """The oldest update of each lane that is not busy, up to `most` of them, for the webhook."""
        found: dict[Hashable, Pending] = {}
        for entry in self._pending:
            if len(found) >= most:
                break
            if entry.lane not in busy and entry.lane not in found:
                found[entry.lane] = entry
        return list(found.values())

    def is_pending(self, entry: Pending) -> bool:
        """Whether it still is to be delivered."""
        return any(each is entry for each in self._pending)

    def done(self, entry: Pending) -> None:
        """Confirms an update that the webhook has accepted."""
        self._pending = deque(each for each in self._pending if each is not entry)
        self._handed_out = 0

    def _refuse_beside_webhook(self) -> None:
        if self.webhook is not None:
            raise conflict(BESIDE_WEBHOOK)

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        poller: asyncio.Future[bool] = loop.create_future()
        self._poller = poller
        timer = loop.call_later(seconds, _end, poller)
        try:
            await poller
        finally:
            timer.cancel()
            if self._poller is poller:
                self._poller = None

    def _confirm(self, offset: int) -> None:
        pending = self._pending
        if offset < 0:
            while len(pending) > -offset:
                pending.popleft()
        else:
            # A batch out of order is confirmed by naming its last: going by ids alone, it would come for ever.
            for index in reversed(range(self._handed_out)):
                if pending[index].update_id == offset - 1:
                    for _ in range(index + 1):
                        pending.popleft()
                    break
            while pending and pending[0].update_id < offset and (pending[0].is_delivered or not pending[0].late):
                pending.popleft()
        self._handed_out = 0

    def _queue(self, entry: Pending) -> None:
        disorder = self.disorder
        if disorder.reorder and not self._held and disorder.random.random() < disorder.reorder:
            entry.late = True
            self._held.append(entry)
            asyncio.get_running_loop().call_later(HELD_BACK_SECONDS, self._release)
            return
        self._pending.append(entry)
        if disorder.duplicate and disorder.random.random() < disorder.duplicate:
            self._pending.append(Pending(entry.update_id, entry.body, entry.lane, late=True))
        self._release()
        self._wake()

    def _release(self) -> None:
        if self._held:
            self._pending.extend(self._held)
            self._held.clear()
            self._wake()

    def _wake(self) -> None:
        self.changed.set()
        poller, self._poller = self._poller, None
        if poller is not None and not poller.done():
            poller.set_result(True)


def _lane(update_id: int, body: Any) -> Hashable:
    """The chat an update happened in; the update itself where there is none, for it need not wait for another."""
    place = body.get("message", body) if isinstance(body, dict) else {}
    chat = place.get("chat") if isinstance(place, dict) else None
    number = chat.get("id") if isinstance(chat, dict) else None
    return number if isinstance(number, int) else ("update", update_id)


def _end(poller: "asyncio.Future[bool]") -> None:
    if not poller.done():
        poller.set_result(False)
