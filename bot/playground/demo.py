"""`aftersales demo`: the unmodified bot, composed with the playground as its messenger and a clock that can be moved."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr

from bot import compose
from bot.clock import AdjustableClock
from bot.playground import seed
from bot.playground.acting import press, start
from bot.playground.app import create_app
from bot.playground.people import User
from bot.playground.server import serve
from bot.playground.world import DEMO_TOKEN, World
from bot.settings import Settings
from bot.workers.pace import UNLIMITED
from conversations.desk import linking
from conversations.ports import Link, LinkPurpose

#: How long somebody's invitation may take to be answered, in seconds.
_PATIENCE = 20.0

#: Seconds between two looks for groups to confirm.
_LOOK = 1.0


def run(port: int, *, has_topics: bool = False) -> None:
    """Serves the page on 127.0.0.1 until it is stopped. What happens in it is forgotten then."""
    asyncio.run(_run(port, has_topics=has_topics))


async def _run(port: int, *, has_topics: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with tempfile.TemporaryDirectory(prefix="aftersales-demo-") as folder:
        async with AsyncExitStack() as stack:
            url = await open_demo(stack, Path(folder), port=port, has_topics=has_topics)
            click.echo(f"Aftersales is open at {url} (Ctrl+C closes it)")
            await stop.wait()
            click.echo("Closing.")


async def open_demo(stack: AsyncExitStack, folder: Path, *, port: int = 0, has_topics: bool = False) -> str:
    """Starts the playground and the bot, with people, orders and stories in place; the address of the page."""
    clock = AdjustableClock()
    world = World(token=DEMO_TOKEN, clock=clock, topics_in_private=has_topics)
    scenario: dict[str, Any] = {}
    app = create_app(world, scenario=scenario, advance=clock.advance)
    server = await stack.enter_async_context(serve(app, port=port))
    settings = Settings.load(
        {
            "bot_token": SecretStr(DEMO_TOKEN),
            "bot_api_url": server.url,
            "bot_username": world.username,
            "database_url": f"sqlite:///{folder / 'demo.db'}",
            "evidence_dir": folder / "evidence",
            "webhook_url": None,
        }
    )
    bot = await compose.build(settings, clock=clock, limits=UNLIMITED)
    await bot.start()
    stack.push_async_callback(bot.stop)
    scenario.update(await _populate(world, bot))
    confirming = asyncio.create_task(_confirm_groups(bot))
    stack.push_async_callback(_ended, confirming)
    return server.url


async def _confirm_groups(bot: compose.Application) -> None:
    """There is no operator in the demo: groups that somebody linked are confirmed by themselves."""
    while True:
        await asyncio.sleep(_LOOK)
        async with bot.db.work() as work:
            for group in await work.rooms.all():
                await linking.confirm(group, work, bot.clock())


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _populate(world: World, bot: compose.Application) -> dict[str, Any]:
    """People, orders, links; sellers and arbitrators follow their invitations as anybody would."""
    users = {
        someone.id: world.add_user(
            someone.first_name, id=someone.id, language_code=someone.language, label=someone.label
        )
        for someone in seed.PEOPLE
    }
    async with bot.db.work() as work:
        for order in seed.orders(bot.clock()):
            await work.orders.put(order)
        for store in seed.STORES:
            await work.orders.set_store(store)
        invites = {someone.id: await work.links.issue(link, expires_at=None) for someone, link in _invited()}
        links = {story.id: await work.links.issue(_order_link(story), expires_at=None) for story in seed.STORIES}
    for person, token in invites.items():
        start(world, users[person], payload=token)
    await asyncio.gather(*(_accept(world, users[person]) for person in invites))
    return {"panes": _PANES, "stories": [_shown(story, links[story.id]) for story in seed.STORIES]}


_PANES = [
    {"user_id": 1001, "role": "buyer"},
    {"user_id": 2001, "role": "seller"},
    {"user_id": 3001, "role": "arbitrator"},
]


def _invited() -> list[tuple[seed.Someone, Link]]:
    invited = []
    for someone in seed.PEOPLE:
        if someone.store:
            invited.append((someone, Link(purpose=LinkPurpose.SELLER, store=someone.store)))
        elif someone.is_arbitrator:
            invited.append((someone, Link(purpose=LinkPurpose.ARBITRATOR)))
    return invited


def _order_link(story: seed.Story) -> Link:
    key = seed.order_key(story.order)
    return Link(purpose=LinkPurpose.ORDER, store=key.store, number=key.number)


def _shown(story: seed.Story, token: str) -> dict[str, Any]:
    return {
        "id": story.id,
        "title": story.title,
        "steps": list(story.steps),
        "user_id": story.person,
        "with": [someone.id for someone in seed.PEOPLE if someone.store == seed.order_key(story.order).store],
        "start": token,
    }


async def _accept(world: World, user: User) -> None:
    """Presses the button of the invitation as soon as it is there."""
    chat = world.chats[user.id]
    async with asyncio.timeout(_PATIENCE):
        while True:
            for message in chat.messages.values():
                if rows := message.get("reply_markup", {}).get("inline_keyboard"):
                    press(world, user, message_id=message["message_id"], data=rows[0][0]["callback_data"])
                    return
            await asyncio.sleep(0.02)
