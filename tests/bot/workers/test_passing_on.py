"""Words and files of one person on their way to another, against the playground: copied, corrected, translated, marked."""

import pytest

from bot.clock import AdjustableClock
from bot.playground import World, acting
from bot.playground.files import Upload
from bot.playground.people import User
from bot.screens import render
from bot.telegram.sender import TelegramMessenger
from bot.workers.delivery import Delivery
from bot.workers.outbox import OutboxHandler
from bot.workers.pace import UNLIMITED, Pace
from bot.workers.showing import NO_EXHIBIT
from conversations.messages import Copies, Correction, Mark, Notice, Outgoing, Person, Receipt, Speech, Translation
from conversations.phrase import Phrase
from storage.database import Database
from storage.evidence_files import FolderStore

from .conftest import PlainDesk
from .deliveries import Menus, chat, dead, deliver, inject, notice, pending, picture, say, texts, try_again

BUYER = Phrase("The buyer writes")


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


async def test_line_that_says_who_speaks_is_not_said_again_when_the_copy_fails(
    handler: OutboxHandler, sqlite_db: Database, world: World, ana: User, wei: User, seller: Person
) -> None:
    """Even in another process: what goes on has only the database to tell it what was sent."""
    [sent] = await acting.send_files(world, ana, [Upload("a.jpg", picture(), "image/jpeg")])
    body = Copies(speaker=BUYER, source=ana.id, messages=(sent["message_id"],), has_caption=False)
    await say(sqlite_db, body, to=seller)
    inject(world, {"method": "copyMessage", "kind": "429", "times": 1})

    await deliver(handler, sqlite_db)
    assert ["photo" in message for message in chat(world, wei)] == [False]
    leased = await try_again(handler, sqlite_db)

    assert ["photo" in message for message in chat(world, wei)] == [False, True]
    async with sqlite_db.reading() as work:
        assert await work.posts.in_slot(wei.id, f"part:{leased.items[0].id}:line") is None


@pytest.mark.parametrize("trouble", ["deleted", "kicked", "moved"])
async def test_what_cannot_be_copied_any_more_is_told_of_and_the_reader_is_still_in_reach(
    handler: OutboxHandler,
    sqlite_db: Database,
    world: World,
    desk: PlainDesk,
    ana: User,
    wei: User,
    buyer: Person,
    trouble: str,
) -> None:
    """The message is gone, or the group it was sent in: that is no news of the chat it is copied to."""
    group = world.add_group("The desk", administrators=(wei,), is_basic=True)
    pictures = [Upload("a.jpg", picture(), "image/jpeg")]
    [sent] = await acting.send_files(world, wei, pictures, chat_id=group.id)
    if trouble == "deleted":
        world.remove(group, sent["message_id"])
    elif trouble == "kicked":
        group.bot_status = "kicked"
    else:
        world.upgrade_group(group)
    body = Copies(speaker=BUYER, source=group.id, messages=(sent["message_id"],), caption="Look here")
    await say(sqlite_db, body, to=buyer)

    await deliver(handler, sqlite_db)

    lost = Notice(title=body.speaker, lines=(Phrase("“{words}”", words="Look here"), NO_EXHIBIT))
    assert [message["text"] for message in chat(world, ana)] == [render(lost, buyer.language).text]
    assert desk.told == []
    assert len(await dead(sqlite_db)) == 1
    async with sqlite_db.reading() as work:
        assert (await work.people.get(buyer.id)).address == ana.id


async def test_who_blocked_us_is_out_of_reach_of_copies_too(
    handler: OutboxHandler, sqlite_db: Database, world: World, desk: PlainDesk, ana: User, wei: User, buyer: Person
) -> None:
    [sent] = await acting.send_files(world, wei, [Upload("a.jpg", picture(), "image/jpeg")])
    acting.block(world, ana)
    await say(sqlite_db, Copies(speaker=BUYER, source=wei.id, messages=(sent["message_id"],)), to=buyer)

    await deliver(handler, sqlite_db)

    assert desk.told == [buyer.id]


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
    delivery = Delivery(sqlite_db, messenger, Pace(UNLIMITED), copies=copies, originals=copies, translator=dictionary)
    handler = OutboxHandler(sqlite_db, desk, clock, delivery=delivery, keep_menu=menus.keep)
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
