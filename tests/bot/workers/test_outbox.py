"""The outbox against the playground: what appears in whose chat, and what becomes of what cannot be sent."""

import asyncio
import hashlib
import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import insert

from bot.clock import AdjustableClock
from bot.messenger import DeliveryError, Place
from bot.playground import World, acting
from bot.playground.faults import Faults
from bot.playground.files import FileStore, Upload
from bot.playground.people import User
from bot.screens import Screen, render
from bot.telegram.sender import TelegramMessenger
from bot.workers.outbox import MISTAKES, PERHAPS, RETRY, OutboxHandler, OutboxWorker, arrange
from bot.workers.pace import UNLIMITED, Pace
from bot.workers.saying import SCREENFUL
from bot.workers.showing import NO_EXHIBIT, NO_ORIGINAL
from conversations.cases.case import Case
from conversations.cases.evidence import File, FileKind
from conversations.cases.outcomes import CaseOutcome
from conversations.messages import (
    Body,
    Card,
    Choice,
    Copies,
    Correction,
    Exhibits,
    Mark,
    Notice,
    Outgoing,
    Person,
    Placing,
    Question,
    Receipt,
    Review,
    Speech,
    Toast,
    Translation,
)
from conversations.phrase import Phrase
from storage.database import Database
from storage.evidence_files import FolderStore
from storage.lanes import Item, Leased
from storage.tables import outcomes

from .conftest import NOON, PlainDesk, until

GO = asyncio.Event()
BUYER = Phrase("The buyer writes")
BUTTONS = ((Choice(Phrase("Yes"), "v1:yes"),),)


class Menus:
    """Remembers whose menu was looked after."""

    def __init__(self) -> None:
        self.kept: list[int] = []

    async def keep(self, person: Person) -> None:
        self.kept.append(person.id)


@pytest.fixture
def menus() -> Menus:
    return Menus()


@pytest.fixture
def handler(
    sqlite_db: Database,
    desk: PlainDesk,
    messenger: TelegramMessenger,
    clock: AdjustableClock,
    menus: Menus,
    copies: FolderStore,
    originals: FolderStore,
) -> OutboxHandler:
    return OutboxHandler(
        sqlite_db,
        desk,
        messenger,
        clock,
        pace=Pace(UNLIMITED),
        keep_menu=menus.keep,
        copies=copies,
        originals=originals,
    )


@pytest.fixture
def originals(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "evidence")


@pytest.fixture
def copies(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "shown")


def notice(words: str) -> Notice:
    return Notice(lines=(Phrase("You said {words}", words=words),), choices=BUTTONS)


def question(words: str) -> Question:
    return Question(prompt=Phrase("You said {words}", words=words), choices=BUTTONS)


def card(words: str) -> Card:
    said = Phrase("You said {words}", words=words)
    return Card(ref="A7KQ2M", title=said, state=said, turn=None, due_at=None, default=None)


async def say(db: Database, *bodies: Body | Outgoing, to: Person) -> None:
    async with db.work() as work:
        for body in bodies:
            await work.outbox.add(body if isinstance(body, Outgoing) else Outgoing(to=to.id, body=body))


async def deliver(handler: OutboxHandler, db: Database, *, attempts: int = 1) -> None:
    """One lease of one person's messages."""
    [leased] = await db.outbox.lease(1, 10, 60)
    await handler.handle(replace(leased, attempts=attempts), GO)


async def dead(db: Database) -> list[str]:
    return [letter.reason for letter in await db.outbox.dead()]


async def pending(db: Database) -> int:
    return (await db.outbox.backlog()).pending


def chat(world: World, user: User) -> list[dict[str, Any]]:
    return list(world.chats[user.id].messages.values())


def texts(world: World, user: User) -> list[str]:
    return [message["text"].replace("\u2068", "").replace("\u2069", "") for message in chat(world, user)]


