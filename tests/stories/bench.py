"""The bench of the stories: the playground and the bot over real HTTP on a real file, and people who use the chat."""

from __future__ import annotations

import asyncio
import io
import json
import re
import sqlite3
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import aiohttp
from click.testing import CliRunner
from PIL import Image
from pydantic import SecretStr

from bot import compose
from bot.__main__ import cli
from bot.clock import AdjustableClock
from bot.commands.cases import record
from bot.playground.app import create_app
from bot.playground.server import serve
from bot.playground.world import DEMO_TOKEN, World
from bot.settings import Settings
from bot.workers.pace import UNLIMITED
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey, Store
from conversations.phrase import Phrase
from conversations.ports import Link, LinkPurpose
from locales import negotiate, plain

#: Every request that the bot made in the stories of this run, for test_requests_valid.py.
REQUESTS: list[dict[str, Any]] = []

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
STORE = "Nordlicht"
_ISOLATES = re.compile("[\u2066-\u2069\u200e\u200f]")
_PATIENCE = 20.0


def jpeg(colour: tuple[int, int, int] = (180, 90, 60)) -> bytes:
    """A real photo, if a dull one."""
    file = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(file, "JPEG")
    return file.getvalue()


#: The smallest thing that is really an MP4: a file type box and an empty movie.
MP4 = bytes.fromhex("0000001c6674797069736f6d0000020069736f6d69736f326d703431") + bytes.fromhex("000000086d6f6f76")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def an_order(number: str = "1001", **changes: Any) -> Order:
    """An order of two blue mugs, bought nine days ago and delivered three days ago. Its code is MUG7."""
    item = Item(
        no="1",
        title=changes.pop("title", "Blue mug"),
        quantity=changes.pop("quantity", 1),
        unit_price=Money.parse(changes.pop("price", "20.00"), "USD"),
        exchangeable=changes.pop("exchangeable", True),
    )
    values: dict[str, Any] = {
        "key": OrderKey(STORE, number),
        "items": (item,),
        "purchased_at": NOW - timedelta(days=9),
        "delivered_at": NOW - timedelta(days=3),
        "code": "MUG7",
        "discount": Money(0, "USD"),
        "shipping": Money(0, "USD"),
    }
    return Order(**{**values, **changes})


