"""What happens at the edges of the desk: links beside drafts, long lists, cases gone out of sight meanwhile."""

from dataclasses import replace

from conversations import presses
from conversations.cases.orders import OrderKey
from conversations.cases.states import State
from conversations.desk.commands import NO_CASE
from conversations.dialogs.dialog import start
from conversations.messages import Speech
from conversations.ports import LinkPurpose

REF = "A7KQ2M"


async def forget(house, chat):
    """The person has lost their store meanwhile."""
    async with house.db.work() as work:
        person = await work.people.get(await house.id_of(chat))
        await work.people.save(replace(person, stores=frozenset()))


async def test_a_link_does_not_drop_a_draft_on_another_order(house, buyer):
    await house.bind(buyer, house.build.order())
    await house.add(house.build.order(key=OrderKey("Acme", "2002"), code="ZZZZ"))
    await buyer.say("/new 1001")
    await buyer.tap("☐ 2 × Blue mug")
    token = await house.link(LinkPurpose.ORDER, "Acme", "2002")

    await buyer.say(f"/start {token}")
    assert buyer.labels == ["Go on with it", "Begin anew"]
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


async def test_rating_finds_the_only_case_that_has_ended(house, at, buyer, seller):
    await at(State.AT_ODDS, ref="AAAAAA")
    await at(State.SETTLED, ref="BBBBBB")

    await buyer.say("/rate")

    assert buyer.asks == "How was the after-sales service?"
    assert (await house.case("BBBBBB")).rating is None
    await buyer.tap("5 stars")
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


async def test_what_a_seller_finishes_who_sells_no_more_is_not_done(house, at, buyer, seller):
    await at(State.AT_ODDS)
    for begun, words in (("/reply", "hello"), ("/address", "Kai 7, Bremen, 1.OG"), ("/offer compensation 12", None)):
        async with house.db.work() as work:
            person = await work.people.get(await house.id_of(seller))
            await work.people.save(replace(person, stores=frozenset({"Acme"})))
        await seller.say(f"{begun} A7K-Q2M" if words else "/offer A7K-Q2M compensation 12")
        await forget(house, seller)
        if words:
            await seller.say(words)
        else:
            await seller.tap("Make the offer")

    assert await house.journal(REF) == []
    async with house.db.work() as work:
        assert (await work.orders.store("Acme")).return_address == "Acme Returns, Hafenstr. 1, Hamburg"


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
    case = await at(State.EVIDENCE_REQUESTED)
    await house.put(house.build.walk(case, ("silent", house.build.clock)))

    await buyer.say("in May")

    assert [speech.text for speech in seller.bodies(Speech)] == ["in May"]
