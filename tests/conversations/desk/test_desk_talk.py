"""Which case a message is about, and carrying it to the other side."""

from dataclasses import replace

import pytest

from conversations.cases.evidence import MAX_SIZE, FileKind
from conversations.cases.roles import Role
from conversations.cases.states import State
from conversations.messages import Copies, Correction, Exhibits, Speech


@pytest.fixture
async def two(house, at, buyer):
    """Two open cases of the same people; none was opened last."""
    await at(State.AT_ODDS, ref="AAAAAA")
    await at(State.AT_ODDS, ref="BBBBBB")


# --- which case ------------------------------------------------------------------------------------------------


async def test_words_go_to_the_only_case_there_is(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await buyer.say("hello?")

    assert [speech.text for speech in seller.bodies(Speech)] == ["hello?"]
    assert seller.now[0].ref == "A7KQ2M"


async def test_of_two_cases_the_desk_asks(house, two, buyer, seller):
    await buyer.say("hello?")

    assert buyer.asks == "Which case is this about?"
    assert seller.now == []
    await buyer.tap("BBB-BBB · No agreement yet")
    assert [(out.ref, out.body.text) for out in seller.now] == [("BBBBBB", "hello?")]


async def test_of_two_cases_the_one_last_opened_is_meant(house, two, buyer, seller):
    await buyer.say("/case AAA-AAA")

    await buyer.say("hello?")

    assert [(out.ref, out.body.text) for out in seller.now] == [("AAAAAA", "hello?")]


async def test_of_two_cases_the_one_replied_to_is_meant(house, two, buyer, seller):
    await buyer.say("/case AAA-AAA")
    await house.posted(buyer, 777, "BBBBBB")

    await buyer.say("hello?", reply_to=777)

    assert [(out.ref, out.body.text) for out in seller.now] == [("BBBBBB", "hello?")]


async def test_a_reply_to_a_message_that_was_passed_on_is_about_its_case(house, two, buyer, seller):
    await buyer.say("/case AAA-AAA")
    await house.posted(seller, 50, "BBBBBB", origin=(buyer.address, 12))

    await buyer.say("one more thing", reply_to=12)

    assert [out.ref for out in seller.now] == ["BBBBBB"]


async def test_a_file_waits_for_its_case_to_be_named(house, two, buyer, seller, photo):
    await buyer.say("look", photo(1))

    await buyer.tap("AAA-AAA · No agreement yet")

    assert [(item.file.file_id, item.caption) for item in await house.evidence("AAAAAA")] == [("f1", "look")]
    assert "Filed as evidence: E1." in buyer.read


async def test_an_ended_case_passes_nothing_on(house, at, buyer, seller):
    await at(State.CLOSED)
    await house.posted(buyer, 777, "A7KQ2M")

    await buyer.say("wait", reply_to=777)

    assert "This case has ended" in buyer.read
    assert seller.now == []


async def test_words_answer_the_open_question_first(house, at, buyer, seller):
    await at(State.AT_ODDS)
    await buyer.say("/escalate A7K-Q2M")

    await buyer.say("they do not answer")

    assert seller.bodies(Speech) == []
    assert (await house.case("A7KQ2M")).state is State.ESCALATED


async def test_a_reply_about_another_case_does_not_answer_the_open_question(house, two, buyer, seller):
    await buyer.say("/escalate AAA-AAA")
    await house.posted(buyer, 777, "BBBBBB")

    await buyer.say("hello there", reply_to=777)

    assert [out.ref for out in seller.now] == ["BBBBBB"]
    assert (await house.case("AAAAAA")).state is State.AT_ODDS


# --- passing on ------------------------------------------------------------------------------------------------


async def test_both_sides_write_through_the_desk_and_it_is_on_record(house, at, buyer, seller):
    await at(State.AT_ODDS)

    asked = await buyer.say("is it <b>ready</b>?")
    [to_seller] = seller.bodies(Speech)
    await seller.say("tomorrow")
    [to_buyer] = buyer.bodies(Speech)

    assert (to_seller.text, to_seller.source, to_seller.message) == ("is it <b>ready</b>?", buyer.address, asked)
    assert (house.plain(to_seller.speaker), to_buyer.text) == ("The buyer writes · A7K-Q2M", "tomorrow")
    assert await house.journal("A7KQ2M") == ["MessagePassedOn", "MessagePassedOn"]
    assert "Passed on to the buyer" in seller.read


async def test_nobody_is_named_to_the_other_side(house, at, buyer, seller, photo):
    await at(State.AT_ODDS)

    await buyer.say("hello")
    await buyer.say("", photo(1))

    assert "Sam" not in seller.everything


async def test_everybody_who_sells_for_the_store_hears_the_buyer(house, at, buyer, seller):
    colleague = await house.person(201, "Bo", stores=frozenset({"Acme", "Bolt"}))
    stranger = await house.person(202, "Cy", stores=frozenset({"Bolt"}))
    await at(State.AT_ODDS)

    await buyer.say("hello")

    assert [len(chat.bodies(Speech)) for chat in (seller, colleague, stranger)] == [1, 1, 0]


async def test_with_nobody_at_the_store_words_are_kept(house, buyer):
    await house.put(replace(house.build.case(), buyer=await house.id_of(buyer)))

    await buyer.say("hello")

    assert "Nobody of the store is in the chat yet" in buyer.read
    assert await house.journal("A7KQ2M") == ["MessagePassedOn"]


async def test_pictures_and_papers_become_evidence(house, at, buyer, seller, photo):
    await at(State.AT_ODDS)

    await buyer.say("look", photo(1))
    await buyer.say("", photo(2, kind=FileKind.DOCUMENT, mime="application/pdf"))

    assert [(item.name, item.by) for item in await house.evidence("A7KQ2M")] == [("E1", Role.BUYER), ("E2", Role.BUYER)]
    assert "Filed as evidence: E2." in buyer.read
    assert "The seller sees it as soon as it has been checked (A7K-Q2M)." in buyer.read
    assert seller.now == []
    await house.look_into("A7KQ2M", 1)
    [exhibits] = seller.bodies(Exhibits)
    assert house.plain(exhibits.caption) == "A7K-Q2M · E1 · The buyer: “look”"


async def test_a_voice_message_is_passed_on_and_is_no_evidence(house, at, buyer, seller, photo):
    await at(State.AT_ODDS)

    await buyer.say("", photo(1, kind=FileKind.VOICE))

    assert len(seller.bodies(Copies)) == 1
    assert await house.evidence("A7KQ2M") == []


async def test_a_file_too_big_is_passed_on_and_is_no_evidence(house, at, buyer, seller, photo):
    await at(State.AT_ODDS)

    await buyer.say("", photo(1, size=MAX_SIZE + 1))

    assert "A file larger than 20 MB cannot be kept as evidence" in buyer.read
    assert len(seller.bodies(Copies)) == 1
    assert await house.evidence("A7KQ2M") == []


async def test_each_party_may_give_ten_files_and_ten_more_after_a_ruling(house, at, buyer, seller, photo):
    case = await at(State.AT_ODDS)
    for n in range(12):
        await buyer.say("", photo(n))
    await seller.say("", photo(50))

    given = [item.by for item in await house.evidence("A7KQ2M")]
    assert (given.count(Role.BUYER), given.count(Role.SELLER)) == (case.limits.files, 1) == (10, 1)

    await at(State.RULED)
    await buyer.say("", photo(60))
    assert [item.by for item in await house.evidence("A7KQ2M")].count(Role.BUYER) == 11


async def test_more_than_the_last_that_fits_is_said(house, at, buyer, photo):
    await at(State.AT_ODDS)
    for n in range(10):
        await buyer.say("", photo(n))

    await buyer.say("", photo(11))

    assert "You have given 10 files, the most that are kept as evidence." in buyer.read


# --- edits -----------------------------------------------------------------------------------------------------


async def test_an_edit_of_what_was_passed_on_is_passed_on_as_an_edit(house, at, buyer, seller):
    await at(State.AT_ODDS)
    message = await buyer.say("helo")
    await house.posted(seller, 50, "A7KQ2M", origin=(buyer.address, message))

    await buyer.edit(message, "hello")

    [correction] = seller.bodies(Correction)
    assert (correction.text, correction.source, correction.message) == ("hello", buyer.address, message)
    facts = [entry.fact for entry in await house.entries("A7KQ2M")]
    assert [(fact.text, fact.is_edit) for fact in facts] == [("helo", False), ("hello", True)]


async def test_an_edit_of_an_answer_comes_too_late(house, at, buyer, seller):
    await at(State.AT_ODDS)
    await buyer.say("/escalate A7K-Q2M")
    message = await buyer.say("they do not answer")

    await buyer.edit(message, "they never answer")

    assert "That message has been dealt with already" in buyer.read
    assert seller.now == []


async def test_an_edit_does_not_answer_the_open_question(house, at, buyer, seller):
    await at(State.AT_ODDS)
    message = await buyer.say("helo")
    await house.posted(seller, 50, "A7KQ2M", origin=(buyer.address, message))
    await buyer.say("/escalate A7K-Q2M")

    await buyer.edit(message, "hello")

    assert buyer.asks == "What should the arbitrator know?"
    assert (await house.case("A7KQ2M")).state is State.AT_ODDS


async def test_an_edited_command_does_nothing(house, at, buyer):
    await at(State.AT_ODDS)
    message = await buyer.say("/withdraw A7K-Q2M")
    await buyer.say("/cancel")

    await buyer.edit(message, "/withdraw A7K-Q2M")

    assert buyer.now == []


async def test_an_edited_reply_corrects_what_it_passed_on(house, at, buyer, seller):
    await at(State.AT_ODDS)
    message = await buyer.say("/reply A7K-Q2M helo\nthere")
    await house.posted(seller, 50, "A7KQ2M", origin=(buyer.address, message))

    await buyer.edit(message, "/reply A7K-Q2M\nhello there")
    [correction] = seller.bodies(Correction)
    assert (correction.text, correction.message) == ("hello there", message)
    await buyer.edit(message, "/reply hello")
    assert [each.text for each in seller.bodies(Correction)] == ["hello"]

    for nothing in ("/reply A7K-Q2M", "/withdraw A7K-Q2M"):
        await buyer.edit(message, nothing)
        assert "That message has been dealt with already" in buyer.read
    assert seller.now == []
    assert (await house.case("A7KQ2M")).state is State.AT_ODDS


async def test_a_command_ends_with_its_line(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await buyer.say("/reply\nHello there")
    assert "Hello there" in seller.read
    await buyer.say("/ reply")
    assert "“/” is not something you can do here." in buyer.read


# --- arbitrators -----------------------------------------------------------------------------------------------


async def test_an_arbitrator_speaks_on_the_record_only(house, at, buyer, seller, arbitrator):
    await at(State.ARBITRATION)

    await arbitrator.say("hello all")

    assert "so all is on record" in arbitrator.read
    assert (buyer.now, seller.now) == ([], [])


async def test_words_of_the_party_that_was_asked_are_the_answer(house, at, buyer, seller, arbitrator):
    await at(State.EVIDENCE_REQUESTED)

    await buyer.say("in May")

    assert (await house.case("A7KQ2M")).state is State.ARBITRATION
    assert "The buyer answered the arbitrator: “in May”" in arbitrator.read


async def test_words_of_the_other_party_are_passed_on(house, at, buyer, seller, arbitrator):
    await at(State.EVIDENCE_REQUESTED)

    await seller.say("it was fine")

    assert (await house.case("A7KQ2M")).state is State.EVIDENCE_REQUESTED
    assert [speech.text for speech in buyer.bodies(Speech)] == ["it was fine"]


async def test_a_picture_answers_the_arbitrator_too(house, at, buyer, arbitrator, photo):
    await at(State.EVIDENCE_REQUESTED)

    await buyer.say("see here", photo(1))

    assert (await house.case("A7KQ2M")).state is State.ARBITRATION
    assert [item.by for item in await house.evidence("A7KQ2M")] == [Role.BUYER]


@pytest.mark.parametrize("kind", [FileKind.VOICE, FileKind.STICKER, FileKind.VIDEO_NOTE])
async def test_what_the_arbitrator_cannot_read_is_no_answer(house, at, buyer, arbitrator, photo, kind):
    await at(State.EVIDENCE_REQUESTED)

    await buyer.say("", photo(1, kind=kind))

    assert (await house.case("A7KQ2M")).state is State.EVIDENCE_REQUESTED
    assert buyer.read != ""