@dataclass
class Bench:
    """Everything runs in this process, and everything that is said goes over HTTP."""

    folder: Path
    world: World = field(init=False)
    bot: compose.Application = field(init=False)
    clock: AdjustableClock = field(init=False)
    people: list[Chat] = field(default_factory=list)
    url: str = ""
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _http: aiohttp.ClientSession = field(init=False)
    _rows: sqlite3.Connection = field(init=False)

    async def __aenter__(self) -> Self:
        self.clock = AdjustableClock(NOW)
        self.world = World(token=DEMO_TOKEN, clock=self.clock)
        server = await self._stack.enter_async_context(serve(create_app(self.world, advance=self.clock.advance)))
        self.url = server.url
        self._http = await self._stack.enter_async_context(aiohttp.ClientSession(server.url))
        self.bot = await compose.build(self._settings(), clock=self.clock, limits=UNLIMITED)
        await self.bot.start()
        self._stack.push_async_callback(self.bot.stop)
        self._rows = sqlite3.connect(f"file:{self.folder / 'stories.db'}?mode=ro", uri=True, isolation_level=None)
        self._stack.callback(self._rows.close)
        await self.store(STORE)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *error: object) -> None:
        async with self._stack:
            if kind is None:
                await self._nobody_is_exposed()
                REQUESTS.extend(await self.requests())

    def _settings(self) -> Settings:
        return Settings.load(
            {
                "bot_token": SecretStr(DEMO_TOKEN),
                "bot_api_url": self.url,
                "bot_username": self.world.username,
                "database_url": f"sqlite:///{self.folder / 'stories.db'}",
                "evidence_dir": self.folder / "evidence",
            }
        )

    # What the operator does

    async def store(self, name: str, return_address: str | None = "Hafenstr. 12, 20457 Hamburg") -> None:
        async with self.bot.db.work() as work:
            await work.orders.set_store(Store(name=name, return_address=return_address))

    async def order(self, order: Order) -> str:
        """Imports an order and gives the payload of its one-time link."""
        link = Link(purpose=LinkPurpose.ORDER, store=order.key.store, number=order.key.number)
        async with self.bot.db.work() as work:
            await work.orders.put(order)
            return await work.links.issue(link, expires_at=None)

    async def seller(self, name: str = "Oskar", language: str = "en", *, store: str = STORE) -> Chat:
        return await self._invited(name, language, Link(purpose=LinkPurpose.SELLER, store=store))

    async def arbitrator(self, name: str = "Ana", language: str = "en") -> Chat:
        return await self._invited(name, language, Link(purpose=LinkPurpose.ARBITRATOR))

    async def buyer(self, name: str = "Mia", language: str = "en") -> Chat:
        return await self._somebody(name, language)

    async def _invited(self, name: str, language: str, link: Link) -> Chat:
        chat = await self._somebody(name, language)
        async with self.bot.db.work() as work:
            token = await work.links.issue(link, expires_at=None)
        await chat.start(token)
        await chat.tap("Accept the invitation")
        return chat

    async def _somebody(self, name: str, language: str) -> Chat:
        """Everybody has a surname and a username, which the others must never see."""
        who: dict[str, Any] = {"first_name": name, "last_name": f"{name}-Privat", "username": f"{name.lower()}_private"}
        who["id"] = 7_100_000_001 + len(self.people)  # like no other number in a chat
        user = await self.post("/_sim/users", {**who, "language_code": language})
        self.people.append(Chat(self, user["id"], language, who["last_name"], who["username"]))
        return self.people[-1]

    async def _nobody_is_exposed(self) -> None:
        """No chat holds anything that tells who the others are, and nothing was ever forwarded."""
        for chat in self.people:
            said = [m for m in await chat.messages() if m["from"]["id"] == self.world.bot_id]
            raw = json.dumps(said, ensure_ascii=False)
            assert "forward" not in raw
            for other in self.people:
                if other is not chat:
                    for secret in (other.surname, other.username, str(other.id)):
                        assert secret not in raw, f"{other.surname} is exposed to {chat.surname} by {secret}"

    async def case(self, ref: str) -> dict[str, Any]:
        """The case as `aftersales case show --json` tells it."""
        async with self.bot.db.reading() as work:
            case = await work.cases.get(ref.replace("-", ""))
            assert case is not None
            return record(case, await work.journal.of(case.ref))

    # Time, and waiting until all is said

    async def pass_time(self, **by: float) -> None:
        """Moves business time on, and waits until everything that was due has been done."""
        await self.post("/_sim/clock", {"advance_seconds": timedelta(**by).total_seconds()})
        await self.quiet()

    async def be_away(self, **by: float) -> None:
        """Stops the bot, lets business time go on without it, and starts it anew on the same database."""
        await self.bot.stop()
        await self.clock.advance(timedelta(**by))
        self.bot = await compose.build(self._settings(), clock=self.clock, limits=UNLIMITED)
        await self.bot.start()
        self._stack.push_async_callback(self.bot.stop)
        await self.quiet()

    async def command(self, *args: str) -> str:
        """What the command line says on the same database, beside the running bot. Fails when the command does."""
        env = {"AFTERSALES_DATABASE_URL": self._settings().database_url}
        result = await asyncio.to_thread(CliRunner().invoke, cli, args, env=env)
        assert result.exit_code == 0, result.output
        await self.quiet()
        return result.output

    async def quiet(self) -> None:
        """Until nothing waits anywhere: no update, no effect, no message, no file, no alarm that is due."""
        async with asyncio.timeout(_PATIENCE):
            while len(self.world.updates) or self._waiting():  # noqa: ASYNC110 - nothing announces that all is quiet
                await asyncio.sleep(0.005)

    def _waiting(self) -> int:
        """What the bot still has to do, counted at one moment, beside the bot and not through it."""
        now = self.clock().replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
        [count] = self._rows.execute(
            "select (select count(*) from items where done_at is null) + (select count(*) from alarms where at <= ?)",
            (now,),
        ).fetchone()
        return int(count)

    # The control side

    async def post(self, path: str, body: Any) -> dict[str, Any]:
        async with self._http.post(
            path, **({"data": body} if isinstance(body, aiohttp.FormData) else {"json": body})
        ) as answer:
            told: dict[str, Any] = await answer.json()
            assert answer.ok, told
            return told

    async def get(self, path: str) -> dict[str, Any]:
        async with self._http.get(path) as answer:
            told: dict[str, Any] = await answer.json()
            assert answer.ok, told
            return told

    async def requests(self) -> list[dict[str, Any]]:
        """Every request the bot has made."""
        return list((await self.get("/_sim/requests?after=0"))["requests"])


