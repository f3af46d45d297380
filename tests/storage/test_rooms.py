"""Groups that hear for others, as storage keeps them: part of the person that the group is."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from conversations.cases.roles import Role
from conversations.messages import Room, Sender
from storage.database import Database
from storage.people import nowhere
from storage.queues import Check
from storage.work import SqlWork

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ANN = Sender(address=7_000_000_001, name="Ann")
DESK = Sender(address=-1_001_000_000_001, name="The desk")
COURT = Sender(address=-4002, name="The court")


async def linked(work: SqlWork, group: Sender, **what: object) -> tuple[int, Room]:
    ann = await work.people.greet(ANN)
    found = await work.people.greet(group)
    room = Room(**{"role": Role.SELLER, "store": "Lumen", "linked_by": ann.id, "linked_at": AT, **what})  # type: ignore[arg-type]
    await work.rooms.keep(found.id, room)
    return found.id, room


async def test_room_is_part_of_the_group_and_found_by_what_it_is_for(db: Database) -> None:
    async with db.work() as work:
        assert await work.people.room_of(Role.SELLER, "Lumen") is None
        group, room = await linked(work, DESK)
        court, of_court = await linked(work, COURT, role=Role.ARBITRATOR, store="", confirmed_at=AT, checked_at=AT)
        assert (await work.people.get(group)).room == room
        assert await work.people.room_of(Role.SELLER, "Lumen") == await work.people.get(group)

    async with db.work() as work:
        ann = await work.people.greet(ANN)
        await work.people.save(replace(ann, stores=frozenset({"Lumen"})))
        assert [person.id for person in await work.people.sellers_of("Lumen")] == [ann.id]
        assert await work.people.room_of(Role.SELLER, "Lumen") == await work.people.get(group)
        assert await work.people.arbitrators() == []
        found = await work.people.room_of(Role.ARBITRATOR)
        assert found is not None
        assert (found.id, found.room) == (court, of_court)
        assert await work.people.room_of(Role.SELLER, "Nest") is None
        assert [each.id for each in await work.rooms.all()] == [group, court]
        assert (await work.people.greet(ANN)).room is None


async def test_room_that_was_left_is_kept_and_not_found(db: Database) -> None:
    async with db.work() as work:
        group, room = await linked(work, DESK)
    async with db.work() as work:
        left = replace(room, left_at=AT)
        assert await work.people.room_of(Role.SELLER, "Lumen") is not None
        await work.rooms.keep(group, left)
        assert await work.people.room_of(Role.SELLER, "Lumen") is None
        other, _ = await linked(work, COURT)
    async with db.reading() as work:
        assert (await work.people.get(group)).room == left
        assert [each.id for each in await work.rooms.all()] == [other]


async def test_of_two_groups_for_the_same_the_second_fails(db: Database) -> None:
    async with db.work() as work:
        await linked(work, DESK)
    with pytest.raises(IntegrityError):
        async with db.work() as work:
            await linked(work, COURT)
    async with db.reading() as work:
        [only] = await work.rooms.all()
    assert only.address == DESK.address


async def test_what_is_undone_was_never_linked(db: Database) -> None:
    async with db.work() as work:
        with suppress(KeyError):
            async with work.savepoint():
                await linked(work, DESK)
                raise KeyError
        assert await work.people.room_of(Role.SELLER, "Lumen") is None
        assert await work.rooms.all() == []


async def test_group_moves_and_whoever_was_thought_to_be_there_is_not(db: Database) -> None:
    async with db.work() as work:
        group, room = await linked(work, DESK)
        stray = await work.people.greet(COURT)
        moved = await work.people.move(await work.people.get(group), COURT.address)
        again = await work.people.move(moved, COURT.address)
    assert again == moved
    async with db.reading() as work:
        assert await work.people.at_address(COURT.address) == replace(moved, room=room)
        assert await work.people.at_address(DESK.address) is None
        assert (await work.people.get(stray.id)).address == nowhere(stray.id)


async def test_look_at_a_group_waits_in_its_lane(db: Database) -> None:
    async with db.work() as work:
        await work.rooms.check(5)
        await work.rooms.check(5)
    [leased] = await db.checks.lease(4, 1, 30)
    assert (leased.lane, [item.payload for item in leased.items]) == ("5", [Check(5)])
    async with db.work() as work:
        await work.checks.finish(leased, done=[leased.items[0].id])
    assert (await db.checks.backlog()).pending == 1
