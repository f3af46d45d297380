"""The composition root: the only place that wires the rooms together, starts them and stops them."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

from telegram import Bot

from bot import evidence, log, policies
from bot.casefiles.making import CaseFiles
from bot.clock import Clock, SystemClock
from bot.messenger import DeliveryError, Messenger
from bot.operating.gauges import Gauges
from bot.settings import Settings
from bot.takeout import Takeouts
from bot.telegram import profile, updates
from bot.telegram.buttons import Seals
from bot.telegram.client import connect
from bot.telegram.intake import Intake
from bot.telegram.poll import Poller
from bot.telegram.sender import TelegramMessenger
from bot.translation import LibreTranslate, Translator
from bot.workers.alone import alone
from bot.workers.deadlines import DeadlinesWorker
from bot.workers.delivery import Delivery
from bot.workers.desk import Desk
from bot.workers.digests import DigestsWorker
from bot.workers.evidence import evidence_worker
from bot.workers.heads import HeadsWorker
from bot.workers.heartbeat import Heartbeat
from bot.workers.housekeeping import HousekeepingWorker
from bot.workers.inbox import InboxHandler, InboxWorker
from bot.workers.openings import OpeningsWorker
from bot.workers.outbox import OutboxHandler, OutboxWorker
from bot.workers.pace import TELEGRAM, UNLIMITED, Limits, Pace
from bot.workers.privacy import PrivacyWorker
from bot.workers.retry import RetryPolicy, pause
from bot.workers.rooms import rooms_worker
from bot.workers.supervisor import Run, Supervisor
from conversations import desk as conversations_desk
from conversations.policy import Pack
from conversations.policy.retention import Retention
from locales import languages, negotiate
from locales.lexicons import lexicons
from storage.database import Database
from storage.errors import StorageError
from storage.paces import SharedPace

LOG = log.get(__name__)

#: Seconds that the workers have to finish what they have begun.
GRACE: Final = 8.0

#: Objects that may be left over before we look for cycles among them. An update makes some hundred, hardly any in a cycle.
GARBAGE: Final = 5_000

START: Final = RetryPolicy(first=0.5, factor=2, longest=30, attempts=0)


class Application:
    """The bot, wired. `start` returns when everything runs; `stop` when nothing is left half done."""

    def __init__(
        self, settings: Settings, *, db: Database, desk: Desk, pack: Pack | None, clock: Clock, limits: Limits
    ) -> None:
        self.settings = settings
        self.db = db
        self.desk = desk
        self.pack = pack
        self.clock = clock
        self._evidence = evidence.kept(settings)
        self._limits = limits
        self._resources = AsyncExitStack()
        self._supervisor = Supervisor({})
        self._stop = asyncio.Event()
        self._translator: Translator | None = None
        self._me = updates.Myself(0)

    async def start(self) -> None:
        """Opens and migrates the database, then starts the workers. Needs no network yet. Raises what hinders it."""
        token = self.settings.require_token()
        await self._resources.enter_async_context(self.db)
        try:
            await self.db.migrate()
            await self._resources.enter_async_context(self.db.serving())
            if self.pack is not None:
                async with self.db.work() as work:
                    await work.packs.keep(self.pack.id, self.pack.hash, self.pack.text)
                    for store in await work.orders.stores():
                        if store.policy and (misfit := policies.misfit(store, self.pack)):
                            LOG.warning("store policy does not fit", store=store.name, reason=misfit)
            bot = await self._resources.enter_async_context(connect(token, self.settings.bot_api_url))
            messenger = TelegramMessenger(bot, self._seals())
            if self.settings.translate_url is not None:
                key = self.settings.translate_key.get_secret_value() if self.settings.translate_key else ""
                self._translator = await self._resources.enter_async_context(
                    LibreTranslate(self.settings.translate_url, key)
                )
            heartbeat = Heartbeat(self.db, self.clock)
            await heartbeat.beat()  # before anybody works: a wait that begins now is none that the service was away in
            self._supervisor = Supervisor(self._workers(bot, messenger, heartbeat))
            self._supervisor.start()
        except BaseException:
            await self._resources.aclose()
            raise
        LOG.info("started", policy=self.settings.policy, database=self.db.url.get_backend_name())

    async def stop(self) -> None:
        """Finishes what is in work, in less than ten seconds, and closes everything."""
        self._stop.set()
        await self._supervisor.stop(seconds=GRACE)
        await self._resources.aclose()
        LOG.info("stopped")

    async def run(self) -> None:
        """Runs until SIGTERM or SIGINT; a second one ends the process at once."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end, number)
        await self.start()
        gc.freeze()  # what is here by now stays: it need not be looked through again and again
        gc.set_threshold(GARBAGE)
        gc.enable()
        try:
            await self._stop.wait()
        finally:
            await self.stop()

    def _end(self, number: signal.Signals) -> None:
        if self._stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        self._stop.set()

    async def is_ready(self) -> bool:
        """Whether the database answers and every worker is at work."""
        try:
            async with self.db.reading() as work:
                await work.marks.get("ready")
        except StorageError:
            return False
        return self._supervisor.is_well

    def _workers(self, bot: Bot, messenger: Messenger, heartbeat: Heartbeat) -> Mapping[str, Run]:
        db, desk, clock = self.db, self.desk, self.clock
        store, copies = self._evidence
        retention = self.pack.retention if self.pack is not None else Retention()
        takeouts = Takeouts(db, clock, store=store)
        pace, menus = self._pace(), profile.Menus(messenger)
        self._me = updates.Myself.of(self.settings.require_token(), self.settings.bot_username)
        read = partial(updates.read, seals=self._seals(), me=self._me)
        papers = CaseFiles(db, clock, store=store, copies=copies)
        inbox = InboxHandler(db, desk, clock, read=read)
        delivery = Delivery(
            db,
            messenger,
            pace,
            copies=copies,
            originals=store,
            case_files=papers,
            takeouts=takeouts,
            translator=self._translator,
        )
        outbox = OutboxHandler(db, desk, clock, delivery=delivery, keep_menu=menus.keep)
        workers = {
            "updates": self._source(bot, Intake(inbox, self._me)),
            "inbox": InboxWorker(db, inbox).run,
            "outbox": OutboxWorker(db, outbox).run,
            "deadlines": DeadlinesWorker(db, desk, clock, heartbeat).run,
            "evidence": evidence_worker(db, desk, messenger, clock, store=store, copies=copies).run,
            "rooms": rooms_worker(db, desk, messenger, clock).run,
            "digests": DigestsWorker(db, desk, clock).run,
            "heads": HeadsWorker(db, clock, operator=self.settings.operator_chat).run,
            "openings": OpeningsWorker(db, clock).run,
            "housekeeping": HousekeepingWorker(db, clock, retention).run,
            "privacy": PrivacyWorker(db, desk, clock, retention, stores=(store, copies)).run,
            "profile": lambda stop: self._publish_profile(messenger, stop),
        }
        if self.settings.health_listen is not None:
            from bot.health import Health  # the web server takes time to import, and most do without
            from bot.operating.exposing import route

            more = [route(Gauges(db, clock).refresh)]
            workers["health"] = Health(listen=self.settings.health_listen, is_ready=self.is_ready, more=more).run
        return workers

    def _seals(self) -> Seals:
        return Seals(self.settings.require_token(), self.settings.seal_key())

    def _source(self, bot: Bot, intake: Intake) -> Run:
        """All processes of a bot listen to its webhook; only one of them may poll."""
        if self.settings.webhook_url is None:
            return alone(self.db.turn(f"poll {self.settings.bot_key()}"), Poller(bot, intake).run)
        from bot.telegram.webhook import Webhook

        return Webhook(
            bot,
            intake,
            url=self.settings.webhook_url,
            secret=self.settings.webhook_secret_token(),
            listen=self.settings.webhook_listen,
            is_ready=self.is_ready,
        ).run

    def _pace(self) -> Pace:
        limits = self._limits
        if limits is UNLIMITED:
            return Pace(limits)
        shared = self.db.pace(f"bot {self.settings.bot_key()}", rate=limits.bot_rate, burst=limits.bot_burst)

        def of_group(address: int) -> SharedPace:
            return self.db.pace(f"group {address}", rate=limits.group_rate, burst=limits.group_burst)

        return Pace(limits, shared=shared, groups=of_group)

    async def _publish_profile(self, messenger: Messenger, stop: asyncio.Event) -> None:
        """Once, as soon as the messenger can be reached; nothing else waits for it."""
        failures = 0
        while not stop.is_set():
            try:
                self._me.username = self._me.username or await messenger.username()
                await profile.publish(messenger)
                break
            except DeliveryError as err:
                failures += 1
                delay = err.retry_after or START.delay(failures)
                LOG.warning("profile not set", reason=err.message, retry_in=delay)
                await pause(stop, delay)
        await stop.wait()


async def build(
    settings: Settings, *, clock: Clock | None = None, limits: Limits = TELEGRAM, desk: Desk | None = None
) -> Application:
    """Wires the bot; starts nothing. Raises PackError for a bad policy, StorageError for a database we do not know
    or a bucket that cannot be used.

    `clock` is business time; `limits` how fast messages may be sent; `desk` another desk than ours, for tests.
    """
    pack = None
    if desk is None:
        pack = policies.load(settings.policy)
        own = conversations_desk.Settings(
            pack=pack,
            languages={language.tag: language.name for language in languages()},
            operator=settings.operator_chat,
            confirms_invites=settings.confirm_invites,
            lexicons=lexicons,
            spoken=negotiate,
            translates=settings.translate_url is not None,
        )
        desk = conversations_desk.Desk(own)
    db = Database(settings.database_url)
    return Application(settings, db=db, desk=desk, pack=pack, clock=clock or SystemClock(), limits=limits)


async def learn_username(settings: Settings) -> str:
    """The bot's username: as set, else asked of the messenger. DeliveryError when that cannot be reached."""
    if settings.bot_username is not None:
        return settings.bot_username
    async with connect(settings.require_token(), settings.bot_api_url, connections=1) as bot:
        return await TelegramMessenger(bot).username()