@dataclass
class Chat:
    """Somebody's chat with the bot. What is looked for is given in English and read in their language."""

    bench: Bench
    id: int
    language: str
    surname: str
    username: str
    query: str = ""  # of the last press

    # What the person does

    async def start(self, payload: str | None = None) -> None:
        await self._do("start", {"payload": payload} if payload else {})

    async def say(self, text: str, *, reply_to: int | None = None) -> int:
        told = await self._do("send", {"text": text, **({"reply_to": reply_to} if reply_to else {})})
        return int(told["messages"][0]["message_id"])

    async def send(self, *files: tuple[str, bytes, str], caption: str = "", kind: str = "") -> list[int]:
        """Files as (name, content, type); several photos or videos are an album."""
        form = aiohttp.FormData()
        if caption:
            form.add_field("caption", caption)
        if kind:
            form.add_field("kind", kind)
        for name, content, mime in files:
            form.add_field("files", content, filename=name, content_type=mime)
        return [message["message_id"] for message in (await self._do("send", form))["messages"]]

    async def photo(self, caption: str = "", colour: tuple[int, int, int] = (180, 90, 60)) -> list[int]:
        return await self.send(("photo.jpg", jpeg(colour), "image/jpeg"), caption=caption)

    async def video(self, caption: str = "") -> list[int]:
        return await self.send(("video.mp4", MP4, "video/mp4"), caption=caption, kind="video")

    async def edit(self, message: int, text: str) -> None:
        await self._do("edit", {"message_id": message, "text": text})

    async def block(self) -> None:
        await self._do("block", {})

    async def unblock(self) -> None:
        await self._do("unblock", {})

    async def tap(self, label: str | Phrase, *, message: int | None = None) -> None:
        """Presses the newest button that says `label` (in this person's language)."""
        found = await self.button(label, message=message)
        assert found, f"no button {self.reads(label)!r} among {await self.buttons()} in:\n{await self.transcript()}"
        await self.press(*found)

    async def press(self, message: int, data: str) -> None:
        """Presses a button whose data is known, which may be gone from sight by now."""
        told = await self._do("press", {"message_id": message, "data": data})
        self.query = told["callback_query_id"]

    async def press_late(self, message: int, data: str) -> None:
        """Presses a button that was there when the finger went down and is gone by the time it arrives."""
        world = self.bench.world
        pressed = next(shown for shown in await self.messages() if shown["message_id"] == message)
        self.query = world.open_callback(self.id)
        whose = {"id": self.query, "from": world.users[self.id].as_api(), "chat_instance": "1"}
        world.updates.put("callback_query", {**whose, "message": pressed, "data": data})
        await self.bench.quiet()

    async def _do(self, what: str, body: Any) -> dict[str, Any]:
        told = await self.bench.post(f"/_sim/users/{self.id}/{what}", body)
        await self.bench.quiet()
        return told

    # What the person sees

    async def messages(self) -> list[dict[str, Any]]:
        return list((await self.bench.get(f"/_sim/users/{self.id}/messages"))["messages"])

    async def texts(self) -> list[str]:
        """What the bot has said, captions included, as the chat shows it now."""
        bot = self.bench.world.bot_id
        return [
            _plain(m.get("text") or m.get("caption") or "") for m in await self.messages() if m["from"]["id"] == bot
        ]

    async def button(self, label: str | Phrase, *, message: int | None = None) -> tuple[int, str] | None:
        """Message and data of the newest button that says `label`."""
        wanted = self.reads(label)
        for shown in reversed(await self.messages()):
            for button in _keys(shown):
                if message in (None, shown["message_id"]) and _plain(button["text"]) == wanted:
                    return shown["message_id"], button["callback_data"]
        return None

    async def buttons(self) -> list[str]:
        """The labels of all buttons in the chat, newest message first."""
        return [_plain(button["text"]) for shown in reversed(await self.messages()) for button in _keys(shown)]

    async def toast(self) -> str:
        """What the last press was answered with."""
        answers = [r["params"] for r in await self.bench.requests() if r["method"] == "answerCallbackQuery"]
        return next(_plain(a.get("text", "")) for a in reversed(answers) if a["callback_query_id"] == self.query)

    def reads(self, text: str | Phrase) -> str:
        """A phrase, or the id of one without places, as this person reads it."""
        phrase = text if isinstance(text, Phrase) else Phrase(text)
        return _plain(plain(phrase, negotiate(self.language)))

    async def sees(self, *phrases: str | Phrase) -> None:
        """Each phrase stands somewhere in the chat."""
        texts = await self.texts()
        for phrase in phrases:
            wanted = self.reads(phrase)
            assert any(wanted in text for text in texts), f"{wanted!r} not in:\n{await self.transcript()}"

    async def sees_not(self, *phrases: str | Phrase) -> None:
        """None of the phrases stands anywhere in the chat."""
        texts = await self.texts()
        for phrase in phrases:
            wanted = self.reads(phrase)
            assert not any(wanted in text for text in texts), f"{wanted!r} in:\n{await self.transcript()}"

    async def is_told(self, *phrases: str | Phrase) -> None:
        """Each phrase stands in the newest message of the bot."""
        newest = (await self.texts())[-1]
        for phrase in phrases:
            assert self.reads(phrase) in newest, f"{self.reads(phrase)!r} not at the end of:\n{await self.transcript()}"

    async def reads_on_card(self, *phrases: str | Phrase) -> None:
        """Each phrase stands on the newest card in the chat."""
        card = await self.card()
        for phrase in phrases:
            assert self.reads(phrase) in card, f"{self.reads(phrase)!r} not in:\n{card}"

    async def can(self, *labels: str | Phrase) -> None:
        """There is a button for each somewhere in the chat."""
        for label in labels:
            assert await self.button(label), f"no button {self.reads(label)!r} in:\n{await self.transcript()}"

    async def cannot(self, *labels: str | Phrase) -> None:
        """There is a button for none of them."""
        for label in labels:
            assert not await self.button(label), f"a button {self.reads(label)!r} in:\n{await self.transcript()}"

    async def transcript(self) -> str:
        """The chat as it looks now, for whoever has to find out what went wrong."""
        lines = []
        for shown in await self.messages():
            who = "BOT" if shown["from"]["id"] == self.bench.world.bot_id else "I"
            media = [kind for kind in ("photo", "video", "document", "voice") if kind in shown]
            said = shown.get("text") or f"{media} {shown.get('caption', '')}"
            lines.append(f"{who} {shown['message_id']}: " + _plain(said).replace("\n", "\n    "))
            rows = shown.get("reply_markup", {}).get("inline_keyboard", ())
            lines += ["    " + " ".join(f"[{_plain(button['text'])}]" for button in row) for row in rows]
        return "\n".join(lines)

    async def card(self) -> str:
        """The text of the newest card in the chat."""
        title = re.compile(r"[A-Z2-9]{3}-[A-Z2-9]{3} · ")
        cards = [text for text in await self.texts() if title.search(text.split("\n")[0]) and len(text.split("\n")) > 4]
        assert cards, await self.texts()
        return cards[-1]

    async def ref(self) -> str:
        """The reference of the newest card: A7K-Q2M."""
        found = re.search(r"[A-Z2-9]{3}-[A-Z2-9]{3}", await self.card())
        assert found is not None
        return found[0]


def _keys(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [button for row in message.get("reply_markup", {}).get("inline_keyboard", ()) for button in row]


def _plain(text: str) -> str:
    return _ISOLATES.sub("", text)
