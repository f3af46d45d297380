"""The outbox and the fetches, from a unit of work to their workers."""

from datetime import datetime

from conversations.cases.evidence import File, FileKind
from conversations.cases.roles import Role
from conversations.messages import Card, Choice, Copies, Notice, Outgoing, Placing, Style, Toast, card_slot
from conversations.phrase import Phrase
from storage.database import Database
from storage.queues import Fetch, SqlOutbox

LONG = 60.0


def notice(to: int, text: str) -> Outgoing:
    return Outgoing(to=to, body=Notice(lines=(Phrase("{words}", words=text),)))


async def test_what_is_said_comes_out_whole_and_in_order_for_each_person(db: Database, noon: datetime) -> None:
    button = Choice(Phrase("Accept"), "accept:A7KQ2M:3", Style.SUCCESS)
    card = Card(
        ref="A7KQ2M",
        title=Phrase("Case {ref}", ref="A7KQ2M"),
        state=Phrase.counted("{n} day left", "{n} days left", 3),
        turn=None,
        due_at=noon,
        default=Phrase("The offer lapses."),
        choices=((button,),),
    )
    said = [
        Outgoing(to=1, body=card, slot=card_slot("A7KQ2M"), placing=Placing.REPLACE, ref="A7KQ2M"),
        Outgoing(to=2, body=Copies(speaker=Phrase("The buyer"), source=101, messages=(5, 6)), ref="A7KQ2M"),
        Outgoing(to=1, body=Toast(query="q1", text=Phrase("Done"))),
        Outgoing(to=1, body=notice(1, "2026-03-01T12:00:00+00:00 \0 \ud83d ≠ a date").body, answers=7),
    ]

    async with db.work() as work:
        for outgoing in said:
            await work.outbox.add(outgoing)

    heard = {lease.lane: [item.payload for item in lease.items] for lease in await db.outbox.lease(9, 9, LONG)}
    assert heard == {"1": [said[0], said[2], said[3]], "2": [said[1]]}


async def test_nothing_is_said_in_a_work_undone(db: Database) -> None:
    try:
        async with db.work() as work:
            await work.outbox.add(notice(1, "never"))
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass

    assert await db.outbox.lease(9, 9, LONG) == []


async def test_new_evidence_is_to_be_fetched_in_its_order(db: Database, noon: datetime) -> None:
    photo = File(kind=FileKind.PHOTO, file_id="AgAD", unique_id="u1", size=10)

    async with db.work() as work:
        await work.evidence.add("A7KQ2M", [photo, photo], by=Role.BUYER, at=noon)

    [lease] = await db.fetches.lease(9, 9, LONG)
    assert lease.lane == "A7KQ2M"
    assert [item.payload for item in lease.items] == [Fetch("A7KQ2M", 1), Fetch("A7KQ2M", 2)]
    async with db.work() as work:
        await work.fetches.finish(lease, done=[item.id for item in lease.items])
    assert await db.fetches.lease(9, 9, LONG) == []


async def test_what_cannot_be_read_any_more_goes_to_the_dead_letters(db: Database) -> None:
    async with db.work() as work:
        _say_nonsense(work.outbox, lane="1")
        await work.outbox.add(notice(1, "fine"))
        _say_nonsense(work.outbox, lane="2")

    leases = await db.outbox.lease(9, 9, LONG)

    assert [[item.payload for item in lease.items] for lease in leases] == [[notice(1, "fine")]]
    assert [letter.payload for letter in await db.outbox.dead()] == [{"no": "sense"}, {"no": "sense"}]
    async with db.work() as work:
        await work.outbox.finish(leases[0], done=[leases[0].items[0].id])
    assert (await db.outbox.backlog()).pending == 0


def _say_nonsense(outbox: SqlOutbox, *, lane: str) -> None:
    outbox._tx.put("outbox", lane, {"no": "sense"})
