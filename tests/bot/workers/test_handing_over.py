"""A report counted and drawn when it is handed over, against the playground."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.playground import World
from bot.playground.people import User
from bot.workers.outbox import OutboxHandler
from conversations.cases.outcomes import CaseOutcome
from conversations.messages import Person, Review
from storage.database import Database
from storage.tables import outcomes

from .conftest import NOON
from .deliveries import BUTTONS, chat, deliver, inject, say, texts, try_again


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
    leased = await try_again(handler, sqlite_db)

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
