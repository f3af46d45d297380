"""`people`: who has which role, who waits, and roles confirmed and taken away."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from conversations.cases.roles import Role
from conversations.messages import Sender
from conversations.ports import Application

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def staffed(stocked):
    """Ada (1) sells for two stores, Ruth (2) arbitrates, Ida (3) and Ben (4) wait, Sam (5) is anybody."""

    async def do(db):
        async with db.work() as work:
            for n, name in enumerate(("Ada", "Ruth", "Ida", "Ben", "Sam"), 1):
                await work.people.greet(Sender(address=100 * n, name=name))
            ada, ruth = await work.people.get(1), await work.people.get(2)
            await work.people.save(replace(ada, stores=frozenset({"Nordic Home", "Kyoto Tools"})))
            await work.people.save(replace(ruth, is_arbitrator=True))
            await work.people.apply(Application(person=3, role=Role.SELLER, store="Nordic Home", at=AT))
            await work.people.apply(Application(person=4, role=Role.ARBITRATOR, store="", at=AT))

    stocked.with_database(do)
    return stocked


def roles(desk, person):
    async def do(db):
        async with db.reading() as work:
            found = await work.people.get(person)
            return found.is_arbitrator, found.stores

    return desk.with_database(do)


def said(desk, person):
    """How many messages wait for a person."""

    async def do(db):
        lanes = await db.outbox.lease(10, 100, 60)
        return sum(len(lane.items) for lane in lanes if lane.lane == str(person))

    return desk.with_database(do)


def test_people_list_shows_roles_and_who_waits(staffed):
    rows = [line.split("  ") for line in staffed.out("people", "list").splitlines()]

    assert [[cell.strip() for cell in row if cell] for row in rows] == [
        ["id", "name", "roles", "to be confirmed"],
        ["1", "Ada", "seller of Kyoto Tools, seller of Nordic Home", "-"],
        ["2", "Ruth", "arbitrator", "-"],
        ["3", "Ida", "-", "seller of Nordic Home"],
        ["4", "Ben", "-", "arbitrator"],
    ]


def test_people_list_as_json(staffed):
    found = staffed.json("people", "list")

    assert found[0] == {
        "id": 1,
        "name": "Ada",
        "is_arbitrator": False,
        "stores": ["Kyoto Tools", "Nordic Home"],
        "is_reachable": True,
        "to_be_confirmed": [],
    }
    waits = [{"role": "seller", "store": "Nordic Home", "since": "2026-11-24T09:00:00+00:00"}]
    assert found[2]["to_be_confirmed"] == waits
    assert found[3]["to_be_confirmed"] == [{"role": "arbitrator", "store": None, "since": "2026-11-24T09:00:00+00:00"}]


def test_people_list_of_nobody_is_empty(desk):
    assert desk.out("people", "list") == ""
    assert desk.json("people", "list") == []


def test_people_confirm_gives_one_their_role_and_tells_them(staffed):
    assert staffed.out("people", "confirm", "3") == "Ida: seller of Nordic Home\n"

    assert roles(staffed, 3) == (False, {"Nordic Home"})
    assert roles(staffed, 4) == (False, frozenset())
    assert said(staffed, 3) == 1
    assert staffed.err("people", "confirm", "3") == "Error: Ida waits for nothing to be confirmed\n"


def test_people_confirm_all(staffed):
    assert staffed.out("people", "confirm", "--all") == "Ida: seller of Nordic Home\nBen: arbitrator\n"
    assert roles(staffed, 4) == (True, frozenset())
    assert staffed.out("people", "confirm", "--all") == "Nobody waits to be confirmed.\n"


def test_people_confirm_wants_one_or_all(staffed):
    for args in ((), ("3", "--all")):
        result = staffed("people", "confirm", *args)
        assert (result.exit_code, "say either ID or --all" in result.stderr) == (2, True)


def test_people_revoke_takes_all_roles_unless_said_otherwise(staffed):
    assert staffed.out("people", "revoke", "1", "--store", "Kyoto Tools") == "Taken away from Ada\n"
    assert roles(staffed, 1) == (False, {"Nordic Home"})
    assert staffed.err("people", "revoke", "1", "--arbitrator") == "Error: Ada has no such role\n"
    assert staffed.out("people", "revoke", "1") == "Taken away from Ada\n"
    assert roles(staffed, 1) == (False, frozenset())
    assert staffed.out("people", "revoke", "2", "--arbitrator") == "Taken away from Ruth\n"
    assert roles(staffed, 2) == (False, frozenset())
    assert said(staffed, 1) == 2


def test_people_revoke_ends_what_waits(staffed):
    staffed.out("people", "revoke", "3")

    assert [each["id"] for each in staffed.json("people", "list")] == [1, 2, 4]
    assert staffed.err("people", "revoke", "3") == "Error: Ida has no such role\n"
    assert staffed.err("people", "revoke", "99") == (
        "Error: there is nobody of id 99; `aftersales people list` shows them\n"
    )
