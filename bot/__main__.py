"""`aftersales`: the command line. What the commands do stands in `bot.commands`."""

from __future__ import annotations

import sys

import click

from bot import log
from bot.commands.cases import case
from bot.commands.db import db
from bot.commands.deadlines import deadlines
from bot.commands.invites import invite
from bot.commands.letters import inbox, outbox
from bot.commands.orders import orders
from bot.commands.people import people
from bot.commands.policy import policy
from bot.commands.report import report
from bot.commands.rooms import rooms
from bot.commands.running import demo, run
from bot.commands.stores import stores


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aftersales")
def cli() -> None:
    """A chat desk for after-sales and disputes. Settings come from the environment (AFTERSALES_…)."""


for command in (run, demo, orders, stores, invite, people, rooms, policy, case, deadlines, report, inbox, outbox, db):
    cli.add_command(command)


def main() -> None:
    """The entry point. Logs go to stderr: stdout is for what was asked."""
    log.configure("WARNING")
    sys.excepthook = log.last_words
    cli()


if __name__ == "__main__":
    main()
