"""`python -m bot.playground`: the playground in a process of its own, until SIGTERM or SIGINT."""

import asyncio
import signal

import click

from bot.playground.app import create_app
from bot.playground.server import serve
from bot.playground.world import DEMO_TOKEN, TOKEN, World


@click.command()
@click.option("--port", default=8081, show_default=True, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--token", default=DEMO_TOKEN, help="The bot's token.", show_default=True)
@click.option("--username", default="AftersalesDemoBot", show_default=True, help="The bot's username.")
@click.option("--topics", is_flag=True, help="The bot has topics in private chats.")
def main(port: int, token: str, username: str, topics: bool) -> None:
    """A Bot API server with a control side (/_sim) and a page, for one bot on this machine."""
    if not TOKEN.fullmatch(token):
        raise click.BadParameter("looks like 123456:35 or more letters, digits, - and _", param_hint="--token")
    asyncio.run(_run(port, World(token=token, username=username, topics_in_private=topics)))


async def _run(port: int, world: World) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serve(create_app(world), port=port) as server:
        click.echo(server.url)
        await stop.wait()


if __name__ == "__main__":
    main()
