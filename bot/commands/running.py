"""`run` and `demo`: the bot in the foreground."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import click
import uvloop

from bot import log
from bot.commands.opening import explained
from bot.settings import Settings


@click.command()
def run() -> None:
    """Run the bot until SIGTERM or Ctrl+C, migrating the database first."""
    with explained():
        settings = Settings.load()
        settings.require_token()
        log.configure(settings.log_level)
        serve(settings)


def serve(settings: Settings, **options: Any) -> None:
    """The bot in this process until SIGTERM or SIGINT; `options` are those of `compose.build`."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, **options))


async def _serve(settings: Settings, **options: Any) -> None:
    # Most of the time until we are ready goes into imports. Nothing they make is garbage: collecting it costs a tenth.
    gc.disable()
    try:
        from bot import compose

        application = await compose.build(settings, **options)
        await application.run()  # which collects again once it has started
    finally:
        gc.enable()


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free port.")
@click.option(
    "--topics", is_flag=True, help="Each case in a topic of its own, as where the bot has topics switched on."
)
def demo(port: int, topics: bool) -> None:
    """Serve the playground: play buyer, seller and arbitrator on a page, with a real bot behind it."""
    from bot.playground import demo as playground

    with explained():
        settings = Settings.load()
        log.configure(settings.log_level if "log_level" in settings.model_fields_set else "WARNING")
        playground.run(port, has_topics=topics)
