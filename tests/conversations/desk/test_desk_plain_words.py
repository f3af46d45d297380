"""What comes of words without a command: a claim begun, a question answered, heated words held back for a moment."""

from dataclasses import replace

import pytest

from conversations.cases.claim import Reason, Remedy
from conversations.cases.evidence import MAX_SIZE
from conversations.cases.states import State
from conversations.desk import floods
from conversations.messages import Card, Copies, Placing, Speech
from conversations.templates import MOST_OWN
from conversations.understanding import Lexicon

LEXICON = Lexicon(
    remedies={Remedy.REFUND: ("money back",)},
    reasons={Reason.DAMAGED: ("broken",)},
    harsh=("idiot",),
    status=("where is my case",),
)


@pytest.fixture(autouse=True)
def words(house):
    house.desk.settings = replace(house.desk.settings, lexicons=lambda language: (LEXICON,))


def complaint(chat):
    return chat.house.plain(chat.question.complaint)


# --- a claim in plain words ------------------------------------------------------------------------------------


async def test_an_account_of_what_happened_begins_a_claim(house, buyer):
    await house.bind(buyer, house.build.order())

    await buyer.say("the mug arrived broken, I want my money back")

    assert buyer.asks == "Did I understand you right?"
    assert "You would like: Refund\nWhat went wrong: It arrived damaged" in buyer.read
    await buyer.tap("Yes, that is it")
    assert buyer.asks == "Which order is it about?"
    await buyer.press(buyer.question.choices[0][0].do)
    assert buyer.asks == "Which items are concerned?"
    assert buyer.labels[0] == "☑ 2 × Blue mug"
    await buyer.tap("Go on")
    await buyer.tap("1")
    assert buyer.asks == "Please show what happened"
    [opened] = await house.dialogs(buyer)
    assert opened.answers["said"] == "the mug arrived broken, I want my money back"
    assert (opened.answers["remedy"], opened.answers["reason"]) == ("refund", "damaged")


async def test_a_wrong_guess_costs_one_tap(house, buyer):
    await house.bind(buyer, house.build.order())
    await buyer.say("is it broken?")
    assert "You would like" not in buyer.read

    await buyer.tap("No, let me choose")
    await buyer.press(buyer.question.choices[0][0].do)
    await buyer.tap("☐ 2 × Blue mug")
    await buyer.tap("Go on")
    await buyer.tap("1")

    assert buyer.asks == "What would you like?"
    await buyer.tap("Refund")
    assert buyer.asks == "What went wrong?"


async def test_what_was_wished_alone_leaves_the_reason_open(house, buyer):
    await house.bind(buyer, house.build.order())

    await buyer.say("money back please")

    assert "What went wrong" not in buyer.read
    await buyer.tap("Yes, that is it")
    [opened] = await house.dialogs(buyer)
    assert "reason" not in opened.answers
    await buyer.tap("‹ Back")
    assert buyer.asks == "Did I understand you right?"
    [opened] = await house.dialogs(buyer)
    assert "remedy" not in opened.answers


async def test_a_photo_alone_begins_a_claim_and_is_kept(house, buyer, photo):
    await house.bind(buyer, house.build.order())

    await buyer.say("", photo(1))

    assert buyer.asks == "Which order is it about?"
    [opened] = await house.dialogs(buyer)
    assert [file["file_id"] for file in opened.answers["files"]] == ["f1"]
    assert "said" not in opened.answers


async def test_an_account_in_place_of_an_answer_is_understood_and_said_once(house, buyer):
    await house.bind(buyer, house.build.order())
    await buyer.say("/new 1001")
    await buyer.tap("☐ 1 × Red scarf")
    await buyer.tap("Go on")
    assert buyer.asks == "What would you like?"

    await buyer.say("it came broken, my money back please")

    assert buyer.asks == "Did I understand you right?"
    assert "You would like: Refund\nWhat went wrong: It arrived damaged" in buyer.read
    await buyer.tap("Yes, that is it")
    assert buyer.asks == "Please show what happened"
    [opened] = await house.dialogs(buyer)
    assert opened.answers["said"] == "it came broken, my money back please"


async def test_what_was_chosen_stays_chosen_whatever_is_said_of_it_later(house, buyer):
    await house.bind(buyer, house.build.order())
    await buyer.say("/new 1001")
    for step in ("☐ 1 × Red scarf", "Go on", "Exchange"):
        await buyer.tap(step)

    await buyer.say("money back")
    assert (buyer.asks, complaint(buyer)) == ("What went wrong?", "Please tap one of the buttons, or send its number.")
    await buyer.say("money back, it is broken")

    assert "You would like" not in buyer.read
    await buyer.tap("Yes, that is it")
    [opened] = await house.dialogs(buyer)
    assert (opened.answers["remedy"], opened.answers["reason"]) == ("exchange", "damaged")


async def test_who_says_no_may_say_it_otherwise(house, buyer):
    await buyer.say("is it broken?")

    await buyer.say("give me my money back")

    assert buyer.asks == "Did I understand you right?"
    assert "You have written: “is it broken?\ngive me my money back”" in buyer.read
    assert "You would like: Refund" in buyer.read


