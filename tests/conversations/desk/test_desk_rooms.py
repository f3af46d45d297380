"""Groups that hear for others: who may link one, who is heard in it, where things are said, and what happens at its end."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.desk import Desk, linking
from conversations.desk.joining import dismiss
from conversations.messages import (
    Card,
    Correction,
    Group,
    Incoming,
    Left,
    Mark,
    Moved,
    Notice,
    Outgoing,
    Placing,
    Pressed,
    Question,
    Receipt,
    Returned,
    Room,
    Said,
    Sender,
    Toast,
)
from conversations.phrase import Phrase
from conversations.ports import LinkPurpose
from conversations.presses import CommandPress, write
from storage.threads import Thread

ROOM, COURT, ELSEWHERE = -500, -600, -700
MAY_NOT = "This is for those who answer for store Acme. If you are to, ask for an invitation."


@dataclass
class Hall:
    """A group as its members use it. What is told there is heard by its own chat; what is told to members, by theirs."""

    house: object
    chat: object
    address: int
    title: str
    messages: int = 0

    async def does(self, member, content, *, is_anonymous=False):
        group = Group(address=self.address, title=self.title, is_anonymous=is_anonymous)
        who = Sender(address=member.address, name=member.name)
        async with self.house.db.work() as work:
            incoming = Incoming(sender=who, at=self.house.time, content=content, group=group)
            await self.house.desk.receive(incoming, work, self.house.time)
        await self.house.deliver()

    async def say(self, member, text="", *files, reply_to=None, is_edit=False, message=None, thread=0, **more):
        self.messages += 1
        number = message or self.messages
        said = Said(message=number, text=text, files=files, reply_to=reply_to, is_edit=is_edit, thread=thread)
        await self.does(member, said, **more)
        return number

    async def press(self, member, do, **more):
        await self.does(member, Pressed(query="q", do=do, message=1, **more))
        toasts = [out for out in member.now if isinstance(out.body, Toast)]
        assert len(toasts) == 1, toasts
        return self.house.plain(toasts[0].body.text) if toasts[0].body.text else ""

    async def tap(self, member, label):
        return await self.press(member, self.chat.button(label).do)

    async def answer(self, member, text, *files):
        """Replies to the member's question, which has not been written down yet."""
        return await self.say(member, text, *files, reply_to=9_000)

    @property
    def read(self):
        return self.chat.read

    async def room(self):
        async with self.house.db.work() as work:
            return (await work.people.at_address(self.address)).room


async def hall(house, address=ROOM, title="The desk"):
    chat = await house.person(address, title)
    return Hall(house, chat, address, title)


async def vouch(house, hall, **what):
    async with house.db.work() as work:
        group = await work.people.at_address(hall.address)
        await house.desk.vouch(group.id, work, house.time, **{"is_administrator": True, **what})
    await house.deliver()


async def confirm(house, hall):
    async with house.db.work() as work:
        done = await linking.confirm(await work.people.at_address(hall.address), work, house.time)
    await house.deliver()
    return done


async def linked(house, member, address=ROOM, title="The desk", argument=""):
    made = await hall(house, address, title)
    await made.say(member, f"/link {argument}".strip())
    await vouch(house, made)
    assert await confirm(house, made)
    return made


@pytest.fixture
async def room(house, seller):
    return await linked(house, seller)


@pytest.fixture
async def ida(house):
    return await house.person(210, "Ida", stores=frozenset({"Acme"}))


# --- linking ---------------------------------------------------------------------------------------------------


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


# --- who is heard ----------------------------------------------------------------------------------------------


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


# --- acting ----------------------------------------------------------------------------------------------------


async def test_two_sellers_act_in_the_room_and_nothing_is_said_in_private(
    house, room, seller, ida, buyer, claim_return
):
    ref = await claim_return()
    assert [out.to for out in room.chat.now] == [await house.id_of(room.chat)] * len(room.chat.now)
    assert room.chat.card(ref) is not None
    seller.heard.clear()

    await room.tap(seller, "Refuse")
    assert room.chat.now[-1].slot == f"question:{await house.id_of(seller)}"
    assert "This is for Ada. To answer in words, reply to this message." in room.read
    await room.answer(ida, "No!")  # not hers
    assert (await house.case(ref)).state is State.AWAITING_SELLER
    await room.answer(seller, "The mug was fine.")
    assert (await house.case(ref)).state is State.AT_ODDS
    assert "Ada: The seller refused the claim: “The mug was fine.”" in room.read
    assert "The mug was fine." in buyer.read
    assert await house.dialogs(seller) == ()

    assert await room.tap(ida, "Approve") == ""
    await room.tap(ida, "Yes, approve")
    assert (await house.case(ref)).state is State.AWAITING_RETURN
    assert "Ida: " in room.read
    assert [out for out in (*seller.heard, *ida.heard) if not isinstance(out.body, Toast)] == []