def inject(world: World, *rules: dict[str, Any]) -> None:
    world.inject(Faults.model_validate({"rules": list(rules)}))


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(buffer, "JPEG")
    return buffer.getvalue()


async def test_messages_arrive_in_order(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, menus: Menus
) -> None:
    await say(sqlite_db, *(notice(str(n)) for n in range(4)), to=buyer)

    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["You said 0", "You said 1", "You said 2", "You said 3"]
    assert await pending(sqlite_db) == 0
    assert menus.kept == [buyer.id]


async def test_everybody_reads_their_own_language(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, wei: User, buyer: Person, seller: Person
) -> None:
    help_text = Notice(lines=(Phrase("What you can do here"),))
    await say(sqlite_db, help_text, to=buyer)
    await say(sqlite_db, help_text, to=replace(seller))

    await deliver(handler, sqlite_db)
    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["What you can do here"]
    assert texts(world, wei) != texts(world, ana)


async def test_question_is_edited_in_place_and_sent_anew_when_it_is_gone(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    def asked(words: str) -> Outgoing:
        return Outgoing(to=buyer.id, body=question(words), slot="question", placing=Placing.REPLACE, ref="A")

    for words in ("one", "two"):
        await say(sqlite_db, asked(words), to=buyer)
        await deliver(handler, sqlite_db)
    [message] = chat(world, ana)

    assert texts(world, ana) == ["You said two"]

    world.remove(world.chats[ana.id], message["message_id"])
    await say(sqlite_db, asked("three"), to=buyer)
    await deliver(handler, sqlite_db)
    await say(sqlite_db, asked("four"), to=buyer)
    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["You said four"]
    async with sqlite_db.reading() as work:
        assert await work.posts.case_of(ana.id, chat(world, ana)[0]["message_id"]) == "A"


def live(words: str, buyer: Person) -> Outgoing:
    """A card as it changes in its place."""
    body = replace(card(words), choices=BUTTONS)
    return Outgoing(to=buyer.id, body=body, slot="card:A7KQ2M", placing=Placing.REPLACE)


def cards(world: World, user: User) -> list[tuple[int, str, bool]]:
    """Where in the chat which cards are, and whether they have buttons."""
    found = [
        (i, message["text"].split("\n")[0], "reply_markup" in message) for i, message in enumerate(chat(world, user))
    ]
    return [(i, words[len("You said \u2068") : -1], has) for i, words, has in found if words.endswith("!\u2069")]


async def test_card_is_shown_anew_at_the_bottom_when_more_than_a_screenful_came_after_it(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    async def told(*bodies: Body | Outgoing) -> None:
        await say(sqlite_db, *bodies, to=buyer)
        while await pending(sqlite_db):
            await deliver(handler, sqlite_db)

    await told(live("one!", buyer), *(notice(str(n)) for n in range(SCREENFUL - 1)))
    await told(live("two!", buyer))
    assert cards(world, ana) == [(0, "two!", True)]

    await told(notice("last"), live("three!", buyer))
    assert cards(world, ana) == [(0, "two!", False), (SCREENFUL + 1, "three!", True)]

    await told(live("four!", buyer))
    assert cards(world, ana) == [(0, "two!", False), (SCREENFUL + 1, "four!", True)]
    async with sqlite_db.reading() as work:
        assert await work.posts.in_slot(ana.id, "card:A7KQ2M") == chat(world, ana)[-1]["message_id"]


async def test_what_was_sent_in_the_same_turn_counts_before_it_is_written_down(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    asked = replace(live("two!", buyer), body=card("two!"))
    await say(sqlite_db, replace(asked, body=card("one!"), placing=Placing.BELOW), to=buyer)
    await say(sqlite_db, *(notice(str(n)) for n in range(SCREENFUL)), to=buyer)
    await say(sqlite_db, asked, to=buyer)

    [leased] = await sqlite_db.outbox.lease(1, 2 * SCREENFUL, 60)
    await handler.handle(leased, GO)

    assert [i for i, _, _ in cards(world, ana)] == [0, SCREENFUL + 1]


async def test_question_stays_where_it_is_however_much_came_after_it(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    asked = Outgoing(to=buyer.id, body=question("one!"), slot="question", placing=Placing.REPLACE)
    await say(sqlite_db, asked, *(notice(str(n)) for n in range(SCREENFUL)), to=buyer)
    await say(sqlite_db, replace(asked, body=question("two!")), to=buyer)

    while await pending(sqlite_db):
        await deliver(handler, sqlite_db)

    assert cards(world, ana) == [(0, "two!", True)]


@pytest.mark.parametrize("trouble", [None, "400", "500", "429", "drop_before"])
async def test_receipt_is_a_reaction_and_its_failure_is_none(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, trouble: str | None
) -> None:
    own = acting.send_text(world, ana, "Broken")["message_id"]
    if trouble:
        inject(world, {"method": "setMessageReaction", "kind": trouble})
    await say(sqlite_db, Receipt(message=own, mark=Mark.TAKEN), Receipt(message=own, mark=Mark.PASSED_ON), to=buyer)
    await say(sqlite_db, Receipt(message=own + 99, mark=Mark.TAKEN), notice("one"), to=buyer)

    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["Broken", "You said one"]
    assert await pending(sqlite_db) == 0 and await dead(sqlite_db) == []
    made = [r for r in world.requests.after(0) if r["method"] == "setMessageReaction"]
    assert len(made) == 3
    assert [r["params"]["reaction"] for r in made[:2]] == [
        [{"type": "emoji", "emoji": "👀"}],
        [{"type": "emoji", "emoji": "👌"}],
    ]
    assert [r["ok"] for r in made] == [not trouble, not trouble, False]


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


class Dictionary:
    """Implements bot.translation.Translator: knows a few words in any language."""

    def __init__(self, **known: str) -> None:
        self.known, self.asked = known, list[tuple[str, str]]()

    async def translate(self, text: str, *, to: str) -> str | None:
        self.asked.append((text, to))
        return self.known.get(text)


async def test_translation_comes_under_the_words_in_answer_to_them(
    sqlite_db: Database,
    desk: PlainDesk,
    messenger: TelegramMessenger,
    clock: AdjustableClock,
    menus: Menus,
    copies: FolderStore,
    world: World,
    ana: User,
    wei: User,
    seller: Person,
) -> None:
    dictionary = Dictionary(Broken="坏了 <b>不</b>")
    handler = OutboxHandler(
        sqlite_db,
        desk,
        messenger,
        clock,
        pace=Pace(UNLIMITED),
        keep_menu=menus.keep,
        copies=copies,
        originals=copies,
        translator=dictionary,
    )
    for words in ("Broken", "Unknown"):
        own = acting.send_text(world, ana, words)["message_id"]
        await say(
            sqlite_db,
            Speech(speaker=BUYER, text=words, source=ana.id, message=own),
            Translation(text=words, source=ana.id, message=own),
            to=seller,
        )
    await deliver(handler, sqlite_db)

    first, translated, second = chat(world, wei)
    assert first["text"].endswith("\nBroken") and second["text"].endswith("\nUnknown")
    label, _, words = translated["text"].partition("\n")
    assert words == "坏了 <b>不</b>"
    assert translated["entities"][0] == {"type": "bold", "offset": 0, "length": len(label)}
    assert translated["reply_to_message"]["message_id"] == first["message_id"]
    assert dictionary.asked == [("Broken", "zh_Hans"), ("Unknown", "zh_Hans")]
    assert await pending(sqlite_db) == 0 and await dead(sqlite_db) == []


async def test_where_nobody_translates_nothing_is_said(
    handler: OutboxHandler, sqlite_db: Database, world: World, wei: User, seller: Person
) -> None:
    await say(sqlite_db, Translation(text="Broken", source=1, message=1), to=seller)

    await deliver(handler, sqlite_db)

    assert chat(world, wei) == []
    assert await pending(sqlite_db) == 0 and await dead(sqlite_db) == []


async def test_message_at_the_bottom_takes_the_buttons_along(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    for words in ("one", "two"):
        below = Outgoing(to=buyer.id, body=question(words), slot="question", placing=Placing.BELOW)
        await say(sqlite_db, below, to=buyer)
        await deliver(handler, sqlite_db)

    assert [("reply_markup" in message) for message in chat(world, ana)] == [False, True]
    async with sqlite_db.reading() as work:
        assert await work.posts.in_slot(ana.id, "question") == chat(world, ana)[-1]["message_id"]


async def test_notice_is_the_last_word_in_its_slot(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    asked = Outgoing(to=buyer.id, body=question("one"), slot="question", placing=Placing.REPLACE)

    for body in (question("one"), notice("two"), question("three")):
        await say(sqlite_db, replace(asked, body=body), to=buyer)
    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["You said two", "You said three"]


async def test_relayed_words_follow_their_correction(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, wei: User, buyer: Person, seller: Person
) -> None:
    original = acting.send_text(world, ana, "Brocken")["message_id"]
    await say(sqlite_db, Speech(speaker=BUYER, text="Brocken", source=ana.id, message=original), to=seller)
    await deliver(handler, sqlite_db)

    correction = Correction(speaker=BUYER, text="Broken", source=ana.id, message=original)
    await say(sqlite_db, correction, to=seller)
    await deliver(handler, sqlite_db)

    [message] = chat(world, wei)
    assert message["text"].endswith("Broken")


async def test_relayed_photo_keeps_its_place_and_its_corrected_caption(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, wei: User, buyer: Person, seller: Person
) -> None:
    [sent] = await acting.send_files(world, ana, [Upload("a.jpg", picture(), "image/jpeg")], caption="Brocken")
    original = sent["message_id"]
    copies = Copies(speaker=BUYER, source=ana.id, messages=(original,), caption="Brocken")
    await say(sqlite_db, Outgoing(to=seller.id, body=copies, ref="A"), to=seller)
    await deliver(handler, sqlite_db)

    await say(sqlite_db, Correction(speaker=BUYER, text="Broken", source=ana.id, message=original), to=seller)
    await deliver(handler, sqlite_db)

    [message] = chat(world, wei)
    assert "photo" in message and message["caption"].endswith("\nBroken")
    async with sqlite_db.reading() as work:
        assert await work.posts.case_of(wei.id, message["message_id"]) == "A"
        assert await work.posts.case_of(ana.id, original) == "A"


async def test_correction_of_what_was_never_relayed_is_said_anew(
    handler: OutboxHandler, sqlite_db: Database, world: World, wei: User, seller: Person
) -> None:
    await say(sqlite_db, Correction(speaker=BUYER, text="Broken", source=1, message=2), to=seller)

    await deliver(handler, sqlite_db)

    assert [text.endswith("Broken") for text in texts(world, wei)] == [True]


async def test_album_is_relayed_under_a_line_that_says_who_speaks(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, wei: User, seller: Person
) -> None:
    photos = [Upload(f"{n}.jpg", picture(), "image/jpeg") for n in range(2)]
    sent = tuple(message["message_id"] for message in await acting.send_files(world, ana, photos))
    await say(sqlite_db, Copies(speaker=BUYER, source=ana.id, messages=sent), to=seller)

    await deliver(handler, sqlite_db)

    line, *album = chat(world, wei)
    assert "text" in line
    assert ["photo" in message for message in album] == [True, True]
    async with sqlite_db.reading() as work:
        copies = [await work.posts.copy_of(ana.id, each, to=wei.id) for each in sent]
    assert copies == [message["message_id"] for message in album]


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


async def test_notice_that_stays_gives_way_to_the_next_in_its_slot(
    handler: OutboxHandler, sqlite_db: Database, world: World, wei: User, seller: Person
) -> None:
    for words in ("one", "two"):
        body = replace(notice(words), stays=True)
        await say(sqlite_db, Outgoing(to=seller.id, body=body, slot="album:7", placing=Placing.REPLACE), to=seller)
        await deliver(handler, sqlite_db)

    assert len(chat(world, wei)) == 1 and "two" in texts(world, wei)[0]


async def test_press_is_answered_before_anything_is_sent(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    await say(sqlite_db, notice("one"), notice("two"), Toast(query="1"), to=buyer)

    await deliver(handler, sqlite_db)

    methods = [request["method"] for request in world.requests.after(0)]
    assert methods == ["answerCallbackQuery", "sendMessage", "sendMessage"]
    assert await pending(sqlite_db) == 0 and await dead(sqlite_db) == []


async def test_person_who_blocked_us_is_parked_and_the_desk_told_once(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, desk: PlainDesk
) -> None:
    acting.block(world, ana)
    await say(sqlite_db, notice("one"), notice("two"), to=buyer)

    await deliver(handler, sqlite_db)

    assert desk.told == [buyer.id]
    assert await pending(sqlite_db) == 0
    assert [reason.partition(":")[0] for reason in await dead(sqlite_db)] == ["unreachable", "unreachable"]
    assert texts(world, ana) == []


async def test_person_who_came_back_hears_us_again(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, desk: PlainDesk
) -> None:
    async with sqlite_db.work() as work:
        await work.people.save(replace(buyer, is_reachable=False))
    await say(sqlite_db, notice("one"), to=buyer)

    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["You said one"]


@pytest.mark.parametrize("kind", ["429", "500", "502", "drop_before"])
async def test_passing_trouble_is_waited_out_in_order(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, kind: str
) -> None:
    inject(world, {"method": "sendMessage", "kind": kind, "times": 1})
    await say(sqlite_db, notice("one"), notice("two"), to=buyer)

    await deliver(handler, sqlite_db)

    assert texts(world, ana) == []
    assert await pending(sqlite_db) == 2
    assert await sqlite_db.outbox.lease(1, 10, 60) == []  # later
    assert await dead(sqlite_db) == []


async def test_what_was_sent_is_written_down_before_what_fails(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    await say(sqlite_db, notice("one"), notice("two"), to=buyer)
    [leased] = await sqlite_db.outbox.lease(1, 10, 60)
    await handler.handle(replace(leased, items=leased.items[:1]), GO)
    inject(world, {"method": "sendMessage", "kind": "500"})

    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["You said one"]
    assert await pending(sqlite_db) == 1


async def test_message_that_may_have_arrived_is_repeated_so_often_and_counted(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    inject(world, {"method": "sendMessage", "kind": "drop_after"})
    await say(sqlite_db, notice("one"), to=buyer)
    [leased] = await sqlite_db.outbox.lease(1, 10, 0)

    while await pending(sqlite_db):
        await handler.handle(leased, GO)
        if found := await lease_now(sqlite_db):
            leased = found

    assert texts(world, ana) == ["You said one"] * RETRY.unsure
    assert handler.repeats == RETRY.unsure - 1
    assert [reason.startswith(PERHAPS) for reason in await dead(sqlite_db)] == [True]


async def lease_now(db: Database) -> Leased[Outgoing] | None:
    """Leases a lane as if the time of its next try had come."""
    from sqlalchemy import update

    from storage.tables import lanes

    async with db._transaction() as tx:
        await tx.run(update(lanes).where(lanes.c.ready_at.is_not(None)).values(ready_at=tx.clock(-1)))
    found = await db.outbox.lease(1, 10, 60)
    return found[0] if found else None


async def test_edit_that_may_have_arrived_is_no_repeat(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    asked = Outgoing(to=buyer.id, body=question("one"), slot="question", placing=Placing.REPLACE)
    await say(sqlite_db, asked, to=buyer)
    await deliver(handler, sqlite_db)
    inject(world, {"method": "editMessageText", "kind": "drop_after", "times": 1})
    await say(sqlite_db, replace(asked, body=question("two")), to=buyer)

    await deliver(handler, sqlite_db)
    leased = await lease_now(sqlite_db)
    assert leased is not None
    await handler.handle(leased, GO)

    assert texts(world, ana) == ["You said two"]
    assert handler.repeats == 0
    assert await pending(sqlite_db) == 0


async def test_message_nobody_could_send_is_a_dead_letter_and_the_next_goes_on(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, desk: PlainDesk
) -> None:
    inject(world, {"method": "sendMessage", "kind": "400", "times": 1})
    await say(sqlite_db, notice("one"), notice("two"), to=buyer)

    await deliver(handler, sqlite_db)

    assert texts(world, ana) == ["You said two"]
    assert await dead(sqlite_db) == ["Injected by the playground"]
    assert desk.told == []


async def test_message_is_given_up_after_a_day_of_trying(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    inject(world, {"method": "sendMessage", "kind": "500", "times": 1})
    await say(sqlite_db, notice("one"), notice("two"), to=buyer)

    await deliver(handler, sqlite_db, attempts=RETRY.attempts)

    assert texts(world, ana) == ["You said two"]
    assert len(await dead(sqlite_db)) == 1


async def test_group_that_moved_is_followed(
    handler: OutboxHandler, sqlite_db: Database, world: World, buyer: Person
) -> None:
    group = world.add_group("Operators", is_basic=True)
    moved = world.upgrade_group(group)
    async with sqlite_db.work() as work:
        await work.people.save(replace(buyer, address=group.id))
    await say(sqlite_db, notice("one"), to=buyer)

    await deliver(handler, sqlite_db)
    await deliver(handler, sqlite_db)

    assert [message["text"] for message in moved.messages.values() if "text" in message] == ["You said \u2068one\u2069"]


async def test_when_it_is_time_to_stop_the_rest_waits(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    stop = asyncio.Event()
    stop.set()
    await say(sqlite_db, notice("one"), notice("two"), to=buyer)
    [leased] = await sqlite_db.outbox.lease(1, 10, 60)

    await handler.handle(leased, stop)

    assert texts(world, ana) == ["You said one"]
    assert len(await sqlite_db.outbox.lease(1, 10, 60)) == 1  # given back


async def test_messages_of_the_clock_are_no_different(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    due = Notice(lines=(Phrase("Until {at}", at=NOON),))
    await say(sqlite_db, due, to=buyer)

    await deliver(handler, sqlite_db)

    [message] = chat(world, ana)
    [entity] = message["entities"]
    assert (entity["type"], entity["unix_time"]) == ("date_time", int(NOON.timestamp()))


def items(*outgoing: Outgoing) -> list[Item[Outgoing]]:
    return [Item(number, each, NOON) for number, each in enumerate(outgoing, 1)]


def arranged(items: Sequence[Item[Outgoing]]) -> list[tuple[int, tuple[int, ...]]]:
    return [(item.id, covered) for item, covered in arrange(items)]


def test_older_cards_are_superfluous() -> None:
    one = Outgoing(to=1, body=card("x"), slot="card:A", placing=Placing.REPLACE)
    other = Outgoing(to=1, body=card("x"), slot="card:B", placing=Placing.REPLACE)
    plain = Outgoing(to=1, body=notice("x"))

    assert arranged(items(one, plain, other, one, one)) == [(2, ()), (3, ()), (5, (1, 4))]


def test_card_that_has_to_be_at_the_bottom_is_never_left_out() -> None:
    below = Outgoing(to=1, body=card("x"), slot="card:A", placing=Placing.BELOW)
    edit = Outgoing(to=1, body=card("x"), slot="card:A", placing=Placing.REPLACE)

    assert arranged(items(edit, below, edit, edit)) == [(2, ()), (4, (1, 3))]


def test_questions_and_notices_are_all_said() -> None:
    asked = Outgoing(to=1, body=question("x"), slot="question", placing=Placing.REPLACE)
    told = Outgoing(to=1, body=notice("x"), slot="question", placing=Placing.REPLACE)

    assert arranged(items(asked, told, asked)) == [(1, ()), (2, ()), (3, ())]


def test_toasts_come_first_in_their_order() -> None:
    toast = Outgoing(to=1, body=Toast(query="1"))
    plain = Outgoing(to=1, body=notice("x"))

    assert arranged(items(plain, toast, plain, toast)) == [(2, ()), (4, ()), (1, ()), (3, ())]


# --- handed over -----------------------------------------------------------------------------------------------


async def test_what_is_put_in_is_said_without_a_look_and_what_comes_meanwhile_goes_along(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    stop, worker = asyncio.Event(), OutboxWorker(sqlite_db, handler)
    running = asyncio.create_task(worker.run(stop))
    await asyncio.sleep(0)  # it has begun

    for number in range(20):
        await say(sqlite_db, notice(str(number)), to=buyer)
        await asyncio.sleep(0)
    await until(lambda: len(texts(world, ana)) == 20)
    stop.set()
    await running

    assert texts(world, ana) == [f"You said {number}" for number in range(20)]
    assert await pending(sqlite_db) == 0


async def test_what_others_left_behind_is_said_too(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    await say(sqlite_db, notice("one"), to=buyer)
    stop, worker = asyncio.Event(), OutboxWorker(sqlite_db, handler)

    running = asyncio.create_task(worker.run(stop))
    await until(lambda: texts(world, ana) == ["You said one"])
    stop.set()
    await running

    assert await pending(sqlite_db) == 0


async def test_what_was_handed_over_and_not_said_is_found_when_the_lease_is_over(
    sqlite_db: Database, buyer: Person
) -> None:
    handed: list[Any] = []
    with sqlite_db.taking_over("outbox", 0, handed.extend):
        await say(sqlite_db, notice("one"), to=buyer)

    [leased] = await sqlite_db.outbox.lease(1, 10, 60)

    assert [item.payload for item in leased.items] == [item.payload for item in handed[0].items]


async def test_mistake_of_ours_is_not_sent_for_ever(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumble(*_: object) -> list[Any]:
        raise KeyError("no such phrase")

    await say(sqlite_db, notice("one"), to=buyer)
    with monkeypatch.context() as patched:
        patched.setattr(handler._delivery, "deliver", stumble)
        await deliver(handler, sqlite_db, attempts=MISTAKES - 1)
        assert await pending(sqlite_db) == 1
        leased = await lease_now(sqlite_db)
        assert leased is not None
        await handler.handle(replace(leased, attempts=MISTAKES), GO)

    assert await pending(sqlite_db) == 0
    assert await dead(sqlite_db) == ["KeyError: 'no such phrase'"]


async def test_what_is_answered_in_a_lane_under_way_keeps_its_slots(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, buyer: Person
) -> None:
    """Questions edited in place, one after the other, without a look at the database in between."""
    asked = Outgoing(to=buyer.id, body=question("0"), slot="question", placing=Placing.REPLACE)
    stop, worker = asyncio.Event(), OutboxWorker(sqlite_db, handler)
    running = asyncio.create_task(worker.run(stop))
    await asyncio.sleep(0)

    for number in range(8):
        await say(sqlite_db, replace(asked, body=question(str(number))), to=buyer)
    await until(lambda: texts(world, ana) == ["You said 7"])
    stop.set()
    await running

    async with sqlite_db.reading() as work:
        assert await work.posts.in_slot(ana.id, "question") == chat(world, ana)[0]["message_id"]


async def test_long_text_goes_on_behind_the_part_that_was_sent(
    handler: OutboxHandler,
    sqlite_db: Database,
    messenger: TelegramMessenger,
    world: World,
    ana: User,
    buyer: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Even in another process: what goes on has only the database to tell it what was sent."""
    send = messenger.send

    async def once(place: Place, screen: Screen, *, answers: int | None = None) -> tuple[int, ...]:
        if chat(world, ana):
            raise DeliveryError("the line is down")
        return await send(place, screen, answers=answers)

    await say(sqlite_db, notice("first " * 900 + "last"), to=buyer)
    with monkeypatch.context() as patched:
        patched.setattr(messenger, "send", once)
        await deliver(handler, sqlite_db)
    assert await pending(sqlite_db) == 1 and len(chat(world, ana)) == 1
    leased = await lease_now(sqlite_db)
    assert leased is not None
    await handler.handle(leased, GO)

    assert len(chat(world, ana)) == 2
    assert " ".join(texts(world, ana)).count("first") == 900
    assert await pending(sqlite_db) == 0
    async with sqlite_db.reading() as work:
        assert await work.posts.in_slot(ana.id, f"part:{leased.items[0].id}:0") is None


# --- reports ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def review(sqlite_db: Database) -> Review:
    """Of a store with six cases, none of which was answered within two days."""
    opened = NOON - timedelta(days=3)
    rows = [
        CaseOutcome(
            ref=f"R{n}",
            store="Acme",
            remedy="refund",
            ground="quality",
            reason="faulty",
            currency="USD",
            opened_at=opened,
            state="settled",
            answer_seconds=48 * 3600,
        )
        for n in range(6)
    ]
    async with sqlite_db._writer.begin() as connection:
        await connection.execute(insert(outcomes), [asdict(row) for row in rows])
    return Review(store="Acme", days=7, ends=NOON, choices=BUTTONS)


@pytest.fixture
async def merchant(sqlite_db: Database, buyer: Person) -> Person:
    async with sqlite_db.work() as work:
        await work.people.save(replace(buyer, stores=frozenset({"Acme"})))
    return replace(buyer, stores=frozenset({"Acme"}))


async def test_a_report_is_counted_when_it_is_handed_over_and_its_advice_kept(
    sqlite_db: Database, handler: OutboxHandler, world: World, ana: User, merchant: Person, review: Review
) -> None:
    await say(sqlite_db, review, to=merchant)

    await deliver(handler, sqlite_db)

    drawn, told = chat(world, ana)
    assert "photo" in drawn
    assert "the last 7 days" in told["text"]
    assert told["reply_markup"]["inline_keyboard"][0][0]["text"] == "Yes"
    async with sqlite_db.reading() as work:
        assert [(s.kind, s.made_at) for s in await work.advice.of("Acme")] == [("slow", NOON)]


async def test_a_report_whose_text_did_not_arrive_goes_on_behind_its_picture(
    sqlite_db: Database, handler: OutboxHandler, world: World, ana: User, merchant: Person, review: Review
) -> None:
    await say(sqlite_db, review, to=merchant)
    inject(world, {"method": "sendMessage", "kind": "500", "times": 1})

    await deliver(handler, sqlite_db)
    assert ["photo" in message for message in chat(world, ana)] == [True]
    leased = await lease_now(sqlite_db)
    assert leased is not None
    await handler.handle(leased, GO)

    assert ["photo" in message for message in chat(world, ana)] == [True, False]
    async with sqlite_db.reading() as work:
        assert await work.posts.in_slot(ana.id, f"part:{leased.items[0].id}:picture") is None


async def test_whoever_no_longer_sells_for_the_store_gets_no_report_and_nobody_an_empty_digest(
    sqlite_db: Database, handler: OutboxHandler, world: World, ana: User, merchant: Person, review: Review
) -> None:
    before = replace(review, ends=NOON - timedelta(days=90))
    await say(sqlite_db, replace(review, store="Lumen"), replace(before, unless_empty=True), before, to=merchant)

    await deliver(handler, sqlite_db)

    assert [text.partition("\n")[2].strip() for text in texts(world, ana)] == [
        "No cases\nThere was nothing to count in this time."
    ]