@pytest.mark.parametrize("sentence", ["the mug is broken", "杯子碎了 broken"])
async def test_a_sentence_is_no_number_of_an_order(buyer, sentence):
    await buyer.say("/new")

    await buyer.say(sentence)

    assert buyer.asks == "Did I understand you right?"
    await buyer.tap("Yes, that is it")
    assert buyer.asks == "What is the order number?"


async def test_a_sentence_in_place_of_a_code_is_heard_and_is_a_wrong_code_all_the_same(house, buyer):
    await buyer.say("/new 1001")

    await buyer.say("it is broken!")
    assert buyer.asks == "Did I understand you right?"
    await buyer.tap("Yes, that is it")
    assert buyer.asks == "What is the code of order 1001?"
    for _ in range(4):
        await buyer.say("it is broken!")

    assert buyer.read.startswith("Too many wrong codes.")


async def test_files_are_taken_at_any_question_and_are_no_wrong_code(house, buyer, photo):
    await buyer.say("/new 1001")

    for n in range(1, 7):
        await buyer.say("", replace(photo(n), album="7"))
        assert (buyer.asks, buyer.now[-1].placing is Placing.REPLACE) == ("What is the code of order 1001?", n > 1)
    assert complaint(buyer) == "6 files received so far."
    await buyer.say("", photo(7, size=MAX_SIZE + 1))
    assert complaint(buyer).startswith("That file is larger than 20 MB.")
    await buyer.say("look at this", photo(8))

    assert (buyer.asks, complaint(buyer)) == ("What is the code of order 1001?", "7 files received so far.")
    [opened] = await house.dialogs(buyer)
    assert [file["file_id"] for file in opened.answers["files"]] == ["f1", "f2", "f3", "f4", "f5", "f6", "f8"]
    assert opened.answers["said"] == "look at this"


async def test_an_order_they_name_needs_no_question(house, buyer):
    order = house.build.order()
    await house.bind(buyer, order)

    await buyer.say(f"something about {order.key.number}, please!")

    assert buyer.asks == "Which items are concerned?"


async def test_what_is_about_nothing_is_answered_with_what_can_be_done(house, buyer, seller):
    await buyer.say("good morning")
    assert "Tell us what is wrong with an order" in buyer.read
    await seller.say("the mug arrived broken")
    assert "Tell us what is wrong with an order" in seller.read


# --- where it stands -------------------------------------------------------------------------------------------


