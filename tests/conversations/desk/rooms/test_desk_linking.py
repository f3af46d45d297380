"""Groups that hear for others: who may link one, and what happens when it is left, taken back or moved."""

from dataclasses import replace
from datetime import timedelta

from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.desk import linking
from conversations.messages import Left, Mark, Moved, Notice, Outgoing, Placing, Question, Receipt, Returned, Room
from conversations.phrase import Phrase
from conversations.presses import CommandPress, write

from .hall import COURT, ELSEWHERE, ROOM, Hall, confirm, hall, linked, vouch


async def test_a_seller_links_a_group_the_operator_confirms_and_it_sees_the_open_cases(
    house, seller, operator, buyer, at
):
    await at(State.AWAITING_SELLER)
    desk = await hall(house)

    await desk.say(seller, "/link")
    assert desk.read == ""  # it is being looked at
    room = Room(role=Role.SELLER, store="Acme", linked_by=await house.id_of(seller), linked_at=house.time)
    assert await desk.room() == room
    assert not await confirm(house, desk)

    await vouch(house, desk, lacks_topics=True)
    assert desk.read == (
        "This group will hear what concerns the cases of store Acme, as soon as the operator confirms it.\n"
        "To give each case a topic of its own here, I need the right to manage topics; without it, all is in one."
    )
    number = await house.id_of(desk.chat)
    wants = "Ada wants the group “The desk” to hear what concerns the cases of store Acme."
    assert operator.read == f"{wants} To confirm: aftersales rooms confirm {number}"
    await vouch(house, desk)
    assert desk.read == ""  # said once
    await desk.say(seller, "/cases")
    assert desk.read == "The operator has yet to confirm this group. You will hear of it here."
    await desk.say(seller, "/link")
    assert "as soon as the operator confirms it" in desk.read
    await desk.say(seller, "/help")
    assert desk.read == "The operator has yet to confirm this group. You will hear of it here."

    assert await confirm(house, desk)
    assert "This group is linked. It hears what concerns the cases of store Acme." in desk.read
    assert desk.chat.card("A7KQ2M") is not None
    told = "From now on this is said in the group “The desk”: what concerns the cases of store Acme."
    assert seller.read == told
    assert not await confirm(house, desk)
    await desk.say(seller, "/link")
    assert desk.read == "This group is linked. It hears what concerns the cases of store Acme."
    assert await desk.room() == replace(room, checked_at=house.time, confirmed_at=house.time)


async def test_who_is_no_administrator_of_the_group_cannot_link_it(house, seller, operator):
    desk = await hall(house)
    await desk.say(seller, "/link")
    await vouch(house, desk, is_administrator=False)
    assert "Ada is not an administrator of this group, so it was not linked." in desk.read
    assert operator.now == []
    await vouch(house, desk)
    assert desk.read == ""
    await desk.say(seller, "/cases")
    assert desk.read == ""  # a group that is not linked


async def test_a_group_whose_administrators_cannot_be_seen_is_not_linked_and_may_ask_again(house, seller, operator):
    desk = await hall(house)
    await desk.say(seller, "/link")
    await vouch(house, desk, is_administrator=None)
    assert desk.read == (
        "I cannot see who the administrators of this group are, so it was not linked.\n"
        "Please make me an administrator, and send /link again."
    )
    assert operator.now == []
    await desk.say(seller, "/link")
    await vouch(house, desk)
    assert "as soon as the operator confirms it" in desk.read


async def test_who_has_no_role_cannot_link_a_group(house, buyer):
    desk = await hall(house)
    await desk.say(buyer, "/link@OurBot")
    assert "A group is linked by somebody who answers for a store, or by an arbitrator." in desk.read
    await vouch(house, desk)
    assert await desk.room() is None


