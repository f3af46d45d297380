"""Reports in the chat: asked for, sent once a week, and what is suggested kept until it can be seen whether it worked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conversations.cases.claim import Reason
from conversations.cases.facts import ClaimRefused, ServiceRated
from conversations.cases.figures import Period
from conversations.cases.ratings import Rating
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.desk.reporting import findings_of, week_of
from conversations.messages import Notice, Picture, Report


@pytest.fixture
def cases(house, buyer, build):
    """So many cases of Acme, opened now, refused two days later, each with these words; mugs all."""

    async def make(count: int, words: str = "", **claim) -> None:
        async with house.db.work() as work:
            known = len(await work.cases.all(limit=1000))
            for n in range(known, known + count):
                case = build.walk(build.case(words=words, **claim), ("refuse", build.seller, {"text": "no"}))
                case = replace(case, ref=f"C{n:05}", buyer=await house.id_of(buyer), opened_at=house.time)
                await work.cases.add(case)
                fact, at = ClaimRefused("no"), house.time + timedelta(hours=48)
                await work.outcomes.note(case, (fact,), who=Role.SELLER, at=at)

    return make


async def digest(house, chat, store="Acme"):
    async with house.db.work() as work:
        await house.desk.digest(await house.id_of(chat), store, work, house.time)
    await house.deliver()


async def due(house):
    async with house.db.work() as work:
        return list(await work.digests.due(week_of(house.time)))


# --- asked for -------------------------------------------------------------------------------------------------


async def test_a_report_has_a_picture_and_then_its_text(house, seller, cases):
    await cases(6)
    house.time += timedelta(days=3)

    await seller.say("/report 7")

    assert [type(out.body) for out in seller.now] == [Picture, Report]
    assert "Acme: the last 7 days" in seller.read
    assert "Half of the buyers wait more than 2 days, 0:00:00 for a first answer." in seller.read
    assert seller.labels == ["30 days", "90 days"]


async def test_without_a_length_it_is_about_thirty_days(house, seller, cases):
    await seller.say("/report")
    assert seller.read == "Acme: the last 30 days\nNo cases\nThere was nothing to count in this time."

    await seller.tap("7 days")
    assert "Acme: the last 7 days" in seller.read


async def test_a_seller_of_two_stores_says_which_is_meant(house, seller):
    both = await house.person(
        201, "Bo", stores=frozenset({"Acme", "Lumen with a name too long for any button 灯灯灯灯灯"})
    )

    await both.say("/report 90")
    assert both.read == "Which store is it about?"
    await both.tap("Lumen with a name too long for any button 灯灯灯灯灯")
    assert "Lumen with a name too long for any button 灯灯灯灯灯: the last 90 days" in both.read

    await both.say("/report acme")
    assert "Acme: the last 30 days" in both.read
    await both.say("/report 7 Nobody's")
    assert both.read == "Which store is it about?"
    await both.say("/report #9")
    assert both.read == "Which store is it about?"
    await both.say("/report 8")
    assert both.read == "Which store is it about?"


async def test_only_sellers_get_reports(house, buyer, arbitrator):
    for chat in (buyer, arbitrator):
        await chat.say("/report 30 Acme")
        assert chat.read == "“/report” is not something you can do here. /help shows what is."


async def test_words_that_recur_come_with_a_suggestion_about_a_product(house, seller, cases, build):
    await cases(6, "the colour is another one", reason=Reason.NOT_AS_DESCRIBED)
    house.time += timedelta(days=3)
    async with house.db.work() as work:
        found = await findings_of("Acme", 7, work, house.time)

    product = next(s for s in found.advice if s.kind == "product")
    assert (product.title, product.reason) == ("Blue mug", "not_as_described")
    assert product.words == ("another", "colour", "one")


async def test_a_suggestion_stands_until_a_whole_period_has_shown_whether_it_worked(house, seller, cases):
    await cases(6)
    house.time += timedelta(days=3)
    first = house.time
    await seller.say("/report 7")

    house.time += timedelta(days=2)
    await seller.say("/report 7")
    assert "What you tried" not in seller.read
    async with house.db.reading() as work:
        assert [(s.kind, s.made_at) for s in await work.advice.of("Acme")] == [("slow", first)]

    house.time += timedelta(days=2)
    await cases(6)
    house.time = first + timedelta(days=7)
    await seller.say("/report 7")
    assert "Answering sooner: no better yet." in seller.read
    await seller.say("/report 30")  # another length, whose suggestions are its own
    assert "What you tried" not in seller.read

    house.time = first + timedelta(days=14)
    await seller.say("/report 7")
    async with house.db.reading() as work:
        assert [s.days for s in await work.advice.of("Acme")] == [30]


# --- once a week -----------------------------------------------------------------------------------------------


def test_weeks_begin_on_monday_mornings():
    monday = datetime(2026, 3, 2, 8, tzinfo=UTC)

    assert monday.weekday() == 0
    assert week_of(monday) == monday
    assert week_of(monday - timedelta(seconds=1)) == monday - timedelta(days=7)
    assert week_of(monday + timedelta(days=6, hours=23)) == monday


async def test_a_digest_comes_once_a_week_and_not_at_once(house, seller, cases):
    person = await house.id_of(seller)
    assert await due(house) == []  # new: the next one is theirs
    await cases(6)
    house.time = week_of(house.time) + timedelta(days=7)

    assert await due(house) == [(person, "Acme")]
    await digest(house, seller)
    assert [type(out.body) for out in seller.now] == [Picture, Report]
    assert "Acme: the last 7 days" in seller.read
    assert seller.labels == ["30 days", "90 days", "No weekly reports"]

    assert await due(house) == []
    await digest(house, seller)
    assert seller.now == []


async def test_a_week_in_which_nothing_happened_is_not_worth_a_message(house, seller):
    await due(house)
    house.time += timedelta(days=7)

    await digest(house, seller)

    assert seller.now == []
    assert await due(house) == []


async def test_whoever_wants_no_digest_gets_none_until_they_do(house, seller, cases):
    await due(house)
    await seller.say("/report off")
    assert seller.read == "No more weekly reports. /report still shows one at any time."
    house.time += timedelta(days=7)
    assert await due(house) == []

    await seller.tap("Send them again")
    assert (
        seller.read.strip() == "A report on each of your stores will come here every Monday, unless nothing happened."
    )
    assert await due(house) == [(await house.id_of(seller), "Acme")]
    await seller.say("/report OFF")
    await seller.say("/report off")
    assert await due(house) == []


async def test_whoever_no_longer_sells_gets_no_digest(house, seller, cases):
    await due(house)
    await cases(6)
    house.time += timedelta(days=7)

    await digest(house, seller, "Lumen")

    assert seller.now == []


async def test_who_cannot_be_reached_is_not_written_to(house, seller):
    await due(house)
    await seller.leave()
    house.time += timedelta(days=7)

    assert await due(house) == []


# --- the store's public line -----------------------------------------------------------------------------------


async def _settled(house, at, count, build):
    for n in range(count):
        case = replace(build.at(State.SETTLED), rating=Rating(stars=5, outcome=4, at=build.opened))
        kept = await at(State.SETTLED, ref=f"SSSSS{n + 2}", case=case)
        async with house.db.work() as work:
            await work.outcomes.note(kept, (ServiceRated(5),), who=Role.BUYER, at=house.time)


async def test_a_buyer_reads_how_the_store_stands_where_they_look_at_a_case(house, at, buyer, seller, build):
    await _settled(house, at, 6, build)
    house.time += timedelta(days=1)

    await buyer.say("/case SSSSS2")
    told = [house.text(body) for body in buyer.bodies(Notice)]
    assert told == ["Store Acme: rated 4.3 of 5 by 6 buyers, at least 68% of cases ended without an arbitrator."]
    await seller.say("/case SSSSS2")
    assert seller.bodies(Notice) == []


async def test_a_buyer_reads_how_the_store_stands_where_they_begin_a_claim(house, at, buyer, build):
    await _settled(house, at, 1, build)
    house.time += timedelta(days=1)
    order = build.order(key=replace(build.order().key, number="1002"))
    await house.add(order)
    await house.bind(buyer, order)

    await buyer.say("/new 1002")
    await buyer.tap("☐ 1 × Red scarf")
    await buyer.tap("Go on")

    assert buyer.asks == "What would you like?"
    assert "Store Acme: few ratings so far." in buyer.read
    await buyer.tap("Return")
    assert "Store Acme" not in buyer.read


def test_a_period_is_cut_into_equal_parts():
    period = Period.last(12, datetime(2026, 3, 13, tzinfo=UTC))

    assert period.cuts[:2] == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))
    assert (period.cuts[-1], period.days, period.before.ends) == (period.ends, 12, period.begins)
