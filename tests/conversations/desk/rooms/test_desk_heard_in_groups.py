"""In a group: who is heard, who is answered, and what is theirs to ask there."""

from dataclasses import replace

import pytest

from conversations.cases.states import State
from conversations.desk.joining import dismiss
from conversations.ports import LinkPurpose
from conversations.presses import CommandPress, write

from .hall import COURT, MAY_NOT, ROOM, hall, linked


async def test_talk_is_not_even_noticed(house, room, seller):
    stranger = await house.person(999, "Kim")
    await room.say(stranger, "hello")
    await room.say(seller, "hello", reply_to=None)
    await room.say(seller, "hello again", is_edit=True)
    assert (room.read, stranger.now, seller.now) == ("", [], [])


async def test_a_group_that_is_not_linked_is_answered_only_about_linking(house, seller):
    desk = await hall(house)
    await desk.say(seller, "/cases")
    await desk.say(seller, "what now", reply_to=1)
    assert desk.read == ""
    for command in ("/help", "/start"):
        await desk.say(seller, command)
        assert "This group is not linked." in desk.read
    assert "This group is not linked." in await desk.press(seller, write(CommandPress("cases")))
    await desk.say(seller, "/unlink")
    assert desk.read == "This group is not linked, so there is nothing to take back."


async def test_an_anonymous_administrator_is_told_to_show_who_they_are(house, room, seller):
    await room.say(seller, "/cases", is_anonymous=True)
    assert room.read.startswith("I cannot see who you are while you write as the group.")
    await room.say(seller, "an answer", reply_to=4, is_anonymous=True)
    assert room.read == ""


async def test_a_member_without_the_role_is_told_so(house, room, buyer, at, photo):
    await at(State.AWAITING_SELLER)
    do = write(CommandPress("case", "A7KQ2M"))
    assert await room.press(buyer, do) == MAY_NOT
    await room.say(buyer, "/case A7K-Q2M")
    assert room.read == MAY_NOT
    await room.say(buyer, "what is this?", reply_to=4)
    assert room.read == ""
    await room.say(buyer, "/unlink")
    assert room.read == MAY_NOT
    await room.say(buyer, "/help me", photo())
    assert room.read == ""


async def test_the_court_is_for_arbitrators(house, arbitrator, seller):
    court = await linked(house, arbitrator, COURT, "Court")
    await court.say(seller, "/queue")
    assert court.read.startswith("This is for arbitrators.")


async def test_a_buyer_is_not_served_their_own_case_in_the_group(house, room, seller, build, at):
    """Who has several roles has but one in a room."""
    case = await at(State.AWAITING_SELLER)
    await house.put(replace(await house.case(case.ref), buyer=await house.id_of(seller)))
    await room.say(seller, "/case A7K-Q2M")
    assert "There is no such case among yours" in room.read
    await room.say(seller, "/cases")
    assert room.read == "You have no cases."
    assert room.chat.now[-1].body.choices == ()


@pytest.mark.parametrize("command", ["forget", "export", "report", "limit", "new", "join", "casefile"])
async def test_what_is_personal_is_for_private(house, room, seller, command):
    await room.say(seller, f"/{command}")
    assert room.read == f"“/{command}” is for our own chat: please send it to me in private."


async def test_help_in_a_room_tells_the_rule(house, room, seller):
    await room.say(seller, "/help")
    assert "/cases: All your cases" in room.read
    assert "/unlink: Link this group no more" in room.read
    assert "Only /reply, and answers to my questions, go to the buyer." in room.read
    assert "/forget" not in room.read
    await room.say(seller, "/nonsense")
    assert "“/nonsense” is not something you can do here." in room.read


async def test_a_room_has_a_language_of_its_own(house, room, seller):
    await room.say(seller, "/language")
    await room.tap(seller, "简体中文")
    async with house.db.work() as work:
        assert (await work.people.at_address(ROOM)).language == "zh_Hans"
        assert (await work.people.at_address(seller.address)).language == ""


# --- roles, with a room --------------------------------------------------------------------------------------------


async def test_a_seller_who_blocks_the_bot_is_in_reach_by_the_room(house, room, seller, buyer, claim_return):
    ref = await claim_return()
    await seller.leave()
    assert "PartyUnreachable" not in await house.journal(ref)


async def test_who_joins_a_store_with_a_room_is_told_where_its_cases_are(house, room, claim_return, buyer):
    await claim_return()
    eve = await house.person(230, "Eve")
    await eve.say(f"/start {await house.link(LinkPurpose.SELLER, 'Acme')}")
    await eve.tap("Accept the invitation")
    assert "You now answer for store Acme. Its cases are in the group “The desk”." in eve.read
    assert eve.card() is None
    joe = await house.person(240, "Joe")
    await linked(house, await house.person(300, "Ruth", is_arbitrator=True), COURT, "Court")
    await joe.say(f"/start {await house.link(LinkPurpose.ARBITRATOR)}")
    await joe.tap("Accept the invitation")
    assert "You are now an arbitrator. Cases that wait are shown in the group “Court”." in joe.read


async def test_who_is_dismissed_is_out_of_the_room_too(house, room, seller, ida, claim_return):
    ref = await claim_return()
    await room.tap(ida, "Refuse")
    async with house.db.work() as work:
        person = await work.people.get(await house.id_of(ida))
        await dismiss(person, work, house.time, stores=frozenset({"Acme"}), is_arbitrator=False)
    await house.deliver()
    assert ida.read == "You no longer answer for store Acme."
    await room.answer(ida, "It was fine.")
    assert (await house.case(ref)).state is State.AWAITING_SELLER
    await room.say(ida, f"/refuse {ref} It was fine.")
    assert room.read == MAY_NOT
