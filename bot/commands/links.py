"""Deep links into the bot's chat."""

from __future__ import annotations

from datetime import datetime

import click

from bot.settings import Settings
from conversations.ports import Link
from storage.database import Database


async def issue(db: Database, settings: Settings, link: Link, *, expires_at: datetime) -> str:
    """A new one-time link. The bot's name is learned first, so that no token is made in vain."""
    if settings.bot_username is None and settings.bot_token is None:
        raise click.ClickException(
            "set AFTERSALES_BOT_USERNAME, or AFTERSALES_BOT_TOKEN so that the bot can be asked for its name"
        )
    from bot.compose import learn_username  # brings in the messenger, which the other commands do without

    username = await learn_username(settings)
    async with db.work() as work:
        token = await work.links.issue(link, expires_at=expires_at)
    return f"https://t.me/{username}?start={token}"
