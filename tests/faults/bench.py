"""The bench: a Bot API server in this process, a bot in another that may be killed at any moment and is then started again,
and people who use the chat."""

from __future__ import annotations

import asyncio
import io
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from faults_nursery import Bot, Nursery
from faults_points import LATE, SENDS
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.playground import acting
from bot.playground.app import create_app
from bot.playground.files import Upload
from bot.playground.people import User
from bot.playground.server import serve
from bot.playground.world import DEMO_TOKEN, World
from conversations.cases.money import Money
from conversations.cases.orders import Item, Order, OrderKey, Store
from conversations.messages import Sender
from conversations.ports import Link, LinkPurpose
from storage.database import Database, driver_url
from storage.errors import TryAgain
from storage.tables import alarms, items

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
STORE = "Nordlicht"

#: Seconds until whatever does not end is given up. Less than a lease lasts: nobody should have to wait for one to end.
PATIENCE = 50.0

_MARKS = re.compile("[\u2066-\u2069\u200e\u200f]")


class Interrupter:
    """Stands in front of the server and sees its answers leave, or not: `when(point)` is called after the server has done what
    it was asked and before the bot hears of it."""

    def __init__(self, app: ASGIApp, when: Callable[[str], None]) -> None:
        self.app = app
        self._when = when

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path.endswith("/getUpdates"):
            self._when("asked for updates")

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and path.rpartition("/")[2].startswith(SENDS):
                self._when("during a send")
            if message["type"] == "http.response.body" and path.startswith("/file/"):
                half = message["body"][: len(message["body"]) // 2]
                await send({"type": "http.response.body", "body": half, "more_body": True})
                self._when("during a download")
                message = {**message, "body": message["body"][len(half) :]}
            await send(message)

        under_bot = path.startswith(("/bot", "/file/"))
        await self.app(scope, receive, told if under_bot else send)


@dataclass
class Someone:
    """Somebody in their chat with the bot."""

    bench: Bench
    user: User

    def start(self, payload: str) -> None:
        acting.start(self.bench.world, self.user, payload=payload)

    def say(self, text: str, *, reply_to: int | None = None) -> int:
        return int(acting.send_text(self.bench.world, self.user, text, reply_to=reply_to)["message_id"])

    def edit(self, message: int, text: str) -> None:
        acting.edit(self.bench.world, self.user, message, text)

    async def photo(self, caption: str, colour: tuple[int, int, int] = (180, 90, 60)) -> None:
        file = io.BytesIO()
        Image.new("RGB", (64, 48), colour).save(file, "JPEG")
        await acting.send_files(
            self.bench.world, self.user, [Upload("photo.jpg", file.getvalue(), "image/jpeg")], caption=caption
        )

    def tap(self, label: str, about: str = "") -> None:
        """Presses the newest button that says so, on a message that speaks of `about`."""
        found = self.button(label, about)
        assert found is not None, f"no button {label!r} in:\n{self.transcript()}"
        acting.press(self.bench.world, self.user, found[0], data=found[1])

    def button(self, label: str, about: str = "") -> tuple[int, str] | None:
        for shown in reversed(self.messages()):
            for row in shown.get("reply_markup", {}).get("inline_keyboard", ()):
                for button in row:
                    if plain(button["text"]) == label and about in text_of(shown):
                        return shown["message_id"], button["callback_data"]
        return None

    def hears(self, text: str) -> int | None:
        """The newest message of the bot with that text in it."""
        return next(iter(self._heard(text)), None)

    def times(self, text: str) -> int:
        """How many messages of the bot there are with that text in them."""
        return len(self._heard(text))

    def _heard(self, text: str) -> list[int]:
        return [
            shown["message_id"]
            for shown in reversed(self.messages())
            if shown["from"].get("is_bot") and text in text_of(shown)
        ]

    def messages(self) -> list[dict[str, Any]]:
        return list(self.bench.world.chats[self.user.id].messages.values())

    def transcript(self) -> str:
        lines = []
        for shown in self.messages():
            lines.append(f"{shown['from']['first_name']}: {text_of(shown)}")
            for row in shown.get("reply_markup", {}).get("inline_keyboard", ()):
                lines.append("    " + " ".join(f"[{plain(button['text'])}]" for button in row))
        return "\n".join(lines)


@dataclass
class Bench:
    """`plan`: at which point and which passing of it each bot is killed, one after the other; then one lives. For points on the
    way out: after how many steps it is told to stop."""

    nursery: Nursery
    folder: Path
    url: str
    plan: Sequence[tuple[str, int]] = ()
    now: datetime = NOW
    world: World = field(init=False)
    people: dict[str, Someone] = field(default_factory=dict)
    bots: list[Bot] = field(default_factory=list)
    kills: list[str] = field(default_factory=list)  # the points at which bots were killed
    served_after: list[float] = field(default_factory=list)  # seconds from each birth
    served: Counter[str] = field(default_factory=Counter)  # points that the server has passed with the last bot
    orders: dict[str, str] = field(default_factory=dict)  # number -> the payload of its link
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _api: str = ""
    _started_at: float | None = None
    _is_told: bool = False  # to stop
    _steps: int = 0  # that people have taken since the last bot was born

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.clock.write_text(self.now.isoformat())
        self.world = World(token=DEMO_TOKEN, clock=lambda: self.now)
        app = create_app(self.world)
        app.add_middleware(Interrupter, when=self._passed)
        server = await self._stack.enter_async_context(serve(app))
        self._api = server.url
        engine = create_async_engine(driver_url(self.url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._stack.push_async_callback(engine.dispose)
        self._engine = engine
        self._connection: Any = None
        return self

    async def __aexit__(self, *error: object) -> None:
        for bot in self.bots:
            bot.kill()
        for bot in self.bots:
            await bot.death()
        if self._connection is not None:
            await self._connection.close()
        await self._stack.aclose()

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    @property
    def log(self) -> Path:
        return self.folder / "bot.log"

    @property
    def will(self) -> Path:
        return self.folder / "will"

    # What the operator does

    async def furnish(
        self, *, buyers: Sequence[str] = ("Mia", "Max"), orders: Sequence[str] = ("1001", "1002")
    ) -> None:
        """A store with a seller for each ten orders, buyers who are known, and the orders. The tables are there already."""
        stores = {f"{STORE} {n}": f"Oskar {n}" if n else "Oskar" for n in range((len(orders) + 9) // 10)}
        async with Database(self.url) as db, db.work() as work:
            for name in (*stores.values(), *buyers):
                user = self.world.add_user(name)
                user.is_started = True
                self.people[name] = Someone(self, user)
                await work.people.greet(Sender(address=user.id, name=name, language="en"))
            for store, seller in stores.items():
                await work.orders.set_store(Store(name=store, return_address="Hafenstr. 12, 20457 Hamburg"))
                person = await work.people.at_address(self.people[seller].user.id)
                assert person is not None
                await work.people.save(replace(person, stores=frozenset({store})))
            for i, number in enumerate(orders):
                store = f"{STORE} {i // 10}"
                await work.orders.put(an_order(store, number))
                link = Link(purpose=LinkPurpose.ORDER, store=store, number=number)
                self.orders[number] = await work.links.issue(link, expires_at=None)

    def bear(self) -> Bot:
        """Starts the next bot."""
        order: dict[str, Any] = {
            "settings": {
                "bot_token": DEMO_TOKEN,
                "bot_api_url": self._api,
                "bot_username": self.world.username,
                "database_url": self.url,
                "evidence_dir": str(self.folder / "evidence"),
            },
            "clock": str(self.clock),
            "log": str(self.log),
            "will": str(self.will),
        }
        if self._doom is not None:
            point, nth = self._doom
            order |= {"point": point, "nth": 1 if point in LATE else nth}
        self.served = Counter()
        self._is_told, self._steps = False, 0
        self._started_at = time.monotonic()
        self.bots.append(self.nursery.bear(order))
        return self.bots[-1]

    @property
    def _doom(self) -> tuple[str, int] | None:
        """Where the bot that lives now is to die."""
        return self.plan[len(self.kills)] if len(self.kills) < len(self.plan) else None

    async def stop(self) -> None:
        """Tells the bot to stop, and waits for its end; again, if it is killed meanwhile as planned."""
        self.bots[-1].terminate()
        await self.bots[-1].death()
        if self._doom is not None and self.bots[-1].was_killed:
            await self.quiet()
            await self.stop()
        assert self.bots[-1].status == 0, self.tail()

    def revive(self) -> None:
        """Starts a bot anew when the last one was killed as planned."""
        bot = self.bots[-1]
        if bot.is_dead:
            assert self._doom is not None and bot.was_killed, f"died by itself: {bot.status}\n{self.tail()}"
            self.kills.append(self._doom[0])
            self.bear()

    # Time, and waiting until all is said

    async def pass_time(self, **by: float) -> None:
        """Moves business time on. A bot that is dead hears of it as it is born."""
        self.now += timedelta(**by)
        self.clock.write_text(self.now.isoformat())
        self.bots[-1].look_at_the_clock()

    async def quiet(self, *, seconds: float = PATIENCE) -> None:
        """Until nothing waits anywhere: no update, no effect, no message, no file, no alarm that is due. Whoever is killed
        meanwhile is started again."""
        await self.until(self._is_quiet, seconds=seconds)

    async def until(self, is_so: Callable[[], Any], *, seconds: float = PATIENCE) -> None:
        """Until it is so; awaits it if it has to be."""
        give_up_at = time.monotonic() + seconds
        self._steps += 1
        while True:
            self.revive()
            self._tell_to_stop()
            if self._started_at is not None and self.is_served():
                self.served_after.append(time.monotonic() - self._started_at)
                self._started_at = None
            answer = is_so()
            if await answer if asyncio.iscoroutine(answer) else answer:
                return
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"still waiting: {await self._waiting()}\n{self.tail()}")
            await asyncio.sleep(0.004)

    def _tell_to_stop(self) -> None:
        """Tells a bot that is to die on its way out, while it has something to do."""
        if self._doom is not None and self._doom[0] in LATE and not self._is_told:
            if self._steps >= self._doom[1] and self.is_served():
                self.bots[-1].terminate()
                self._is_told = True

    def is_served(self) -> bool:
        """Whether the last bot has asked for updates, which it does as soon as it serves."""
        return self.served["asked for updates"] > 0

    async def _is_quiet(self) -> bool:
        return (
            not self.bots[-1].is_dead and self.is_served() and not len(self.world.updates) and not await self._waiting()
        )

    async def _waiting(self) -> int:
        """What is still to be done, counted at one moment, beside the bot and not through it."""
        pending = select(func.count()).select_from(items).where(items.c.done_at.is_(None)).scalar_subquery()
        due = select(func.count()).select_from(alarms).where(alarms.c.at <= self.now).scalar_subquery()
        try:
            if self._connection is None:
                self._connection = await self._engine.connect()
            return int(await self._connection.scalar(select(pending + due)))
        except (DBAPIError, OSError, TryAgain):  # the database is away, too
            self._connection = None
            return 1

    async def kept_updates(self) -> int:
        """How many updates came in, each counted once."""
        async with self._engine.connect() as connection:
            return int(
                await connection.scalar(select(func.count()).select_from(items).where(items.c.queue == "inbox")) or 0
            )

    def tail(self) -> str:
        """The end of what the bots have logged."""
        return "\n".join(self.log.read_text().splitlines()[-15:]) if self.log.exists() else "(nothing logged)"

    def _passed(self, point: str) -> None:
        self.served[point] += 1
        if self._doom == (point, self.served[point]):
            self.bots[-1].kill()

    def counts(self) -> Counter[str]:
        """How often each point was passed by a bot that came to its end."""
        return Counter(json.loads(self.will.read_text())) + self.served


def an_order(store: str, number: str) -> Order:
    """An order of a blue mug, bought nine days ago and delivered three days ago. Its code is MUG7."""
    item = Item(no="1", title="Blue mug", quantity=1, unit_price=Money.parse("20.00", "USD"), exchangeable=True)
    return Order(
        key=OrderKey(store, number),
        items=(item,),
        purchased_at=NOW - timedelta(days=9),
        delivered_at=NOW - timedelta(days=3),
        code="MUG7",
        discount=Money(0, "USD"),
        shipping=Money(0, "USD"),
    )


def text_of(message: dict[str, Any]) -> str:
    return plain(message.get("text") or message.get("caption") or "")


def plain(text: str) -> str:
    """Without direction marks."""
    return _MARKS.sub("", text)
