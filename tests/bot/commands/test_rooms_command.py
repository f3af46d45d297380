"""`rooms`: the groups that hear for others, confirmed and taken back."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from conversations.cases.roles import Role
from conversations.messages import Room, Sender

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def grouped(stocked):
    """Ada (1) sells for Nordic Home; group 2 was looked at, group 3 (of arbitrators) not yet, group 4 was left."""

    async def do(db):
        async with db.work() as work:
            ada = await work.people.greet(Sender(address=100, name="Ada"))
            await work.people.save(replace(ada, stores=frozenset({"Nordic Home"})))
            room = Room(role=Role.SELLER, store="Nordic Home", linked_by=ada.id, linked_at=AT, checked_at=AT)
            for address, title, made in (
                (-200, "Desk", room),
                (-300, "Court", replace(room, role=Role.ARBITRATOR, store="", checked_at=None)),
                (-400, "Old", replace(room, store="Kyoto Tools", left_at=AT)),
            ):
                group = await work.people.greet(Sender(address=address, name=title))
                await work.rooms.keep(group.id, made)

    stocked.with_database(do)
    return stocked


def rows(desk):
    lines = desk.out("rooms", "list").splitlines()
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines[1:]]


def test_rooms_list_shows_what_is_linked_and_what_waits(grouped):
    assert rows(grouped) == [
        ["2", "Desk", "sellers of Nordic Home", "Ada", "to be confirmed"],
        ["3", "Court", "arbitrators", "Ada", "being looked at"],
    ]
    first, second = json.loads(grouped.out("rooms", "list", "--json"))
    assert first == {
        "id": 2,
        "group": "Desk",
        "role": "seller",
        "store": "Nordic Home",
        "linked_by": {"id": 1, "name": "Ada"},
        "linked_at": "2026-11-24T09:00:00+00:00",
        "confirmed_at": None,
        "is_confirmed": False,
    }
    assert (second["role"], second["store"]) == ("arbitrator", None)


def test_rooms_confirm_lets_a_group_hear_once_it_was_looked_at(grouped):
    assert grouped.out("rooms", "confirm", "2") == "confirmed: Desk, which hears for sellers of Nordic Home\n"
    assert rows(grouped)[0][-1].startswith("20")
    assert json.loads(grouped.out("rooms", "list", "--json"))[0]["is_confirmed"]
    assert "nothing to confirm" in grouped.err("rooms", "confirm", "2")
    assert "being looked at" in grouped.err("rooms", "confirm", "3")
    for unknown in ("1", "4", "99"):
        assert "there is no linked group" in grouped.err("rooms", "confirm", unknown)


def test_rooms_unlink_takes_a_group_back(grouped):
    assert grouped.out("rooms", "unlink", "2") == "no longer linked: Desk, which hears for sellers of Nordic Home\n"
    assert [row[0] for row in rows(grouped)] == ["3"]
    assert "there is no linked group 2" in grouped.err("rooms", "unlink", "2")