async def test_a_second_press_of_the_same_card_changes_nothing(house, room, seller, ida, claim_return):
    await claim_return()
    old = room.chat.button("Approve").do
    await room.tap(seller, "Refuse")
    await room.answer(seller, "No.")
    assert await room.press(ida, old) == "This has moved on; here is where the case stands now."
    assert isinstance(room.chat.now[-1].body, Card)
    assert await room.press(ida, old, is_ours=False) == "This has moved on; here is where the case stands now."


async def test_a_question_of_somebody_else_is_not_answered_by_its_button(house, room, seller, ida, claim_return):
    await claim_return()
    await room.tap(seller, "Approve")
    assert await room.tap(ida, "Yes, approve") == "This question has been dealt with already."


async def test_a_member_who_acts_in_private_is_answered_there_and_the_room_is_told(
    house, room, seller, buyer, claim_return
):
    ref = await claim_return()
    seller.heard.clear()
    await seller.say(f"/refuse {ref} It was fine.")
    assert "You refused" in seller.read
    assert seller.card(ref) is not None
    assert "The seller refused the claim" in room.read
    assert "Ada:" not in room.read


async def test_dialogs_in_a_room_and_in_private_do_not_mix(house, room, seller, claim_return):
    ref = await claim_return()
    await room.tap(seller, "Refuse")
    await seller.say(f"/reply {ref}")
    await seller.say("Hello buyer")
    assert "Passed on to the buyer" in seller.read
    assert [opened.name for opened in await house.dialogs(seller)] == ["refuse"]
    await room.say(seller, "/cancel")
    assert "Stopped." in room.read
    assert await house.dialogs(seller) == ()


async def test_words_reach_the_buyer_only_when_they_are_meant_to(house, room, seller, buyer, claim_return):
    ref = await claim_return()
    await house.posted(room.chat, 40, ref)
    buyer.heard.clear()

    await room.say(seller, "he lies", reply_to=40)
    assert room.read.startswith("This stays among you.")
    await room.say(seller, "really", reply_to=40)
    assert room.read == ""
    assert buyer.heard == []
    await room.tap(seller, "Refuse")
    await room.say(seller, "he lies", reply_to=40)  # while something is asked of her
    assert (buyer.heard, room.read) == ([], "")

    await room.say(seller, "/reply Please send a photo.", reply_to=40)
    assert "Please send a photo." in buyer.read
    assert room.chat.now[-1].answers == room.messages


async def test_what_is_sent_by_reply_answers_the_arbitrator_who_asked(house, at, room, seller, arbitrator):
    await at(State.ARBITRATION)
    await arbitrator.say("/ask seller How was it packed?")

    await room.say(seller, "/reply A7K-Q2M In two boxes.")

    assert (await house.case("A7KQ2M")).state is State.ARBITRATION
    assert "The seller answered the arbitrator: “In two boxes.”" in arbitrator.read
    assert "The seller answered the arbitrator: “In two boxes.”" in room.read


async def test_a_question_that_was_written_down_is_answered_by_a_reply_to_it_alone(house, room, seller, claim_return):
    ref = await claim_return()
    await room.tap(seller, "Refuse")
    slot = f"question:{await house.id_of(seller)}"
    async with house.db.work() as work:
        await work.posts.record(ROOM, 77, slot=slot, ref=ref)
    await room.say(seller, "The mug was fine.", reply_to=77)
    assert (await house.case(ref)).state is State.AT_ODDS


async def test_an_edit_of_what_was_passed_on_is_passed_on_and_no_other(house, room, seller, buyer, claim_return):
    ref = await claim_return()
    await room.say(seller, f"/reply {ref}")
    number = await room.answer(seller, "Hello")
    assert buyer.now[-1].body.source == ROOM
    await house.posted(buyer, 60, ref, origin=(ROOM, number))
    await room.say(seller, "Hello again", message=number, is_edit=True, reply_to=9_000)
    assert isinstance(buyer.now[-1].body, Correction)
    await room.say(seller, "never passed on", message=1234, is_edit=True, reply_to=9_000)
    assert (buyer.now, room.read) == ([], "")


async def test_an_album_answers_a_question_as_one(house, room, seller, claim_return, photo):
    ref = await claim_return()
    files = [replace(photo(n), album="G", chat=ROOM, message=n) for n in (1, 2)]
    await room.say(seller, f"/reply {ref}")
    await room.answer(seller, "Look", files[0])
    assert "Filed as evidence: E1." in room.read
    marks = [out for out in room.chat.now if isinstance(out.body, Receipt)]
    assert [(out.to, out.body.message) for out in marks] == [(await house.id_of(room.chat), 1)]
    await house.posted(room.chat, 40, ref)
    await room.say(seller, "", files[1], reply_to=40)
    assert "Filed as evidence: E1, E2." in room.read
    other = replace(files[1], album="H")
    await room.say(seller, "", other, reply_to=40)
    await room.say(seller, "", other, reply_to=41)
    assert len(await house.evidence(ref)) == 2


