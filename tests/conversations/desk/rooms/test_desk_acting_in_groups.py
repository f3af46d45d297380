"""In a group: sellers and arbitrators act on its cases, and only what is meant for the other side gets there."""

from dataclasses import replace

from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.desk import Desk
from conversations.messages import Card, Consent, Correction, Notice, Receipt, Toast, Translation
from storage.threads import Thread

from .hall import COURT, ROOM, linked


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


async def test_an_edited_reply_corrects_what_it_passed_on_and_is_talk_to_nobody_else(
    house, room, seller, ida, buyer, claim_return
):
    ref = await claim_return()
    number = await room.say(seller, "/reply@OurBot\nHelo")
    assert "Helo" in buyer.read
    await house.posted(buyer, 60, ref, origin=(ROOM, number))
    await room.say(seller, "/reply@OurBot\nHello", message=number, is_edit=True)
    assert [out.body.text for out in buyer.now] == ["Hello"]
    await room.say(seller, "/reply never passed on", message=1234, is_edit=True)
    await room.say(buyer, "/reply not theirs to say", message=number, is_edit=True)
    await room.say(seller, "/reply anonymously", message=number, is_edit=True, is_anonymous=True)
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


async def test_where_a_room_wants_no_translations_its_members_words_go_to_no_service(
    house, seller, buyer, claim_return
):
    house.desk = Desk(replace(house.desk.settings, translates=True, spoken=lambda tag: tag[:2]))
    room = await linked(house, seller)
    async with house.db.work() as work:
        await work.people.save(replace(await work.people.at_address(buyer.address), translation=Consent.GIVEN))
        await work.people.save(replace(await work.people.at_address(seller.address), language="zh_Hans"))
    ref = await claim_return()
    await room.say(seller, f"/reply {ref} Hello")
    assert len(buyer.bodies(Translation)) == 1
    await room.say(seller, "/translate off")
    await room.say(seller, f"/reply {ref} Hello again")
    assert "Hello again" in buyer.read
    assert buyer.bodies(Translation) == []
