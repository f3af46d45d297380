"""Pushes updates to the bot's webhook, one after another, each until it is accepted; owns no queue."""

import asyncio

import aiohttp

from bot.playground.updates import Pending, Webhook
from bot.playground.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 2.0
PATIENCE = aiohttp.ClientTimeout(total=30)


async def deliver_forever(world: World) -> None:
    """Delivers while a webhook is set, in order, at least once, waiting a little longer after each failure."""
    queue = world.updates
    async with aiohttp.ClientSession(timeout=PATIENCE) as client:
        wait = FIRST_WAIT_SECONDS
        while True:
            hook = queue.webhook
            entry = queue.head()
            if hook is None or entry is None:
                await _something_new(world)
                continue
            if await _accepted(client, world, hook, entry):
                queue.done(entry)
                wait = FIRST_WAIT_SECONDS
                continue
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)


async def _something_new(world: World) -> None:
    queue = world.updates
    if queue.webhook is None:
        queue.webhook_changed.clear()
        await queue.webhook_changed.wait()
    else:
        queue.arrived.clear()
        await queue.arrived.wait()


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