async def test_an_answer_in_the_topic_of_another_case_is_none(house, room, seller, buyer, claim_return):
    ref = await claim_return()
    await house.put(replace(await house.case(ref), ref="B8WX3N"))
    await keep_thread(house, "B8WX3N", 6)
    await room.say(seller, f"/refuse {ref}")
    buyer.heard.clear()
    await room.say(seller, "He lies.", reply_to=9_000, thread=6)
    assert (buyer.heard, room.read) == ([], "")
    assert (await house.case(ref)).state is State.AWAITING_SELLER


async def test_in_the_topic_of_a_case_it_need_not_be_named(house, room, seller, buyer, claim_return):
    ref = await claim_return()
    await keep_thread(house, ref, 5)
    await room.say(seller, "/reply Hello from the topic", thread=5)
    assert "Hello from the topic" in buyer.read
    assert {out.ref for out in room.chat.now} == {ref}
    assert {out.thread for out in room.chat.now} == {5}
    await room.say(seller, "/nonsense", thread=5)
    assert [(out.ref, out.thread) for out in room.chat.now] == [(ref, 5)]


async def keep_thread(house, ref, number):
    async with house.db.work() as work:
        await work.threads.keep(ROOM, ref, Thread(number=number, name="x"))


async def test_without_a_topic_it_is_asked_which_case_is_meant(house, room, seller, build, claim_return, buyer):
    """Others look at other cases, so the one last opened is not taken for it."""
    first = await claim_return()
    await room.say(seller, f"/case {first}")
    second = replace(await house.case(first), ref="B8WX3N")
    await house.put(second)
    await room.say(seller, "/reply Hello")
    assert room.chat.question is None
    assert "Which case is this about?" in room.read
    await room.press(seller, "1:a:case::ref:B8WX3N")
    assert "Hello" in buyer.read


async def test_the_court_takes_a_case_asks_and_releases_it(house, arbitrator, another, seller, buyer, at):
    court = await linked(house, arbitrator, COURT, "Court")
    await at(State.ESCALATED)
    for chat in (arbitrator, another):
        chat.heard.clear()
    await court.say(arbitrator, "/queue")
    assert "Waiting for an arbitrator" in court.read
    await court.say(arbitrator, "/take A7K-Q2M")
    assert "Ruth: An arbitrator has taken the case and reads the whole record." in court.read
    assert all(not isinstance(out.body, Notice) or out.slot != "card:A7KQ2M" for out in court.chat.now)
    await court.say(another, "/release A7K-Q2M")
    assert "There is no such case among yours" in court.read
    await court.say(arbitrator, "/note A7K-Q2M He is friendly.")
    assert "Noted, for arbitrators only." in court.read
    await court.say(arbitrator, "/evidence A7K-Q2M")
    await court.say(arbitrator, "/original A7K-Q2M")
    assert "is for our own chat" in court.read
    await house.posted(court.chat, 40, "A7KQ2M")
    await court.say(arbitrator, "what do you think?", reply_to=40)
    assert "Arbitrators speak to the parties by the buttons under the case." in court.read
    await court.say(arbitrator, "/help")
    assert "The parties hear what you do by buttons and commands." in court.read
    await court.say(arbitrator, "/release A7K-Q2M")
    assert (await house.case("A7KQ2M")).state is State.ESCALATED
    assert [out for out in another.heard if not isinstance(out.body, Toast)] == []


async def test_originals_are_not_offered_in_a_room(house, arbitrator, claim_return, photo, at):
    case = await at(State.ARBITRATION)
    async with house.db.work() as work:
        await work.evidence.add(case.ref, [photo()], by=Role.BUYER, at=house.time)
    await house.look_into(case.ref, 1, sha256="aa" * 32, mime="image/jpeg", copy="bb" * 32, copy_mime="image/jpeg")
    court = await linked(house, arbitrator, COURT, "Court")
    await court.say(arbitrator, f"/evidence {case.ref}")
    assert "originals" not in court.read.lower()


async def test_translations_in_a_room_are_for_all_of_it(house, seller, buyer, claim_return):
    house.desk = Desk(replace(house.desk.settings, translates=True, spoken=lambda tag: tag[:2]))
    room = await linked(house, seller)
    await room.say(seller, "/translate")
    assert "Would you like machine translations" in room.read
    await room.say(seller, "/translate on")
    async with house.db.work() as work:
        assert (await work.people.at_address(ROOM)).translation == "given"
        assert (await work.people.at_address(seller.address)).translation == "unasked"


# --- reach -----------------------------------------------------------------------------------------------------


async def test_a_seller_who_blocks_the_bot_is_in_reach_by_the_room(house, room, seller, buyer, claim_return):
    ref = await claim_return()
    await seller.leave()
    assert "PartyUnreachable" not in await house.journal(ref)


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


# --- roles, with a room ----------------------------------------------------------------------------------------


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
