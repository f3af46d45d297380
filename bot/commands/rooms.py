"""`rooms`: the groups that hear for a store's sellers or for the arbitrators, confirmed and taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from bot.commands.opening import repeated, with_database
from bot.commands.printing import echo_json, echo_table, iso, json_option, minute
from bot.settings import Settings
from conversations.cases.roles import Role
from conversations.desk import linking
from conversations.messages import Person, Room
from storage.database import Database
from storage.work import SqlWork

Listed = tuple[Person, Room, str]


@click.group()
def rooms() -> None:
    """See, confirm and take back the groups that hear in place of sellers or arbitrators. ID is a group's number."""


@rooms.command("list")
@json_option
def list_rooms(as_json: bool) -> None:
    """List the groups that are linked, and those that wait to be confirmed."""

    async def do(db: Database, settings: Settings) -> Sequence[Listed]:
        async with db.reading() as work:
            groups = await work.rooms.all()
            who = await work.people.of_ids({group.room.linked_by for group in groups if group.room is not None})
            return [(group, room, who[room.linked_by].name) for group in groups if (room := group.room) is not None]

    found = with_database(do)
    if as_json:
        return echo_json([_record(*each) for each in found])
    rows = [(str(group.id), group.name, _hears(room), name, _standing(room)) for group, room, name in found]
    return echo_table([("id", "group", "hears for", "linked by", "confirmed (UTC)"), *rows] if rows else [])


@rooms.command()
@click.argument("group", metavar="ID", type=int)
def confirm(group: int) -> None:
    """Let a group hear from now on. Its members are told, and those it hears for."""
    what = _change(group, lambda found, work: linking.confirm(found, work, datetime.now(UTC)))
    click.echo(f"confirmed: {what}")


@rooms.command()
@click.argument("group", metavar="ID", type=int)
def unlink(group: int) -> None:
    """Let a group hear nothing more: what it heard is said in private again. They are told."""
    what = _change(group, lambda found, work: linking.take_back(found, work, datetime.now(UTC)))
    click.echo(f"no longer linked: {what}")


def _change(group: int, change: Callable[[Person, SqlWork], Awaitable[bool]]) -> str:
    async def do(db: Database, settings: Settings) -> str:
        async def once() -> str:
            async with db.work() as work:
                found = next((each for each in await work.rooms.all() if each.id == group), None)
                if found is None or found.room is None:
                    raise click.ClickException(f"there is no linked group {group}; `aftersales rooms list` shows them")
                what = f"{found.name}, which hears for {_hears(found.room)}"
                if not await change(found, work):
                    raise click.ClickException(f"nothing to confirm: {what} ({_standing(found.room)})")
                return what

        return await repeated(once)

    return with_database(do)


def _hears(room: Room) -> str:
    return "arbitrators" if room.role is Role.ARBITRATOR else f"sellers of {room.store}"


def _standing(room: Room) -> str:
    if room.confirmed_at is not None:
        return minute(room.confirmed_at)
    return "to be confirmed" if room.checked_at is not None else "being looked at"


def _record(group: Person, room: Room, name: str) -> dict[str, Any]:
    return {
        "id": group.id,
        "group": group.name,
        "role": room.role.value,
        "store": room.store or None,
        "linked_by": {"id": room.linked_by, "name": name},
        "linked_at": iso(room.linked_at),
        "confirmed_at": iso(room.confirmed_at) if room.confirmed_at is not None else None,
        "is_confirmed": room.confirmed_at is not None,
    }
