"""Pushes updates to the bot's webhook as Telegram does: several at once, each until it is accepted; owns no queue.

Telegram promises no order between the connections. Here a chat has one update under way at a time, so that what one
person does arrives in order.
"""

import asyncio
from collections.abc import Hashable
from functools import partial

import aiohttp

from bot.playground.updates import Pending, Webhook
from bot.playground.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 2.0
PATIENCE = aiohttp.ClientTimeout(total=30)


async def deliver_forever(world: World) -> None:
    """Delivers while a webhook is set, at least once, up to its `max_connections` at a time."""
    queue = world.updates
    connections = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=PATIENCE, connector=connections) as client, asyncio.TaskGroup() as group:
        under_way: dict[Hashable, asyncio.Task[None]] = {}
        while True:
            hook = queue.webhook
            free = hook.max_connections - len(under_way) if hook is not None else 0
            for entry in queue.next_of_others(under_way, free):
                task = under_way[entry.lane] = group.create_task(_deliver(client, world, entry))
                task.add_done_callback(partial(_ended, world, under_way, entry.lane))
            queue.changed.clear()
            await queue.changed.wait()


def _ended(
    world: World, under_way: dict[Hashable, "asyncio.Task[None]"], lane: Hashable, _: "asyncio.Task[None]"
) -> None:
    del under_way[lane]
    world.updates.changed.set()


async def _deliver(client: aiohttp.ClientSession, world: World, entry: Pending) -> None:
    """Until it is accepted, waiting a little longer after each failure; or until there is no webhook any more."""
    wait = FIRST_WAIT_SECONDS
    while (hook := world.updates.webhook) is not None and world.updates.is_pending(entry):
        if await _accepted(client, world, hook, entry):
            world.updates.done(entry)
            return
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT_SECONDS)


async def _accepted(client: aiohttp.ClientSession, world: World, hook: Webhook, entry: Pending) -> bool:
    headers = {"Content-Type": "application/json"}
    if hook.secret_token is not None:
        headers[SECRET_HEADER] = hook.secret_token
    try:
        async with client.post(hook.url, data=entry.body, headers=headers, allow_redirects=False) as response:
            if 200 <= response.status < 300:
                return True
            trouble = f"Wrong response from the webhook: {response.status} {response.reason}"
    except TimeoutError:
        trouble = "Read timeout expired"
    except (aiohttp.ClientError, OSError) as err:
        trouble = f"Connection failed: {type(err).__name__}"
    hook.last_error_date = world.now()
    hook.last_error_message = trouble
    return False