async def test_who_asks_where_it_stands_is_shown_the_card_and_the_other_side_hears_it(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await buyer.say("where is my case?")

    assert [speech.text for speech in seller.bodies(Speech)] == ["where is my case?"]
    [card] = [out for out in buyer.now if isinstance(out.body, Card)]
    assert card.placing is Placing.BELOW


async def test_who_has_no_open_case_is_shown_a_list(house, at, buyer):
    await buyer.say("where is my case?")
    assert "You have no cases." in buyer.read
    await at(State.CLOSED)
    await buyer.say("where is my case?")
    assert "Your cases" in buyer.read


async def test_who_has_no_case_yet_and_tells_what_is_wrong_begins_one(house, at, buyer):
    words = "where is my case? it is broken"
    await buyer.say(words)
    assert buyer.asks == "Did I understand you right?"
    await buyer.say("/cancel")
    await at(State.CLOSED)

    await buyer.say(words)

    assert "Your cases" in buyer.read


# --- heated words ----------------------------------------------------------------------------------------------


async def test_heated_words_wait_for_their_sender(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await buyer.say("you idiot")

    assert seller.now == []
    assert buyer.asks.startswith("This may sound harsher than you mean.")
    assert "You have written: “you idiot”" in buyer.read
    assert buyer.labels == ["I see it differently", "I am disappointed", "Send it as it is", "Cancel"]
    await buyer.tap("Send it as it is")
    assert [speech.text for speech in seller.bodies(Speech)] == ["you idiot"]
    assert await house.dialogs(buyer) == ()


async def test_a_template_goes_instead_in_each_readers_language(house, at, buyer, seller):
    case = await at(State.AT_ODDS)
    await seller.say("you idiot")

    await seller.tap("We see it differently")

    [speech] = buyer.bodies(Speech)
    assert speech.text == ""
    assert house.plain(speech.template).startswith("We understand that you see it differently")
    assert "Passed on to the buyer" in seller.read
    [entry] = await house.entries(case.ref)
    assert entry.fact.template == speech.template
    await buyer.say("/record")
    assert "We understand that you see it differently" in buyer.read


async def test_other_words_go_instead(house, at, buyer, seller):
    await at(State.AT_ODDS)
    await buyer.say("you idiot")

    await buyer.say("I would like an answer, please")

    assert [speech.text for speech in seller.bodies(Speech)] == ["I would like an answer, please"]


async def test_heated_words_after_a_command_wait_as_well(house, at, buyer, seller):
    await at(State.AT_ODDS)

    await buyer.say("/reply")
    await buyer.say("ANSWER ME RIGHT NOW")
    assert seller.now == []
    assert [question for question in buyer.heard if question.slot == "question"][-2:][0].body.prompt != buyer.asks
    assert len(buyer.now) == 1
    await buyer.tap("Cancel")
    await buyer.say("/reply you idiot")

    assert buyer.asks.startswith("This may sound harsher")
    assert seller.now == []


async def test_an_album_with_heated_words_waits_whole(house, at, buyer, seller, photo):
    case = await at(State.AT_ODDS)

    await buyer.say("you idiot", replace(photo(1), album="a"))
    await buyer.say("", replace(photo(2), album="a"))
    await buyer.tap("Send it as it is")

    assert [(item.file.file_id, item.caption) for item in await house.evidence(case.ref)] == [
        ("f1", "you idiot"),
        ("f2", "you idiot"),
    ]


async def test_an_edit_is_passed_on_as_it_is(house, at, buyer, seller):
    await at(State.AT_ODDS)
    number = await buyer.say("hello")
    await house.posted(buyer, number, "A7KQ2M")

    await buyer.edit(number, "you idiot")

    assert "you idiot" in seller.read


# --- templates -------------------------------------------------------------------------------------------------


async def test_a_seller_says_it_with_ready_words(house, at, buyer, seller):
    await at(State.AWAITING_SELLER)

    await seller.say("/templates")
    await seller.tap("We are looking into it")
    assert "Thank you for telling us about" in seller.read
    assert buyer.now == []
    await seller.tap("Send it")

    [speech] = buyer.bodies(Speech)
    assert "Blue mug" in house.plain(speech.template)


async def test_a_store_adds_templates_of_its_own_and_removes_them(house, at, buyer, seller):
    await at(State.AWAITING_SELLER)
    await seller.say("/templates")
    await seller.tap("Add a template of your own")
    await seller.say("About {ref}: we check {item} today, and we will write to you again")
    assert "Kept." in seller.read

    await seller.say("/templates")
    await seller.tap("About A7K-Q2M: we check Blue mug today,…")
    await seller.tap("Send it")
    [speech] = buyer.bodies(Speech)
    assert speech.text == "About A7K-Q2M: we check Blue mug today, and we will write to you again"

    await seller.say("/templates")
    await seller.tap("Remove one of your own")
    await seller.press(seller.question.choices[0][0].do)
    assert "Removed." in seller.read
    await seller.say("/templates")
    assert "Remove one of your own" not in seller.labels


async def test_a_store_has_so_many_templates_and_no_more(house, at, seller):
    await at(State.AWAITING_SELLER)
    async with house.db.work() as work:
        await work.orders.set_templates("Acme", tuple(f"text {n}" for n in range(MOST_OWN)))

    await seller.say("/templates")

    assert "text 9" in seller.labels
    assert "Add a template of your own" not in seller.labels


async def test_a_buyer_has_templates_of_the_house_only(house, at, buyer, seller):
    await at(State.AWAITING_SELLER)
    async with house.db.work() as work:
        await work.orders.set_templates("Acme", ("ours",))

    await buyer.say("/templates")

    assert buyer.labels == ["When can I expect it?", "I am disappointed", "Cancel"]


async def test_a_template_that_does_not_fit_any_more_is_not_sent(house, at, buyer, seller):
    case = await at(State.AWAITING_SELLER)
    async with house.db.work() as work:
        await work.orders.set_templates("Acme", ("ours",))
    await seller.say("/templates")
    await seller.tap("ours")
    async with house.db.work() as work:
        await work.orders.set_templates("Acme", ())

    await seller.tap("Send it")

    assert buyer.now == []
    assert "This template does not fit any more" in seller.read
    assert case.ref


async def test_templates_need_an_open_case_and_a_party(house, at, buyer, arbitrator):
    case = await at(State.CLOSED)
    await buyer.say("/templates A7K-Q2M")
    assert "This case has ended" in buyer.read
    taken = house.build.at(State.ARBITRATION)
    await at(State.ARBITRATION, ref="BBBBBB", case=taken)
    await arbitrator.say("/templates BBB-BBB")
    assert "Arbitrators speak to the parties through" in arbitrator.read
    assert case.ref == "A7KQ2M"


async def test_nobody_in_the_store_yet_and_the_template_is_kept(house, at, buyer):
    await at(State.AT_ODDS)
    await house.person(200, "Ada", stores=frozenset())
    await buyer.say("/templates")
    await buyer.tap("I am disappointed")

    await buyer.tap("Send it")

    assert "Kept on record. Nobody of the store is in the chat yet" in buyer.read
    assert buyer.bodies(Copies) == []


async def test_ready_words_wait_like_all_others_when_too_much_was_said(house, at, buyer, seller):
    await at(State.AT_ODDS)
    for n in range(floods.MESSAGES.most):
        await seller.say(f"word {n}")
    await seller.say("/templates")
    await seller.tap("We are sorry")

    await seller.tap("Send it")

    assert buyer.bodies(Speech) == []
