"""Lanes: order, fairness, leases, fences. The inbox stands for all three queues."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from storage.database import Database
from storage.errors import LeaseLost
from storage.queues import Backlog, RawUpdate

LONG = 60.0
#: A lease that is over before anybody can look.
OVER = -1.0


def update(number: int, lane: str = "ann") -> RawUpdate:
    return RawUpdate(number, lane, {"update_id": number})


async def put(db: Database, *numbers: int, lane: str = "ann") -> None:
    await db.inbox.put([update(number, lane) for number in numbers])


async def leased(db: Database, *, lanes: int = 10, items: int = 10, seconds: float = LONG) -> dict[str, list[int]]:
    """The numbers leased, by lane, in the order of lanes."""
    return {
        lease.lane: [item.payload["update_id"] for item in lease.items]
        for lease in await db.inbox.lease(lanes, items, seconds)
    }


async def test_put_keeps_order_and_ignores_known_updates(db: Database) -> None:
    new = await db.inbox.put([update(3), update(1), update(3), update(2, "ben")])
    again = await db.inbox.put([update(1), update(4), update(2, "ben")])

    assert (new, again) == (3, 1)
    assert await leased(db) == {"ann": [3, 1, 4], "ben": [2]}


async def test_put_of_nothing_is_nothing(db: Database) -> None:
    assert await db.inbox.put([]) == 0
    assert await leased(db) == {}


async def test_an_update_done_is_still_known(db: Database) -> None:
    await put(db, 1)
    [lease] = await db.inbox.lease(1, 1, LONG)
    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id])

    assert await db.inbox.put([update(1)]) == 0
    assert await leased(db) == {}


async def test_a_lease_takes_the_oldest_items_of_the_longest_ready_lanes(db: Database) -> None:
    for number, lane in enumerate(["cho", "ann", "ben", "ann", "cho", "cho"]):
        await put(db, number, lane=lane)

    assert await leased(db, lanes=2, items=2) == {"cho": [0, 4], "ann": [1, 3]}


async def test_a_leased_lane_is_nobody_elses(db: Database) -> None:
    await put(db, 1)
    await put(db, 2, lane="ben")

    assert await leased(db, lanes=1) == {"ann": [1]}
    assert await leased(db) == {"ben": [2]}
    assert await leased(db) == {}


async def test_a_busy_lane_goes_behind_the_others(db: Database) -> None:
    await put(db, 1, 2, 3)
    await put(db, 4, lane="ben")
    [lease] = await db.inbox.lease(1, 1, LONG)
    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id])

    assert await leased(db) == {"ben": [4], "ann": [2, 3]}


async def test_what_comes_in_during_a_lease_is_neither_lost_nor_leased_twice(db: Database) -> None:
    await put(db, 1)
    [lease] = await db.inbox.lease(1, 10, LONG)
    await put(db, 2)

    during = await leased(db)
    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id])
    after = await leased(db)

    assert during == {}
    assert after == {"ann": [2]}


async def test_what_comes_in_while_finishing_is_not_lost(db: Database) -> None:
    await put(db, 1)
    [lease] = await db.inbox.lease(1, 10, LONG)

    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id])
        late = asyncio.create_task(put(db, 2))
        await asyncio.sleep(0.05)  # it is now waiting for this work
    await late

    assert await leased(db) == {"ann": [2]}


async def test_a_finished_lane_is_idle_and_ready_again_with_the_next_item(db: Database) -> None:
    await put(db, 1)
    [lease] = await db.inbox.lease(1, 10, LONG)
    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id])

    idle = await leased(db)
    await put(db, 2)

    assert idle == {}
    assert await leased(db) == {"ann": [2]}


async def test_a_lease_that_is_over_is_taken_over_and_fenced_off(db: Database) -> None:
    await put(db, 1)
    [first] = await db.inbox.lease(1, 1, OVER)
    [second] = await db.inbox.lease(1, 1, LONG)

    async def too_late() -> None:
        async with db.work() as work:
            await work.marks.set("effect", first.items[0].at)
            await work.inbox.finish(first, done=[first.items[0].id])

    with pytest.raises(LeaseLost) as lost:
        await too_late()
    async with db.work() as work:
        no_effect = await work.marks.get("effect")
        await work.inbox.finish(second, done=[second.items[0].id])

    assert (lost.value.queue, lost.value.lane) == ("inbox", "ann")
    assert no_effect is None
    assert second.items == first.items
    assert await leased(db) == {}


async def test_a_lease_that_is_over_still_counts_while_nobody_took_the_lane(db: Database) -> None:
    await put(db, 1)
    [lease] = await db.inbox.lease(1, 1, OVER)

    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id])

    assert await leased(db) == {}


async def test_a_lease_ends_only_once(db: Database) -> None:
    await put(db, 1, 2)
    [lease] = await db.inbox.lease(1, 1, LONG)
    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id])

    with pytest.raises(LeaseLost):
        async with db.work() as work:
            await work.inbox.finish(lease, done=[lease.items[0].id])


async def test_a_finish_rolled_back_leaves_the_lease(db: Database) -> None:
    await put(db, 1)
    [lease] = await db.inbox.lease(1, 1, LONG)

    async def in_vain() -> None:
        async with db.work() as work:
            await work.inbox.finish(lease, done=[lease.items[0].id])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await in_vain()

    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id])
    assert await db.inbox.backlog() == Backlog(0, None)


async def test_retrying_moves_the_whole_lane(db: Database) -> None:
    await put(db, 1, 2)
    await put(db, 3, lane="ben")
    [lease] = await db.inbox.lease(1, 1, LONG)
    async with db.work() as work:
        await work.inbox.finish(lease, retry_in=LONG)
    await put(db, 4)

    assert await leased(db) == {"ben": [3]}


async def test_retrying_at_once_keeps_the_order(db: Database) -> None:
    await put(db, 1, 2, 3)
    [lease] = await db.inbox.lease(1, 2, LONG)
    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id])

    assert await leased(db) == {"ann": [2, 3]}


async def test_attempts_count_until_something_is_done(db: Database) -> None:
    await put(db, 1, 2)
    counts = []
    for _ in range(2):  # two crashes
        [lease] = await db.inbox.lease(1, 2, OVER)
        counts.append(lease.attempts)
    [lease] = await db.inbox.lease(1, 2, LONG)
    counts.append(lease.attempts)
    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id])
    [lease] = await db.inbox.lease(1, 2, LONG)
    counts.append(lease.attempts)
    async with db.work() as work:
        await work.inbox.finish(lease, retry_in=0)
    [lease] = await db.inbox.lease(1, 2, LONG)
    counts.append(lease.attempts)

    assert counts == [1, 2, 3, 1, 2]


async def test_an_item_tried_behind_a_done_one_counts_its_attempt(db: Database) -> None:
    await put(db, 1, 2)
    [lease] = await db.inbox.lease(1, 2, LONG)
    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id], retry_in=0)

    [lease] = await db.inbox.lease(1, 2, LONG)
    assert lease.attempts == 2


async def test_a_lease_can_be_kept_from_item_to_item(db: Database) -> None:
    await put(db, 1, 2)
    [lease] = await db.inbox.lease(1, 2, LONG)

    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id], keep_for=LONG)
    between = await leased(db)
    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[1].id])

    assert between == {}
    assert await db.inbox.backlog() == Backlog(0, None)


async def test_dead_items_are_out_of_the_way_and_can_be_revived(db: Database) -> None:
    await put(db, 1, 2)
    [lease] = await db.inbox.lease(1, 1, LONG)
    async with db.work() as work:
        await work.inbox.finish(lease, dead={lease.items[0].id: "no sense in it"})

    [dead] = await db.inbox.dead()
    assert (dead.id, dead.lane, dead.payload, dead.reason) == (
        lease.items[0].id,
        "ann",
        {"update_id": 1},
        "no sense in it",
    )
    assert await db.inbox.purge(timedelta(0)) == 0
    assert await db.inbox.revive([dead.id, 9_999]) == 1
    assert await db.inbox.dead() == []
    assert await leased(db) == {"ann": [1, 2]}


async def test_backlog_counts_what_waits(db: Database) -> None:
    await put(db, 1, 2)
    await put(db, 3, lane="ben")
    [lease] = await db.inbox.lease(1, 1, LONG)
    oldest = lease.items[0].at

    before = await db.inbox.backlog()
    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id])

    assert before == Backlog(3, oldest)
    assert (await db.inbox.backlog()).pending == 2


async def test_purge_forgets_what_is_done_but_never_an_update_within_a_day(db: Database, sent: int) -> None:
    await put(db, 1)
    [lease] = await db.inbox.lease(1, 1, LONG)
    async with db.work() as work:
        await work.inbox.finish(lease, done=[lease.items[0].id])
    [lease] = await db.outbox.lease(1, 1, LONG)
    async with db.work() as work:
        await work.outbox.finish(lease, done=[lease.items[0].id])

    assert await db.inbox.purge(timedelta(0)) == 0
    assert await db.outbox.purge(timedelta(hours=1)) == 0
    assert await db.outbox.purge(timedelta(0)) == sent
    assert await db.inbox.put([update(1)]) == 0


async def test_many_workers_do_everything_once_and_in_order(db: Database) -> None:
    """Four workers take lanes, while more comes in, and lose every seventh lease on the way."""
    for start in range(0, 60, 6):
        await db.inbox.put([update(number, f"chat {number % 5}") for number in range(start, start + 6)])
    done: list[int] = []
    turns = 0

    async def work_on() -> None:
        nonlocal turns
        while (await db.inbox.backlog()).pending:
            turns += 1
            for lease in await db.inbox.lease(2, 3, OVER if turns % 7 == 0 else LONG):
                try:
                    async with db.work() as work:
                        numbers = [item.payload["update_id"] for item in lease.items]
                        await work.inbox.finish(lease, done=[item.id for item in lease.items])
                except LeaseLost:
                    continue
                done.extend(numbers)
            await asyncio.sleep(0)

    async def more() -> None:
        for start in range(60, 120, 6):
            await db.inbox.put([update(number, f"chat {number % 5}") for number in range(start, start + 6)])

    await asyncio.gather(more(), *(work_on() for _ in range(4)))
    await work_on()

    assert Counter(done) == Counter(range(120))
    for chat in range(5):
        mine = [number for number in done if number % 5 == chat]
        assert mine == sorted(mine)
