"""The bench of the stories: the playground and the bot over real HTTP on a real file, and people who use the chat."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import aiohttp
import asyncpg
from click.testing import CliRunner
from prometheus_client import generate_latest
from pydantic import SecretStr
from stories_chat import Chat, texts_of
from stories_leaks import leaks, rows
from stories_members import Member
from stories_pseudo import unbracketed

from bot import compose
from bot.__main__ import cli
from bot.clock import AdjustableClock
from bot.commands.cases import record
from bot.operating import metrics
from bot.playground.app import create_app
from bot.playground.server import serve
from bot.playground.world import DEMO_TOKEN, World
from bot.settings import Settings
from bot.workers.digests import DigestsWorker
from bot.workers.pace import UNLIMITED
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey, Store
from conversations.desk.reporting import week_of
from conversations.ports import Link, LinkPurpose
from locales import negotiate
from storage.database import driver_url

#: Every request that the bot made in the stories of this run, for test_the_requests_are_valid.py.
REQUESTS: list[dict[str, Any]] = []

#: What the operator keeps to themself beside the token: it must never be in anything that comes out.
SECRETS = {
    name: f"SECRETCANARY-{name}-Zq7Yw3Xk9"
    for name in ("webhook_secret", "button_key", "translate_key", "s3_secret_access_key")
}

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
STORE = "Nordlicht"
_PATIENCE = 20.0
#: Names of case files and of takeouts.
_OF_OUR_MAKING = r"\w{3}-\w{3}\.(pdf|zip)|your-data.*\.zip"


def an_order(number: str = "1001", **changes: Any) -> Order:
    """An order of a blue mug, bought nine days ago and delivered three days ago. Its code is MUG7."""
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


#: Asks the database something, beside the bot.
Beside = Callable[[str], Awaitable[list[tuple[Any, ...]]]]


@asynccontextmanager
async def beside(url: str) -> AsyncIterator[Beside]:
    """A connection of its own, of either kind."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)) as file:
            file.isolation_level = None

            async def ask(statement: str) -> list[tuple[Any, ...]]:
                return file.execute(statement).fetchall()

            yield ask
        return
    connection = await asyncpg.connect(driver_url(url).set(drivername="postgresql").render_as_string(False))
    try:

        async def fetch(statement: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in await connection.fetch(statement)]

        yield fetch
    finally:
        await connection.close()