async def test_who_answers_for_several_says_which_one_the_group_is_for(house, seller):
    both = await house.person(220, "Eve", stores=frozenset({"Acme", "Bolt"}), is_arbitrator=True)
    desk = await hall(house)
    await desk.say(both, "/link")
    assert desk.read == "What is this group for?"
    assert desk.chat.labels == ["Arbitration", "Store Acme", "Store Bolt"]
    await desk.say(both, "/link Nobody")
    assert desk.read == "You do not answer for a store of that name. /link alone shows what you can link."
    await desk.tap(both, "Store Bolt")
    assert (await desk.room()).store == "Bolt"

    other = await hall(house, COURT, "Court")
    await other.say(both, "/link acme")
    assert (await other.room()).store == "Acme"
    third = await hall(house, ELSEWHERE, "Third")
    await third.say(both, "/link Bolt")
    assert third.read == (
        "Store Bolt is linked to the group “The desk” already.\nTo link this one instead, send /unlink there first."
    )
    assert await third.room() is None


async def test_the_operator_may_link_the_arbitrators_group(house, operator, arbitrator, at):
    court = await hall(house, COURT, "Court")
    await at(State.ESCALATED)
    await court.say(operator, "/link")
    await vouch(house, court)
    assert "To confirm: aftersales rooms confirm" in operator.read
    assert await confirm(house, court)
    assert "It hears what arbitrators have to know." in court.read
    assert court.chat.card("A7KQ2M") is not None
    assert "said in the group “Court”" in arbitrator.read


async def test_a_linked_court_shows_the_cases_under_arbitration_too(house, arbitrator, at):
    await at(State.ARBITRATION)
    court = await linked(house, arbitrator, COURT, "Court")
    assert court.chat.card("A7KQ2M") is not None


async def test_link_in_private_says_where_it_belongs(seller):
    await seller.say("/link")
    assert (
        "A group is linked from within: add me to it, and send /link there as one of its administrators." in seller.read
    )


# --- left, taken back, moved ---------------------------------------------------------------------------------------


async def test_a_room_is_left_and_what_it_heard_is_said_in_private_again(
    house, room, seller, ida, buyer, operator, claim_return
):
    ref = await claim_return()
    await room.does(seller, Left())
    told = (
        "I can no longer write in the group “The desk”, which was linked to hear what concerns the cases of store Acme."
    )
    assert operator.read == told
    assert seller.read == ida.read == f"{told}\nIt is said here again. /link in a group links it anew."
    await room.does(seller, Left())
    assert operator.now == []
    await buyer.say("Are you there?")
    assert "Are you there?" in seller.read
    await room.does(seller, Returned())
    await buyer.say("Hello?")
    assert "Hello?" in seller.read
    assert await room.press(seller, write(CommandPress("case", ref))) == (
        "This group is not linked. Somebody who answers for a store, or an arbitrator, can send /link."
    )


async def test_a_room_is_told_when_topics_are_no_longer_ours_to_open(house, room, seller):
    told = "To give each case a topic of its own here, I need the right to manage topics; without it, all is in one."
    await room.does(seller, Returned(has_lost_topics=True))
    assert room.read == told
    await room.does(seller, Returned())
    assert room.read == ""
    await room.say(seller, "/unlink")
    await room.does(seller, Returned(has_lost_topics=True))
    assert room.read == ""


async def test_a_group_that_cannot_be_written_to_is_left(house, room, seller, operator):
    async with house.db.work() as work:
        await house.desk.unreachable(await house.id_of(room.chat), work, house.time)
    await house.deliver()
    assert "I can no longer write in the group “The desk”" in operator.read
    assert not (await room.room()).hears


async def test_a_group_that_waits_to_be_confirmed_and_is_left_says_nothing_in_private(house, seller, operator):
    desk = await hall(house)
    await desk.say(seller, "/link")
    await desk.does(seller, Left())
    assert "I can no longer write" in operator.read
    assert seller.now == []
    stranger = await hall(house, ELSEWHERE, "Third")
    await stranger.does(seller, Left())
    assert operator.now == []


async def test_left_by_a_group_that_nobody_knows_is_nothing(house, seller):
    nobody = Hall(house, seller, -12345, "Unknown")
    await nobody.does(seller, Left())
    assert seller.now == []


