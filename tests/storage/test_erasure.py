"""Erasing a person: no column is forgotten, nothing of theirs is left in any table, and nothing of others is lost."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from conversations.cases.case import Case
from conversations.cases.evidence import File, FileKind
from conversations.cases.facts import MessagePassedOn
from conversations.cases.orders import Order
from conversations.cases.roles import Role
from conversations.messages import Notice, Outgoing, Person, Room, Sender
from conversations.phrase import Phrase
from conversations.ports import Link, LinkPurpose, OpenDialog, Wishes
from storage.database import Database
from storage.erasure import COLUMNS, without_quotes
from storage.queues import RawUpdate
from storage.tables import metadata

HOUR = timedelta(hours=1)
People = tuple[Person, Person, Person]


def test_every_column_of_every_table_is_known() -> None:
    """A new column has to say what becomes of it when a person is erased: see `storage.erasure.How`."""
    known = {(table, column) for table, columns in COLUMNS.items() for column in columns}

    assert known == {(table.name, column.name) for table in metadata.tables.values() for column in table.columns}


async def everything(db: Database) -> dict[str, str]:
    """Every table as text."""
    async with db._writer.connect() as connection:
        return {
            name: json.dumps([list(map(str, row)) for row in (await connection.execute(select(table))).all()])
            for name, table in metadata.tables.items()
        }


async def work_off(db: Database) -> None:
    for queue in ("inbox", "outbox"):
        for leased in await getattr(db, queue).lease(50, 50, 30):
            async with db.work() as work:
                await getattr(work, queue).finish(leased, done=[item.id for item in leased.items])


async def live(db: Database, person: Person, other: Person, order: Order, case: Case) -> None:
    """Something of the person stands in every table that can hold it."""
    now = case.opened_at
    async with db.work() as work:
        await work.people.greet(Sender(address=person.address, name="CANARY-NAME", language="de"))
        await work.orders.bind(order.key, person.id)
        token = await work.links.issue(Link(purpose=LinkPurpose.ORDER, store=order.key.store), expires_at=None)
        await work.links.redeem(token, now, person=person.id)
        await work.guesses.add(person.id, now)
        await work.dialogs.keep(person.id, (OpenDialog(name="intake", ref="DRAFT1", step="", answers={"w": "CANARY"}),))
        file = File(kind=FileKind.PHOTO, file_id="CANARY", unique_id="u", size=9, chat=person.address)
        [draft] = await work.evidence.add("DRAFT1", [file], by=Role.BUYER, at=now, caption="CANARY")
        await work.evidence.save("DRAFT1", replace(draft, sha256="aa" * 32, copy="bb" * 32))
        group = await work.people.greet(Sender(address=-4001, name="The desk"))
        await work.rooms.keep(group.id, Room(role=Role.SELLER, store="Lumen", linked_by=person.id, linked_at=now))
        await work.posts.record(person.address, 5, ref=case.ref)
        await work.posts.record(other.address, 6, ref=case.ref, origin=(person.address, 4))
        for to, ref in ((person.id, ""), (other.id, case.ref), (other.id, "")):
            words = Phrase("{name} says CANARY", name="CANARY-NAME")
            await work.outbox.add(Outgoing(to=to, body=Notice(lines=(words,)), ref=ref))
    mine = {"message": {"text": "CANARY", "chat": {"id": person.address}}}
    quoted = {
        "message": {
            "text": "hm",
            "reply_to_message": {"message_id": 6, "chat": {"id": other.address}, "text": "CANARY"},
        }
    }
    in_a_group = {"message": {"text": "/reply CANARY", "from": {"id": person.address}, "chat": {"id": -4001}}}
    in_another = {"message": {"text": "/help CANARY", "from": {"id": person.address}, "chat": {"id": -4002}}}
    await db.inbox.put(
        [
            RawUpdate(1, str(person.address), mine),
            RawUpdate(2, str(other.address), quoted),
            RawUpdate(3, "-4001", in_a_group),
            RawUpdate(4, "-4002", in_another),
        ]
    )


async def test_nothing_is_left_of_an_erased_person(db: Database, people: People, order: Order, opened: Case) -> None:
    ann, ben, _ = people
    ann = replace(ann, address=7_770_007_770)  # a messenger's ids outgrow 32 bits
    async with db.work() as work:
        await work.people.save(ann)
    await live(db, ann, ben, order, opened)
    canaries = ("CANARY", "7770007770", order.code)
    before = await everything(db)
    assert all(any(canary in each for each in before.values()) for canary in canaries)
    async with db.reading() as work:
        assert not await work.privacy.is_quiet(ann.id, ann.address, [opened.ref], since=opened.opened_at + HOUR)
    await work_off(db)
    async with db.reading() as work:
        assert await work.privacy.is_quiet(ann.id, ann.address, [opened.ref], since=opened.opened_at + HOUR)
        assert not await work.privacy.is_quiet(ann.id, ann.address, [opened.ref], since=opened.opened_at)

    async with db.reading() as work:
        taken_along = await work.privacy.traces(ann.id, ann.address)
    assert [each["update"]["message"]["text"] for each in taken_along["received"]] == [
        "CANARY", "/reply CANARY", "/help CANARY",  # the last in a group that was never linked, or has another number since
    ]  # fmt: skip
    async with db.work() as work:
        files = await work.erasure.person(await work.people.get(ann.id), [opened.ref])

    assert files == {"aa" * 32, "bb" * 32}
    after = await everything(db)
    assert {(canary, name) for canary in canaries for name, each in after.items() if canary in each} == set()
    async with db.work() as work:
        gone = await work.people.get(ann.id)
        assert (gone.name, gone.language, gone.is_reachable) == ("", "", False)
        anew = await work.people.greet(Sender(address=ann.address, name="Ann"))
        assert anew.id != ann.id
        assert await work.orders.of(anew.id) == []
        assert (await work.people.get(ben.id)).name == "Ben"
        assert await work.posts.case_of(ben.address, 6) == opened.ref
    assert await db.inbox.put([RawUpdate(1, "1", {})]) == 0  # an update that is repeated is still known


async def test_an_erased_entry_leaves_the_chain_whole_and_a_changed_one_shows(db: Database, opened: Case) -> None:
    async with db.work() as work:
        told = [MessagePassedOn("one"), MessagePassedOn("two"), MessagePassedOn("three")]
        await work.journal.add(opened.ref, told, who=Role.BUYER, person=1, at=opened.opened_at)
        await work.journal.erase(opened.ref, [2])
    async with db.reading() as work:
        assert await work.journal.verify(opened.ref) is None
        assert [type(entry.fact).__name__ for entry in await work.journal.of(opened.ref)] == [
            "MessagePassedOn", "EntryErased", "MessagePassedOn",
        ]  # fmt: skip
    async with db._writer.begin() as connection:
        await connection.execute(text("update journal set who = 'seller' where n = 2"))
    async with db.reading() as work:
        assert await work.journal.verify(opened.ref) == 2


async def test_a_file_that_two_have_sent_stays_for_the_other(db: Database, opened: Case) -> None:
    async with db.work() as work:
        file = File(kind=FileKind.PHOTO, file_id="f", unique_id="u", size=9)
        [shown] = await work.evidence.add(opened.ref, [file], by=Role.SELLER, at=opened.opened_at)
        await work.evidence.save(opened.ref, replace(shown, sha256="aa", copy="bb"))

        assert await work.erasure.unneeded(["aa", "bb", "cc"]) == {"cc"}
        assert await work.erasure.unneeded([]) == frozenset()


async def test_what_was_kept_long_enough_is_found_unless_it_is_held(db: Database, people: People, opened: Case) -> None:
    end = opened.opened_at + HOUR
    async with db.work() as work:
        await work.cases.save(replace(opened, ended_at=end))
        await work.journal.add(opened.ref, [MessagePassedOn("hm")], who=Role.SELLER, person=2, at=end)

    async def outdated(before: timedelta = HOUR) -> list[str]:
        async with db.reading() as work:
            return list(await work.privacy.outdated("texts", end + before, end, most=5))

    async def held() -> frozenset[str]:
        async with db.reading() as work:
            return await work.privacy.held_cases([opened.ref, "NOCASE"], end)

    assert await outdated(timedelta(0)) == []
    assert await held() == frozenset()
    assert await outdated() == [opened.ref]
    for person in (1, 2):
        async with db.work() as work:
            await work.privacy.hold(person, end + HOUR, "a lawsuit")
        assert await outdated() == []
        assert await held() == {opened.ref}
        async with db.work() as work:
            assert await work.privacy.release(person)
    async with db.work() as work:
        assert not await work.privacy.release(1)
        await work.privacy.note_outdated(opened.ref, "texts", end)
        await work.privacy.note_outdated(opened.ref, "texts", end)
    assert await outdated() == []


async def test_wishes_and_holds_do_not_touch_each_other(db: Database, people: People, opened: Case) -> None:
    at = opened.opened_at
    async with db.work() as work:
        await work.privacy.hold(1, at + HOUR, "a lawsuit")
        await work.privacy.keep(1, Wishes(exported_at=at, forget_at=at))
        await work.privacy.keep(2, Wishes(forget_at=at))
    async with db.reading() as work:
        assert await work.privacy.of(1) == Wishes(exported_at=at, forget_at=at, held_until=at + HOUR)
        assert [(hold.person, hold.reason) for hold in await work.privacy.holds()] == [(1, "a lawsuit")]
        assert await work.privacy.forgetting(at) == [2]
        assert await work.privacy.forgetting(at + HOUR) == [1, 2]
        assert await work.privacy.forgetting(at + HOUR, after=1) == [2]
        assert [case.ref for case in await work.privacy.cases_of(1)] == [opened.ref]
        assert await work.privacy.cases_of(2) == []


async def test_dialogs_codes_and_drafts_go_with_time_in_batches(db: Database, people: People, opened: Case) -> None:
    at = opened.opened_at
    file = File(kind=FileKind.PHOTO, file_id="f", unique_id="u", size=9)
    async with db.work() as work:
        for person in (1, 2):
            await work.dialogs.keep(person, (OpenDialog(name="intake", ref=f"DRAFT{person}", step="", answers={}),))
            await work.guesses.add(person, at)
        for ref in ("DRAFT1", "DROPPED", opened.ref):
            [shown] = await work.evidence.add(ref, [file], by=Role.BUYER, at=at)
            await work.evidence.save(ref, replace(shown, sha256=ref))
        assert await work.erasure.outdated_drafts(at, most=9) == frozenset()
        assert await work.erasure.outdated_drafts(at + HOUR, most=9) == {"DROPPED"}
        assert await work.guesses.purge(at, most=9) == 0
        assert [await work.guesses.purge(at + HOUR, most=1) for _ in range(3)] == [1, 1, 0]
        assert await work.erasure.outdated_dialogs(3600, most=9) == 0
        assert [await work.erasure.outdated_dialogs(-3600, most=1) for _ in range(3)] == [1, 1, 0]
        assert await work.erasure.outdated_drafts(at + HOUR, most=9) == {"DRAFT1"}


def test_of_a_quoted_message_only_its_name_is_left() -> None:
    chat = {"id": 7}
    pressed = {"message_id": 3, "chat": chat, "text": "secret", "reply_markup": {}}

    bare = without_quotes(
        {
            "callback_query": {"id": "1", "data": "x", "message": pressed, "from": chat},
            "message": {"text": "mine", "quote": {"text": "secret"}, "entities": [{"type": "bold"}]},
        }
    )

    assert bare == {
        "callback_query": {
            "id": "1",
            "data": "x",
            "message": {"chat": chat, "message_id": 3, "date": 0},
            "from": chat,
        },
        "message": {"text": "mine", "entities": [{"type": "bold"}]},
    }


@pytest.mark.parametrize("dead", [False, True])
async def test_a_queue_is_purged_in_batches_its_dead_letters_apart(db: Database, people: People, dead: bool) -> None:
    async with db.work() as work:
        for _ in range(3):
            await work.outbox.add(Outgoing(to=1, body=Notice(lines=(Phrase("Hello"),))))
    [leased] = await db.outbox.lease(1, 9, 30)
    ids = [item.id for item in leased.items]
    async with db.work() as work:
        await work.outbox.finish(leased, **({"dead": dict.fromkeys(ids, "no")} if dead else {"done": ids}))

    assert await db.outbox.purge(timedelta(0), dead=not dead) == 0
    assert [await db.outbox.purge(timedelta(0), dead=dead, most=2) for _ in range(3)] == [2, 1, 0]