@dataclass
class Bench:
    """Everything runs in this process, and everything that is said goes over HTTP."""

    folder: Path
    world: World = field(init=False)
    bot: compose.Application = field(init=False)
    clock: AdjustableClock = field(init=False)
    people: list[Chat] = field(default_factory=list)
    url: str = ""
    translate_url: str | None = None
    database_url: str = ""  # SQLite in the folder, unless said otherwise
    has_topics: bool = False
    has_groups: bool = False  # the sellers of a store have a group, and the arbitrators one
    groups: dict[str, Member] = field(default_factory=dict)  # who linked it, by store; the arbitrators' by ""
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _http: aiohttp.ClientSession = field(init=False)
    beside: Beside = field(init=False)

    async def __aenter__(self) -> Self:
        self.clock = AdjustableClock(NOW)
        self.world = World(token=DEMO_TOKEN, clock=self.clock, topics_in_private=self.has_topics)
        server = await self._stack.enter_async_context(serve(create_app(self.world, advance=self.clock.advance)))
        self.url = server.url
        self._http = await self._stack.enter_async_context(aiohttp.ClientSession(server.url))
        self.bot = await compose.build(self.settings(), clock=self.clock, limits=UNLIMITED)
        await self.bot.start()
        self._stack.push_async_callback(self.bot.stop)
        self.beside = await self._stack.enter_async_context(beside(self.settings().database_url))
        await self.store(STORE)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *error: object) -> None:
        async with self._stack:
            if kind is None:
                await self._nobody_is_exposed()
                await self._everything_is_a_phrase()
                await self._no_secret_came_out()
                REQUESTS.extend(await self.requests())

    def settings(self) -> Settings:
        return Settings.load(
            {
                "bot_token": SecretStr(DEMO_TOKEN),
                "bot_api_url": self.url,
                "bot_username": self.world.username,
                "database_url": self.database_url or f"sqlite:///{self.folder / 'stories.db'}",
                "evidence_dir": self.folder / "evidence",
                "translate_url": self.translate_url,
                **{name: SecretStr(secret) for name, secret in SECRETS.items()},
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

    async def seller(
        self, name: str = "Oskar", language: str = "en", *, store: str = STORE, wants_digests: bool = False
    ) -> Chat:
        """Weekly reports are off unless wanted: they would come into the middle of a story."""
        chat = await self._invited(name, language, Link(purpose=LinkPurpose.SELLER, store=store))
        if not wants_digests:
            async with self.bot.db.work() as work:
                person = await work.people.at_address(chat.id)
                assert person is not None
                await work.digests.set_off(person.id, True)
        return chat

    async def digests(self) -> None:
        """The digests worker looks once, whenever its own look comes."""
        await DigestsWorker(self.bot.db, self.bot.desk, self.clock).look(asyncio.Event())
        await self.quiet()

    def until_monday(self) -> timedelta:
        return week_of(self.clock()) + timedelta(days=7) - self.clock()

    async def arbitrator(self, name: str = "Ana", language: str = "en") -> Chat:
        return await self._invited(name, language, Link(purpose=LinkPurpose.ARBITRATOR))

    async def buyer(self, name: str = "Mia", language: str = "en") -> Chat:
        return await self._somebody(name, language)

    async def _invited(self, name: str, language: str, link: Link) -> Chat:
        """Where there are groups, the first of a store, or of the arbitrators, links one and the others join it; all of them
        read its language."""
        first = self.groups.get(link.store)
        chat = await self._somebody(name, first.language if first else language, Member if self.has_groups else Chat)
        async with self.bot.db.work() as work:
            token = await work.links.issue(link, expires_at=None)
        await chat.start(token)
        await chat.tap("Accept the invitation")
        if isinstance(chat, Member):
            await (chat.joins(first) if first else chat.links_group(link.store))
            self.groups.setdefault(link.store, chat)
        return chat

    async def _somebody(self, name: str, language: str, kind: type[Chat] = Chat) -> Chat:
        """Everybody has a surname and a username, which the others must never see."""
        who: dict[str, Any] = {"first_name": name, "last_name": f"{name}-Privat", "username": f"{name.lower()}_private"}
        who["id"] = 7_100_000_001 + len(self.people)  # like no other number in a chat
        user = await self.post("/_sim/users", {**who, "language_code": language})
        self.people.append(kind(self, user["id"], language, who["last_name"], who["username"]))
        return self.people[-1]

    async def _nobody_is_exposed(self) -> None:
        """No chat holds anything that tells who the others are, and nothing was ever forwarded."""
        for chat in self.people:
            said = [m for m in await chat.messages() if m["from"]["id"] == self.world.bot_id]
            raw = json.dumps(said, ensure_ascii=False)
            assert "forward" not in raw
            for other in self.people:
                if not chat.knows(other):
                    for secret in (other.surname, other.username, str(other.id)):
                        assert secret not in raw, f"{other.surname} is exposed to {chat.surname} by {secret}"

    async def _no_secret_came_out(self) -> None:
        """Nothing that was said, sent up, counted or kept holds a token, a key or a secret of the operator's."""
        told = dict[str, bytes]()
        for chat in self.people:
            for document in [m["document"] for m in await chat.messages() if "document" in m]:
                if re.fullmatch(_OF_OUR_MAKING, document.get("file_name", "")):  # what people send may be a bomb
                    told[document["file_name"]] = await self.file(document["file_id"])
        sent = [{**each, "description": ""} for each in await self.requests()]  # a refusal's words are the server's
        told["requests"] = json.dumps(sent, ensure_ascii=False).encode()
        told["database"] = repr(await rows(self)).encode()
        told["metrics"] = generate_latest(metrics.REGISTRY)
        assert leaks(told, (*SECRETS.values(), DEMO_TOKEN, DEMO_TOKEN.partition(":")[2])) == set()

    async def _everything_is_a_phrase(self) -> None:
        """Whoever read only English saw no word that was not a Phrase, a value in one, or somebody's own words."""
        chose = {address for (address,) in await self.beside("select address from people where has_chosen_language")}
        for chat in self.people:
            if negotiate(chat.language) != "en" or chat.id in chose:
                continue
            own = sorted((words for each in self.people for words in each.words()), key=len, reverse=True)
            for shown in await chat.messages():
                if shown["from"]["id"] == self.world.bot_id:
                    for text in texts_of(shown):
                        left = unbracketed(text)
                        for words in own:
                            left = left.replace(words, "")
                        assert not any(char.isalpha() for char in left), f"not a Phrase: {left!r} in {text!r}"

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
        self.bot = await compose.build(self.settings(), clock=self.clock, limits=UNLIMITED)
        await self.bot.start()
        self._stack.push_async_callback(self.bot.stop)
        await self.quiet()

    async def command(self, *args: str) -> str:
        """What the command line says on the same database, beside the running bot. Fails when the command does."""
        env = {
            "AFTERSALES_DATABASE_URL": self.settings().database_url,
            "AFTERSALES_EVIDENCE_DIR": str(self.folder / "evidence"),
        }
        result = await asyncio.to_thread(CliRunner().invoke, cli, args, env=env)
        assert result.exit_code == 0, result.output
        await self.quiet()
        return result.output

    async def kept(self) -> str:
        """Everything that the queues hold, dealt with or not."""
        return "\n".join(str(payload) for (payload,) in await self.beside("select payload from items"))

    async def quiet(self) -> None:
        """Until nothing waits anywhere: no update, no effect, no message, no file, no alarm that is due."""
        async with asyncio.timeout(_PATIENCE):
            while len(self.world.updates) or await self._waiting():  # noqa: ASYNC110 - nothing announces that all is quiet
                await asyncio.sleep(0.005)

    async def _waiting(self) -> int:
        """What the bot still has to do, counted at one moment, beside the bot and not through it."""
        now = self.clock().replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
        now += "" if self.bot.db.is_sqlite else "+00"
        [(count,)] = await self.beside(
            "select (select count(*) from items where done_at is null) + "
            f"(select count(*) from alarms where at <= '{now}')"
        )
        return int(count)

    # The control side

    async def post(self, path: str, body: Any) -> dict[str, Any]:
        async with self._http.post(
            path, **({"data": body} if isinstance(body, aiohttp.FormData) else {"json": body})
        ) as answer:
            told: dict[str, Any] = await answer.json()
            assert answer.ok, told
            return told

    async def delete(self, path: str) -> None:
        async with self._http.delete(path) as answer:
            assert answer.ok, await answer.text()

    async def get(self, path: str) -> dict[str, Any]:
        async with self._http.get(path) as answer:
            told: dict[str, Any] = await answer.json()
            assert answer.ok, told
            return told

    async def file(self, file_id: str) -> bytes:
        """What anybody gets who opens a file in the chat."""
        async with self._http.get(f"/_sim/files/{file_id}") as answer:
            assert answer.ok
            return await answer.read()

    async def requests(self) -> list[dict[str, Any]]:
        """Every request the bot has made."""
        return list((await self.get("/_sim/requests?after=0"))["requests"])