async def test_what_waited_for_a_group_is_said_to_those_who_hear_now(house, room, seller, ida, claim_return):
    ref = await claim_return()
    number = await house.id_of(room.chat)
    line = Notice(lines=(Phrase("Hello"),))
    card = room.chat.card(ref)
    waiting = [
        Outgoing(to=number, body=line, ref=ref, answers=4, thread=7),
        Outgoing(to=number, body=card, ref=ref, slot=f"card:{ref}", placing=Placing.REPLACE),
        Outgoing(to=number, body=line, ref=ref, slot="question:1", placing=Placing.REPLACE),
        Outgoing(to=number, body=Question(prompt=Phrase("Why?")), ref=ref, slot="question:1"),
        Outgoing(to=number, body=Receipt(message=4, mark=Mark.TAKEN), ref=ref),
        Outgoing(to=number, body=line),
        Outgoing(to=number, body=line, ref="NOSUCH"),
    ]
    await room.say(seller, "/unlink")
    async with house.db.work() as work:
        await house.desk.forward(number, waiting, work)
    await house.deliver()
    for chat in (seller, ida):
        to = await house.id_of(chat)
        assert chat.now == [
            Outgoing(to=to, body=line, ref=ref),
            Outgoing(to=to, body=card, ref=ref, slot=f"card:{ref}", placing=Placing.BELOW),
            Outgoing(to=to, body=line, ref=ref),
        ]


async def test_a_group_that_was_never_linked_forwards_nothing(house, seller, claim_return):
    ref = await claim_return()
    desk = await hall(house)
    seller.heard.clear()
    async with house.db.work() as work:
        waiting = Outgoing(to=1, body=Notice(lines=(Phrase("Hello"),)), ref=ref)
        await house.desk.forward(await house.id_of(desk.chat), [waiting], work)
    await house.deliver()
    assert seller.heard == []


async def test_unlink_takes_the_group_back(house, room, seller, ida, operator):
    await room.say(ida, "/unlink")
    assert room.read == "This group is not linked any more."
    assert seller.read == "The group “The desk” is not linked any more. What it heard is said here again."
    assert operator.read == "The group “The desk” is not linked any more. Ida took it back."
    async with house.db.work() as work:
        assert not await linking.take_back(await work.people.at_address(ROOM), work, house.time)


async def test_whoever_asked_for_it_may_take_it_back_before_it_is_confirmed(house, operator, seller):
    court = await hall(house, COURT, "Court")
    await court.say(operator, "/link")
    await court.say(operator, "/unlink")
    assert court.read == "This group is not linked any more."
    assert seller.now == []


async def test_a_group_that_moves_goes_on_as_it_was(house, room, seller, buyer, claim_return):
    ref = await claim_return()
    await room.does(seller, Left())  # so it may seem, just before
    room.chat.heard.clear()
    await room.does(seller, Moved(to=-100_500))
    moved = Hall(house, room.chat, -100_500, "The desk")
    assert (await moved.room()).hears
    await moved.say(seller, f"/case {ref}")
    assert moved.chat.card(ref) is not None
    await Hall(house, room.chat, ROOM, "The desk").does(seller, Moved(to=-100_500))  # told twice
    assert (await moved.room()).hears


async def test_a_group_that_was_left_long_ago_stays_left_when_it_moves(house, room, seller):
    await room.does(seller, Left())
    house.time += timedelta(hours=1)
    await room.does(seller, Moved(to=-100_500))
    assert not (await Hall(house, room.chat, -100_500, "").room()).hears


async def test_a_group_that_was_left_and_replaced_does_not_come_back(house, room, seller):
    await room.does(seller, Left())
    other = await hall(house, ELSEWHERE, "Third")
    await other.say(seller, "/link")
    await room.does(seller, Moved(to=-100_500))
    assert not (await Hall(house, room.chat, -100_500, "").room()).hears
