"""What happens at the edges of the desk: links beside drafts, long lists, cases gone out of sight meanwhile."""

from dataclasses import replace

import pytest

from conversations import presses
from conversations.cases.lifecycle import Act
from conversations.cases.orders import OrderKey
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.desk import Desk, relaying
from conversations.desk.commands import NO_CASE
from conversations.desk.finishing import finish
from conversations.desk.moving import make_move
from conversations.desk.rooms import recipients
from conversations.desk.talking import GONE
from conversations.desk.visit import Visit
from conversations.dialogs.dialog import Context, start
from conversations.messages import Card, Said, Speech
from conversations.ports import LinkPurpose

REF = "A7KQ2M"


async def forget(house, chat):
    """The person has lost their store meanwhile."""
    async with house.db.work() as work:
        person = await work.people.get(await house.id_of(chat))
        await work.people.save(replace(person, stores=frozenset()))


async def visiting(house, chat, work):
    person = await work.people.get(await house.id_of(chat))
    return Visit(work=work, now=house.time, settings=house.desk.settings, person=person, finish=finish)


async def test_a_link_does_not_drop_a_draft_on_another_order(house, buyer):
    await house.bind(buyer, house.build.order())
    await house.add(house.build.order(key=OrderKey("Acme", "2002"), code="ZZZZ"))
    await buyer.say("/new 1001")
    await buyer.tap("☐ 2 × Blue mug")
    token = await house.link(LinkPurpose.ORDER, "Acme", "2002")

    await buyer.say(f"/start {token}")
    assert buyer.labels == ["Go on with the claim", "Begin anew"]
    await buyer.tap("Begin anew")

    assert buyer.asks == "What is the code of order 2002?"


async def test_a_link_opened_twice_goes_on_where_it_was(house, buyer):
    token = await house.link(LinkPurpose.ORDER, "Acme", "1001")
    await buyer.say(f"/start {token}")
    await buyer.say("WRONG")

    await buyer.say(f"/start {token}")

    assert buyer.asks == "What is the code of order 1001?"
    await buyer.say("K7Q2-MX4P")
    assert buyer.asks == "Which items are concerned?"


async def test_a_long_list_of_cases_says_how_many_more_there_are(house, at, buyer, seller):
    for n in range(2, 9):
        for sign in "AB":
            await at(State.AT_ODDS, ref=f"CASE{sign}{n}")

    await seller.say("/cases")

    assert "And 4 more." in seller.read
    assert len(seller.labels) == 10


async def test_a_new_seller_gets_the_cards_of_open_cases_only(house, at, buyer):
    await at(State.AT_ODDS, ref="AAAAAA")
    await at(State.SETTLED, ref="BBBBBB")
    new = await house.person(201, "Bea")
    token = await house.link(LinkPurpose.SELLER, "Acme")

    await new.say(f"/join {token}")

    assert [out.ref for out in new.now if isinstance(out.body, Card)] == ["AAAAAA"]


async def test_a_note_is_about_the_case_one_decides_and_not_about_ones_own(house, at, buyer, seller, arbitrator):
    await at(State.ARBITRATION, ref="AAAAAA")
    own = await at(State.AT_ODDS, ref="BBBBBB")
    await house.put(replace(own, buyer=await house.id_of(arbitrator)))

    await arbitrator.say("/note")
    await arbitrator.say("He lies.")

    assert (await house.journal("AAAAAA"), await house.journal("BBBBBB")) == (["NoteWritten"], [])


async def test_without_an_operator_nobody_is_told_of_a_store_without_sellers(house, buyer, operator, claim_return):
    house.desk = Desk(replace(house.desk.settings, operator=None))

    await claim_return()

    assert operator.heard == []


async def test_the_clock_is_nobody(house, at):
    case = await at(State.AT_ODDS)
    async with house.db.work() as work:
        assert await recipients(case, Role.CLOCK, work) == []


async def test_a_move_that_the_case_has_closed_meanwhile_is_explained(house, at, buyer, seller):
    """Somebody came before it, between the look at the case and the lock on it."""
    case = await at(State.AT_ODDS)
    async with house.db.work() as work:
        visit = await visiting(house, seller, work)
        await make_move(visit, case, Role.SELLER, Act(move="answer", text="in May"))
    await house.deliver()

    assert seller.read.startswith("“Answer the arbitrator” is not possible now: No agreement yet.")
    assert await house.journal(REF) == []


async def test_what_was_asked_of_somebody_is_finished_only_in_a_case_that_is_still_theirs(house, at, buyer, seller):
    """They lost it between the last answer and the lock on the case."""
    case = await at(State.AT_ODDS)
    await forget(house, seller)
    async with house.db.work() as work:
        visit = await visiting(house, seller, work)
        draft = start("refuse", REF, words="worn")
        await finish(
            visit, Context(person=visit.person, now=house.time, dialog=draft, pack=house.build.pack, case=case)
        )
    await house.deliver()

    assert seller.read == house.plain(GONE)


