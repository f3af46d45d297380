"""Exhibits shown, against the playground: our copies in place of what came in, originals for who decides."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.playground import World, acting
from bot.playground.files import FileStore, Upload
from bot.playground.people import User
from bot.screens import render
from bot.workers.outbox import OutboxHandler
from bot.workers.showing import NO_EXHIBIT, NO_ORIGINAL
from conversations.cases.case import Case
from conversations.cases.evidence import File, FileKind
from conversations.messages import Exhibits, Notice, Outgoing, Person
from conversations.phrase import Phrase
from storage.database import Database
from storage.evidence_files import FolderStore

from .deliveries import chat, dead, deliver, inject, pending, picture, say, texts


@pytest.mark.parametrize("trouble", [None, "400", "500", "429", "drop_before"])
async def test_whoever_waits_for_a_file_to_go_up_sees_that_we_are_at_it(
    handler: OutboxHandler,
    sqlite_db: Database,
    world: World,
    wei: User,
    seller: Person,
    copies: FolderStore,
    trouble: str | None,
) -> None:
    if trouble:
        inject(world, {"method": "sendChatAction", "kind": trouble})
    kept = await copies.put(picture())
    photo = File(kind=FileKind.PHOTO, file_id="x", unique_id="U", size=8, kept=kept, mime="image/jpeg", name="E1.jpg")
    paper = replace(photo, kind=FileKind.DOCUMENT, unique_id="V", name="E2.jpg")
    for file in (photo, paper, paper):  # the last one is known already, and quick
        await say(sqlite_db, Exhibits(caption=Phrase("Evidence"), files=(file,)), to=seller)
        await deliver(handler, sqlite_db)

    made = [(r["method"], r["params"].get("action")) for r in world.requests.after(0)]
    assert made == [
        ("sendChatAction", "upload_photo"),
        ("sendPhoto", None),
        ("sendChatAction", "upload_document"),
        ("sendDocument", None),
        ("sendDocument", None),
    ]
    assert await pending(sqlite_db) == 0 and await dead(sqlite_db) == []


async def test_exhibits_cannot_be_passed_on(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, wei: User, seller: Person
) -> None:
    [sent] = await acting.send_files(world, ana, [Upload("a.jpg", picture(), "image/jpeg")])
    photo = File(kind=FileKind.PHOTO, file_id=sent["photo"][-1]["file_id"], unique_id="U", size=1)
    await say(sqlite_db, Exhibits(caption=Phrase("What you can do here"), files=(photo,)), to=seller)

    await deliver(handler, sqlite_db)

    [message] = chat(world, wei)
    assert message["has_protected_content"] is True
    assert message["caption"]


async def test_copies_go_out_in_place_of_what_came_in_and_go_up_once(
    handler: OutboxHandler,
    sqlite_db: Database,
    world: World,
    ana: User,
    wei: User,
    buyer: Person,
    seller: Person,
    copies: FolderStore,
) -> None:
    [sent] = await acting.send_files(world, ana, [Upload("Mia.jpg", b"original", "image/jpeg")], kind="document")
    kept = await copies.put(b"copy")
    given = File(
        kind=FileKind.DOCUMENT, file_id=sent["document"]["file_id"], unique_id="U", size=8, chat=ana.id, message=9
    )
    body = Exhibits(caption=Phrase("Evidence"), files=(replace(given, kept=kept, mime="image/jpeg", name="E1.jpg"),))

    for person in (seller, seller, buyer):
        await say(sqlite_db, body, to=person)
        await deliver(handler, sqlite_db)

    documents = [message["document"] for message in (*chat(world, wei), *chat(world, ana)[-1:])]
    assert {(each["file_name"], world.files.get(each["file_id"]).data) for each in documents} == {("E1.jpg", b"copy")}
    uploads = [request for request in world.requests.after(0) if "attach://" in str(request["params"])]
    assert len(uploads) == 1
    async with sqlite_db.reading() as work:
        assert await work.posts.copy_of(ana.id, 9, to=wei.id) == chat(world, wei)[-1]["message_id"]


async def test_copy_that_the_messenger_forgot_goes_up_again(
    handler: OutboxHandler, sqlite_db: Database, world: World, wei: User, seller: Person, copies: FolderStore
) -> None:
    file = File(
        kind=FileKind.DOCUMENT, file_id="x", unique_id="U", size=8, name="E1.pdf", kept=await copies.put(b"copy")
    )
    for _ in range(2):
        await say(sqlite_db, Exhibits(caption=Phrase("Evidence"), files=(file,)), to=seller)
        await deliver(handler, sqlite_db)
        world.files = FileStore()

    assert len(chat(world, wei)) == 2
    assert await dead(sqlite_db) == []


async def test_copy_that_is_lost_is_told_of_and_nothing_else_is_sent_for_it(
    handler: OutboxHandler, sqlite_db: Database, world: World, wei: User, seller: Person, copies: FolderStore
) -> None:
    """It stays a dead letter, and is sent when the operator has brought the file back."""
    kept = hashlib.sha256(b"copy").hexdigest()
    file = File(kind=FileKind.DOCUMENT, file_id="x", unique_id="U", size=8, name="E1.pdf", kept=kept)
    body = Exhibits(caption=Phrase("Evidence"), files=(file,))
    await say(sqlite_db, body, to=seller)

    await deliver(handler, sqlite_db)

    assert texts(world, wei) == [render(Notice(title=body.caption, lines=(NO_EXHIBIT,)), seller.language).text]
    assert await dead(sqlite_db) == ["file not to be had: MissingFile"]
    assert await copies.put(b"copy") == kept
    assert await sqlite_db.outbox.revive(None) == 1
    await deliver(handler, sqlite_db)
    assert [message["document"]["file_name"] for message in chat(world, wei)[1:]] == ["E1.pdf"]


@pytest.fixture
async def original(
    sqlite_db: Database, seller: Person, originals: FolderStore, a_case: Callable[..., Awaitable[Case]]
) -> Outgoing:
    """Wei arbitrates in the case, and has asked for the original of its third exhibit."""
    async with sqlite_db.work() as work:
        await work.people.save(replace(seller, is_arbitrator=True))
    await a_case("A7KQ2M", arbitrator=seller.id)
    kept = await originals.put(b"original")
    file = File(kind=FileKind.DOCUMENT, file_id="", unique_id="U", size=8, name="E3-original.heic", kept=kept)
    body = Exhibits(caption=Phrase("Evidence"), files=(file,), are_originals=True)
    return Outgoing(to=seller.id, body=body, ref="A7KQ2M")


async def test_original_goes_out_as_it_came_in_protected_and_is_read_each_time(
    handler: OutboxHandler,
    sqlite_db: Database,
    world: World,
    wei: User,
    seller: Person,
    originals: FolderStore,
    original: Outgoing,
) -> None:
    for _ in range(2):
        await say(sqlite_db, original, to=seller)
        await deliver(handler, sqlite_db)
    assert isinstance(original.body, Exhibits)
    await originals.remove(original.body.files[0].kept)
    await say(sqlite_db, original, to=seller)
    await deliver(handler, sqlite_db)

    *shown, told = chat(world, wei)
    assert [message["has_protected_content"] for message in shown] == [True, True]
    assert [world.files.get(message["document"]["file_id"]).data for message in shown] == [b"original"] * 2
    assert {message["document"]["file_name"] for message in shown} == {"E3-original.heic"}
    lost = Notice(title=original.body.caption, lines=(NO_ORIGINAL,))
    assert told["text"] == render(lost, seller.language).text
    assert await dead(sqlite_db) == ["file not to be had: MissingFile"]


@pytest.mark.parametrize("loses", ["office", "case"])
async def test_original_that_was_asked_for_does_not_come_to_who_decides_no_more(
    handler: OutboxHandler, sqlite_db: Database, world: World, wei: User, seller: Person, original: Outgoing, loses: str
) -> None:
    """What waits to be sent may outlast the role it was asked for in."""
    await say(sqlite_db, original, to=seller)
    async with sqlite_db.work() as work:
        if loses == "office":
            await work.people.save(replace(seller, is_arbitrator=False))
        else:
            case = await work.cases.get("A7KQ2M")
            assert case is not None
            await work.cases.save(replace(case, arbitrator=None))

    await deliver(handler, sqlite_db)

    assert chat(world, wei) == []
    assert (await pending(sqlite_db), await dead(sqlite_db)) == (0, [])
