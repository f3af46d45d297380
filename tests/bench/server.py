"""A Bot API server that does just enough for the bench: hands out updates, takes calls, tells the people. For loopback."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import time
from types import TracebackType
from typing import Final, Self
from urllib.parse import unquote_plus

from tests.bench import wire
from tests.bench.crowd import BOT, FIRST_CHAT, Crowd, Update
from tests.bench.scripts import Script

TOKEN: Final = "7000000001:BENCH-ONLY-this-is-not-a-secret-token-1"
TRUE: Final = b'{"ok":true,"result":true}'
NO_UPDATES: Final = b'{"ok":true,"result":[]}'
CONFLICT: Final = b'{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}'
ME: Final = ('{"ok":true,"result":' + BOT[:-1] + ',"can_join_groups":true,"can_read_all_group_messages":false,'
             '"supports_inline_queries":false}}').encode()  # fmt: skip


@dataclass(slots=True)
class _Poll:
    answer: wire.Answer
    limit: int
    timer: asyncio.TimerHandle


class BotApiServer:
    """Serves one bot and its crowd.

    `delay` seconds pass between a call and its answer: half of it on the way here, half on the way back, as between
    continents. Webhooks: every address that was set gets its share, as behind a balancer; one update of a chat at a time.
    """

    def __init__(self, script: Script, *, chats: int, delay: float = 0.0) -> None:
        self.crowd = Crowd(script, chats, on_update=self._hand_out)
        self.methods: Counter[str] = Counter()
        self.is_asked = asyncio.Event()
        self.url = ""
        self._delay = delay
        self._server: asyncio.Server | None = None
        self._poll: _Poll | None = None
        self._handed: deque[Update] = deque()
        self._hooks: dict[str, wire.Pusher] = {}
        self._turn: deque[wire.Pusher] = deque()
        self._pushing: set[int] = set()

    async def __aenter__(self) -> Self:
        self._server, port = await wire.serve(self._handle)
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()

    # Calls

    def _handle(self, path: str, body: bytes, answer: wire.Answer) -> None:
        method = path.rpartition("/")[2]
        self.methods[method] += 1
        if method == "getUpdates":
            self._get_updates(_parameters(body), answer)
            return
        self.crowd.tally.calls += 1
        if self._delay:
            loop = asyncio.get_running_loop()
            loop.call_later(self._delay / 2, self._carry_out, method, body, lambda said: self._later(answer, said))
        else:
            self._carry_out(method, body, answer)

    def _later(self, answer: wire.Answer, said: bytes) -> None:
        asyncio.get_running_loop().call_later(self._delay / 2, answer, said)

    def _carry_out(self, method: str, body: bytes, answer: wire.Answer) -> None:
        match method:
            case "sendMessage":
                given = _parameters(body)
                message = self.crowd.message_id()
                answer(_message(given, message))
                self.crowd.shown(int(given["chat_id"]), message, given.get("reply_markup", ""))
            case "editMessageText" | "editMessageReplyMarkup":
                given = _parameters(body)
                message = int(given["message_id"])
                answer(_message(given, message))
                self.crowd.shown(int(given["chat_id"]), message, given.get("reply_markup", ""))
            case "answerCallbackQuery":
                answer(TRUE)
                self.crowd.toasted(_parameters(body)["callback_query_id"])
            case "getMe":
                answer(ME)
            case "setWebhook":
                answer(TRUE)
                self._set_webhook(_parameters(body))
            case _:
                answer(TRUE)

    # Updates, by polling

    def _get_updates(self, given: Mapping[str, str], answer: wire.Answer) -> None:
        self.is_asked.set()
        offset = int(given.get("offset", 0))
        if offset:
            while self._handed and self._handed[0].id < offset:
                self._handed.popleft()
        if self._poll is not None:
            self._end_poll(CONFLICT)
        limit, wait = int(given.get("limit", 100)), float(given.get("timeout", 0))
        if self._handed:  # not confirmed: the same again, as Telegram does
            answer(_batch(list(self._handed)[:limit]))
        elif self.crowd.pending or wait <= 0:
            answer(self._take(limit))
        else:
            timer = asyncio.get_running_loop().call_later(wait, self._end_poll, NO_UPDATES)
            self._poll = _Poll(answer, limit, timer)

    def _take(self, limit: int) -> bytes:
        pending = self.crowd.pending
        batch = [pending.popleft() for _ in range(min(limit, len(pending)))]
        for update in batch:
            self.crowd.handed_out(update)
        self._handed.extend(batch)
        return _batch(batch)

    def _end_poll(self, said: bytes) -> None:
        poll, self._poll = self._poll, None
        if poll is not None:
            poll.timer.cancel()
            poll.answer(said)

    def _hand_out(self) -> None:
        if self._turn:
            self._push()
        elif self._poll is not None:
            # Not at once: whoever is answered in the same breath asks in the same batch.
            poll, self._poll = self._poll, None
            poll.timer.cancel()
            asyncio.get_running_loop().call_soon(lambda: poll.answer(self._take(poll.limit)))

    # Updates, pushed

    def _set_webhook(self, given: Mapping[str, str]) -> None:
        url = given["url"]
        self._hooks[url] = wire.Pusher(url, given.get("secret_token", ""), int(given.get("max_connections", 40)))
        self._turn = deque(self._hooks.values())
        self.is_asked.set()
        self._push()

    @property
    def replicas(self) -> int:
        """How many addresses are pushed to."""
        return len(self._hooks)

    def _push(self) -> None:
        pending = self.crowd.pending
        for _ in range(len(pending)):
            if not any(pusher.is_free for pusher in self._turn):
                return
            update = pending.popleft()
            if update.person.chat in self._pushing:
                pending.append(update)
                continue
            while not self._turn[0].is_free:
                self._turn.rotate(-1)
            self._pushing.add(update.person.chat)
            self.crowd.handed_out(update)
            self._turn[0].post(update.body, partial(self._pushed, update))
            self._turn.rotate(-1)

    def _pushed(self, update: Update, is_accepted: bool) -> None:
        self._pushing.discard(update.person.chat)
        if not is_accepted:
            self.crowd.pending.appendleft(update)
        if self.crowd.pending:
            self._push()


def _parameters(body: bytes) -> dict[str, str]:
    """Of a form or of JSON; what is no plain value is left as its JSON in both."""
    if body.startswith(b"{"):
        return {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in json.loads(body).items()
        }
    given = {}
    for pair in body.decode().split("&") if body else ():
        name, _, value = pair.partition("=")
        given[name] = unquote_plus(value) if "%" in value or "+" in value else value
    return given


def _batch(updates: list[Update]) -> bytes:
    return b'{"ok":true,"result":[' + b",".join(update.body for update in updates) + b"]}"


def _message(given: Mapping[str, str], message: int) -> bytes:
    """The message as Telegram would show it: a client has to read all of it."""
    chat = given["chat_id"]
    more = "".join(f',"{name}":{given[name]}' for name in ("entities", "reply_markup") if name in given)
    with suppress(KeyError):
        more += f',"text":{json.dumps(given["text"])}'
    names = f'"id":{chat},"first_name":"Person","last_name":"{chat}"' if int(chat) >= FIRST_CHAT else f'"id":{chat}'
    return (
        f'{{"ok":true,"result":{{"message_id":{message},"from":{BOT},"chat":{{{names},"type":"private"}},'
        f'"date":{int(time())}{more}}}}}'
    ).encode()
