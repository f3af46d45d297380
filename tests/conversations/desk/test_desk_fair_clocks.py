"""Reminders, extensions, grace and parties out of reach, through the desk on each database."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.policies import load
from conversations.cases.case import default_move
from conversations.cases.clocks import Outage
from conversations.cases.deadlines import DEFAULTS, next_alarm, reminders, reminds_only
from conversations.cases.facts import DeadlineExtended, GraceGiven, OwnerReminded, PartyReachable, PartyUnreachable
from conversations.cases.lifecycle import waits_for
from conversations.cases.orders import Store
from conversations.cases.roles import PARTIES, Role
from conversations.cases.states import State
from conversations.desk import Desk, Settings
from conversations.desk.clocks import reconsider
from conversations.messages import Card, Incoming, Left, Notice, Returned, Sender
from conversations.phrase import Phrase

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DESK = Desk(Settings(pack=load("tmall_global")))
LOSING = [state for state in DEFAULTS if not reminds_only(state)]
PERSON = {Role.BUYER: 1, Role.SELLER: 2, Role.ARBITRATOR: 9}


class House:
    """A database with the people of `build`, and what is said in it."""

    def __init__(self, db, build):
        self.db, self.build = db, build

    async def furnish(self):
        """Buyer 1, seller 2, arbitrators 8 and 9; the numbers between belong to nobody in particular."""
        async with self.db.work() as work:
            people = [await work.people.greet(Sender(address=100 + n, name=f"P{n}")) for n in range(1, 10)]
            assert [person.id for person in people] == list(range(1, 10))
            await work.people.save(replace(people[1], stores=frozenset({"Acme"})))
            for arbitrator in people[7:]:
                await work.people.save(replace(arbitrator, is_arbitrator=True))
            await work.orders.put(self.build.order())
            await work.orders.set_store(Store(name="Acme", return_address="Harbour Street 12"))
        return self

    async def keep(self, case):
        async with self.db.work() as work:
            await work.cases.add(case)
            await work.alarms.set(case.ref, next_alarm(case.state, case.since, case.due_at, after=case.since))
        return case

    async def expire(self, case, at):
        async with self.db.work() as work:
            await DESK.expire(case.ref, work, at)
        return await self.case(case.ref)

    async def receive(self, person, content, at):
        async with self.db.work() as work:
            await DESK.receive(
                Incoming(sender=Sender(address=100 + person, name=f"P{person}"), at=at, content=content), work, at
            )

    async def unreachable(self, person, at):
        async with self.db.work() as work:
            await DESK.unreachable(person, work, at)

    async def extend(self, due_at, *, by=3 * DAY, store="", reason="", at):
        async with self.db.work() as work:
            return await work.clocks.extend(
                store, begins=due_at - HOUR, ends=due_at + HOUR, by=by, reason=reason, at=at
            )

    async def away(self, gap):
        async with self.db.work() as work:
            await work.clocks.add_outage(gap)

    async def reconsider(self, case, at):
        async with self.db.work() as work:
            return await reconsider(case.ref, work, at)

    async def case(self, ref="A7KQ2M"):
        async with self.db.reading() as work:
            return await work.cases.get(ref)

    async def facts(self, ref="A7KQ2M"):
        async with self.db.reading() as work:
            return [entry.fact for entry in await work.journal.of(ref)]

    async def said(self):
        """What was said since the last look, as (person, body)."""
        found = []
        while leases := await self.db.outbox.lease(9, 99, 60.0):
            for leased in leases:
                found += [(item.payload.to, item.payload.body) for item in leased.items]
                async with self.db.work() as work:
                    await work.outbox.finish(leased, done=[item.id for item in leased.items])
        return found


@pytest.fixture
async def house(db, build):
    return await House(db, build).furnish()


def told(said):
    """Who was told how much beside the cards."""
    return Counter(to for to, body in said if isinstance(body, Notice))


def lines(said, person):
    return [line for to, body in said if to == person and isinstance(body, Notice) for line in body.lines]


def cards(said):
    return {to: body for to, body in said if isinstance(body, Card)}


def standing(said, person):
    """Until when, and what happens otherwise, as the last line of a notice says it."""
    params = lines(said, person)[-1].params
    return params["due"], params["default"]


def owners(case):
    return {PERSON[role]: 1 for role in waits_for(case.position)}


# --- reminders -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", LOSING)
async def test_owners_are_reminded_at_half_time_and_before_the_end_of_how_long_and_of_what_otherwise(
    house, build, state
):
    case = await house.keep(build.at(state))

    for at in reminders(case.since, case.due_at):
        assert await house.expire(case, at) == case
        said = await house.said()

        assert told(said) == owners(case) and not cards(said)
        for person in owners(case):
            assert lines(said, person)[0] == Phrase(
                "A reminder: this case waits for you. Time left: {left}.", left=case.due_at - at
            )
            due, default = standing(said, person)
            assert (due, default.msgid) == (case.due_at, DEFAULT_WORDS[default_move(case).move])
    assert await house.facts() == [OwnerReminded(case.due_at)] * 2
    assert await house.db.alarms.next_at() == case.due_at


DEFAULT_WORDS = {
    "approve": "the claim counts as approved",
    "lapse": "the offer lapses",
    "close": "the case is closed",
    "receive": "the goods count as received",
    "breach": "arbitrators are called to enforce what was agreed",
    "receive_goods": "the goods count as received",
    "confirm_refund": "the refund counts as received",
    "release": "the case goes back to the queue",
    "silent": "the arbitrator goes on without an answer",
    "stand": "the ruling stands",
}


@pytest.mark.parametrize("state", [State.ESCALATED, State.BREACHED])
async def test_in_a_queue_nobody_is_reminded_before_the_end_and_all_arbitrators_at_it(house, build, state):
    case = await house.keep(build.at(state))

    await house.expire(case, case.since + (case.due_at - case.since) / 2)
    assert await house.said() == []

    again = await house.expire(case, case.due_at)
    assert set(told(await house.said())) == {8, 9}
    assert again.due_at == case.due_at + 24 * HOUR


async def test_a_wait_that_began_anew_is_not_reminded_of_by_its_old_alarm(house, build):
    case = build.at(State.NEGOTIATING)
    case = await house.keep(build.moved(case, "offer", build.buyer, after=12 * HOUR, terms=build.terms()).case)

    await house.expire(case, case.since)

    assert await house.said() == []
    assert await house.db.alarms.next_at() == case.since + 12 * HOUR


async def test_whoever_accepted_the_ruling_is_not_reminded_of_it(house, build):
    case = build.at(State.RULED)
    case = await house.keep(build.moved(case, "accept", build.seller, after=HOUR).case)

    await house.expire(case, reminders(case.since, case.due_at)[0])

    assert told(await house.said()) == {1: 1}


async def test_a_return_without_an_address_is_not_said_to_be_approved_by_silence_and_is_not(house, build):
    case = await house.keep(build.case())
    async with house.db.work() as work:
        await work.orders.set_store(Store(name="Acme", return_address=None))

    await house.expire(case, reminders(case.since, case.due_at)[0])
    assert standing(await house.said(), 2)[1].msgid == "an arbitrator is called"

    assert (await house.expire(case, case.due_at)).state is State.ESCALATED


# --- extensions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(DEFAULTS))
async def test_a_running_deadline_moves_on_record_on_the_cards_and_in_a_word_to_its_owner(house, build, state):
    case = await house.keep(build.at(state))
    due = case.due_at + 3 * DAY
    await house.extend(case.due_at, store="Acme", reason="Spring Festival", at=case.since)

    assert await house.reconsider(case, case.since + HOUR)

    assert await house.case() == replace(case, due_at=due, extensions=(1,))
    assert await house.facts() == [DeadlineExtended(3 * DAY, due, "Spring Festival")]
    said = await house.said()
    assert {to: body.due_at for to, body in cards(said).items()} == dict.fromkeys(concerned(case), due)
    assert told(said) == ({} if reminds_only(state) else owners(case))
    for person in told(said):
        assert standing(said, person)[0] == due
        assert lines(said, person)[0].params["words"] == "Spring Festival"
    assert await house.db.alarms.next_at() == next_alarm(state, case.since, due, after=case.since + HOUR)

    assert not await house.reconsider(case, case.since + HOUR)
    assert await house.said() == []


def concerned(case):
    """Who has a card of the case."""
    arbitrators = {8, 9} if case.state in (State.ESCALATED, State.BREACHED) else {case.arbitrator} - {None}
    return {1, 2} | arbitrators


async def test_a_deadline_set_later_counts_its_extensions_in_from_the_start(house, build):
    case = await house.keep(build.case())
    due = case.due_at + 7 * DAY
    await house.extend(due, reason="Strike", at=case.since)
    await house.extend(due, by=9 * DAY, store="Another", at=case.since)

    approved = await house.expire(case, case.due_at)

    assert (approved.state, approved.due_at, approved.extensions) == (State.AWAITING_RETURN, due + 3 * DAY, (1,))
    assert (await house.facts())[-1] == DeadlineExtended(3 * DAY, due + 3 * DAY, "Strike")
    said = await house.said()
    assert {to: body.due_at for to, body in cards(said).items()} == dict.fromkeys((1, 2), due + 3 * DAY)
    assert standing(said, 1)[0] == due + 3 * DAY


async def test_no_default_applies_while_an_extension_is_owed(house, build):
    """Say the command was interrupted after it had kept the extension."""
    case = await house.keep(build.case())
    await house.extend(case.due_at, at=case.since)

    extended = await house.expire(case, case.due_at)

    assert (extended.state, extended.due_at) == (State.AWAITING_SELLER, case.due_at + 3 * DAY)
    assert (await house.expire(case, case.due_at + 3 * DAY)).state is State.AWAITING_RETURN


async def test_a_case_that_has_ended_meanwhile_or_never_was_has_no_deadline_to_move(house, build):
    ended = build.at(State.SETTLED)
    async with house.db.work() as work:
        await work.cases.add(ended)
    await house.extend(ended.ended_at, by=99 * DAY, at=ended.ended_at)

    assert not await house.reconsider(ended, ended.ended_at)
    assert not await house.reconsider(replace(ended, ref="NEVER1"), ended.ended_at)
    assert (await house.said(), await house.facts()) == ([], [])


# --- grace after an outage -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", LOSING)
async def test_what_ran_out_while_the_service_was_away_goes_on_and_its_owner_is_told_until_when(house, build, state):
    case = await house.keep(build.at(state))
    gap = Outage(case.due_at - HOUR, case.due_at + HOUR)
    await house.away(gap)

    graced = await house.expire(case, gap.ended_at)

    assert graced == replace(case, due_at=case.due_at + 3 * HOUR)
    said = await house.said()
    assert told(said) == owners(case)
    for person in owners(case):
        assert lines(said, person)[0] == Phrase(
            "This service could not be reached from {began} to {ended}, so there is time until {due}.",
            began=gap.began_at,
            ended=gap.ended_at,
            due=gap.until,
        )
    assert {to: body.due_at for to, body in cards(said).items()} == dict.fromkeys(concerned(case), gap.until)
    assert await house.facts() == [GraceGiven(gap.until, gap.began_at, gap.ended_at)]
    assert await house.db.alarms.next_at() == gap.until

    await house.expire(case, gap.until)

    assert (await house.case()).position.turn == case.position.turn + 1


# --- parties out of reach --------------------------------------------------------------------------------------

AWAY = {
    Role.BUYER: "The buyer cannot be reached at the moment",
    Role.SELLER: "The seller cannot be reached at the moment",
}


def headings(card):
    return {section.heading.msgid for section in card.sections}


@pytest.mark.parametrize("party", PARTIES)
async def test_a_party_out_of_reach_is_on_record_told_once_and_on_the_others_cards(house, build, party):
    case = await house.keep(build.at(State.ARBITRATION))
    person, other = PERSON[party], 3 - PERSON[party]

    await house.receive(person, Left(), case.since)
    said = await house.said()

    assert told(said) == {other: 1}
    assert lines(said, other)[0].msgid == "{party} cannot be reached in the chat at the moment. Deadlines go on."
    assert set(cards(said)) == {other, 9}
    assert all(AWAY[party] in headings(card) for card in cards(said).values())
    assert await house.facts() == [PartyUnreachable(party)]

    for _ in range(3):  # every message that fails, and the messenger's own word
        await house.unreachable(person, case.since)
        await house.receive(person, Left(), case.since)

    assert (await house.said(), await house.facts()) == ([], [PartyUnreachable(party)])


@pytest.mark.parametrize("party", PARTIES)
async def test_whoever_comes_back_is_welcomed_and_the_line_goes_from_the_others_cards(house, build, party):
    case = await house.keep(build.at(State.ARBITRATION))
    person, other = PERSON[party], 3 - PERSON[party]
    await house.receive(person, Left(), case.since)
    await house.said()

    await house.receive(person, Returned(), case.since + HOUR)
    await house.receive(person, Returned(), case.since + HOUR)

    said = await house.said()
    assert told(said) == {1: 1, 2: 1}
    assert lines(said, person) == [
        Phrase("Welcome back. What was sent to you meanwhile did not arrive; please look into your cases.")
    ]
    assert lines(said, other)[0].msgid == "{party} can be reached again."
    assert set(cards(said)) == {other, 9}
    assert not any(AWAY[party] in headings(card) for card in cards(said).values())
    assert await house.facts() == [PartyUnreachable(party), PartyReachable(party)]


async def test_whoever_comes_back_to_no_open_case_hears_nothing(house, build):
    await house.keep(build.at(State.AWAITING_SELLER))

    for content in (Left(), Returned()):
        await house.receive(5, content, build.opened)

    assert await house.said() == []


async def test_a_store_is_out_of_reach_only_when_all_its_people_are(house, build):
    case = await house.keep(build.at(State.AWAITING_SELLER))
    async with house.db.work() as work:
        await work.people.save(replace(await work.people.get(3), stores=frozenset({"Acme"})))

    await house.receive(2, Left(), case.since)
    assert await house.said() == []

    await house.receive(3, Left(), case.since)
    assert set(cards(await house.said())) == {1}
    assert await house.facts() == [PartyUnreachable(Role.SELLER)]

    await house.receive(2, Returned(), case.since)
    await house.receive(3, Returned(), case.since)
    assert await house.facts() == [PartyUnreachable(Role.SELLER), PartyReachable(Role.SELLER)]


async def test_an_ended_case_is_left_in_peace(house, build):
    async with house.db.work() as work:
        await work.cases.add(build.at(State.SETTLED))

    await house.receive(1, Left(), build.opened)

    assert (await house.said(), await house.facts()) == ([], [])