async def test_rating_finds_the_only_case_that_has_ended(house, at, buyer, seller):
    await at(State.AT_ODDS, ref="AAAAAA")
    await at(State.SETTLED, ref="BBBBBB")

    await buyer.say("/rate")

    assert buyer.asks == "How was the after-sales service?"
    assert (await house.case("BBBBBB")).rating is None
    await buyer.tap("5 stars")
    await buyer.tap("4 stars")
    await buyer.tap("Leave out")
    assert (await house.case("BBBBBB")).rating.stars == 5


async def test_a_command_writes_to_the_other_side(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await buyer.say("/reply A7K-Q2M is it ready?")

    assert [speech.text for speech in seller.bodies(Speech)] == ["is it ready?"]


async def test_a_case_chosen_too_late_is_nobodys(house, at, buyer, seller):
    await at(State.AT_ODDS, ref="AAAAAA")
    await at(State.AT_ODDS, ref="BBBBBB")
    await seller.say("hello")
    button = seller.button("AAA-AAA · No agreement yet").do
    await forget(house, seller)

    await seller.press(button)

    assert house.plain(NO_CASE) in seller.read or "Please tap one of the buttons" in seller.read
    assert await house.journal("AAAAAA") == []


@pytest.mark.parametrize(
    ("state", "begun", "words"),
    [
        (State.AT_ODDS, "/reply A7KQ2M", "hello"),
        (State.AT_ODDS, "/address A7KQ2M", "Kai 7, Bremen, 1.OG"),
        (State.AT_ODDS, "/limit A7KQ2M", "12"),
        (State.AT_ODDS, "/offer A7KQ2M compensation", "12"),  # and more would be asked
        (State.AWAITING_SELLER, "/refuse A7KQ2M", "worn"),
    ],
)
async def test_whoever_sells_no_more_is_told_so_in_the_middle_of_it(house, at, buyer, seller, state, begun, words):
    case = await at(state)
    await seller.say(begun)
    assert seller.question is not None
    await forget(house, seller)

    await seller.say(words)

    assert (seller.read, buyer.now) == (house.plain(GONE), [])
    assert (await house.case(REF), await house.journal(REF)) == (case, [])
    assert await house.dialogs(seller) == ()


@pytest.mark.parametrize(("begun", "words"), [("/note A7KQ2M", "He lies."), ("/ask A7KQ2M buyer", "When?")])
async def test_whoever_arbitrates_no_more_is_told_so_in_the_middle_of_it(
    house, at, buyer, seller, arbitrator, begun, words
):
    case = await at(State.ARBITRATION)
    await arbitrator.say(begun)
    await house.put(replace(case, arbitrator=None))

    await arbitrator.say(words)

    assert arbitrator.read == house.plain(GONE)
    assert (await house.journal(REF), await house.dialogs(arbitrator)) == ([], ())


async def test_a_question_left_open_in_a_lost_case_is_not_asked_again(house, at, buyer, seller):
    await at(State.AT_ODDS)
    await seller.say("/reply A7KQ2M")
    await forget(house, seller)

    await seller.say("/language")
    await seller.tap("English")

    assert seller.read.strip() == f"From now on I write to you in English.\n{house.plain(GONE)}"
    assert await house.dialogs(seller) == ()


async def test_a_case_named_in_the_question_and_gone_from_the_record_is_not_there(house, at, buyer, seller):
    """The choice was kept, the role was not: the desk says what it says of any case that is not theirs."""
    await at(State.AT_ODDS)
    async with house.db.work() as work:
        opened = replace(start("case", ref=REF, then="hear", text="hello", message=1), step="ref")
        await work.dialogs.keep(await house.id_of(seller), (opened,))
    await forget(house, seller)

    await seller.press(presses.write(presses.AnswerPress("case", "ref", REF)))

    assert house.plain(NO_CASE) in seller.read
    assert await house.journal(REF) == []


async def test_an_answer_that_comes_after_the_silence_is_passed_on(house, at, buyer, seller, arbitrator):
    """The clock went on between the look at the case and the lock on it."""
    case = await at(State.EVIDENCE_REQUESTED)
    await house.put(house.build.walk(case, ("silent", house.build.clock)))

    async with house.db.work() as work:
        visit = await visiting(house, buyer, work)
        await relaying.hear(visit, case, Role.BUYER, Said(message=1, text="in May"))
    await house.deliver()

    assert [speech.text for speech in seller.bodies(Speech)] == ["in May"]
